//! Values that are computed once, when something first asks for them.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::{ByName, Value};
use crate::syntax::Text;

/// Values by key, computed once; `None` while one is being computed.
#[derive(Default)]
pub(super) struct Memo<S>(RefCell<S>);

/// The values of a module's declarations of one kind.
pub(super) type Declarations = FxHashMap<Identity, Option<Value>>;
/// The values of an instance's arguments and blocks, of which there are few; instances there are very many.
pub(super) type Arguments = ByName<Option<Value>>;

/// What keeps the values.
pub(super) trait Store {
    /// What they are known by.
    type Key;
    /// The value, if it was asked for.
    fn known(&self, key: &Self::Key) -> Option<&Option<Value>>;
    /// Keeps a value, in place of an earlier one.
    fn keep(&mut self, key: &Self::Key, value: Option<Value>);
}

impl Store for Declarations {
    type Key = Identity;

    fn known(&self, key: &Identity) -> Option<&Option<Value>> {
        self.get(key)
    }

    fn keep(&mut self, key: &Identity, value: Option<Value>) {
        self.insert(*key, value);
    }
}

impl Store for Arguments {
    type Key = Text;

    fn known(&self, name: &Text) -> Option<&Option<Value>> {
        self.get(name)
    }

    fn keep(&mut self, name: &Text, value: Option<Value>) {
        // Most are plain words, which are not kept; of the rest there often is one.
        if self.is_empty() {
            self.reserve_one();
        }
        self.insert(name.clone(), value);
    }
}

/// What tells a declaration of a module from others: where it lies in memory. The module is kept as long as whatever
/// remembers something of its declarations, and a place is looked up faster than a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Identity(usize);

impl Identity {
    pub(super) fn of<T>(declaration: &T) -> Identity {
        Identity(std::ptr::from_ref(declaration).addr())
    }
}

impl Memo<Declarations> {
    /// With room for so many.
    pub(super) fn of(count: usize) -> Memo<Declarations> {
        Memo(RefCell::new(FxHashMap::with_capacity_and_hasher(count, Default::default())))
    }
}

impl<S: Store> Memo<S> {
    /// The remembered value, or the computed one; `cycle` where the value asks for itself.
    pub(super) fn get(&self, key: &S::Key, compute: impl FnOnce() -> Value, cycle: impl FnOnce() -> Value) -> Value {
        match self.0.borrow().known(key) {
            Some(Some(value)) => return value.clone(),
            Some(None) => return cycle(),
            None => {}
        }
        self.0.borrow_mut().keep(key, None);
        // Whoever asks first, the value is the same.
        let value = super::union::watched(false, compute);
        self.0.borrow_mut().keep(key, Some(value.clone()));
        value
    }
}
