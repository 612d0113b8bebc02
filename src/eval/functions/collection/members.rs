//! Whether a collection has an element, asked of it many times.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::super::super::equality::Comparison;
use super::super::super::set::{SortKey, sort_key};
use super::super::super::{Seq, Value};

/// So many comparisons with elements that are not known are made; what would take more of them is not known either.
const MOST_COMPARISONS: usize = 4_000_000;

/// The elements of a collection, ready to be asked for.
#[derive(Default)]
pub(super) struct Members {
    /// Those that are known: equal values have equal keys, and few others have.
    known: BTreeMap<SortKey, Vec<Value>>,
    /// Those that are not known, and may be equal to any.
    unknown: Vec<Value>,
    /// Whether there may be further ones.
    open: bool,
    compared: Cell<usize>,
    comparison: Comparison,
}

impl Members {
    /// All elements of a sequence.
    pub(super) fn of(seq: &Seq) -> Members {
        let mut members = Members { open: seq.rest.is_some(), ..Members::default() };
        seq.items.iter().for_each(|item| members.add(item));
        members
    }

    /// Adds an element.
    pub(super) fn add(&mut self, item: &Value) {
        match item.is_wholly_known() {
            true => self.known.entry(sort_key(item)).or_default().push(item.clone()),
            false => self.unknown.push(item.clone()),
        }
    }

    /// Whether one of them is equal to a value; `None` where that is not known.
    pub(super) fn has(&self, item: &Value) -> Option<bool> {
        match item.is_wholly_known() {
            true => self.find(item, self.known.get(&sort_key(item)).into_iter().flatten()),
            false => self.find(item, self.known.values().flatten()),
        }
    }

    /// Whether one of these, or of those that are not known, is equal to a value.
    fn find<'m>(&'m self, item: &Value, among: impl Iterator<Item = &'m Value>) -> Option<bool> {
        let mut certain = !self.open;
        for member in among.chain(&self.unknown) {
            if self.compared.replace(self.compared.get() + 1) >= MOST_COMPARISONS {
                return None;
            }
            match self.comparison.equal(member, item) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => certain = false,
            }
        }
        certain.then_some(false)
    }

    /// The elements that are not known.
    pub(super) fn unknown(&self) -> &[Value] {
        &self.unknown
    }
}
