//! Collections of which only a part is known: looking at their elements, and building them.
//!
//! [`elements`] shows any list, set or tuple as known elements and a rest, [`Items`] and [`Entries`] collect results
//! whose later parts may or may not be there. Elements taken out keep the references and marks of what held them.

use std::sync::Arc;

use super::access::{child, inherit, some_element};
use super::equality::equal;
use super::set::{length_range, sequence};
use super::union::{is_not_null, one_of};
use super::{ByName, Cause, Fields, Hint, Kind, Node, Seq, Step, Type, Unknown, Value};
use crate::syntax::Text;

/// Up to this length an unknown list of known length is shown element by element.
const MAX_SYNTHETIC: u64 = 64;

/// The elements of a list, tuple or set, also of one that is unknown; `None` for values that are not sequences. An
/// unknown of unknown type counts as a sequence.
pub fn elements(value: &Value) -> Option<Seq> {
    match &value.kind {
        Kind::List(_) | Kind::Tuple(_) | Kind::Set(_) => {
            let mut seq = sequence(value)?;
            if !value.refs.is_empty() || value.marks != super::Marks::NONE {
                seq.items.iter_mut().chain(&mut seq.rest).for_each(|item| *item = inherit(item, value));
            }
            Some(seq)
        }
        Kind::Unknown(unknown) => unknown_elements(value, unknown),
        _ => None,
    }
}

fn unknown_elements(value: &Value, unknown: &Unknown) -> Option<Seq> {
    let at = |i: usize, ty: &Type| child(value, unknown, Step::Index(i as i64), ty.clone());
    match &unknown.ty {
        Type::Tuple(types) => {
            let items = types.iter().enumerate().map(|(i, ty)| at(i, ty)).collect();
            Some(Seq { items, ..Seq::default() })
        }
        Type::List(element) => {
            let (min, max) = length_range(value).unwrap_or((0, None));
            let known = min.min(MAX_SYNTHETIC);
            let items = (0..known as usize).map(|i| at(i, element)).collect();
            let rest = (max != Some(known)).then(|| some_element(value));
            Some(Seq { items, element: (**element).clone(), rest: rest.into(), loose: 0 })
        }
        Type::Set(element) => {
            Some(Seq { items: vec![], element: (**element).clone(), rest: some_element(value).into(), loose: 0 })
        }
        Type::Any => Some(Seq { items: vec![], element: Type::Any, rest: some_element(value).into(), loose: 0 }),
        _ => None,
    }
}

/// The entries of a map or object, also of one that is unknown; `None` for values that are neither.
pub fn entries(value: &Value) -> Option<Fields> {
    match &value.kind {
        Kind::Map(f) | Kind::Object(f) => {
            let mut fields = (**f).clone();
            fields.entries.values_mut().chain(&mut fields.rest).for_each(|v| *v = inherit(v, value));
            Some(fields)
        }
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Object(o) => {
                let attributes = o.attributes.iter();
                let entries = attributes.map(|(name, attribute)| {
                    (name.clone(), child(value, unknown, Step::Name(name.clone()), attribute.ty.clone()))
                });
                Some(Fields { entries: entries.collect(), ..Fields::default() })
            }
            Type::Map(_) | Type::Any => {
                Some(Fields { rest: some_element(value).into(), element: unknown.ty.element(), ..Fields::default() })
            }
            _ => None,
        },
        _ => None,
    }
}

/// A value that may be there or not, for this reason. A known one is wrapped, so that the reason is kept.
fn possible(value: Value, cause: &Cause) -> Value {
    if value.cause().is_some() {
        return value;
    }
    let (ty, not_null) = (value.type_of(), is_not_null(&value));
    let hint = Hint::OneOf(Arc::new([value]));
    Kind::Unknown(Node::new(Unknown { not_null, hint, ..Unknown::new(ty, cause.clone()) })).into()
}

/// One of several values that may be there or not.
fn one_possible(values: Vec<Value>, cause: Option<Cause>) -> Option<Value> {
    if values.is_empty() {
        return None;
    }
    let cause = cause.unwrap_or_else(Cause::how_many);
    Some(possible(one_of(values, cause.clone(), []), &cause))
}

/// The sequence with its fixed items only: those without a position are among what may follow.
pub fn fixed_only(seq: &Seq) -> Seq {
    if seq.loose == 0 {
        return seq.clone();
    }
    let cause = seq.unfixed().find_map(Value::cause);
    let rest = one_possible(seq.unfixed().cloned().collect(), cause);
    Seq { items: seq.fixed().to_vec(), element: seq.element.clone(), rest: rest.into(), loose: 0 }
}

/// Collects the elements of a sequence. Behind an element that may be there or not, positions are not certain.
#[derive(Default)]
pub struct Items {
    certain: Vec<Value>,
    loose: usize,
    loosened: bool,
    possible: Vec<Value>,
    cause: Option<Cause>,
}

