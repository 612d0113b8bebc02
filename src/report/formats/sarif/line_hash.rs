//! The hash by which GitHub recognises the line of an alert after the file has changed: a rolling hash over the hundred
//! characters from the start of the line, without spaces and tabs, and a number that tells equal ones apart.
//!
//! The uploading action computes it where it is missing and warns where it differs, so it has to be exactly theirs.

use std::collections::HashMap;

/// How many characters a hash covers.
const BLOCK: usize = 100;
/// A hash is made of no more bytes than this from the start of its line on, unless spaces stand among them.
pub(super) const REACH: usize = 4 * BLOCK;
const FACTOR: i64 = 37;
/// Stands for the end of the file.
const END: u16 = u16::MAX;

/// The hashes of all lines of a text, each with which it is of several that are equal, from 1.
#[derive(Debug)]
pub(super) struct LineHashes(Vec<(i64, u32)>);

impl LineHashes {
    pub(super) fn of(text: &str) -> LineHashes {
        let mut roller = Roller::new();
        text.encode_utf16().for_each(|unit| roller.take(unit));
        roller.take(END);
        roller.finish();
        LineHashes(roller.hashes)
    }

    /// The hash of a line (from 1).
    pub(super) fn line(&self, line: u32) -> Option<String> {
        self.0.get(line.checked_sub(1)? as usize).map(|(hash, count)| format!("{hash:x}:{count}"))
    }
}

struct Roller {
    /// The last characters, round and round.
    window: [u16; BLOCK],
    /// Whether the character at that place of the window begins a line.
    begins_line: [bool; BLOCK],
    /// The place of the oldest character.
    index: usize,
    hash: i64,
    /// What the oldest character counts when it leaves.
    leaving: i64,
    at_line_start: bool,
    after_return: bool,
    seen: HashMap<i64, u32>,
    hashes: Vec<(i64, u32)>,
}

impl Roller {
    fn new() -> Roller {
        Roller {
            window: [0; BLOCK],
            begins_line: [false; BLOCK],
            index: 0,
            hash: 0,
            leaving: (0..BLOCK).fold(1, |product: i64, _| product.wrapping_mul(FACTOR)),
            at_line_start: true,
            after_return: false,
            seen: HashMap::new(),
            hashes: Vec::new(),
        }
    }

    fn take(&mut self, unit: u16) {
        let [space, tab, feed, carriage_return] = [0x20, 0x09, 0x0a, 0x0d];
        let after_return = std::mem::take(&mut self.after_return);
        if unit == space || unit == tab || unit == feed && after_return {
            return;
        }
        self.after_return = unit == carriage_return;
        let unit = if unit == carriage_return { feed } else { unit };
        self.emit();
        if std::mem::replace(&mut self.at_line_start, unit == feed) {
            self.begins_line[self.index] = true;
        }
        self.roll(unit);
    }

    /// The lines whose hundred characters the text did not fill.
    fn finish(&mut self) {
        for _ in 0..BLOCK {
            self.emit();
            self.roll(0);
        }
    }

    /// The hash of the line that begins with the oldest character, now that the window covers all it is made of.
    fn emit(&mut self) {
        if std::mem::take(&mut self.begins_line[self.index]) {
            let count = self.seen.entry(self.hash).or_default();
            *count += 1;
            self.hashes.push((self.hash, *count));
        }
    }

    fn roll(&mut self, unit: u16) {
        let oldest = std::mem::replace(&mut self.window[self.index], unit);
        let gone = self.leaving.wrapping_mul(i64::from(oldest));
        self.hash = self.hash.wrapping_mul(FACTOR).wrapping_add(i64::from(unit)).wrapping_sub(gone);
        self.index = (self.index + 1) % BLOCK;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let hashes = LineHashes::of(text);
        let lines: Vec<String> = (1..).map_while(|line| hashes.line(line)).collect();
        assert_eq!(lines, expected, "{text:?}");
    }

    #[test]
    fn the_hashes_are_those_of_the_uploading_action() {
        check("", &["c129715d7a2bc9a3:1"]);
        check(
            " a\nb\n  \t\tc\n d",
            &["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        );
        check(
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
            &[
                "8b7cf3e952e7aeb2:1",
                "b1ae1287ec4718d9:1",
                "bff680108adb0fcc:1",
                "c6805c5e1288b612:1",
                "b86d3392aea1be30:1",
                "e6ceba753e1a442:1",
            ],
        );
        for end in ["\n", "\r", "\r\n"] {
            let text = " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n".replace('\n', end);
            check(
                &text,
                &[
                    "e9496ae3ebfced30:1",
                    "fb7c023a8b9ccb3f:1",
                    "ce8ba1a563dcdaca:1",
                    "e20e36e16fcb0cc8:1",
                    "b3edc88f2938467e:1",
                    "c8e28b0b4002a3a0:1",
                    "c129715d7a2bc9a3:1",
                ],
            );
        }
    }

    #[test]
    fn equal_lines_are_numbered() {
        let hashes = LineHashes::of(&"x\n".repeat(200));
        assert_eq!(hashes.0.len(), 201);
        assert_eq!(hashes.line(1).map(|h| h.ends_with(":1")), Some(true));
        assert_eq!(hashes.line(2).map(|h| h.ends_with(":2")), Some(true));
        assert_eq!(hashes.line(202), None);
    }
}
