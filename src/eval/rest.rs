//! What further elements of an open collection look like.

use std::option;

use super::Value;

/// Where a collection may have further elements: what such an element looks like. Few collections are open, and each has
/// room for this: it is behind one word.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rest(Option<Box<Value>>);

impl Rest {
    /// There are no further elements.
    pub const NONE: Rest = Rest(None);

    /// Whether there may be further elements.
    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Whether there are none.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// What a further element looks like.
    pub fn as_ref(&self) -> Option<&Value> {
        self.0.as_deref()
    }

    /// The same, taken out: the collection has no further elements then.
    pub fn take(&mut self) -> Option<Value> {
        self.0.take().map(|value| *value)
    }

    /// The same alone.
    pub fn into_value(self) -> Option<Value> {
        self.0.map(|value| *value)
    }

    /// The same, or the other where there are no further elements.
    #[must_use]
    pub fn or(self, other: &Rest) -> Rest {
        if self.is_some() { self } else { other.clone() }
    }

    /// What a further element looks like, once or not at all.
    pub fn iter(&self) -> option::IntoIter<&Value> {
        self.as_ref().into_iter()
    }
}

impl From<Option<Value>> for Rest {
    fn from(value: Option<Value>) -> Rest {
        Rest(value.map(Box::new))
    }
}

impl From<Value> for Rest {
    fn from(value: Value) -> Rest {
        Rest(Some(Box::new(value)))
    }
}

impl IntoIterator for Rest {
    type Item = Value;
    type IntoIter = option::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_value().into_iter()
    }
}

impl<'r> IntoIterator for &'r Rest {
    type Item = &'r Value;
    type IntoIter = option::IntoIter<&'r Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'r> IntoIterator for &'r mut Rest {
    type Item = &'r mut Value;
    type IntoIter = option::IntoIter<&'r mut Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.as_deref_mut().into_iter()
    }
}