impl Items {
    /// An element that is there.
    pub fn push(&mut self, value: Value) {
        self.certain.push(value);
        self.loose += usize::from(self.loosened);
    }

    /// Whether there is none, and there may be none.
    pub fn is_empty(&self) -> bool {
        self.certain.is_empty() && self.possible.is_empty()
    }

    /// From here on, positions are not certain.
    pub fn loosen(&mut self) {
        self.loosened = true;
    }

    /// An element that is there, but not certainly at this position.
    pub fn push_loose(&mut self, value: Value) {
        self.loosened = true;
        self.push(value);
    }

    /// An element that may be there any number of times, for this reason or the one it is itself unknown for.
    pub fn push_possible(&mut self, value: Value, cause: Option<Cause>) {
        self.loosened = true;
        self.cause = self.cause.take().or(cause).or_else(|| value.cause());
        self.possible.push(value);
    }

    /// All elements of a sequence.
    pub fn extend(&mut self, seq: Seq) {
        let fixed = seq.fixed().len();
        if seq.rest.is_some() {
            // What is behind the fixed items stands among the rest.
            let mut items = seq.items.into_iter();
            items.by_ref().take(fixed).for_each(|item| self.push(item));
            seq.rest.into_iter().for_each(|rest| self.push_possible(rest, None));
            items.for_each(|item| self.push(item));
            return;
        }
        for (i, item) in seq.items.into_iter().enumerate() {
            if i < fixed { self.push(item) } else { self.push_loose(item) }
        }
    }

    /// The elements as a sequence of untyped elements.
    pub fn finish(self) -> Seq {
        let rest = one_possible(self.possible, self.cause);
        Seq { items: self.certain, element: Type::Any, rest: rest.into(), loose: self.loose }
    }

    /// The elements as a tuple.
    pub fn into_tuple(self) -> Value {
        if self.is_empty() {
            return Value::tuple(Vec::new());
        }
        Kind::Tuple(Node::new(self.finish())).into()
    }
}

/// Collects the entries of a map or object. An entry with an unknown key may overwrite each of those before it.
#[derive(Default)]
pub struct Entries {
    certain: ByName<Value>,
    /// Those that came after the others and are not sorted among them yet.
    late: Vec<(Text, Value)>,
    possible: Vec<Value>,
    cause: Option<Cause>,
}

impl Entries {
    /// Makes room for so many entries.
    pub fn reserve(&mut self, count: usize) {
        // Most objects are made once and never grow.
        self.late.reserve_exact(count);
    }

    /// An entry with a known key; it replaces an earlier one.
    pub fn insert(&mut self, key: Text, value: Value) {
        self.late.push((key, value));
    }

    fn settle(&mut self) -> &mut ByName<Value> {
        let late = std::mem::take(&mut self.late);
        match self.certain.is_empty() {
            true => self.certain = late.into(),
            false if !late.is_empty() => self.certain.extend(late),
            false => {}
        }
        &mut self.certain
    }

    /// An entry with an unknown key: it may overwrite those before it whose names the key can turn out to be.
    pub fn insert_keyed(&mut self, key: &Value, value: Value) {
        let cause = key.cause().unwrap_or(Cause::Error);
        for (name, known) in self.settle().iter_mut() {
            if equal(key, &Value::from(name.clone())) != Some(false) {
                *known = one_of(vec![known.clone(), value.clone()], cause.clone(), []);
            }
        }
        self.cause.get_or_insert(cause);
        self.possible.push(value);
    }

    /// Entries with unknown keys: any key may be among them but `except`.
    pub fn insert_unknown(&mut self, value: Value, cause: Cause, except: &ByName<Value>) {
        for (key, known) in self.settle().iter_mut() {
            if !except.contains_key(key) {
                *known = one_of(vec![known.clone(), value.clone()], cause.clone(), []);
            }
        }
        self.cause.get_or_insert(cause);
        self.possible.push(value);
    }

    /// All entries of a map or object, which replace earlier ones.
    pub fn extend(&mut self, fields: Fields) {
        if let Some(rest) = fields.rest.into_value() {
            let cause = rest.cause().unwrap_or(Cause::Error);
            self.insert_unknown(rest, cause, &fields.entries);
        }
        self.late.extend(fields.entries);
    }

    /// The entries as untyped fields.
    pub fn finish(mut self) -> Fields {
        self.settle();
        let rest = one_possible(self.possible, self.cause);
        Fields { entries: self.certain, rest: rest.into(), ..Fields::default() }
    }

    /// The entries as an object.
    pub fn into_object(self) -> Value {
        Kind::Object(Node::new(self.finish())).into()
    }
}
