//! Keeps what was parsed from the embedded texts. Knows nothing of what it keeps.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use rustc_hash::{FxBuildHasher, FxHashMap};

/// Values by name, made at the first question and kept until the process ends. The embedded texts bound their number,
/// so they are leaked: a `&'static` needs no lock to hold and no clone to pass on. That there is none of a name is kept
/// as well.
pub struct Cache<T: 'static> {
    kept: RwLock<FxHashMap<Box<str>, Option<&'static T>>>,
}

impl<T> Cache<T> {
    pub const fn new() -> Cache<T> {
        Cache { kept: RwLock::new(HashMap::with_hasher(FxBuildHasher)) }
    }

    /// The value of this name. `make` gives it at the first question; it runs unlocked, since it may ask for other names,
    /// so two threads may make the same value and one is dropped.
    pub fn get(&self, name: &str, make: impl FnOnce() -> Option<T>) -> Option<&'static T> {
        if let Some(known) = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return *known;
        }
        let made = make();
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        *kept.entry(name.into()).or_insert_with(|| made.map(|value| &*Box::leak(Box::new(value))))
    }
}
