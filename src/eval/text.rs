//! Text that is not wholly known: strings as sequences of known text and unknown parts.
//!
//! A template such as `"${aws_s3_bucket.a.arn}/*"` is unknown to Terraform. Here it stays a list of [`Segment`]s, so
//! that its prefix, its suffix and what it refers to survive. [`segments`] takes a value apart, [`from_segments`] puts
//! one together; templates and the string functions share both. Knows nothing of syntax.

use std::sync::Arc;

use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

use super::{Cause, EvalError, Hint, Kind, Marks, Refs, Segment, Type, Unknown, Value};
use crate::source::ProblemKind;
use crate::syntax::Text;

/// The longest text that evaluation makes, in bytes.
pub const MAX_TEXT: usize = 16 << 20;

/// The parts of a value inside a larger text: known primitives are text, unknowns what is known of them. `None` where
/// the value cannot stand in a text: null and collections.
pub fn segments(value: &Value) -> Option<Vec<Segment>> {
    match &value.kind {
        Kind::String(s) => Some(vec![Segment::Text(s.clone())]),
        Kind::Bool(b) => Some(vec![Segment::Text(if *b { "true" } else { "false" }.into())]),
        Kind::Number(n) => Some(vec![Segment::Text(n.to_string().into())]),
        Kind::Unknown(u) => match &u.hint {
            Hint::Text(parts) => Some(parts.to_vec()),
            _ => may_be_primitive(&u.ty).then(|| vec![Segment::Unknown(value.clone())]),
        },
        _ => None,
    }
}

fn may_be_primitive(ty: &Type) -> bool {
    ty.is_primitive() || *ty == Type::Any
}

/// The string made of these parts: a known one where all parts are text, else an unknown that keeps them, with the
/// references and marks of its unknown parts. Marks and references of known parts are the caller's to add.
pub fn from_segments(parts: Vec<Segment>) -> Value {
    let parts = joined(parts);
    match parts.as_slice() {
        [] => Value::from(""),
        [Segment::Text(text)] => Value::from(text.clone()),
        [Segment::Unknown(value)] => as_text(value),
        _ => {
            let mut refs = Refs::default();
            let mut marks = Marks::NONE;
            let mut cause = None;
            for part in &parts {
                if let Segment::Unknown(value) = part {
                    refs = refs.union(&value.deep_refs());
                    marks = marks.union(value.deep_marks());
                    cause = cause.or_else(|| value.cause());
                }
            }
            let unknown = Unknown::new(Type::String, cause.unwrap_or(Cause::Error));
            let unknown = Unknown { not_null: true, hint: Hint::Text(parts.into()), ..unknown };
            Value { kind: Kind::Unknown(Arc::new(unknown)), marks: marks.without(Marks::PROVIDER_DEFAULT), refs }
        }
    }
}

/// A lone unknown as text: itself, except that it is a string now and no longer null.
fn as_text(value: &Value) -> Value {
    let Kind::Unknown(unknown) = &value.kind else { return value.clone() };
    let marks = value.marks.without(Marks::PROVIDER_DEFAULT);
    if unknown.ty == Type::String && unknown.not_null && marks == value.marks {
        return value.clone();
    }
    let hint = match (&unknown.ty, &unknown.hint) {
        (Type::String, hint) => hint.clone(),
        (_, Hint::None) => Hint::None,
        _ => Hint::Text(Arc::new([Segment::Unknown(value.clone())])),
    };
    // The text of something that is not a string is not equal to it, so that identity does not carry over.
    let origin = if unknown.ty.is_primitive() && unknown.ty != Type::String { None } else { unknown.origin.clone() };
    let unknown = Unknown { ty: Type::String, not_null: true, origin, cause: unknown.cause.clone(), hint };
    Value { kind: Kind::Unknown(Arc::new(unknown)), marks, refs: value.refs.clone() }
}

/// Flattens parts that are texts themselves and joins neighbouring texts.
fn joined(parts: Vec<Segment>) -> Vec<Segment> {
    let mut joined = Vec::with_capacity(parts.len());
    let mut pending = Pending::default();
    for part in parts {
        match part {
            Segment::Text(text) => pending.push(text),
            Segment::Unknown(value) => match segments(&value) {
                Some(inner) => {
                    for part in inner {
                        match part {
                            Segment::Text(text) => pending.push(text),
                            unknown => {
                                pending.flush(&mut joined);
                                joined.push(unknown);
                            }
                        }
                    }
                }
                None => {
                    pending.flush(&mut joined);
                    joined.push(Segment::Unknown(value));
                }
            },
        }
    }
    pending.flush(&mut joined);
    joined
}

