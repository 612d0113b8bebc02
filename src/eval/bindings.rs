//! What the expressions of one instance or block see beside their module: `each`, `count`, iterators of `dynamic` blocks.

use super::names::Hop;
use super::{ByName, Value};
use crate::syntax::Text;

/// A name and what it is worth. Each of very many instances has one: the object that the name stands for is made only
/// where an expression asks for it as a whole.
#[derive(Clone)]
pub struct Binding {
    /// `each`, `count`, or the name of an iterator.
    pub name: Text,
    bound: Bound,
}

#[derive(Clone)]
enum Bound {
    /// `count`.
    Index(Value),
    /// `each` and iterators: a key and a value.
    Element(Value, Value),
}

impl Binding {
    /// `count`, of the instance at this index.
    pub(super) fn count(index: Value) -> Binding {
        Binding { name: "count".into(), bound: Bound::Index(index) }
    }

    /// An element of what is iterated.
    pub(super) fn element(name: Text, key: Value, value: Value) -> Binding {
        Binding { name, bound: Bound::Element(key, value) }
    }

    /// The key of the element.
    pub(super) fn key(&self) -> Option<&Value> {
        self.member("key")
    }

    fn member(&self, name: &str) -> Option<&Value> {
        match (&self.bound, name) {
            (Bound::Index(value), "index")
            | (Bound::Element(value, _), "key")
            | (Bound::Element(_, value), "value") => Some(value),
            _ => None,
        }
    }

    fn whole(&self) -> Value {
        Value::object(match &self.bound {
            Bound::Index(index) => ByName::from([("index".into(), index.clone())]),
            Bound::Element(key, value) => ByName::from([("key".into(), key.clone()), ("value".into(), value.clone())]),
        })
    }

    /// What the name is worth, or what the first step behind it is: how many steps that took is said as well.
    pub(super) fn follow(&self, hops: &[Hop<'_>]) -> (Value, usize) {
        match hops {
            [Hop::Attr(name), ..] if let Some(value) = self.member(&name.text) => (value.clone(), 1),
            _ => (self.whole(), 0),
        }
    }
}
