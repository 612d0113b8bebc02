//! Keeps what was parsed from the embedded texts. Knows nothing of what it keeps.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

/// Values by name, made at the first question and kept until the process ends. The embedded texts bound their number,
/// so they are leaked: a `&'static` needs no lock to hold and no clone to pass on.
pub struct Cache<T: 'static> {
    kept: RwLock<BTreeMap<&'static str, &'static T>>,
}

impl<T> Cache<T> {
    pub const fn new() -> Cache<T> {
        Cache { kept: RwLock::new(BTreeMap::new()) }
    }

    /// The value of this name. `make` gives it, with the name as the embedded text spells it, at the first question;
    /// it runs unlocked, since it may ask for other names, so two threads may make the same value and one is dropped.
    pub fn get(&self, name: &str, make: impl FnOnce() -> Option<(&'static str, T)>) -> Option<&'static T> {
        if let Some(found) = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Some(found);
        }
        let (name, value) = make()?;
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        Some(*kept.entry(name).or_insert_with(|| Box::leak(Box::new(value))))
    }
}
