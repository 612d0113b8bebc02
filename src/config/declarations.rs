//! What a module declares, by name: in order, and found fast, since every reference looks for one.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher as _, Hash};
use std::slice;
use std::sync::{Arc, OnceLock};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// So many names are compared one by one.
const FEW: usize = 8;

/// Something that is declared under a name.
pub trait HasName {
    /// What it is called by.
    type Name;

    /// Its name.
    fn name(&self) -> &Self::Name;
}

/// Declarations of one kind, sorted by name. Never changed once it is made.
pub struct Declarations<T> {
    sorted: Box<[Arc<T>]>,
    /// Positions by the hashes of names, made at the first question where there are more than a few. The names themselves
    /// stand in what is declared only: a generated file may declare a hundred thousand.
    index: OnceLock<Box<HashTable<u32>>>,
}

/// One of the declarations of a kind.
#[derive(Debug)]
pub struct Declared<'d, T: HasName> {
    /// Its position among all, in the order of their names.
    pub at: usize,
    /// Its name.
    pub name: &'d T::Name,
    /// What is declared.
    pub declared: &'d Arc<T>,
}

impl<T: HasName> Clone for Declared<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: HasName> Copy for Declared<'_, T> {}

/// What a name hashes to, whichever way it is borrowed.
fn hash<Q: Hash + ?Sized>(name: &Q) -> u64 {
    FxBuildHasher.hash_one(name)
}

impl<T: HasName<Name: Hash>> Declarations<T> {
    /// What has this name.
    pub fn get<Q>(&self, name: &Q) -> Option<&Arc<T>>
    where
        T::Name: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.find(name).map(|found| found.declared)
    }

    /// What has this name, and which it is of all.
    pub fn find<Q>(&self, name: &Q) -> Option<Declared<'_, T>>
    where
        T::Name: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let at = match self.sorted.len() <= FEW {
            true => self.sorted.iter().position(|known| known.name().borrow() == name)?,
            false => {
                let has_name = |at: &u32| self.sorted[*at as usize].name().borrow() == name;
                *self.index().find(hash(name), has_name)? as usize
            }
        };
        self.sorted.get(at).map(|declared| Declared { at, name: declared.name(), declared })
    }

    fn index(&self) -> &HashTable<u32> {
        self.index.get_or_init(|| {
            let hash_of = |at: &u32| hash(self.sorted[*at as usize].name());
            let mut index = HashTable::with_capacity(self.sorted.len());
            for at in 0..self.sorted.len() as u32 {
                index.insert_unique(hash_of(&at), at, hash_of);
            }
            Box::new(index)
        })
    }

    /// Whether something has this name.
    pub fn contains_key<Q>(&self, name: &Q) -> bool
    where
        T::Name: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.get(name).is_some()
    }
}

impl<T: HasName> Declarations<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Names and what has them.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self.sorted.iter())
    }

    /// All, each with its position.
    pub fn each(&self) -> impl ExactSizeIterator<Item = Declared<'_, T>> + Clone {
        self.sorted.iter().enumerate().map(|(at, declared)| Declared { at, name: declared.name(), declared })
    }

    /// Those that stand together in the order of names: for each name `order` says whether it comes before, among or after
    /// them.
    pub fn among(&self, order: impl Fn(&T::Name) -> Ordering) -> &[Arc<T>] {
        let from = self.sorted.partition_point(|declared| order(declared.name()).is_lt());
        let after = &self.sorted[from..];
        &after[..after.partition_point(|declared| order(declared.name()).is_eq())]
    }

    /// The names.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &T::Name> + Clone {
        self.sorted.iter().map(|declared| declared.name())
    }

    /// What has names.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Arc<T>> + Clone {
        self.sorted.iter()
    }
}

impl<T> Default for Declarations<T> {
    fn default() -> Declarations<T> {
        Declarations { sorted: Box::default(), index: OnceLock::new() }
    }
}

impl<T: HasName<Name: fmt::Debug> + fmt::Debug> fmt::Debug for Declarations<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<T: HasName<Name: Ord>> FromIterator<T> for Declarations<T> {
    /// Each name must occur once.
    fn from_iter<I: IntoIterator<Item = T>>(declared: I) -> Declarations<T> {
        let declared = declared.into_iter();
        // Not collected where the declarations come from: what is larger would leave its room behind.
        let mut sorted = Vec::with_capacity(declared.size_hint().0);
        sorted.extend(declared.map(Arc::new));
        sorted.sort_by(|a, b| a.name().cmp(b.name()));
        Declarations { sorted: sorted.into_boxed_slice(), index: OnceLock::new() }
    }
}

#[cfg(test)]
impl<T: HasName<Name: Hash + Borrow<Q>>, Q: Eq + Hash + ?Sized> std::ops::Index<&Q> for Declarations<T> {
    type Output = Arc<T>;

    fn index(&self, name: &Q) -> &Arc<T> {
        self.get(name).expect("who indexes knows that the name is there")
    }
}

impl<'d, T: HasName> IntoIterator for &'d Declarations<T> {
    type Item = (&'d T::Name, &'d Arc<T>);
    type IntoIter = Iter<'d, T>;

    fn into_iter(self) -> Iter<'d, T> {
        self.iter()
    }
}

/// Names and what has them.
#[derive(Clone)]
pub struct Iter<'d, T>(slice::Iter<'d, Arc<T>>);

impl<'d, T: HasName> Iterator for Iter<'d, T> {
    type Item = (&'d T::Name, &'d Arc<T>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|declared| (declared.name(), declared))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}
