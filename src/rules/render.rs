//! Values as people and programs read them: short text for labels and messages, HCL for fixes, JSON for reports.
//! What is sensitive is never shown.

use std::fmt::Write as _;

use crate::eval::text::segments;
use crate::eval::{Kind, Segment, Unknown, Value};
use crate::secrets::HIDDEN;

/// The longest text in a label, in characters.
const SHORT: usize = 60;

/// As JSON. Unknown parts are objects `{"$unknown": "aws_x.y.id"}`; sensitive ones are null.
pub fn json(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    if hidden(value) {
        return Json::Null;
    }
    match &value.kind {
        Kind::Null | Kind::Handle(_) => Json::Null,
        Kind::Bool(b) => Json::Bool(*b),
        Kind::Number(n) => {
            let text = n.to_string();
            text.parse().map(Json::Number).unwrap_or(Json::String(text))
        }
        Kind::String(s) => Json::String(s.to_string()),
        Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => Json::Array(s.items.iter().chain(&s.rest).map(json).collect()),
        Kind::Map(f) | Kind::Object(f) => {
            Json::Object(f.entries.iter().map(|(name, value)| (name.to_string(), json(value))).collect())
        }
        Kind::Unknown(u) => {
            let name = u.origin.as_ref().map_or_else(|| u.cause.to_string(), ToString::to_string);
            Json::Object([("$unknown".to_owned(), Json::String(name))].into_iter().collect())
        }
    }
}

/// As HCL on one line. Unknown parts are the reference they stand for; `None` where there is something that cannot be
/// written down.
pub fn hcl(value: &Value) -> Option<String> {
    if hidden(value) {
        return None;
    }
    match &value.kind {
        Kind::Null => Some("null".into()),
        Kind::Bool(b) => Some(b.to_string()),
        Kind::Number(n) => Some(n.to_string()),
        Kind::String(s) => Some(quoted(s)),
        Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => {
            let items = s.items.iter().map(hcl).collect::<Option<Vec<_>>>()?;
            s.rest.is_none().then(|| format!("[{}]", items.join(", ")))
        }
        Kind::Map(f) | Kind::Object(f) => {
            let entry =
                |(name, value): (&crate::syntax::Text, &Value)| Some(format!("{} = {}", key(name), hcl(value)?));
            let entries = f.entries.iter().map(entry).collect::<Option<Vec<_>>>()?;
            match entries.is_empty() {
                _ if f.rest.is_some() => None,
                true => Some("{}".into()),
                false => Some(format!("{{ {} }}", entries.join(", "))),
            }
        }
        Kind::Unknown(u) => u.origin.as_ref().map(ToString::to_string),
        Kind::Handle(_) => None,
    }
}

/// As a label shows it: HCL where that is short, else its beginning.
pub fn short(value: &Value) -> String {
    if hidden(value) {
        return HIDDEN.into();
    }
    let text = match &value.kind {
        Kind::Unknown(u) => known_of(u).unwrap_or_else(|| unknown_name(u)),
        _ => hcl(value).unwrap_or_else(|| "…".into()),
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
        Segment::Text(text) => text.to_string(),
        Segment::Unknown(value) if hidden(value) => HIDDEN.into(),
        Segment::Unknown(value) => {
            let name = value.as_unknown().map_or_else(|| "…".into(), unknown_name);
            // Part of a longer word: `com.amazonaws.${var.region}.s3`.
            let glued = ends_in_word(text_at(at.checked_sub(1))) || begins_in_word(text_at(Some(at + 1)));
            if glued { format!("${{{name}}}") } else { name }
        }
    };
    parts.iter().enumerate().map(part).collect()
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
        Segment::Text(text) => text.to_string(),
        Segment::Unknown(value) => format!("${{{}}}", value.as_unknown().map_or_else(|| "…".into(), unknown_name)),
    };
    Some(format!("\"{}\"", parts.iter().map(part).collect::<String>()))
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
