//! Reading JSON text: any number stays exact, and unknown parts of the text stay where they stand.

use std::borrow::Cow;

use super::super::holes::Substituted;
use super::super::text::{check_count, normalized, segments};
use super::super::texts::{self, Format};
use super::super::{EvalError, Fields, Hint, Kind, Node, Number, Seq, Type, Unknown, Value};
use crate::source::ProblemKind;
use crate::syntax::Text;

/// Arrays and objects may not nest deeper.
const MAX_DEPTH: usize = 256;

/// The value that a JSON text stands for: objects and tuples; of equal keys the last wins.
pub fn read(text: &str) -> Result<Value, EvalError> {
    read_substituted(&Substituted::known(text))
}

/// The value that a text stands for which may be unknown in parts. Where its structure cannot be made out then, all of
/// it is unknown.
pub fn read_value(text: &Value) -> Result<Value, EvalError> {
    if let Kind::String(known) = &text.kind {
        return texts::read(Format::Json, known, read).map(|value| value.from_parts([text]));
    }
    let unknown = || Value::unknown_from([text], Type::Any, false);
    let Some(parts) = segments(text).and_then(|parts| Substituted::new(&parts)) else { return Ok(unknown()) };
    // What stands in the holes may be what makes it valid. What is marked may be any of the known parts.
    Ok(read_substituted(&parts).unwrap_or_else(|_| unknown()).with_marks(text.marks.secret()))
}

fn read_substituted(text: &Substituted) -> Result<Value, EvalError> {
    let mut reader = Reader { source: text, rest: &text.text, depth: 0, count: 0 };
    let value = reader.value()?;
    reader.skip_space();
    // Terraform's reader takes a closing bracket too many for the end.
    match reader.rest.chars().next() {
        None | Some('}' | ']') => Ok(value),
        Some(_) => Err(reader.error("extra text after the value")),
    }
}

struct Reader<'t> {
    source: &'t Substituted,
    rest: &'t str,
    depth: usize,
    count: usize,
}

impl<'t> Reader<'t> {
    fn error(&self, message: &str) -> EvalError {
        let at = self.source.text.len() - self.rest.len();
        EvalError::new(format!("invalid JSON: {message} at byte {at}"))
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Skips blanks and then the character, where it comes next.
    fn take(&mut self, c: char) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Skips blanks and then a hole, where one comes next.
    fn take_hole(&mut self) -> Option<&'t Value> {
        self.skip_space();
        let c = self.rest.chars().next()?;
        let hole = self.source.hole(c)?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(hole)
    }

    fn value(&mut self) -> Result<Value, EvalError> {
        self.count += 1;
        check_count(self.count)?;
        if let Some(hole) = self.take_hole() {
            return Ok(self.hole_value(hole));
        }
        let Some(first) = self.rest.chars().next() else { return Err(self.error("a value is missing")) };
        match first {
            '{' | '[' if self.depth == MAX_DEPTH => {
                Err(self.error("the text nests too deeply").of_kind(ProblemKind::Limit))
            }
            '{' => self.nested(Reader::object),
            '[' => self.nested(Reader::array),
            '"' => Ok(self.source.restore(&self.string()?)),
            '-' | '0'..='9' => self.number(),
            _ => {
                for (word, value) in [("null", Value::NULL), ("true", Value::from(true)), ("false", Value::from(false))]
                {
                    if let Some(rest) = self.rest.strip_prefix(word) {
                        self.rest = rest;
                        return Ok(value);
                    }
                }
                Err(self.error(&format!("unexpected `{first}`")))
            }
        }
    }

