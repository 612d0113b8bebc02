//! Terraform's `==`, decided wherever it can be: `None` means that it depends on something unknown.

use std::cell::Cell;

use super::set::length_range;
use super::steps;
use super::text::segments;
use super::union::is_not_null;
use super::{Fields, Hint, Kind, Reference, Segment, Seq, Step, Type, Unknown, Value};

/// Elements without a position and alternatives are compared each with each, and so is what is inside them. After so many
/// steps of such comparisons nothing more is found out.
const MOST_STEPS: usize = 500_000;

/// Whether two values are equal. Never converts: a number is not equal to its text, a tuple not to a list.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    Comparison::default().equal(a, b)
}

/// Comparisons that have so many steps in common.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// Whether what is compared is one of many pairs.
    crossing: Cell<bool>,
    /// The steps that such comparisons have taken.
    steps: Cell<usize>,
}

impl Comparison {
    /// Whether two values are equal; see [`equal`].
    pub(super) fn equal(&self, a: &Value, b: &Value) -> Option<bool> {
        if self.crossing.get() && self.steps.replace(self.steps.get() + 1) >= MOST_STEPS {
            return None;
        }
        match (&a.kind, &b.kind) {
            (Kind::Unknown(u), _) => self.equal_unknown(a, u, b),
            (_, Kind::Unknown(u)) => self.equal_unknown(b, u, a),
            (Kind::Null, Kind::Null) => Some(true),
            (Kind::Null, _) | (_, Kind::Null) => Some(false),
            (Kind::Bool(x), Kind::Bool(y)) => Some(x == y),
            (Kind::Number(x), Kind::Number(y)) => Some(x == y),
            (Kind::String(x), Kind::String(y)) => Some(x == y),
            (Kind::Handle(x), Kind::Handle(y)) => Some(x == y),
            (Kind::List(x), Kind::List(y)) if types_conflict(&x.element, &y.element) => Some(false),
            (Kind::List(x), Kind::List(y)) | (Kind::Tuple(x), Kind::Tuple(y)) => self.equal_items(x, y),
            (Kind::Set(x), Kind::Set(y)) if types_conflict(&x.element, &y.element) => Some(false),
            (Kind::Set(x), Kind::Set(y)) => self.equal_sets(a, x, b, y),
            (Kind::Map(x), Kind::Map(y)) if types_conflict(&x.element, &y.element) => Some(false),
            (Kind::Map(x), Kind::Map(y)) | (Kind::Object(x), Kind::Object(y)) => self.equal_fields(x, y),
            _ => Some(false),
        }
    }

    /// The same where it is one of many pairs.
    fn equal_crossing(&self, a: &Value, b: &Value) -> Option<bool> {
        let outer = self.crossing.replace(true);
        let result = self.equal(a, b);
        self.crossing.set(outer);
        result
    }

    fn equal_items(&self, a: &Seq, b: &Seq) -> Option<bool> {
        let too_short = |x: &Seq, y: &Seq| x.rest.is_none() && x.items.len() < y.items.len();
        if too_short(a, b) || too_short(b, a) {
            return Some(false);
        }
        let closed = |seq: &Seq| seq.rest.is_none() && seq.loose == 0;
        if self.lacks(a, b) || self.lacks(b, a) {
            return Some(false);
        }
        self.all_equal(a.fixed().iter().zip(b.fixed()), closed(a) && closed(b))
    }

    /// Whether `a`, all elements of which are given, lacks an element without a position that `b` certainly has.
    fn lacks(&self, a: &Seq, b: &Seq) -> bool {
        a.rest.is_none() && self.some_differs(&b.items[b.fixed().len()..], &a.items)
    }

    /// Sets whose elements are known are in the same order where they are equal.
    fn equal_sets(&self, a: &Value, x: &Seq, b: &Value, y: &Seq) -> Option<bool> {
        match (a.is_wholly_known(), b.is_wholly_known()) {
            (true, true) => self.equal_items(x, y),
            // The known set lacks an element that the other one certainly has.
            (true, false) if self.some_differs(&y.items, &x.items) => Some(false),
            (false, true) if self.some_differs(&x.items, &y.items) => Some(false),
            _ => None,
        }
    }

    /// Whether some item certainly differs from all of the others.
    fn some_differs(&self, items: &[Value], others: &[Value]) -> bool {
        items.iter().any(|item| others.iter().all(|other| self.equal_crossing(item, other) == Some(false)))
    }

    fn equal_fields(&self, a: &Fields, b: &Fields) -> Option<bool> {
        let lacks = |x: &Fields, y: &Fields| x.rest.is_none() && y.entries.keys().any(|k| !x.entries.contains_key(k));
        if lacks(a, b) || lacks(b, a) {
            return Some(false);
        }
        let closed = a.rest.is_none() && b.rest.is_none();
        self.all_equal(a.entries.iter().filter_map(|(name, x)| Some((x, b.entries.get(name)?))), closed)
    }

