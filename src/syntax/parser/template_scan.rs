//! Where the literal text of templates begins and ends, byte by byte: knows quotes, sequences, escapes and the lines
//! that close heredocs, and nothing of expressions.

use std::cell::OnceCell;

use memchr::{memchr, memchr2};
use rustc_hash::FxHashMap;

use crate::syntax::scan::string_end;

/// Where the text of a string ends at a quote, if it holds nothing that needs a closer look, and whether it is ASCII.
#[inline]
pub(super) fn plain_string_end(bytes: &[u8], from: usize) -> Option<(usize, bool)> {
    let mut at = from;
    let mut ascii = true;
    loop {
        at = string_end(bytes, at);
        match *bytes.get(at)? {
            b'"' => return Some((at, ascii)),
            b'$' | b'%' if !matches!(bytes.get(at + 1), Some(b'{' | b'$' | b'%')) => at += 1,
            0x80.. => {
                ascii = false;
                at += 1;
            }
            _ => return None,
        }
    }
}

/// Where a literal inside quotes ends: at the quote, at a sequence, or at a line break.
pub(super) fn quoted_literal_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' | b'\n' | b'\r' => return at,
            b'\\' if matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => return at + 1,
            b'\\' => at += 2,
            b'$' | b'%' => match sequence_at(bytes, at) {
                Some(0) => return at,
                other => at += other.unwrap_or(1),
            },
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The first `${` or `%{` of a range that is not escaped.
pub(super) fn sequence_start(bytes: &[u8], from: usize, to: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr2(b'$', b'%', bytes.get(at..to)?)?;
        match sequence_at(bytes, at) {
            Some(0) => return Some(at),
            other => at += other.unwrap_or(1),
        }
    }
}

/// At a `$` or `%`: zero where a sequence begins, the length of an escaped one, or nothing.
fn sequence_at(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at + 1) == Some(&b'{') {
        return Some(0);
    }
    let escaped = bytes.get(at + 1) == bytes.get(at) && bytes.get(at + 2) == Some(&b'{');
    escaped.then_some(3)
}

/// Behind the line break that ends the line of this offset, or the end of the text.
pub(super) fn line_end(text: &str, from: usize) -> usize {
    memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |n| from + n + 1)
}

/// Where a heredoc ends if the line at this offset closes it: before the line's break.
pub(super) fn closes_heredoc(text: &str, at: usize, marker: &str) -> Option<usize> {
    let length = memchr(b'\n', &text.as_bytes()[at..])?;
    let line = &text[at..at + length];
    (line.trim() == marker).then(|| at + line.strip_suffix('\r').unwrap_or(line).len())
}

/// The lines of a text that close heredocs.
#[derive(Default, Debug)]
pub(super) struct ClosingLines<'a> {
    /// Where the last line begins that holds a word only, by the word; put down once a search was in vain: there may be
    /// thousands of heredocs that nothing closes.
    last: OnceCell<FxHashMap<&'a str, usize>>,
}

impl<'a> ClosingLines<'a> {
    /// Start and end of the line that closes a heredoc introduced before `from`, however its text reads.
    pub(super) fn first(&self, text: &'a str, from: usize, marker: &str) -> Option<(usize, usize)> {
        if let Some(last) = self.last.get() {
            last.get(marker).filter(|at| **at > from)?;
        }
        let mut at = line_end(text, from);
        while at < text.len() {
            if let Some(end) = closes_heredoc(text, at, marker) {
                return Some((at, end));
            }
            at = line_end(text, at);
        }
        self.last.get_or_init(|| last_of_each_word(text));
        None
    }
}

fn last_of_each_word(text: &str) -> FxHashMap<&str, usize> {
    let mut last = FxHashMap::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let word = line.trim();
        if line.ends_with('\n') && !word.contains(char::is_whitespace) {
            last.insert(word, at);
        }
        at += line.len();
    }
    last
}

/// The character that an escape stands for and the escape's length; the length alone where there is no such escape.
pub(super) fn escape(text: &str) -> Result<(char, usize), usize> {
    let hex = |digits: usize| {
        let code = text.get(2..2 + digits).filter(|s| s.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = code.and_then(|s| u32::from_str_radix(s, 16).ok()).and_then(char::from_u32);
        code.map(|c| (c, 2 + digits)).ok_or(2)
    };
    match text.as_bytes().get(1) {
        Some(b'n') => Ok(('\n', 2)),
        Some(b'r') => Ok(('\r', 2)),
        Some(b't') => Ok(('\t', 2)),
        Some(b'"') => Ok(('"', 2)),
        Some(b'\\') => Ok(('\\', 2)),
        Some(b'u') => hex(4),
        Some(b'U') => hex(8),
        _ => Err(1 + text.chars().nth(1).map_or(0, char::len_utf8)),
    }
}
