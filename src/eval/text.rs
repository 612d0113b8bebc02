//! Text that is not wholly known: strings as sequences of known text and unknown parts.
//!
//! A template such as `"${aws_s3_bucket.a.arn}/*"` is unknown to Terraform. Here it stays a list of [`Segment`]s, so
//! that its prefix, its suffix and what it refers to survive. [`segments`] takes a value apart, [`from_segments`] puts
//! one together; templates and the string functions share both. Knows nothing of syntax.

use std::sync::Arc;

use smallvec::SmallVec;
use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

use super::union::{MAX_ALTERNATIVES, alternatives, is_union, one_of};
use super::{Cause, EvalError, Hint, Kind, Marks, Node, Refs, Segment, Type, Unknown, Value};
use crate::source::ProblemKind;
use crate::syntax::Text;

/// The longest text that evaluation makes, in bytes.
pub const MAX_TEXT: usize = 16 << 20;
/// Longer texts, whole documents mostly, are not spelled out for each alternative of their parts.
const MAX_SPELLED_OUT: usize = 256;
/// The most values that evaluation takes out of one text.
pub const MAX_ITEMS: usize = 1 << 20;

/// The parts of a value inside a larger text: known primitives are text, unknowns what is known of them. `None` where
/// the value cannot stand in a text: null and collections.
pub fn segments(value: &Value) -> Option<Vec<Segment>> {
    match &value.kind {
        Kind::String(s) => Some(vec![Segment::Text(s.clone())]),
        Kind::Bool(b) => Some(vec![Segment::Text(if *b { "true" } else { "false" }.into())]),
        Kind::Number(n) => Some(vec![Segment::Text(n.to_string().into())]),
        Kind::Unknown(u) => match (&u.hint, &u.ty) {
            (Hint::Text(parts), _) => Some(parts.to_vec()),
            (Hint::None, Type::Any) => Some(vec![Segment::Unknown(as_text(value))]),
            (_, Type::Any | Type::Bool | Type::Number | Type::String) => Some(vec![Segment::Unknown(value.clone())]),
            _ => None,
        },
        _ => None,
    }
}

/// An unknown text that was made from this value, known or not, and refers to what it refers to.
pub fn derived(value: &Value) -> Value {
    Value::unknown_from_or([value], Type::String, true, Cause::how_many())
}

/// The string made of these parts: a known one where all parts are, else an unknown that keeps them. It has the marks
/// and references of every value among the parts, known ones included.
pub fn from_segments(parts: Vec<Segment>) -> Value {
    let known = |part: &Segment| if let Segment::Text(text) = part { Some(text.len()) } else { None };
    if let Some(length) = parts.iter().map(known).sum() {
        return Value::from(joined(&parts, length));
    }
    let mut builder = TextBuilder { parts: Vec::with_capacity(parts.len()), ..TextBuilder::default() };
    builder.push_segments(parts);
    builder.finish()
}

/// Known texts of this length, one behind the other.
fn joined(parts: &[Segment], length: usize) -> Text {
    let mut joined = String::with_capacity(length);
    for part in parts {
        if let Segment::Text(text) = part {
            joined.push_str(text);
        }
    }
    normalized(joined)
}

/// A lone unknown as text: itself, except that it is a string now and no longer null.
fn as_text(value: &Value) -> Value {
    let Kind::Unknown(unknown) = &value.kind else { return value.clone() };
    let marks = value.marks.without(Marks::PROVIDER_DEFAULT);
    if unknown.ty == Type::String && unknown.not_null && marks == value.marks {
        return value.clone();
    }
    // The text of something that is no string is not equal to it, so that its identity stays inside.
    let (hint, origin) = match (&unknown.ty, &unknown.hint) {
        (Type::String, hint) => (hint.clone(), unknown.origin.clone()),
        (Type::Any, Hint::None) => (Hint::None, unknown.origin.clone()),
        _ => (Hint::Text(Arc::new([Segment::Unknown(value.clone())])), None),
    };
    let unknown = Unknown { ty: Type::String, not_null: true, origin, cause: unknown.cause.clone(), hint };
    Value { kind: Kind::Unknown(Node::new(unknown)), marks, refs: value.refs.clone() }
}

