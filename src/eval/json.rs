//! JSON: what `jsonencode` writes and `jsondecode` reads, also where parts are unknown, and a form of values for
//! people and tools that shows what is not known.
//!
//! Written text keeps unknown values as [`Segment`]s: a string's between its quotes, anything else in place of the
//! whole value. Text with such segments reads back as the structure around them, so that a policy document with an
//! unknown ARN in it is still a policy document.

mod read;

use std::fmt::Write;

use super::set::sequence;
use super::text::{MAX_TEXT, check_length, from_segments};
use super::{EvalError, Fields, Hint, Kind, Marks, Segment, Seq, Type, Value};

pub use read::{read, read_segments};

/// The JSON text of a value that is wholly known, as `jsonencode` writes it.
pub fn write(value: &Value) -> Result<String, EvalError> {
    let parts = write_segments(value)?;
    let mut text = String::new();
    for part in parts {
        match part {
            Segment::Text(part) => text.push_str(&part),
            Segment::Unknown(_) => return Err(EvalError::new("the value is not wholly known")),
        }
    }
    Ok(text)
}

/// The JSON text of a value, with its unknown parts.
pub fn write_segments(value: &Value) -> Result<Vec<Segment>, EvalError> {
    let mut writer = Writer::default();
    writer.value(value)?;
    writer.flush();
    Ok(writer.parts)
}

/// The JSON text of a value as a string value, unknown where parts of it are.
pub fn write_value(value: &Value) -> Result<Value, EvalError> {
    Ok(from_segments(write_segments(value)?))
}

/// Text that is being written, cut at unknown parts.
#[derive(Default)]
struct Writer {
    parts: Vec<Segment>,
    text: String,
    length: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) -> Result<(), EvalError> {
        check_length(self.length + self.text.len())?;
        match &value.kind {
            Kind::Null => self.text.push_str("null"),
            Kind::Bool(b) => self.text.push_str(if *b { "true" } else { "false" }),
            Kind::Number(n) if n.is_infinite() => return Err(EvalError::new("infinity has no JSON form")),
            Kind::Number(n) => _ = write!(self.text, "{n}"),
            Kind::String(s) => quote(s, &mut self.text),
            Kind::List(s) | Kind::Tuple(s) => self.items(s)?,
            Kind::Set(_) => self.items(&sequence(value).unwrap_or_default())?,
            Kind::Map(f) | Kind::Object(f) => self.fields(f)?,
            Kind::Unknown(u) => match (&u.hint, &u.ty) {
                (Hint::Text(parts), _) => self.quoted(parts),
                (Hint::None | Hint::Length(..), Type::String) => self.quoted(&[Segment::Unknown(value.clone())]),
                _ => self.unknown(value.clone()),
            },
            Kind::Handle(_) => return Err(EvalError::new("a resource as a whole has no JSON form")),
        }
        Ok(())
    }

    fn items(&mut self, seq: &Seq) -> Result<(), EvalError> {
        self.text.push('[');
        for (i, item) in seq.items.iter().enumerate() {
            if i > 0 {
                self.text.push(',');
            }
            self.value(item)?;
        }
        self.rest(seq.rest.as_ref());
        self.text.push(']');
        Ok(())
    }

    fn fields(&mut self, fields: &Fields) -> Result<(), EvalError> {
        self.text.push('{');
        for (i, (name, value)) in fields.entries.iter().enumerate() {
            if i > 0 {
                self.text.push(',');
            }
            quote(name, &mut self.text);
            self.text.push(':');
            self.value(value)?;
        }
        self.rest(fields.rest.as_ref());
        self.text.push('}');
        Ok(())
    }

    /// Further elements, with their separators: one unknown part.
    fn rest(&mut self, rest: Option<&Value>) {
        if let Some(rest) = rest {
            self.unknown(Value::unknown_from([rest], Type::Any, false));
        }
    }

    fn quoted(&mut self, parts: &[Segment]) {
        self.text.push('"');
        for part in parts {
            match part {
                Segment::Text(text) => escape(text, &mut self.text),
                Segment::Unknown(value) => self.unknown(value.clone()),
            }
        }
        self.text.push('"');
    }

    fn unknown(&mut self, value: Value) {
        self.flush();
        self.parts.push(Segment::Unknown(value));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.length += self.text.len();
            self.parts.push(Segment::Text(std::mem::take(&mut self.text).into()));
        }
    }
}

/// A string as a JSON string, escaped as `jsonencode` escapes it.
pub fn quote(text: &str, into: &mut String) {
    into.push('"');
    escape(text, into);
    into.push('"');
}

/// Also escapes what is dangerous inside HTML and JavaScript.
fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\u{8}' => into.push_str("\\b"),
            '\u{c}' => into.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => _ = write!(into, "\\u{:04x}", c as u32),
            _ => into.push(c),
        }
    }
}

/// A value for people and tools: what is unknown as `{"$unknown": …}` with what it stands for, what is sensitive as
/// `{"$sensitive": true}`, and further elements that may exist under `$more`.
pub fn display(value: &Value) -> serde_json::Value {
    let mut budget = MAX_TEXT / 16;
    display_within(value, &mut budget)
}

fn display_within(value: &Value, budget: &mut usize) -> serde_json::Value {
    use serde_json::Value as Json;
    let Some(left) = budget.checked_sub(1) else { return tagged("$unknown", "more than fits here") };
    *budget = left;
    if value.marks.contains(Marks::SENSITIVE) {
        return tagged("$sensitive", true);
    }
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(b) => Json::Bool(*b),
        Kind::Number(n) if n.is_infinite() => Json::String(n.to_string()),
        Kind::Number(n) => Json::Number(serde_json::Number::from_string_unchecked(n.to_string())),
        Kind::String(s) => Json::String(s.to_string()),
        Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => {
            let mut items: Vec<Json> = s.items.iter().map(|v| display_within(v, budget)).collect();
            items.extend(s.rest.iter().map(|v| tagged("$more", display_within(v, budget))));
            Json::Array(items)
        }
        Kind::Map(f) | Kind::Object(f) => {
            let entries = f.entries.iter();
            let mut entries: serde_json::Map<String, Json> =
                entries.map(|(n, v)| (n.to_string(), display_within(v, budget))).collect();
            if let Some(rest) = &f.rest {
                entries.insert("$more".into(), display_within(rest, budget));
            }
            Json::Object(entries)
        }
        Kind::Unknown(u) => match &u.origin {
            Some(origin) => tagged("$unknown", origin.to_string()),
            None => tagged("$unknown", stands_for(value)),
        },
        Kind::Handle(id) => tagged("$handle", *id),
    }
}

/// What an unknown without a reference of its own was made from, or why it is unknown.
fn stands_for(value: &Value) -> String {
    let references: Vec<String> = value.deep_refs().iter().map(|r| r.to_string()).collect();
    match (references.is_empty(), value.cause()) {
        (true, Some(cause)) => cause.to_string(),
        _ => references.join(", "),
    }
}

fn tagged(tag: &str, value: impl Into<serde_json::Value>) -> serde_json::Value {
    serde_json::Value::Object([(tag.to_owned(), value.into())].into_iter().collect())
}

#[cfg(test)]
mod tests;
