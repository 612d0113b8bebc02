//! What the evaluations of several roots share: modules that many roots call with equal arguments.
//!
//! An evaluation is found again by what it read ([`super::shared`]), whichever root it was for. What depends on the root
//! in other ways stays with its program: where a function looked at files, since their paths begin at the root's folder,
//! and where a limit was reached.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::shared::Shared;
use super::{Type, Value};
use crate::source::Span;
use crate::syntax::Text;

/// So many evaluations are remembered for roots to come; then all are forgotten.
const KEPT_LIMIT: usize = 5_000;
/// Of so many variables it is remembered what they are worth in all environments.
const VARIABLES_KEPT: usize = 5_000;

/// What programs of one configuration share, one after the other: never of two, since places in files mean something
/// else in each.
#[derive(Clone, Default)]
pub struct Common(Rc<Parts>);

#[derive(Default)]
struct Parts {
    programs: Cell<u32>,
    evaluations: RefCell<Rc<Shared>>,
    types: RefCell<FxHashMap<Span, (Type, Text)>>,
    everywhere: RefCell<FxHashMap<Span, Value>>,
}

impl Common {
    /// The number of the next program.
    pub(super) fn add_program(&self) -> u32 {
        if self.0.evaluations.borrow().kept() > KEPT_LIMIT {
            self.0.evaluations.take();
        }
        self.0.programs.replace(self.0.programs.get() + 1)
    }

    /// The evaluations of expressions in modules that are called.
    pub(super) fn evaluations(&self) -> Rc<Shared> {
        self.0.evaluations.borrow().clone()
    }

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