fn is_any_text(value: &Value) -> bool {
    value.as_unknown().is_some_and(|u| u.ty == Type::String && u.origin.is_none() && u.hint == Hint::None)
}

/// A text in the making. Neighbouring texts are joined, and texts of parts flattened.
#[derive(Default)]
pub struct TextBuilder {
    parts: Vec<Segment>,
    text: String,
    length: usize,
    marks: Marks,
    /// The references of its parts, united when all are there: each union takes as long as what came before.
    refs: SmallVec<[Refs; 4]>,
    cause: Option<Cause>,
    encoded: bool,
}

impl TextBuilder {
    /// Makes room for so many bytes of known text.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes);
    }

    /// Adds known text; an error where the whole becomes too long.
    pub fn push_str(&mut self, text: &str) -> Result<(), EvalError> {
        check_length(self.length + text.len())?;
        self.append(text);
        Ok(())
    }

    /// Adds what is known of the text of a value; `false`, and adds nothing, where it cannot stand in a text.
    pub fn push_value(&mut self, value: &Value) -> Result<bool, EvalError> {
        match &value.kind {
            Kind::String(text) => self.push_str(text)?,
            Kind::Unknown(unknown) => match (&unknown.hint, &unknown.ty) {
                (Hint::Text(parts), _) => {
                    for part in parts.iter() {
                        match part {
                            Segment::Text(text) => self.push_str(text)?,
                            Segment::Unknown(value) => self.push_unknown(value.clone()),
                        }
                    }
                }
                (Hint::None, Type::Any) => self.push_part(as_text(value)),
                (_, Type::Any | Type::Bool | Type::Number | Type::String) => self.push_part(value.clone()),
                _ => return Ok(false),
            },
            _ => match segments(value).as_deref() {
                Some([Segment::Text(text)]) => self.push_str(text)?,
                _ => return Ok(false),
            },
        }
        self.inherit(value);
        Ok(true)
    }

    /// Adds the parts of a text that is no longer than it may be.
    pub fn push_segments(&mut self, parts: Vec<Segment>) {
        for part in parts {
            match part {
                Segment::Text(text) => self.append(&text),
                Segment::Unknown(value) => self.append_value(value),
            }
        }
    }

    /// Adds an unknown part as it is.
    pub fn push_unknown(&mut self, value: Value) {
        self.inherit(&value);
        self.push_part(value);
    }

    fn push_part(&mut self, value: Value) {
        self.flush();
        self.cause = self.cause.take().or_else(|| value.cause());
        match self.parts.last_mut() {
            // Of two unknown parts of which nothing is known, nothing is known together.
            Some(Segment::Unknown(last)) if is_any_text(last) && is_any_text(&value) => {
                *last = Value::unknown_from([&*last, &value], Type::String, true);
            }
            _ => self.parts.push(Segment::Unknown(value)),
        }
    }

    /// Adds an unknown part whose text is not the value's own but an encoding of it (as JSON): even alone it is not
    /// equal to the value.
    pub fn push_encoded(&mut self, value: Value) {
        self.encoded = true;
        self.push_unknown(value);
    }

    /// The whole text. A short one in which a part is one of several texts is one of several texts itself.
    pub fn finish(mut self) -> Value {
        let refs = self.refs();
        if self.parts.is_empty() {
            let marks = self.marks.without(Marks::PROVIDER_DEFAULT);
            return Value::from(normalized(self.text)).with_marks(marks).with_refs(&refs);
        }
        self.flush();
        if let Some(choices) = self.choices() {
            return self.one_of(choices);
        }
        let marks = self.marks.without(Marks::PROVIDER_DEFAULT);
        let value = match self.parts.as_slice() {
            [Segment::Text(text)] => Value::from(text.clone()),
            [Segment::Unknown(value)] if !self.encoded => as_text(value),
            _ => {
                let unknown = Unknown::new(Type::String, self.cause.unwrap_or(Cause::Error));
                Kind::Unknown(Node::new(Unknown { not_null: true, hint: Hint::Text(self.parts.into()), ..unknown }))
                    .into()
            }
        };
        value.with_marks(marks).with_refs(&refs)
    }

    fn refs(&self) -> Refs {
        Refs::all(self.refs.iter().collect())
    }

    /// The alternatives of each part, if some have several and there are few enough in all.
    fn choices(&self) -> Option<Vec<Vec<Segment>>> {
        let is_choice = |part: &Segment| matches!(part, Segment::Unknown(value) if is_union(value));
        let short = self.parts.len() >= 2 && self.length <= MAX_SPELLED_OUT;
        if self.encoded || !short || !self.parts.iter().any(is_choice) {
            return None;
        }
        let mut combinations = 1;
        let choices = self.parts.iter().map(|part| {
            let choices = match part {
                Segment::Unknown(value) => alternatives(value),
                Segment::Text(_) => None,
            };
            let spelled = |choice: &Value| segments(choice).is_some() || choice.is_null();
            let Some(choices) = choices.filter(|c| c.iter().all(spelled)) else { return vec![part.clone()] };
            combinations *= choices.len();
            // Null has no text: it cannot be what happens.
            choices.into_iter().filter(|choice| !choice.is_null()).map(Segment::Unknown).collect()
        });
        let choices: Vec<Vec<Segment>> = choices.collect();
        ((2..=MAX_ALTERNATIVES).contains(&combinations)).then_some(choices)
    }

    fn one_of(self, choices: Vec<Vec<Segment>>) -> Value {
        let mut texts = vec![Vec::new()];
        for part in choices {
            let longer = |text: &Vec<Segment>| {
                let text = text.clone();
                part.iter().map(move |choice| [text.clone(), vec![choice.clone()]].concat()).collect::<Vec<_>>()
            };
            texts = texts.iter().flat_map(longer).collect();
        }
        let texts = texts.into_iter().map(from_segments).collect();
        let refs = self.refs();
        let value = one_of(texts, self.cause.unwrap_or(Cause::Error), []);
        value.with_marks(self.marks.without(Marks::PROVIDER_DEFAULT)).with_refs(&refs)
    }

    fn append(&mut self, text: &str) {
        self.length += text.len();
        self.text.push_str(text);
    }

    fn append_value(&mut self, value: Value) {
        match segments(&value) {
            None => self.push_unknown(value),
            Some(parts) => {
                self.inherit(&value);
                for part in parts {
                    match part {
                        Segment::Text(text) => self.append(&text),
                        Segment::Unknown(value) => self.push_unknown(value),
                    }
                }
            }
        }
    }

    /// Takes over the marks and references of a value that is no part of the text but decides about it.
    pub(super) fn inherit_own(&mut self, value: &Value) {
        self.marks = self.marks.union(value.marks);
        self.refer(value.refs.clone());
    }

    fn inherit(&mut self, value: &Value) {
        self.marks = self.marks.union(value.deep_marks());
        self.refer(value.deep_refs());
    }

    fn refer(&mut self, refs: Refs) {
        if !refs.is_empty() && self.refs.last().is_none_or(|last| last.place() != refs.place()) {
            self.refs.push(refs);
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Segment::Text(normalized(std::mem::take(&mut self.text))));
        }
    }
}

