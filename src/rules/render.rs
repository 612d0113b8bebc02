//! Values as people and programs read them: short text for labels and messages, HCL for fixes, JSON for reports.
//! What is sensitive is never shown.

use std::fmt::Write as _;

use crate::eval::text::segments;
use crate::eval::{Kind, Segment, Unknown, Value};
use crate::secrets::HIDDEN;
use crate::source::char_boundary;

/// The longest text in a label, in characters.
const SHORT: usize = 60;
/// More bytes than such a text has.
const ENOUGH: usize = 4 * SHORT;

/// The longest text that a message repeats of a value, in bytes.
const MOST_OF_A_TEXT: usize = 4096;
/// What a report repeats of a value at most, in bytes. Thousands of findings may be about the same long list.
const MOST_OF_A_VALUE: usize = 4096;
/// A part of a value counts as so many bytes beside its texts.
const BYTES_OF_A_PART: usize = 4;

/// As JSON. Unknown parts are objects `{"$unknown": "aws_x.y.id"}`; sensitive ones are null.
pub fn json(value: &Value) -> serde_json::Value {
    json_within(value, &mut { usize::MAX }).unwrap_or_default()
}

/// The same of what is small enough to be repeated in a report.
pub fn json_of_small(value: &Value) -> Option<serde_json::Value> {
    json_within(value, &mut { MOST_OF_A_VALUE })
}

/// The same of what takes no more than the bytes that are left.
fn json_within(value: &Value, left: &mut usize) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    spend(left, BYTES_OF_A_PART)?;
    if hidden(value) {
        return Some(Json::Null);
    }
    Some(match &value.kind {
        Kind::Null | Kind::Handle(_) => Json::Null,
        Kind::Bool(b) => Json::Bool(*b),
        Kind::Number(n) => {
            let text = n.to_string();
            spend(left, text.len())?;
            text.parse().map(Json::Number).unwrap_or(Json::String(text))
        }
        Kind::String(s) => {
            spend(left, s.len())?;
            Json::String(s.to_string())
        }
        Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => {
            let items = s.items.iter().chain(&s.rest).map(|item| json_within(item, left));
            Json::Array(items.collect::<Option<_>>()?)
        }
        Kind::Map(f) | Kind::Object(f) => {
            let mut entry = |(name, value): (&crate::syntax::Text, &Value)| {
                spend(left, name.len())?;
                Some((name.to_string(), json_within(value, left)?))
            };
            Json::Object(f.entries.iter().map(&mut entry).collect::<Option<_>>()?)
        }
        Kind::Unknown(u) => {
            let name = u.origin.as_ref().map_or_else(|| u.cause.to_string(), ToString::to_string);
            spend(left, name.len())?;
            Json::Object([("$unknown".to_owned(), Json::String(name))].into_iter().collect())
        }
    })
}

fn spend(left: &mut usize, bytes: usize) -> Option<()> {
    *left = left.checked_sub(bytes)?;
    Some(())
}

/// As HCL on one line. Unknown parts are the reference they stand for; `None` where there is something that cannot be
/// written down.
pub fn hcl(value: &Value) -> Option<String> {
    let mut text = String::new();
    write_hcl(value, &mut text, usize::MAX)?;
    Some(text)
}