    /// One pair that differs decides; without one, all must be known to be equal.
    fn all_equal<'a>(&self, pairs: impl Iterator<Item = (&'a Value, &'a Value)>, closed: bool) -> Option<bool> {
        let mut result = closed.then_some(true);
        let mut compared = 0;
        for (x, y) in pairs {
            compared += 1;
            match self.equal(x, y) {
                Some(true) => {}
                Some(false) => {
                    result = Some(false);
                    break;
                }
                None => result = None,
            }
        }
        steps::count(compared);
        result
    }

    fn equal_unknown(&self, value: &Value, unknown: &Unknown, other: &Value) -> Option<bool> {
        if let Hint::OneOf(alternatives) = &unknown.hint {
            return agreed(alternatives.iter().map(|alternative| self.equal_crossing(alternative, other)));
        }
        match &other.kind {
            Kind::Null => return unknown.not_null.then_some(false),
            Kind::Unknown(u) => {
                if let Hint::OneOf(alternatives) = &u.hint {
                    return agreed(alternatives.iter().map(|alternative| self.equal_crossing(value, alternative)));
                }
            }
            _ => {}
        }
        // Nulls are equal whatever their types, so that types decide only where one of the two is not null.
        let some_not_null = unknown.not_null || is_not_null(other);
        if some_not_null && unknown.ty != Type::Any && types_conflict(&unknown.ty, &other.type_of()) {
            return Some(false);
        }
        if let Kind::Unknown(u) = &other.kind
            && unknown.origin.as_ref().is_some_and(|o| is_identity(o) && u.origin.as_ref() == Some(o))
            && unknown.ty == u.ty
        {
            return Some(true);
        }
        if some_not_null && hints_conflict(value, other) {
            return Some(false);
        }
        self.same_text(value, other).then_some(true)
    }

    /// Whether two unknown texts are made of the same parts, each of which has an identity.
    fn same_text(&self, a: &Value, b: &Value) -> bool {
        let (Some(a), Some(b)) = (texts(a), texts(b)) else { return false };
        let same = |pair: (&Segment, &Segment)| match pair {
            (Segment::Text(a), Segment::Text(b)) => a == b,
            (Segment::Unknown(a), Segment::Unknown(b)) => self.equal(a, b) == Some(true),
            _ => false,
        };
        a.len() == b.len() && a.iter().zip(&b).all(same)
    }
}

/// What all alternatives say.
fn agreed(mut results: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let first = results.next()??;
    results.all(|r| r == Some(first)).then_some(first)
}

/// Whether a reference names one thing: not some element of many.
pub fn is_identity(reference: &Reference) -> bool {
    !reference.target.contains("[*]") && !reference.path.contains(&Step::Any)
}

/// Whether no value can have both types.
fn types_conflict(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Any, _) | (_, Type::Any) => false,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            types_conflict(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() != b.len() || a.iter().zip(b.iter()).any(|(a, b)| types_conflict(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            !a.attributes.keys().eq(b.attributes.keys())
                || a.attributes.values().zip(b.attributes.values()).any(|(a, b)| types_conflict(&a.ty, &b.ty))
        }
        _ => a != b,
    }
}

/// Whether what is known of one rules out the other.
fn hints_conflict(a: &Value, b: &Value) -> bool {
    let (numbers, others) = ((number_range(a), number_range(b)), (length_range(a), length_range(b)));
    if let (Some((a_min, a_max)), Some((b_min, b_max))) = numbers {
        let below = |max: &Option<_>, min: &Option<_>| matches!((max, min), (Some(max), Some(min)) if max < min);
        return below(&a_max, &b_min) || below(&b_max, &a_min);
    }
    if let (Some((a_min, a_max)), Some((b_min, b_max))) = others {
        return a_max.is_some_and(|max| max < b_min) || b_max.is_some_and(|max| max < a_min);
    }
    match (texts(a), texts(b)) {
        (Some(a), Some(b)) => texts_conflict(&a, &b),
        _ => false,
    }
}

/// The bounds of a number, known or not.
pub(super) fn number_range(value: &Value) -> Option<(Option<super::Number>, Option<super::Number>)> {
    match &value.kind {
        Kind::Number(n) => Some((Some(n.clone()), Some(n.clone()))),
        Kind::Unknown(u) => match &u.hint {
            Hint::Range(min, max) => Some((min.clone(), max.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// The parts of a string, where at least some of it is known.
fn texts(value: &Value) -> Option<Vec<Segment>> {
    match &value.kind {
        Kind::String(_) => segments(value),
        Kind::Unknown(u) => match &u.hint {
            Hint::Text(parts) => Some(parts.to_vec()),
            _ => None,
        },
        _ => None,
    }
}

fn texts_conflict(a: &[Segment], b: &[Segment]) -> bool {
    let starts = match (a.first(), b.first()) {
        (Some(Segment::Text(a)), Some(Segment::Text(b))) => {
            let common = a.len().min(b.len());
            a.as_bytes()[..common] != b.as_bytes()[..common]
        }
        _ => false,
    };
    let ends = match (a.last(), b.last()) {
        (Some(Segment::Text(a)), Some(Segment::Text(b))) => {
            let common = a.len().min(b.len());
            a.as_bytes()[a.len() - common..] != b.as_bytes()[b.len() - common..]
        }
        _ => false,
    };
    let whole = |parts: &[Segment]| match parts {
        [] => Some(String::new()),
        [Segment::Text(text)] => Some(text.to_string()),
        _ => None,
    };
    starts || ends || whole(a).is_some_and(|text| !matches(b, &text)) || whole(b).is_some_and(|text| !matches(a, &text))
}

/// Whether a text can be what these parts turn out to be: the known ones occur in order, the first at the start and
/// the last at the end.
pub fn matches(parts: &[Segment], text: &str) -> bool {
    let mut rest = text;
    let last = parts.len().saturating_sub(1);
    for (i, part) in parts.iter().enumerate() {
        let Segment::Text(known) = part else { continue };
        let found = match (i == 0, i == last) {
            (true, true) => return rest == &**known,
            (true, false) => rest.strip_prefix(&**known),
            (false, true) => return rest.ends_with(&**known),
            (false, false) => rest.find(&**known).map(|at| &rest[at + known.len()..]),
        };
        let Some(found) = found else { return false };
        rest = found;
    }
    !parts.is_empty() || text.is_empty()
}
