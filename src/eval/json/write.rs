//! Writing JSON text, with or without unknown parts.

use super::super::set::sequence;
use super::super::text::{TextBuilder, segments};
use super::super::union::{alternatives, is_not_null};
use super::super::{EvalError, Fields, Hint, Kind, Segment, Seq, Type, Value};

/// The JSON text of a value that is wholly known, as `jsonencode` writes it.
pub fn write(value: &Value) -> Result<String, EvalError> {
    match write_value(value)?.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(EvalError::new("the value is not wholly known")),
    }
}

/// The JSON text of a value, unknown where parts of it are.
pub fn write_value(value: &Value) -> Result<Value, EvalError> {
    let mut out = TextBuilder::default();
    push(&mut out, value)?;
    Ok(out.finish())
}

/// Adds the JSON of a value.
pub fn push(out: &mut TextBuilder, value: &Value) -> Result<(), EvalError> {
    match &value.kind {
        Kind::Null => out.push_str("null"),
        Kind::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Kind::Number(n) if n.is_infinite() => Err(EvalError::new("infinity cannot be written as JSON")),
        Kind::Number(n) => out.push_str(&n.to_string()),
        Kind::String(s) => {
            out.push_str("\"")?;
            push_escaped(out, s)?;
            out.push_str("\"")
        }
        Kind::List(s) | Kind::Tuple(s) => push_seq(out, s),
        Kind::Set(_) => push_seq(out, &sequence(value).unwrap_or_default()),
        Kind::Map(f) | Kind::Object(f) => push_fields(out, f),
        Kind::Unknown(u) if u.ty == Type::String => {
            out.push_str("\"")?;
            match &u.hint {
                Hint::Text(parts) => {
                    for part in parts.iter() {
                        match part {
                            Segment::Text(text) => push_escaped(out, text)?,
                            Segment::Unknown(value) => out.push_encoded(value.clone()),
                        }
                    }
                }
                _ => out.push_encoded(as_written(value, |v| v.as_str().is_some_and(|text| !needs_escape(text)))),
            }
            out.push_str("\"")
        }
        Kind::Unknown(_) => {
            // Objects and lists have no text of their own that could be mistaken for their JSON.
            let same = |v: &Value| !matches!(v.kind, Kind::String(_) | Kind::Null);
            out.push_encoded(as_written(value, same));
            Ok(())
        }
        Kind::Handle(_) => Err(EvalError::new("a resource as a whole has no JSON form")),
    }
}

/// An unknown part as it may stand in the text. What is one of several stays so only where each of them stands for
/// itself, since texts are spelled out with the values of their parts.
fn as_written(value: &Value, same: impl Fn(&Value) -> bool) -> Value {
    match alternatives(value) {
        Some(values) if !values.iter().all(same) => Value::unknown_from([value], value.type_of(), is_not_null(value)),
        _ => value.clone(),
    }
}

fn needs_escape(text: &str) -> bool {
    next_escaped(text).is_some()
}

/// Where the first character stands that is escaped: those that JSON escapes, and those that HTML gives a meaning.
fn next_escaped(text: &str) -> Option<usize> {
    let is_escaped = |(at, byte): (usize, u8)| match byte {
        ..b' ' | b'"' | b'\\' | b'<' | b'>' | b'&' => true,
        // The separators of lines and paragraphs, U+2028 and U+2029.
        0xE2 => matches!(text.as_bytes()[at..], [_, 0x80, 0xA8 | 0xA9, ..]),
        _ => false,
    };
    text.bytes().enumerate().find(|&byte| is_escaped(byte)).map(|(at, _)| at)
}

fn push_seq(out: &mut TextBuilder, seq: &Seq) -> Result<(), EvalError> {
    out.push_str("[")?;
    let (fixed, loose) = seq.items.split_at(seq.fixed().len());
    for (i, item) in fixed.iter().enumerate() {
        if i > 0 {
            out.push_str(",")?;
        }
        push(out, item)?;
    }
    if seq.rest.is_some() || !loose.is_empty() {
        // Other elements may stand before, between and behind those without a place.
        let others = Value::unknown_from(seq.unfixed(), Type::Any, false);
        push_others(out, &others, fixed.is_empty());
        for item in loose {
            push(out, item)?;
            push_others(out, &others, false);
        }
    }
    out.push_str("]")
}

/// Adds what stands for any number of other elements, commas included: text where nothing is before it, and any
/// value behind another, where no single value could stand.
fn push_others(out: &mut TextBuilder, others: &Value, first: bool) {
    out.push_encoded(Value::unknown_from([others], if first { Type::String } else { Type::Any }, false));
}

fn push_fields(out: &mut TextBuilder, fields: &Fields) -> Result<(), EvalError> {
    if !fields.unnamed.is_empty() {
        return push_unnamed(out, &fields.unnamed);
    }
    out.push_str("{")?;
    if let Some(rest) = fields.rest.as_ref() {
        push_others(out, rest, true);
    }
    for (i, (name, value)) in fields.entries.iter().enumerate() {
        match fields.rest.as_ref() {
            // The names are sorted: others may stand anywhere.
            Some(rest) if i > 0 => push_others(out, rest, false),
            None if i > 0 => out.push_str(",")?,
            _ => {}
        }
        out.push_str("\"")?;
        push_escaped(out, name)?;
        out.push_str("\":")?;
        push(out, value)?;
    }
    if let Some(rest) = fields.rest.as_ref().filter(|_| !fields.entries.is_empty()) {
        push_others(out, rest, false);
    }
    out.push_str("}")
}

/// Adds members whose names are known in part, in the order of that part.
fn push_unnamed(out: &mut TextBuilder, members: &[(Value, Value)]) -> Result<(), EvalError> {
    let known = |name: &Value| -> String {
        let text = |part: &Segment| if let Segment::Text(text) = part { text.to_string() } else { String::new() };
        segments(name).iter().flatten().map(text).collect()
    };
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by_cached_key(|(name, _)| known(name));
    out.push_str("{")?;
    for (i, (name, value)) in sorted.into_iter().enumerate() {
        if i > 0 {
            out.push_str(",")?;
        }
        push(out, name)?;
        out.push_str(":")?;
        push(out, value)?;
    }
    out.push_str("}")
}

/// Adds text as it stands between the quotes of a JSON string.
fn push_escaped(out: &mut TextBuilder, text: &str) -> Result<(), EvalError> {
    let mut rest = text;
    while let Some(at) = next_escaped(rest) {
        let c = rest[at..].chars().next().unwrap_or_default();
        out.push_str(&rest[..at])?;
        match c {
            '"' => out.push_str("\\\"")?,
            '\\' => out.push_str("\\\\")?,
            '\n' => out.push_str("\\n")?,
            '\r' => out.push_str("\\r")?,
            '\t' => out.push_str("\\t")?,
            '\x08' => out.push_str("\\b")?,
            '\x0c' => out.push_str("\\f")?,
            _ => out.push_str(&format!("\\u{:04x}", u32::from(c)))?,
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.push_str(rest)
}