/// Writes so many bytes of it, or a few more; `None` where something among them cannot be written down.
fn write_hcl(value: &Value, text: &mut String, most: usize) -> Option<()> {
    if hidden(value) {
        return None;
    }
    match &value.kind {
        Kind::Null => text.push_str("null"),
        Kind::Bool(b) => text.push_str(if *b { "true" } else { "false" }),
        Kind::Number(n) => _ = write!(text, "{n}"),
        Kind::String(s) => text.push_str(&quoted(beginning(s, most))),
        Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => {
            text.push('[');
            for (at, item) in s.items.iter().enumerate() {
                if text.len() > most {
                    return Some(());
                }
                text.push_str(if at == 0 { "" } else { ", " });
                write_hcl(item, text, most)?;
            }
            text.push(']');
            return s.rest.is_none().then_some(());
        }
        Kind::Map(f) | Kind::Object(f) if f.entries.is_empty() => {
            text.push_str("{}");
            return f.rest.is_none().then_some(());
        }
        Kind::Map(f) | Kind::Object(f) => {
            text.push('{');
            for (at, (name, value)) in f.entries.iter().enumerate() {
                if text.len() > most {
                    return Some(());
                }
                text.push_str(if at == 0 { " " } else { ", " });
                _ = write!(text, "{} = ", key(beginning(name, most)));
                write_hcl(value, text, most)?;
            }
            text.push_str(" }");
            return f.rest.is_none().then_some(());
        }
        Kind::Unknown(u) => _ = write!(text, "{}", u.origin.as_ref()?),
        Kind::Handle(_) => return None,
    }
    Some(())
}

/// So many bytes of a text, or a few less.
fn beginning(text: &str, most: usize) -> &str {
    &text[..char_boundary(text, most)]
}

/// As a label shows it: HCL where that is short, else its beginning.
pub fn short(value: &Value) -> String {
    if hidden(value) {
        return HIDDEN.into();
    }
    let text = match &value.kind {
        Kind::Unknown(u) => known_of(u).unwrap_or_else(|| unknown_name(u)),
        _ => {
            let mut text = String::new();
            write_hcl(value, &mut text, ENOUGH).map_or_else(|| "…".into(), |()| text)
        }
    };
    shortened(&text)
}

/// As it stands inside a message: the text of primitives; what is unknown by the name of what it stands for.
pub fn text(value: &Value) -> String {
    if hidden(value) {
        return HIDDEN.into();
    }
    let Some(parts) = segments(value) else { return short(value) };
    let text_at = |at: Option<usize>| match at.and_then(|at| parts.get(at)) {
        Some(Segment::Text(text)) => text,
        _ => "",
    };
    let part = |(at, part): (usize, &Segment)| match part {
        Segment::Text(text) => beginning(text, MOST_OF_A_TEXT + 1).to_owned(),
        Segment::Unknown(value) if hidden(value) => HIDDEN.into(),
        Segment::Unknown(value) => {
            let name = value.as_unknown().map_or_else(|| "…".into(), unknown_name);
            // Part of a longer word: `com.amazonaws.${var.region}.s3`.
            let glued = ends_in_word(text_at(at.checked_sub(1))) || begins_in_word(text_at(Some(at + 1)));
            if glued { format!("${{{name}}}") } else { name }
        }
    };
    let mut text = String::new();
    for shown in parts.iter().enumerate().map(part) {
        text.push_str(&shown);
        if text.len() > MOST_OF_A_TEXT {
            return [beginning(&text, MOST_OF_A_TEXT), "…"].concat();
        }
    }
    text
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(|c: char| c.is_alphanumeric() || ".-_/:".contains(c))
}

fn begins_in_word(text: &str) -> bool {
    // A dot or colon may as well end the sentence.
    let text = text.strip_prefix(['.', ':']).unwrap_or(text);
    text.starts_with(|c: char| c.is_alphanumeric() || "-_/".contains(c))
}

/// Whether a value must not be printed.
pub fn hidden(value: &Value) -> bool {
    value.marks.are_secret()
}

/// The known parts of a text between dots.
fn known_of(unknown: &Unknown) -> Option<String> {
    let crate::eval::Hint::Text(parts) = &unknown.hint else { return None };
    let part = |part: &Segment| match part {
        Segment::Text(text) => beginning(text, ENOUGH).to_owned(),
        Segment::Unknown(value) => format!("${{{}}}", value.as_unknown().map_or_else(|| "…".into(), unknown_name)),
    };
    let mut text = String::from("\"");
    for shown in parts.iter().map(part) {
        text.push_str(&shown);
        if text.len() > ENOUGH {
            return Some(text);
        }
    }
    text.push('"');
    Some(text)
}

