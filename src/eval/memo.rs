//! Values that are computed once, when something first asks for them.

use std::cell::RefCell;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::Value;

/// Values by key, computed once; `None` while one is being computed.
pub(super) struct Memo<K>(RefCell<FxHashMap<K, Option<Value>>>);

/// What tells a declaration of a module from others: where it lies in memory. The module is kept as long as whatever
/// remembers something of its declarations, and a place is looked up faster than a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Identity(usize);

impl Identity {
    pub(super) fn of<T>(declaration: &T) -> Identity {
        Identity(std::ptr::from_ref(declaration).addr())
    }
}

impl<K> Default for Memo<K> {
    fn default() -> Memo<K> {
        Memo(RefCell::default())
    }
}

impl<K: Clone + Eq + Hash> Memo<K> {
    /// With room for so many.
    pub(super) fn of(count: usize) -> Memo<K> {
        Memo(RefCell::new(FxHashMap::with_capacity_and_hasher(count, Default::default())))
    }

    /// The remembered value, or the computed one; `cycle` where the value asks for itself.
    pub(super) fn get(&self, key: &K, compute: impl FnOnce() -> Value, cycle: impl FnOnce() -> Value) -> Value {
        match self.0.borrow().get(key) {
            Some(Some(value)) => return value.clone(),
            Some(None) => return cycle(),
            None => {}
        }
        self.0.borrow_mut().insert(key.clone(), None);
        // Whoever asks first, the value is the same.
        let value = super::union::watched(false, compute);
        if let Some(known) = self.0.borrow_mut().get_mut(key) {
            *known = Some(value.clone());
        }
        value
    }
}
