//! The little language of `format`: literal text and verbs such as `%-5.2[1]f`.

use crate::eval::EvalError;
use crate::eval::text::MAX_TEXT;

/// A piece of a format string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece<'f> {
    /// Text that stands for itself.
    Literal(&'f str),
    /// A verb with its flags.
    Verb(Verb<'f>),
}

/// A verb, with what stands between it and its `%`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Verb<'f> {
    /// The whole sequence, for messages.
    pub raw: &'f str,
    /// Which argument it prints, from 0.
    pub argument: usize,
    /// The verb's letter.
    pub mode: char,
    /// `0`: pads with zeros.
    pub zero: bool,
    /// `#`: an alternative form.
    pub sharp: bool,
    /// `+`: a sign even where it is positive.
    pub plus: bool,
    /// `-`: pads on the right.
    pub minus: bool,
    /// A space where a sign would be.
    pub space: bool,
    /// The least width.
    pub width: Option<usize>,
    /// What follows the point.
    pub precision: Option<usize>,
}

/// Splits a format string.
pub(super) fn pieces(format: &str) -> Result<Vec<Piece<'_>>, EvalError> {
    let mut pieces = Vec::new();
    let mut rest = format;
    let mut next = 0;
    while !rest.is_empty() {
        let literal = rest.find('%').unwrap_or(rest.len());
        if literal > 0 {
            pieces.push(Piece::Literal(&rest[..literal]));
            rest = &rest[literal..];
            continue;
        }
        if rest.starts_with("%%") {
            pieces.push(Piece::Literal(&rest[..1]));
            rest = &rest[2..];
            continue;
        }
        let verb = Scanner { text: rest, at: 1 }.verb(next).ok_or_else(|| {
            let at = format.len() - rest.len();
            EvalError::new(format!("invalid format string: unrecognized sequence at offset {at}"))
        })?;
        rest = &rest[verb.raw.len()..];
        next = verb.argument + 1;
        if verb.width.max(verb.precision).is_some_and(|n| n > MAX_TEXT) {
            return Err(EvalError::new(format!("the width or precision of `{}` is too large", verb.raw)));
        }
        pieces.push(Piece::Verb(verb));
    }
    Ok(pieces)
}

/// Reads one verb.
struct Scanner<'f> {
    text: &'f str,
    at: usize,
}

impl<'f> Scanner<'f> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn verb(mut self, next: usize) -> Option<Verb<'f>> {
        let flags = self.text[1..].find(|c| !"0#-+ ".contains(c)).map_or(self.text.len(), |n| n + 1);
        let has = |flag| self.text[1..flags].contains(flag);
        let (zero, sharp, plus, minus, space) = (has('0'), has('#'), has('+'), has('-'), has(' '));
        self.at = flags;
        let width = self.number();
        let mut precision = None;
        if self.peek() == Some(b'.') {
            self.at += 1;
            precision = Some(self.number().unwrap_or(0));
        }
        let mut argument = next;
        if self.peek() == Some(b'[') {
            self.at += 1;
            argument = self.number().filter(|n| *n > 0)? - 1;
            if self.peek() != Some(b']') {
                return None;
            }
            self.at += 1;
        }
        let mode = self.peek().filter(u8::is_ascii_alphabetic)?;
        let raw = &self.text[..=self.at];
        Some(Verb { raw, argument, mode: char::from(mode), zero, sharp, plus, minus, space, width, precision })
    }

    /// Digits; numbers too large to be meant stay as large as they can.
    fn number(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = &self.text[start..self.at];
        (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
    }
}