    /// What an unknown part is worth where a value is expected: text is JSON of which nothing is known.
    fn hole_value(&self, hole: &Value) -> Value {
        match &hole.kind {
            _ if is_fragment(hole) => Value::unknown_from([hole], Type::Any, false),
            // A list or map comes back as a tuple or object.
            Kind::Unknown(u) if !u.ty.is_primitive() && u.ty != Type::Any => {
                let untyped = Unknown { ty: Type::Any, hint: Hint::None, ..(**u).clone() };
                Value { kind: Kind::Unknown(Node::new(untyped)), ..hole.clone() }
            }
            _ => hole.clone(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, EvalError>) -> Result<Value, EvalError> {
        self.rest = &self.rest[1..];
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Value, EvalError> {
        let mut items = Vec::new();
        let mut rest = Vec::new();
        let mut loose = 0;
        let mut comma = false;
        loop {
            if self.take(']') {
                if comma {
                    return Err(self.error("an element is missing"));
                }
                let rest = self.source.rest_of(rest);
                let seq = Seq { items, element: Type::Any, rest: rest.into(), loose };
                return Ok(Kind::Tuple(Node::new(seq)).into());
            }
            let before = self.rest;
            let begun = !items.is_empty() || !rest.is_empty();
            match self.take_hole() {
                Some(hole) if is_fragment(hole) || begun && !comma => rest.push(self.hole_value(hole)),
                _ => {
                    self.rest = before;
                    let value = self.value()?;
                    // Behind an unknown number of elements no position is known.
                    loose += usize::from(!rest.is_empty());
                    items.push(value);
                }
            }
            comma = self.separator(']')?;
        }
    }

    fn object(&mut self) -> Result<Value, EvalError> {
        let mut entries: Vec<(Text, Value)> = Vec::new();
        let (mut rest, mut unnamed, mut fragments) = (Vec::new(), Vec::new(), false);
        let mut comma = false;
        loop {
            if self.take('}') {
                if comma {
                    return Err(self.error("a member is missing"));
                }
                let entries = entries.into_iter().collect();
                let fields = Fields { entries, rest: self.source.rest_of(rest).into(), ..Fields::default() };
                let fields = if fragments { fields } else { fields.with_unnamed(unnamed) };
                return Ok(Kind::Object(Node::new(fields)).into());
            }
            if let Some(hole) = self.take_hole() {
                rest.push(self.hole_value(hole));
                fragments = true;
            } else {
                if !self.rest.starts_with('"') {
                    return Err(self.error("a member's name must be a string"));
                }
                let name = self.string()?;
                if !self.take(':') {
                    return Err(self.error("`:` is missing"));
                }
                let value = self.value()?;
                match !name.is_ascii() && name.contains(|c| self.source.hole(c).is_some()) {
                    true => {
                        unnamed.push((self.source.restore(&name), value.clone()));
                        rest.push(value);
                    }
                    false => entries.push((normalized(name), value)),
                }
            }
            comma = self.separator('}')?;
        }
    }

    /// After an element: whether a comma follows. Beside a hole none is needed, it may bring its own; but text could
    /// also go on with a number or a word.
    fn separator(&mut self, close: char) -> Result<bool, EvalError> {
        let before = &self.source.text[..self.source.text.len() - self.rest.len()];
        let continues = before.ends_with(|c: char| c.is_ascii_alphanumeric());
        if self.take(',') {
            return Ok(true);
        }
        let next = self.rest.chars().next();
        let hole = next.and_then(|c| self.source.hole(c)).is_some_and(|hole| !(continues && is_fragment(hole)));
        let behind_hole = before.trim_end().ends_with(|c| self.source.hole(c).is_some());
        match hole || behind_hole || next == Some(close) {
            true => Ok(false),
            false => Err(self.error(&format!("`,` or `{close}` is missing"))),
        }
    }

    /// A string, unescaped, its holes still characters.
    fn string(&mut self) -> Result<Cow<'t, str>, EvalError> {
        let mut text = Cow::Borrowed("");
        self.rest = &self.rest[1..];
        loop {
            let Some(at) = self.rest.bytes().position(|b| b == b'"' || b == b'\\' || b < b' ') else {
                return Err(self.error("a string is not closed"));
            };
            let (plain, rest) = self.rest.split_at(at);
            self.rest = rest;
            // Most strings hold nothing that is escaped, and stay where they are.
            text += plain;
            match self.rest.as_bytes()[0] {
                b'"' => {
                    self.rest = &self.rest[1..];
                    return Ok(text);
                }
                b'\\' => {
                    let escaped = self.escape()?;
                    text.to_mut().push(escaped);
                }
                _ => return Err(self.error("a string holds a raw control character")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, EvalError> {
        let escaped = self.rest.as_bytes().get(1).copied().unwrap_or_default();
        let c = match escaped {
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(self.error("invalid escape sequence")),
        };
        self.rest = &self.rest[2..];
        Ok(c)
    }

    /// `\uXXXX`, two of them for a character beyond the basic plane. A half of such a pair is no character.
    fn unicode(&mut self) -> Result<char, EvalError> {
        let first = self.code_unit()?;
        if let 0xD800..0xDC00 = first
            && self.rest.starts_with("\\u")
        {
            let before = self.rest;
            let second = self.code_unit()?;
            if let 0xDC00..0xE000 = second {
                let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.rest = before;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn code_unit(&mut self) -> Result<u32, EvalError> {
        let digits = self.rest.get(2..6).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|d| u32::from_str_radix(d, 16).ok()) else {
            return Err(self.error("invalid escape sequence"));
        };
        self.rest = &self.rest[6..];
        Ok(code)
    }

    fn number(&mut self) -> Result<Value, EvalError> {
        let length = self.rest.find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(length);
        match Number::parse(text).filter(|_| is_number(text)) {
            Some(number) => {
                self.rest = rest;
                Ok(number.into())
            }
            None => Err(self.error(&format!("invalid number `{text}`"))),
        }
    }
}

/// Whether a hole is a piece of JSON text, not one encoded value.
fn is_fragment(hole: &Value) -> bool {
    hole.as_unknown().is_some_and(|u| u.ty == Type::String)
}

/// Whether text is a number by JSON's grammar.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}