fn unknown_name(unknown: &Unknown) -> String {
    unknown.origin.as_ref().map_or_else(|| "…".into(), ToString::to_string)
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && text.chars().count() <= SHORT {
        return text.to_owned();
    }
    line.chars().take(SHORT - 1).chain(['…']).collect()
}

fn key(name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    match plain && !name.starts_with(|c: char| c.is_ascii_digit() || c == '-') && !name.is_empty() {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// A string in quotes, as HCL reads it back.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => quoted.extend([c, c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{Cause, Marks, Reference, ReferenceKind, Type};

    fn unknown() -> Value {
        let reference = Reference::to(ReferenceKind::Variable, "var.x");
        Value::unknown_reference(reference, Type::String, false, Cause::Variable("var.x".into()))
    }

    fn check(value: &Value, expected_hcl: Option<&str>, expected_json: &str) {
        assert_eq!(hcl(value).as_deref(), expected_hcl);
        assert_eq!(json(value).to_string(), expected_json);
    }

    #[test]
    fn values_are_written_as_hcl_and_json() {
        check(&Value::NULL, Some("null"), "null");
        check(&Value::from(7), Some("7"), "7");
        check(&Value::from("a\"${b}\n"), Some(r#""a\"$${b}\n""#), r#""a\"${b}\n""#);
        let list = Value::tuple(vec![true.into(), unknown()]);
        check(&list, Some("[true, var.x]"), r#"[true,{"$unknown":"var.x"}]"#);
        let object = Value::object([("a b".into(), Value::from(1)), ("c".into(), "d".into())].into_iter().collect());
        check(&object, Some(r#"{ "a b" = 1, c = "d" }"#), r#"{"a b":1,"c":"d"}"#);
    }

    #[test]
    fn secrets_are_never_shown() {
        let secret = Value::from("hunter2").with_marks(Marks::SENSITIVE);
        let list = Value::tuple(vec![secret.clone()]);
        check(&secret, None, "null");
        check(&list, None, "[null]");
        assert_eq!(short(&secret), HIDDEN);
        assert_eq!(text(&secret), HIDDEN);
        assert_eq!(short(&list), "…");
    }

    #[test]
    fn labels_are_short() {
        assert_eq!(short(&"x".repeat(100).as_str().into()).chars().count(), SHORT);
        assert_eq!(short(&unknown()), "var.x");
        assert_eq!(text(&unknown()), "var.x");
    }

    #[test]
    fn what_is_long_is_not_repeated_by_each_finding() {
        let long = Value::from("x".repeat(5_000).as_str());
        assert_eq!(json_of_small(&long), None);
        assert_eq!(text(&long), format!("{}…", "x".repeat(MOST_OF_A_TEXT)));
        let list = |length: usize, last: Value| Value::tuple([vec![true.into(); length], vec![last]].concat());
        assert_eq!(json_of_small(&list(1_100, true.into())), None);
        assert_eq!(json_of_small(&list(100, true.into())), Some(json(&list(100, true.into()))));
        let secret = || Value::from("hunter2").with_marks(Marks::SENSITIVE);
        assert_eq!(short(&list(1_000, secret())), format!("[{}true…", "true, ".repeat(9)));
        assert_eq!(short(&list(3, secret())), "…");
        assert_eq!(
            short(&Value::object((0..1_000).map(|i| (format!("k{i:03}").into(), i.into())).collect())).chars().count(),
            SHORT
        );
    }

    #[test]
    fn an_unknown_part_of_a_word_is_marked() {
        let around = |before: &str, after: &str| {
            let parts = vec![Segment::Text(before.into()), Segment::Unknown(unknown()), Segment::Text(after.into())];
            text(&crate::eval::text::from_segments(parts))
        };
        assert_eq!(around("com.amazonaws.", ".s3"), "com.amazonaws.${var.x}.s3");
        assert_eq!(around("", "-data of it"), "${var.x}-data of it");
        assert_eq!(around("the key ", ". It"), "the key var.x. It");
        assert_eq!(around("(", ")"), "(var.x)");
    }
}