/// Text in Unicode's normal form C, as Terraform keeps all of its strings.
pub fn normalized(text: impl AsRef<str>) -> Text {
    use unicode_normalization::IsNormalized::Yes;
    let text = text.as_ref();
    match text.is_ascii() || is_nfc_quick(text.chars()) == Yes {
        true => text.into(),
        false => text.nfc().collect::<String>().into(),
    }
}

/// Collections of a bounded size: an error beyond [`MAX_ITEMS`] elements that come out of a text.
pub fn check_count(items: usize) -> Result<(), EvalError> {
    if items <= MAX_ITEMS {
        return Ok(());
    }
    let message = format!("the text would give more than {MAX_ITEMS} values");
    Err(EvalError::new(message).of_kind(ProblemKind::Limit))
}

/// Shorter texts of a list are not counted.
const LONG: usize = 1 << 10;
/// Nor are shorter texts by themselves, which take little more than their place.
const SHORT: usize = 1 << 6;

/// The bytes of texts that were made for this value or for its elements, all but short ones: those that it was made from
/// do not hold them. Texts that are known in part count as well.
pub(super) fn bytes_made(value: &Value, from: &[Value]) -> usize {
    let of = |value: &Value, least: usize| match text_of(value, least) {
        Some((bytes, place)) if !texts_of(from, least).any(|(_, held)| held == place) => bytes,
        _ => 0,
    };
    value.as_seq().map_or_else(|| of(value, SHORT), |seq| seq.items.iter().map(|item| of(item, LONG)).sum())
}