/// Known text that is being gathered; one piece stays shared, several are copied together.
#[derive(Default)]
struct Pending {
    first: Option<Text>,
    more: String,
}

impl Pending {
    fn push(&mut self, text: Text) {
        match &self.first {
            _ if text.is_empty() => {}
            None => self.first = Some(text),
            Some(first) => {
                if self.more.is_empty() {
                    self.more.push_str(first);
                }
                self.more.push_str(&text);
            }
        }
    }

    fn flush(&mut self, into: &mut Vec<Segment>) {
        let more = std::mem::take(&mut self.more);
        match self.first.take() {
            None => {}
            Some(first) if more.is_empty() => into.push(Segment::Text(first)),
            Some(_) => into.push(Segment::Text(normalized(more))),
        }
    }
}

/// Text in Unicode's normal form C, as Terraform keeps all of its strings.
pub fn normalized(text: String) -> Text {
    use unicode_normalization::IsNormalized::Yes;
    match text.is_ascii() || is_nfc_quick(text.chars()) == Yes {
        true => text.into(),
        false => text.nfc().collect::<String>().into(),
    }
}

/// Text of a bounded length: an error beyond [`MAX_TEXT`].
pub fn check_length(bytes: usize) -> Result<(), EvalError> {
    if bytes <= MAX_TEXT {
        return Ok(());
    }
    let message = format!("the text would be longer than {} MiB", MAX_TEXT >> 20);
    Err(EvalError { kind: ProblemKind::Limit, ..EvalError::new(message) })
}

#[cfg(test)]
mod tests {
    use super::super::{Reference, ReferenceKind};
    use super::*;

    fn arn() -> Value {
        let reference = Reference::to(ReferenceKind::Resource, "aws_s3_bucket.a");
        let cause = Cause::Attribute("aws_s3_bucket.a.arn".into());
        Value::unknown_reference(reference, Type::String, true, cause)
    }

    fn text(text: &str) -> Segment {
        Segment::Text(text.into())
    }

    fn known(value: impl Into<Value>) -> Segment {
        Segment::Unknown(value.into())
    }

    fn check(parts: Vec<Segment>, expected: &[Segment]) {
        let value = from_segments(parts);
        assert_eq!(segments(&value).as_deref(), Some(expected));
    }

    #[test]
    fn known_parts_are_one_string() {
        assert_eq!(from_segments(vec![]), Value::from(""));
        assert_eq!(from_segments(vec![text("a"), text("b"), known(5), known(true)]), Value::from("ab5true"));
        assert_eq!(from_segments(vec![text("e"), text("\u{301}")]), Value::from("\u{e9}"));
    }

    #[test]
    fn unknown_parts_stay_apart() {
        check(vec![text("a"), text("b"), known(arn()), text("")], &[text("ab"), known(arn())]);
        let inner = from_segments(vec![known(arn()), text("/")]);
        check(vec![text("x"), known(inner), text("*")], &[text("x"), known(arn()), text("/*")]);
    }

    #[test]
    fn references_causes_and_marks_survive() {
        let part = arn().with_marks(Marks::SENSITIVE.union(Marks::PROVIDER_DEFAULT));
        let value = from_segments(vec![known(part), text("/*")]);
        assert_eq!(value.refs, arn().refs);
        assert_eq!(value.cause(), arn().cause());
        assert_eq!(value.marks, Marks::SENSITIVE);
        assert!(value.as_unknown().is_some_and(|u| u.not_null && u.ty == Type::String));
    }

    #[test]
    fn lone_unknowns_stay_what_they_are() {
        assert_eq!(from_segments(vec![known(arn())]), arn());
        let number = Value::unknown(Type::Number, Cause::Limit);
        let value = from_segments(vec![known(number)]);
        assert_eq!(value.type_of(), Type::String);
    }

    #[test]
    fn collections_and_null_have_no_text() {
        assert_eq!(segments(&Value::NULL), None);
        assert_eq!(segments(&Value::tuple(vec![])), None);
        assert_eq!(segments(&Value::unknown(Type::list(Type::String), Cause::Limit)), None);
    }
}
