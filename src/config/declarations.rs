//! What a module declares, by name: in order, and found fast, since every reference looks for one.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher as _, Hash};
use std::slice;
use std::sync::{Arc, OnceLock};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// So many names are compared one by one.
const FEW: usize = 8;

/// Declarations of one kind, sorted by name. Never changed once it is made.
pub struct Declarations<K, T> {
    sorted: Vec<(K, Arc<T>)>,
    /// Positions by the hashes of names, made at the first question where there are more than a few. The names themselves
    /// stand in the list only: a generated file may declare a hundred thousand.
    index: OnceLock<HashTable<u32>>,
}

/// One of the declarations of a kind.
#[derive(Debug)]
pub struct Declared<'d, K, T> {
    /// Its position among all, in the order of their names.
    pub at: usize,
    /// Its name.
    pub name: &'d K,
    /// What is declared.
    pub declared: &'d Arc<T>,
}

impl<K, T> Clone for Declared<'_, K, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, T> Copy for Declared<'_, K, T> {}

/// What a name hashes to, whichever way it is borrowed.
fn hash<Q: Hash + ?Sized>(name: &Q) -> u64 {
    FxBuildHasher.hash_one(name)
}

impl<K: Ord + Hash, T> Declarations<K, T> {
    /// What has this name.
    pub fn get<Q>(&self, name: &Q) -> Option<&Arc<T>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.find(name).map(|found| found.declared)
    }

    /// What has this name, and which it is of all.
    pub fn find<Q>(&self, name: &Q) -> Option<Declared<'_, K, T>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let at = match self.sorted.len() <= FEW {
            true => self.sorted.iter().position(|(known, _)| known.borrow() == name)?,
            false => {
                let has_name = |at: &u32| self.sorted[*at as usize].0.borrow() == name;
                *self.index().find(hash(name), has_name)? as usize
            }
        };
        self.sorted.get(at).map(|(name, declared)| Declared { at, name, declared })
    }

    fn index(&self) -> &HashTable<u32> {
        self.index.get_or_init(|| {
            let hash_of = |at: &u32| hash(&self.sorted[*at as usize].0);
            let mut index = HashTable::with_capacity(self.sorted.len());
            for at in 0..self.sorted.len() as u32 {
                index.insert_unique(hash_of(&at), at, hash_of);
            }
            index
        })
    }

    /// Whether something has this name.
    pub fn contains_key<Q>(&self, name: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.get(name).is_some()
    }
}

impl<K, T> Declarations<K, T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Names and what has them.
    pub fn iter(&self) -> Iter<'_, K, T> {
        Iter(self.sorted.iter())
    }

    /// All, each with its position.
    pub fn each(&self) -> impl ExactSizeIterator<Item = Declared<'_, K, T>> + Clone {
        self.sorted.iter().enumerate().map(|(at, (name, declared))| Declared { at, name, declared })
    }

    /// The names.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &K> + Clone {
        self.sorted.iter().map(|(name, _)| name)
    }

    /// What has names.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Arc<T>> + Clone {
        self.sorted.iter().map(|(_, declared)| declared)
    }
}

impl<K, T> Default for Declarations<K, T> {
    fn default() -> Declarations<K, T> {
        Declarations { sorted: Vec::new(), index: OnceLock::new() }
    }
}

impl<K: fmt::Debug, T: fmt::Debug> fmt::Debug for Declarations<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord, T> FromIterator<(K, Arc<T>)> for Declarations<K, T> {
    /// Each name must occur once.
    fn from_iter<I: IntoIterator<Item = (K, Arc<T>)>>(declared: I) -> Declarations<K, T> {
        let mut sorted: Vec<_> = declared.into_iter().collect();
        sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
        Declarations { sorted, index: OnceLock::new() }
    }
}

#[cfg(test)]
impl<K: Ord + Hash + Clone + Borrow<Q>, Q: Eq + Hash + ?Sized, T> std::ops::Index<&Q> for Declarations<K, T> {
    type Output = Arc<T>;

    fn index(&self, name: &Q) -> &Arc<T> {
        self.get(name).expect("who indexes knows that the name is there")
    }
}

impl<'d, K, T> IntoIterator for &'d Declarations<K, T> {
    type Item = (&'d K, &'d Arc<T>);
    type IntoIter = Iter<'d, K, T>;

    fn into_iter(self) -> Iter<'d, K, T> {
        self.iter()
    }
}

/// Names and what has them.
#[derive(Clone)]
pub struct Iter<'d, K, T>(slice::Iter<'d, (K, Arc<T>)>);

impl<'d, K, T> Iterator for Iter<'d, K, T> {
    type Item = (&'d K, &'d Arc<T>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, declared)| (name, declared))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}
