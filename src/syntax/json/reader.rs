//! JSON text to values that know where they stand. Goes on behind a mistake at the next property or element.

use std::borrow::Cow;

use super::escape::{check_escapes, unescape};
use crate::source::{FileId, Problem, Span};
use crate::syntax::parser::{MAX_DEPTH, MAX_PROBLEMS};

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Json<'a> {
    pub(super) kind: JsonKind<'a>,
    pub(super) span: Span,
}

/// The forms of value.
#[derive(Debug)]
pub(super) enum JsonKind<'a> {
    Null,
    Bool(bool),
    /// As written.
    Number(&'a str),
    String(JsonString<'a>),
    Array(Box<[Json<'a>]>),
    Object {
        properties: Box<[Property<'a>]>,
        /// Whether a property was dropped.
        lost: bool,
    },
    /// Not understood; a problem says so.
    Invalid,
}

/// A name and its value.
pub(super) type Property<'a> = (JsonString<'a>, Json<'a>);

/// The content of a string.
#[derive(Debug)]
pub(super) struct JsonString<'a> {
    /// As written, without quotes.
    raw: &'a str,
    /// Whether it holds escapes; all of them are valid.
    escaped: bool,
    /// With its quotes.
    pub(super) span: Span,
}

impl<'a> JsonString<'a> {
    /// What it says.
    pub(super) fn text(&self) -> Cow<'a, str> {
        self.unescaped().map_or(self.raw.into(), |(text, _)| text.into())
    }

    /// Its text without escapes, and where each byte of that and its end stand in the file, if it holds any. Undone
    /// when it is asked for, since the places take several times the room of the text.
    pub(super) fn unescaped(&self) -> Option<(String, Vec<u32>)> {
        self.escaped.then(|| unescape(self.raw, self.span.start as usize + 1).ok())?
    }
}

/// A value could not be read, and a problem says why.
pub(super) struct Broken;

pub(super) struct Reader<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    pub(super) pos: usize,
    pub(super) problems: Vec<Problem>,
    /// Whether text outside of the document's one value was dropped.
    pub(super) lost: bool,
    /// Whether the text ended, or was given up, inside of something; that is told once.
    pub(super) ended: bool,
    depth: u32,
    /// Elements and properties of all that is being read, those of the innermost last.
    elements: Vec<Json<'a>>,
    properties: Vec<Property<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: FileId, text: &'a str) -> Reader<'a> {
        let pos = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let (elements, properties) = (Vec::new(), Vec::new());
        Reader { file, text, pos, problems: Vec::new(), lost: false, ended: false, depth: 0, elements, properties }
    }

    /// The value that the whole text is.
    pub(super) fn document(&mut self) -> Option<Json<'a>> {
        self.blanks();
        let root = match self.value() {
            Ok(root) => root,
            Err(Broken) => {
                self.lost = true;
                return None;
            }
        };
        self.blanks();
        if self.pos < self.text.len() && self.problems.is_empty() {
            self.text_behind_document();
            self.lost = true;
        }
        Some(root)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::new(self.file, start, self.pos)
    }

    /// Goes past white space, and past comments, which JSON has not.
    fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.pos += 1,
                Some(b'/' | b'#') if self.comment() => {}
                _ => return,
            }
        }
    }

    /// A comment of the native syntax: told, and passed.
    fn comment(&mut self) -> bool {
        let rest = &self.text[self.pos..];
        let length = if rest.starts_with('#') || rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |n| n + 2)
        } else {
            return false;
        };
        self.pos += length;
        self.comment_in_json(length);
        true
    }

    fn value(&mut self) -> Result<Json<'a>, Broken> {
        let start = self.pos;
        let kind = match self.peek() {
            Some(b'{' | b'[') => {
                if self.depth >= MAX_DEPTH {
                    return Err(self.too_deep());
                }
                self.depth += 1;
                let kind = if self.peek() == Some(b'{') { self.object() } else { self.array() };
                self.depth -= 1;
                kind
            }
            Some(b'"') => JsonKind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.keyword()?,
        };
        Ok(Json { kind, span: self.span_from(start) })
    }

    fn keyword(&mut self) -> Result<JsonKind<'a>, Broken> {
        let rest = &self.text[self.pos..];
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let kind = match &rest[..length] {
            "null" => JsonKind::Null,
            "true" => JsonKind::Bool(true),
            "false" => JsonKind::Bool(false),
            _ => return Err(self.no_value(length)),
        };
        self.pos += length;
        Ok(kind)
    }

    /// `-1.5e+3`: no leading zero, digits on both sides of the point.
    fn number(&mut self) -> Result<JsonKind<'a>, Broken> {
        let start = self.pos;
        let rest = &self.text[start..];
        let length = rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
        let raw = &rest[..length.unwrap_or(rest.len())];
        self.pos += raw.len();
        if is_number(raw) { Ok(JsonKind::Number(raw)) } else { Err(self.bad_number(start)) }
    }

    /// The string that begins at the current quote.
    pub(super) fn string(&mut self) -> Result<JsonString<'a>, Broken> {
        let bytes = self.text.as_bytes();
        let start = self.pos;
        let mut at = start + 1;
        let (mut plain, mut control) = (true, None);
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    plain = false;
                    at += 2;
                }
                Some(b'\n' | b'\r') | None => {
                    self.pos = at.min(bytes.len());
                    return Err(self.string_not_closed(start));
                }
                Some(byte) => {
                    control = control.or((*byte < b' ').then_some(at));
                    at += 1;
                }
            }
        }
        self.pos = at + 1;
        if let Some(at) = control {
            self.raw_control(at);
        }
        let raw = &self.text[start + 1..at];
        let span = self.span_from(start);
        match if plain { Ok(()) } else { check_escapes(raw, start + 1) } {
            Ok(()) => Ok(JsonString { raw, escaped: !plain, span }),
            Err(range) => Err(self.bad_escape(range)),
        }
    }

    fn array(&mut self) -> JsonKind<'a> {
        let from = self.elements.len();
        self.elements_to_end();
        JsonKind::Array(self.elements.drain(from..).collect())
    }

    fn elements_to_end(&mut self) {
        let open = self.pos;
        self.pos += 1;
        loop {
            self.blanks();
            if self.closes(b']') || self.ends(open) {
                return;
            }
            let start = self.pos;
            match self.value() {
                Ok(item) => self.elements.push(item),
                Err(Broken) => {
                    self.skip();
                    let span = self.span_from(start);
                    self.elements.push(Json { kind: JsonKind::Invalid, span });
                }
            }
            if !self.separated(b']', open) {
                return;
            }
        }
    }

    fn object(&mut self) -> JsonKind<'a> {
        let open = self.pos;
        let from = self.properties.len();
        let mut lost = false;
        self.pos += 1;
        loop {
            self.blanks();
            if self.closes(b'}') || self.ends(open) {
                break;
            }
            match self.property() {
                Ok(property) => self.properties.push(property),
                Err(Broken) => {
                    lost = true;
                    self.skip();
                }
            }
            if !self.separated(b'}', open) {
                break;
            }
        }
        JsonKind::Object { properties: self.properties.drain(from..).collect(), lost: lost || self.ended }
    }

    fn property(&mut self) -> Result<Property<'a>, Broken> {
        if self.peek() != Some(b'"') {
            return Err(self.no_property_name());
        }
        let name = self.string()?;
        self.blanks();
        match self.peek() {
            Some(b':') => self.pos += 1,
            Some(b'=') => {
                self.equals_for_colon();
                self.pass();
            }
            _ => return Err(self.no_colon()),
        }
        self.blanks();
        let start = self.pos;
        let value = self.value().unwrap_or_else(|Broken| {
            self.skip();
            Json { kind: JsonKind::Invalid, span: self.span_from(start) }
        });
        Ok((name, value))
    }

    /// Goes past a character that was reported. With the last problem that is told, there is none left.
    fn pass(&mut self) {
        self.pos = (self.pos + 1).min(self.text.len());
    }

    fn closes(&mut self, closer: u8) -> bool {
        let found = self.peek() == Some(closer);
        if found {
            self.pos += 1;
        }
        found
    }

    /// What stands behind an element: false at the closer, which is passed, or where the text ends.
    fn separated(&mut self, closer: u8, open: usize) -> bool {
        self.blanks();
        if self.closes(closer) {
            return false;
        }
        match self.peek() {
            Some(b',') => {
                let comma = self.pos;
                self.pos += 1;
                self.blanks();
                if self.peek() == Some(closer) {
                    self.comma_before_closer(comma);
                }
                true
            }
            None => !self.ends(open),
            Some(b'}' | b']') => {
                self.wrong_closer(open);
                self.pass();
                false
            }
            Some(_) => {
                self.no_comma(closer);
                if self.starts_value() {
                    return true;
                }
                self.skip();
                self.separated(closer, open)
            }
        }
    }

    /// Whether the text ends inside of what was opened at this offset.
    fn ends(&mut self, open: usize) -> bool {
        let ends = self.pos >= self.text.len();
        if ends {
            self.not_closed(open);
        }
        ends
    }

    fn starts_value(&self) -> bool {
        matches!(self.peek(), Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b'n' | b't' | b'f'))
    }

    /// Skips to the comma behind the current element or to the closer of what it stands in.
    fn skip(&mut self) {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        while let Some(byte) = bytes.get(self.pos) {
            match byte {
                b',' if depth == 0 => break,
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => break,
                b'}' | b']' => depth -= 1,
                b'"' => self.pos = string_end(bytes, self.pos),
                _ => {}
            }
            self.pos += 1;
        }
    }

    pub(super) fn report(&mut self, problem: Problem) {
        if self.problems.len() <= MAX_PROBLEMS {
            self.problems.push(problem);
        }
        if self.problems.len() == MAX_PROBLEMS {
            self.too_many();
            self.pos = self.text.len();
            self.ended = true;
            self.lost = true;
        }
    }
}

/// The offset of the quote that closes the string at this offset, or of the last byte of its line.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            Some(b'"') => return at,
            Some(b'\\') => at += 2,
            Some(b'\n') | None => return at.min(bytes.len()) - 1,
            Some(_) => at += 1,
        }
    }
}

fn is_number(raw: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let raw = raw.strip_prefix('-').unwrap_or(raw);
    let (mantissa, exponent) = match raw.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (raw, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
