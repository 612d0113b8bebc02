//! Values as JSON, written piece by piece: as one text a report would need more memory than all else where there are very
//! many findings.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::report::harmless::is_invisible;
use crate::report::written;

/// Writes JSON in lines, with a line break at its end. Control and direction characters are escaped, also those that JSON
/// would allow as they are: the text may end in a terminal. Such characters stand only inside strings, so the escape is
/// right wherever they are.
pub(super) fn write_json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let mut out = Harmless { out, text: Vec::with_capacity(PIECE) };
    serde_json::to_writer_pretty(&mut out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// JSON in lines, as [`write_json`] has it.
pub fn json_text(value: &impl Serialize) -> String {
    written(|out| write_json(out, value))
}

/// JSON in one line, as [`write_json`] has it.
pub fn json_line(value: &Value) -> String {
    harmless(&value.to_string()).into_owned() + "\n"
}

fn harmless(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    for (at, bad) in bad_characters(text) {
        out.push_str(&text[copied..at]);
        bad.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        copied = at + bad.len_utf8();
    }
    if copied == 0 {
        return text.into();
    }
    (out + &text[copied..]).into()
}

/// A list, of which each element becomes JSON when its turn comes.
pub(super) struct Each<'r, T, F>(pub(super) &'r [T], pub(super) F);

impl<'r, T, E: Serialize, F: Fn(&'r T) -> E> Serialize for Each<'r, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

/// Text is handed on in pieces of this size, in bytes.
const PIECE: usize = 64 << 10;

/// Hands JSON on, made harmless.
struct Harmless<'o> {
    out: &'o mut dyn Write,
    /// Whole characters: JSON is written in texts.
    text: Vec<u8>,
}

impl Harmless<'_> {
    fn hand_on(&mut self) -> io::Result<()> {
        let text = str::from_utf8(&self.text).map_err(io::Error::other)?;
        self.out.write_all(harmless(text).as_bytes())?;
        self.text.clear();
        Ok(())
    }
}

impl Write for Harmless<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(text);
        if self.text.len() >= PIECE {
            self.hand_on()?;
        }
        Ok(text.len())
    }

    // JSON is written in very many small pieces, each of which is taken whole.
    fn write_all(&mut self, text: &[u8]) -> io::Result<()> {
        self.write(text).map(|_| ())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }
}

/// How much of a text is passed at once where all of it is plain: the loop over it has no way out but its end, so that
/// it is made for many bytes at a time.
const PASSED: usize = 64;

/// The characters to escape, and where they stand. Nearly all of a text is plain ASCII.
fn bad_characters(text: &str) -> impl Iterator<Item = (usize, char)> {
    let is_plain = |byte: u8| matches!(byte, b'\n' | b' '..=b'~');
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &text.as_bytes()[at..];
            let all_plain = |chunk: &&[u8]| chunk.iter().fold(true, |plain, byte| plain & is_plain(*byte));
            let passed = rest.chunks_exact(PASSED).take_while(all_plain).count() * PASSED;
            at += passed + rest[passed..].iter().position(|byte| !is_plain(*byte))?;
            let c = text[at..].chars().next()?;
            let start = at;
            at += c.len_utf8();
            if c.is_control() || is_invisible(c) {
                return Some((start, c));
            }
        }
    })
}
