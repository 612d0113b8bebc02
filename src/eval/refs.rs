//! What travels with a value: marks, and the references that reached it.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::{Reference, Value, steps};

/// Marks that travel with a value. As wide as a word, which is the room that they take in a value anyway: values are
/// copied by whole words, and what was written in parts the processor waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Marks(u64);

impl Marks {
    /// No mark.
    pub const NONE: Marks = Marks(0);
    /// Sensitive: must not be printed.
    pub const SENSITIVE: Marks = Marks(1);
    /// Ephemeral: never stored.
    pub const EPHEMERAL: Marks = Marks(2);
    /// Nobody wrote it: the provider's default was filled in.
    pub const PROVIDER_DEFAULT: Marks = Marks(4);

    /// The marks of what a declaration calls sensitive or ephemeral.
    pub fn declared(sensitive: bool, ephemeral: bool) -> Marks {
        let mark = |on: bool, mark| if on { mark } else { Marks::NONE };
        mark(sensitive, Marks::SENSITIVE).union(mark(ephemeral, Marks::EPHEMERAL))
    }

    /// Both together.
    pub fn union(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// Whether all of `other`'s marks are set.
    pub fn contains(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether what has these marks must not be printed.
    pub fn are_secret(self) -> bool {
        self.contains(Marks::SENSITIVE) || self.contains(Marks::EPHEMERAL)
    }

    /// Those of the marks that keep a value from being printed.
    pub fn secret(self) -> Marks {
        self.without(Marks::PROVIDER_DEFAULT)
    }

    /// The marks as bits, of which four are enough.
    pub(super) fn bits(self) -> u8 {
        self.0 as u8
    }

    /// The marks that these bits are.
    pub(super) fn from_bits(bits: u8) -> Marks {
        Marks(bits.into())
    }

    /// Without these marks.
    pub fn without(self, other: Marks) -> Marks {
        Marks(self.0 & !other.0)
    }
}

/// A set of references, sorted; mostly empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Refs(Option<Arc<Set>>);

/// References in order, each once; mostly there is one. Behind a pointer of one word, since each value has one.
type Set = SmallVec<[Reference; 2]>;

/// Sets of so few references are united faster than a union is found again.
const SMALL: usize = 4;
/// So many unions are remembered.
const UNIONS_KEPT: usize = 256;

/// A set of so many references takes about as much as an element that a `for` makes; smaller ones count for nothing.
const REFERENCES_AT_ONCE: usize = 4;

/// References of more sets are told apart by their places first.
const FEW_SETS: usize = 4;

thread_local! {
    static UNIONS: RefCell<Unions> = const { RefCell::new(Unions(Vec::new())) };
}

/// Unions that were made before: all elements of a collection are united with the same references. Each stands where its
/// two sets say, until another one takes its place. Sets never change, and those remembered are kept, so that what is at
/// their places is what was united.
struct Unions(Vec<Option<[Refs; 3]>>);

impl Unions {
    fn of(&mut self, a: &Refs, b: &Refs) -> Refs {
        if self.0.is_empty() {
            self.0.resize(UNIONS_KEPT, None);
        }
        let at = (a.place() / 16 + b.place() / 48) % UNIONS_KEPT;
        if let Some([x, y, union]) = &self.0[at]
            && (x.place(), y.place()) == (a.place(), b.place())
        {
            return union.clone();
        }
        let union = a.with(b.iter());
        self.0[at] = Some([a.clone(), b.clone(), union.clone()]);
        union
    }
}

/// References of several values; seldom more than a few of them have any.
pub(super) type Sets<'v> = SmallVec<[&'v Refs; 8]>;

impl Refs {
    /// None.
    pub const NONE: Refs = Refs(None);

    /// One reference.
    pub fn one(reference: Reference) -> Refs {
        Refs(Some(Arc::new(Set::from_iter([reference]))))
    }

    /// All of both; where one has all of the other already, that one.
    pub fn union(&self, other: &Refs) -> Refs {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => self.clone(),
            (Some(a), Some(b)) if a.len() < b.len() => other.with_fewer(self),
            (Some(_), Some(_)) => self.with_fewer(other),
        }
    }

    fn with_fewer(&self, other: &Refs) -> Refs {
        match self.len() + other.len() > SMALL {
            true => UNIONS.with_borrow_mut(|unions| unions.of(self, other)),
            false => self.with(other.iter()),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |all| all.len())
    }

    /// The same with these.
    fn with<'r>(&self, others: impl IntoIterator<Item = &'r Reference>) -> Refs {
        let own = self.0.as_ref().map_or(&[][..], |own| own.as_slice());
        // Each new one with the number of own ones that stand before it.
        let position = |other: &'r Reference| own.binary_search(other).err().map(|at| (at, other));
        let mut new: SmallVec<[_; 8]> = others.into_iter().filter_map(position).collect();
        if new.is_empty() {
            return self.clone();
        }
        new.sort();
        new.dedup();
        steps::count((own.len() + new.len()) / REFERENCES_AT_ONCE);
        let mut all = Set::with_capacity(own.len() + new.len());
        let mut from = 0;
        for (at, other) in new {
            all.extend(own[from..at].iter().cloned());
            all.push(other.clone());
            from = at;
        }
        all.extend(own[from..].iter().cloned());
        Refs(Some(Arc::new(all)))
    }

    /// All of all of them, sorted once.
    pub(super) fn all(mut sets: Sets<'_>) -> Refs {
        // What was made from one thing mostly shares its references.
        sets.sort_unstable_by_key(|set| set.place());
        sets.dedup_by_key(|set| set.place());
        // Often one of them has all the others' already.
        let Some(largest) = sets.iter().max_by_key(|set| set.len()) else { return Refs::default() };
        let others = sets.iter().filter(|set| set.place() != largest.place()).flat_map(|set| set.iter());
        if sets.len() <= FEW_SETS {
            return largest.with(others);
        }
        // Of many sets most references are copies of each other, which is seen without comparing them.
        let mut seen: FxHashSet<usize> = largest.iter().map(Reference::place).collect();
        largest.with(others.filter(|one| seen.insert(one.place())))
    }

    /// The references of these values and of everything inside them.
    pub(super) fn deep<'v>(values: impl IntoIterator<Item = &'v Value>) -> Refs {
        let mut sets = Sets::new();
        values.into_iter().for_each(|value| value.gather_refs(&mut sets));
        Refs::all(sets)
    }

    /// All but this one.
    #[must_use]
    pub fn without(&self, reference: &Reference) -> Refs {
        if !self.iter().any(|r| r == reference) {
            return self.clone();
        }
        let rest: Set = self.iter().filter(|r| *r != reference).cloned().collect();
        Refs((!rest.is_empty()).then(|| Arc::new(rest)))
    }

    /// The references in order.
    pub fn iter(&self) -> impl Iterator<Item = &Reference> {
        self.0.iter().flat_map(|r| r.iter())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Where they are kept; zero where there is none. While one holds them, others at this place are the same.
    pub fn place(&self) -> usize {
        self.0.as_ref().map_or(0, |all| Arc::as_ptr(all).addr())
    }
}
