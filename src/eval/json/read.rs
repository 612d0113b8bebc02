//! Reading JSON text, with or without unknown parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::text::{from_segments, normalized};
use super::super::{EvalError, Fields, Kind, Number, Segment, Seq, Type, Value};
use crate::source::ProblemKind;

/// How deep arrays and objects may nest.
const MAX_DEPTH: usize = 200;
/// Unknown parts are read as the characters of this private plane.
const PLACEHOLDERS: std::ops::RangeInclusive<char> = '\u{f0000}'..='\u{ffffd}';

/// The value that a JSON text stands for: objects and tuples; of equal keys the last wins.
pub fn read(text: &str) -> Result<Value, EvalError> {
    Reader::new(text, &[]).document()
}

/// The value that a JSON text with unknown parts stands for. What is unknown inside a string makes that string
/// unknown, what stands for itself an unknown value; where the structure cannot be made out, all of it is unknown.
pub fn read_segments(parts: &[Segment]) -> Result<Value, EvalError> {
    let mut text = String::new();
    let mut unknowns: Vec<&Value> = Vec::new();
    for part in parts {
        match part {
            Segment::Text(known) => text.push_str(known),
            Segment::Unknown(value) => {
                text.extend(PLACEHOLDERS.clone().nth(unknowns.len()));
                unknowns.push(value);
            }
        }
    }
    if unknowns.is_empty() {
        return read(&text);
    }
    let ambiguous = text.chars().filter(|c| PLACEHOLDERS.contains(c)).count() != unknowns.len();
    let value = if ambiguous { None } else { Reader::new(&text, &unknowns).document().ok() };
    Ok(value.unwrap_or_else(|| Value::unknown_from(unknowns, Type::Any, false)))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    unknowns: &'a [&'a Value],
    depth: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, unknowns: &'a [&'a Value]) -> Reader<'a> {
        Reader { text, at: 0, unknowns, depth: 0 }
    }

    fn document(mut self) -> Result<Value, EvalError> {
        let value = self.value()?;
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.error("the end of the text")),
        }
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn error(&self, expected: &str) -> EvalError {
        let line = self.text.as_bytes()[..self.at.min(self.text.len())].iter().filter(|b| **b == b'\n').count() + 1;
        EvalError::new(format!("invalid JSON in line {line}: expected {expected}"))
    }

    /// The unknown value whose placeholder comes next.
    fn unknown(&mut self) -> Option<&'a Value> {
        self.peek();
        let c = self.text[self.at..].chars().next()?;
        let value = self.placeholder(c)?;
        self.at += c.len_utf8();
        Some(value)
    }

    fn placeholder(&self, c: char) -> Option<&'a Value> {
        let index = (c as usize).checked_sub(*PLACEHOLDERS.start() as usize)?;
        self.unknowns.get(index).copied()
    }

    fn value(&mut self) -> Result<Value, EvalError> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => Ok(from_segments(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                for (word, value) in [("null", Value::NULL), ("true", true.into()), ("false", false.into())] {
                    if self.text[self.at..].starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                let value = self.unknown().ok_or_else(|| self.error("a value"))?;
                // The text of a string stands here, which is not the string itself.
                let quoted = value.type_of() == Type::String;
                Ok(if quoted { Value::unknown_from([value], Type::Any, false) } else { value.clone() })
            }
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, EvalError>) -> Result<Value, EvalError> {
        if self.depth == MAX_DEPTH {
            let error = EvalError::new(format!("this JSON nests deeper than {MAX_DEPTH} levels"));
            return Err(EvalError { kind: ProblemKind::Limit, ..error });
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Value, EvalError> {
        let mut items = Vec::new();
        let mut rest = None;
        if !self.take(b']') {
            loop {
                items.push(self.value()?);
                if self.peek() != Some(b',')
                    && let Some(unknown) = self.unknown()
                {
                    rest = Some(unknown.clone());
                }
                if self.take(b']') {
                    break;
                }
                if rest.is_some() || !self.take(b',') {
                    return Err(self.error("`,` or `]`"));
                }
            }
        }
        Ok(Kind::Tuple(Arc::new(Seq { items, element: Type::Any, rest })).into())
    }

    fn object(&mut self) -> Result<Value, EvalError> {
        let mut fields = Fields { entries: BTreeMap::new(), ..Fields::default() };
        if !self.take(b'}') {
            loop {
                self.member(&mut fields)?;
                if self.peek() != Some(b',')
                    && let Some(unknown) = self.unknown()
                {
                    fields.rest = Some(unknown.clone());
                }
                if self.take(b'}') {
                    break;
                }
                if !self.take(b',') {
                    return Err(self.error("`,` or `}`"));
                }
            }
        }
        Ok(Kind::Object(Arc::new(fields)).into())
    }

    fn member(&mut self, fields: &mut Fields) -> Result<(), EvalError> {
        if self.peek() != Some(b'"') {
            // Further members stand here as one unknown part.
            let unknown = self.unknown().ok_or_else(|| self.error("a property name in quotes"))?;
            fields.rest = Some(unknown.clone());
            return Ok(());
        }
        let key = from_segments(self.string()?);
        if !self.take(b':') {
            return Err(self.error("`:`"));
        }
        let value = self.value()?;
        match key.as_str() {
            Some(key) => _ = fields.entries.insert(key.into(), value),
            // A member with an unknown name may be any of them.
            None => {
                let parts = fields.rest.iter().chain([&key, &value]);
                fields.rest = Some(Value::unknown_from(parts, Type::Any, false));
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, EvalError> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut at = start + usize::from(bytes[start] == b'-');
        let whole = digits(at);
        let leading_zero = whole > 1 && bytes[at] == b'0';
        at += whole;
        let mut valid = whole > 0 && !leading_zero;
        if bytes.get(at) == Some(&b'.') {
            let fraction = digits(at + 1);
            valid &= fraction > 0;
            at += 1 + fraction;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let exponent = digits(at);
            valid &= exponent > 0;
            at += exponent;
        }
        if !valid {
            return Err(self.error("a number"));
        }
        self.at = at;
        let number = Number::parse(&self.text[start..at]);
        number.map(Value::from).ok_or_else(|| {
            let error = EvalError::new("this JSON has a number that is too long");
            EvalError { kind: ProblemKind::Limit, ..error }
        })
    }

    /// A string, in parts where some of it is unknown.
    fn string(&mut self) -> Result<Vec<Segment>, EvalError> {
        self.at += 1;
        let mut parts = Vec::new();
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let c = rest.chars().next().ok_or_else(|| self.error("a closing quote"))?;
            self.at += c.len_utf8();
            match c {
                '"' => break,
                '\\' => text.push(self.escape()?),
                '\0'..='\u{1f}' => return Err(self.error("no control characters inside a string")),
                _ => match self.placeholder(c) {
                    Some(value) => {
                        parts.push(Segment::Text(normalized(std::mem::take(&mut text))));
                        parts.push(Segment::Unknown(value.clone()));
                    }
                    None => text.push(c),
                },
            }
        }
        parts.push(Segment::Text(normalized(text)));
        Ok(parts)
    }

    fn escape(&mut self) -> Result<char, EvalError> {
        let byte = self.text.as_bytes().get(self.at).copied();
        let c = match byte {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.error("a valid escape")),
        };
        self.at += 1;
        Ok(c)
    }

    /// Four hexadecimal digits, or twice four for a pair of surrogates; a lone surrogate becomes U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, EvalError> {
        let high = self.hex()?;
        if let Some(c) = char::from_u32(high) {
            return Ok(c);
        }
        if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Result<u32, EvalError> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|d| u32::from_str_radix(d, 16).ok());
        let code = code.ok_or_else(|| self.error("four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }
}
