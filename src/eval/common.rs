//! What the evaluations of several roots share: what depends on what is written and on nothing that was evaluated.
//!
//! Evaluations themselves are not shared. Which roots one thread evaluates depends on the others, and where several things
//! are not known, what was worked out before decides which of them is named.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Type, Value};
use crate::source::Span;
use crate::syntax::Text;

/// Of so many variables it is remembered what they are worth in all environments.
const VARIABLES_KEPT: usize = 5_000;

/// What programs of one configuration share, one after the other: never of two, since places in files mean something
/// else in each.
#[derive(Clone, Default)]
pub struct Common(Rc<Parts>);

#[derive(Default)]
struct Parts {
    types: RefCell<FxHashMap<Span, (Type, Text)>>,
    everywhere: RefCell<FxHashMap<Span, Value>>,
}

impl Common {
    /// The type that is declared at this place, also as text, if it was read before.
    pub(super) fn declared_type(&self, place: Span) -> Option<(Type, Text)> {
        self.0.types.borrow().get(&place).cloned()
    }

    /// Remembers a type that is declared at this place.
    pub(super) fn declare_type(&self, place: Span, declared: (Type, Text)) {
        self.0.types.borrow_mut().insert(place, declared);
    }

    /// What a variable that is declared at this place is worth in all environments of its root: worked out once, not for
    /// each of them again.
    pub(super) fn everywhere(&self, place: Span, work_out: impl FnOnce() -> Value) -> Value {
        if let Some(known) = self.0.everywhere.borrow().get(&place) {
            return known.clone();
        }
        let value = work_out();
        let mut kept = self.0.everywhere.borrow_mut();
        if kept.len() >= VARIABLES_KEPT {
            kept.clear();
        }
        kept.insert(place, value.clone());
        value
    }
}
