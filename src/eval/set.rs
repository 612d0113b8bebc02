//! Sets: their order, and which elements are the same. Also what sets look like as sequences.

use std::cmp::Ordering;
use std::fmt::Write;

use super::equality::Comparison;
use super::steps;
use super::union::one_of;
use super::{Cause, Hint, Kind, Marks, Node, Number, Seq, Type, Value};
use crate::syntax::Text;

/// An element is compared with so many that stand in the same place: all that are not known do. Of two that are equal
/// and not found to be so, a set has both.
const MOST_ALIKE: usize = 16;

/// A set of these elements, which must have one type already: in Terraform's order, equal ones once. Marks of the
/// elements become marks of the set, since a set cannot tell its elements apart.
pub fn make_set(seq: Seq) -> Value {
    let Seq { items, element, rest, .. } = seq;
    let mut marks = items.iter().chain(&rest).fold(Marks::NONE, |marks, item| marks.union(item.deep_marks()));
    marks = marks.without(Marks::PROVIDER_DEFAULT);
    let mut keyed: Vec<(SortKey, Value)> = items.into_iter().map(|v| (sort_key(&v), v)).collect();
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut items: Vec<Value> = Vec::with_capacity(keyed.len());
    let mut run = 0;
    let mut last_key: Option<SortKey> = None;
    let comparison = Comparison::default();
    for (key, value) in keyed {
        // Equal elements have equal keys and so stand together; different elements may share a key.
        if last_key.as_ref() != Some(&key) {
            run = items.len();
        }
        match items[run..].iter_mut().take(MOST_ALIKE).find(|known| comparison.equal(known, &value) == Some(true)) {
            Some(known) => known.refs = known.refs.union(&value.refs),
            None => items.push(value),
        }
        last_key = Some(key);
    }
    Value::from(Kind::Set(Node::new(Seq { items, element, rest, loose: 0 }))).with_marks(marks)
}

/// Where a value stands in a set.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SortKey {
    /// `false`, then `true`.
    Bool(bool),
    /// By value.
    Number(Number),
    /// By the bytes of its UTF-8.
    String(Text),
    /// Everything else by an encoding of its contents.
    Other(String),
    /// After everything known.
    Null,
    /// Last.
    Unknown,
}

/// The key by which sets are ordered. Equal values have equal keys.
pub fn sort_key(value: &Value) -> SortKey {
    match &value.kind {
        Kind::Bool(b) => SortKey::Bool(*b),
        Kind::Number(n) => SortKey::Number(n.clone()),
        Kind::String(s) => SortKey::String(s.clone()),
        Kind::Null => SortKey::Null,
        Kind::Unknown(_) => SortKey::Unknown,
        _ => {
            let mut text = String::new();
            encode(value, &mut text);
            SortKey::Other(text)
        }
    }
}

/// Values in the order of a set.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    sort_key(a).cmp(&sort_key(b))
}

/// The encoding that Terraform orders composite elements by.
fn encode(value: &Value, text: &mut String) {
    match &value.kind {
        Kind::Null => text.push('~'),
        Kind::Unknown(_) => text.push('?'),
        Kind::Bool(b) => text.push(if *b { 'T' } else { 'F' }),
        Kind::Number(n) => encode_number(n, text),
        Kind::String(s) => _ = write!(text, "{s:?}"),
        Kind::List(s) | Kind::Set(s) => encode_all(&s.items, '[', ']', text),
        Kind::Tuple(s) => encode_all(&s.items, '<', '>', text),
        Kind::Object(f) => encode_all(f.entries.values(), '<', '>', text),
        Kind::Map(f) => {
            text.push('{');
            for (key, value) in &f.entries {
                _ = write!(text, "{key:?}:");
                encode(value, text);
                text.push(';');
            }
            text.push('}');
        }
        Kind::Handle(id) => _ = write!(text, "#{id}"),
    }
}

/// As C's `%.10g` prints it.
fn encode_number(number: &Number, text: &mut String) {
    match number.to_i64() {
        Some(integer) if integer.unsigned_abs() < 10_000_000_000 => _ = write!(text, "{integer}"),
        _ => match number.shortest_decimal() {
            Some(decimal) => text.push_str(&decimal.to_general(10)),
            None => text.push_str(&number.to_string()),
        },
    }
}

fn encode_all<'a>(values: impl IntoIterator<Item = &'a Value>, open: char, close: char, text: &mut String) {
    text.push(open);
    for value in values {
        steps::count(1);
        encode(value, text);
        text.push(';');
    }
    text.push(close);
}

/// The elements of a list, tuple or set as a sequence. The positions in a set are known only where all its elements
/// are; and elements that are not known may prove equal, so that only one of those is certain.
pub fn sequence(value: &Value) -> Option<Seq> {
    let seq = value.as_seq()?;
    if !matches!(value.kind, Kind::Set(_)) || value.is_wholly_known() {
        return Some(seq.clone());
    }
    if seq.items.len() == 1 && seq.rest.is_none() {
        return Some(seq.clone());
    }
    let (mut items, mut others): (Vec<Value>, Vec<Value>) =
        seq.items.iter().cloned().partition(|item| item.is_wholly_known());
    if items.is_empty() && !others.is_empty() {
        items.push(others.remove(0));
    }
    others.extend(seq.rest.clone());
    let cause = value.cause().unwrap_or_else(Cause::how_many);
    let rest = if others.is_empty() { None } else { Some(one_of(others, cause, [])) };
    Some(Seq { loose: items.len(), items, element: seq.element.clone(), rest: rest.into() })
}

/// How many elements a collection has: the least, and the most where that is bounded. A set may turn out smaller
/// where unknown elements prove equal.
pub fn length_range(value: &Value) -> Option<(u64, Option<u64>)> {
    match &value.kind {
        Kind::List(s) | Kind::Tuple(s) => {
            Some((s.items.len() as u64, s.rest.is_none().then_some(s.items.len() as u64)))
        }
        Kind::Set(s) => {
            let max = s.items.len() as u64;
            let unsettled = s.items.iter().filter(|v| !v.is_wholly_known()).count() as u64;
            let min = if unsettled > 0 { (max - unsettled).max(1) } else { max };
            Some((min, s.rest.is_none().then_some(max)))
        }
        Kind::Map(f) | Kind::Object(f) => {
            let min = f.entries.len() as u64;
            Some((min, f.rest.is_none().then_some(min)))
        }
        Kind::Unknown(u) => match (&u.ty, &u.hint) {
            // A null has no length: asking for it fails.
            (Type::Tuple(ts), _) => Some((ts.len() as u64, Some(ts.len() as u64))),
            (Type::Object(o), _) => Some((o.attributes.len() as u64, Some(o.attributes.len() as u64))),
            (_, Hint::Length(min, max)) => Some((*min, *max)),
            (Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Any, _) => Some((0, None)),
            _ => None,
        },
        _ => None,
    }
}