fn texts_of(values: &[Value], least: usize) -> impl Iterator<Item = (usize, usize)> {
    let of = |value| Value::as_seq(value).map_or(std::slice::from_ref(value), |seq| &seq.items);
    values.iter().flat_map(of).filter_map(move |value| text_of(value, least))
}

/// The bytes of a text that is no shorter than this, and where it is kept.
fn text_of(value: &Value, least: usize) -> Option<(usize, usize)> {
    let (bytes, place) = match &value.kind {
        Kind::String(text) => (text.len(), text.as_ptr().addr()),
        Kind::Unknown(unknown) => match &unknown.hint {
            Hint::Text(segments) => (segments.iter().map(known_bytes).sum(), segments.as_ptr().addr()),
            Hint::OneOf(values) => {
                let bytes = values.iter().filter_map(|value| text_of(value, least)).map(|(bytes, _)| bytes);
                (bytes.sum(), values.as_ptr().addr())
            }
            _ => return None,
        },
        _ => return None,
    };
    (bytes >= least).then_some((bytes, place))
}

fn known_bytes(segment: &Segment) -> usize {
    match segment {
        Segment::Text(text) => text.len(),
        Segment::Unknown(_) => 0,
    }
}

/// Text of a bounded length: an error beyond [`MAX_TEXT`].
pub fn check_length(bytes: usize) -> Result<(), EvalError> {
    if bytes <= MAX_TEXT {
        return Ok(());
    }
    let message = format!("the text would be longer than {} MiB", MAX_TEXT >> 20);
    Err(EvalError::new(message).of_kind(ProblemKind::Limit))
}

#[cfg(test)]
mod tests {
    use super::super::{Reference, ReferenceKind};
    use super::*;

    fn arn() -> Value {
        let reference = Reference::to(ReferenceKind::Resource, "aws_s3_bucket.a");
        let cause = Cause::attribute("aws_s3_bucket.a", "arn");
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
        let reference = Reference::to(ReferenceKind::Resource, "aws_s3_bucket.a");
        let any = Value::unknown_reference(reference, Type::Any, true, Cause::attribute("aws_s3_bucket.a", "arn"));
        assert_eq!(from_segments(vec![known(any)]), arn());
    }

    #[test]
    fn short_texts_are_spelled_out_for_each_alternative() {
        let either = |a: &str, b: &str| one_of(vec![a.into(), b.into()], Cause::Limit, []);
        let value = from_segments(vec![text("db."), known(either("r5", "t3")), text(".large")]);
        assert_eq!(alternatives(&value), Some(vec!["db.r5.large".into(), "db.t3.large".into()]));
        let value = from_segments(vec![known(either("a", "b")), known(either("c", "c")), known(arn())]);
        let ends_unknown = |v: &Value| segments(v).is_some_and(|p| p.last() == Some(&known(arn())));
        assert!(alternatives(&value).is_some_and(|values| values.len() == 2 && values.iter().all(ends_unknown)));
        let value = from_segments(vec![text(&"x".repeat(1000)), known(either("a", "b"))]);
        assert_eq!(alternatives(&value), None);
    }

    #[test]
    fn collections_and_null_have_no_text() {
        assert_eq!(segments(&Value::NULL), None);
        assert_eq!(segments(&Value::tuple(vec![])), None);
        assert_eq!(segments(&Value::unknown(Type::list(Type::String), Cause::Limit)), None);
    }
}
