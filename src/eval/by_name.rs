//! Things by name, in the order of their names: the entries of maps and objects, the attributes of object types.
//!
//! Most hold a handful of entries and are never changed once they are made, so they are a sorted vector. Where many
//! entries come one by one in any order, they are gathered first and sorted once: see [`ByName::extend`].

use std::{slice, vec};

use crate::syntax::Text;

/// So many names are compared one by one.
const FEW: usize = 16;

/// Things by name, sorted by it; each name occurs once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ByName<V>(Vec<(Text, V)>);

impl<V> ByName<V> {
    /// Nothing yet.
    pub const fn new() -> ByName<V> {
        ByName(Vec::new())
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }

    /// What has this name.
    pub fn get(&self, name: &str) -> Option<&V> {
        // Of a few names hardly another has the same length, so that looking at all is less than comparing some.
        match self.0.len() <= FEW {
            true => self.0.iter().find(|(known, _)| **known == *name).map(|(_, value)| value),
            false => self.find(name).ok().map(|at| &self.0[at].1),
        }
    }

    /// What has this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.find(name).ok().map(|at| &mut self.0[at].1)
    }

    /// Whether something has this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Adds or replaces one entry; takes longer the more stand behind it.
    pub fn insert(&mut self, name: Text, value: V) {
        match self.find(&name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    /// Makes room for one entry and no more.
    pub fn reserve_one(&mut self) {
        self.0.reserve_exact(1);
    }

    /// Takes one entry out.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        self.find(name).ok().map(|at| self.0.remove(at).1)
    }

    /// The entries.
    pub fn iter(&self) -> Iter<'_, V> {
        Iter(self.0.iter())
    }

    /// The entries, what has names to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&Text, &mut V)> + ExactSizeIterator {
        self.0.iter_mut().map(|(name, value)| (&*name, value))
    }

    /// The names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Text> + ExactSizeIterator {
        self.0.iter().map(|(name, _)| name)
    }

    /// What has names.
    pub fn values(&self) -> Values<'_, V> {
        Values(self.0.iter())
    }

    /// What has names, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// What has names, without them.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.0.into_iter().map(|(_, value)| value)
    }

    /// The same with everything replaced.
    #[must_use]
    pub fn map<W>(&self, mut f: impl FnMut(&Text, &V) -> W) -> ByName<W> {
        ByName(self.0.iter().map(|(name, value)| (name.clone(), f(name, value))).collect())
    }

    /// The same with everything replaced, if nothing fails.
    ///
    /// # Errors
    /// The first failure.
    pub fn try_map<W, E>(&self, mut f: impl FnMut(&Text, &V) -> Result<W, E>) -> Result<ByName<W>, E> {
        let mapped = self.0.iter().map(|(name, value)| Ok((name.clone(), f(name, value)?)));
        Ok(ByName(mapped.collect::<Result<_, _>>()?))
    }

    /// Sorts entries that were gathered in any order; of those with the same name the last stays.
    fn sorted(mut entries: Vec<(Text, V)>) -> ByName<V> {
        if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            entries.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
        }
        ByName(entries)
    }
}

impl<V> Default for ByName<V> {
    fn default() -> ByName<V> {
        ByName::new()
    }
}

/// Room for more entries is not made before they are there.
const MOST_ROOM: usize = 64;

impl<V> FromIterator<(Text, V)> for ByName<V> {
    fn from_iter<I: IntoIterator<Item = (Text, V)>>(entries: I) -> ByName<V> {
        let entries = entries.into_iter();
        // Few entries are left out on the way: room for all that may come is nearer to what is needed than doubling.
        let mut all = Vec::with_capacity(entries.size_hint().1.unwrap_or(0).min(MOST_ROOM));
        all.extend(entries);
        ByName::sorted(all)
    }
}

impl<V> From<Vec<(Text, V)>> for ByName<V> {
    fn from(entries: Vec<(Text, V)>) -> ByName<V> {
        ByName::sorted(entries)
    }
}

impl<V> Extend<(Text, V)> for ByName<V> {
    /// Adds entries in any order, later ones replacing earlier ones; sorted once.
    fn extend<I: IntoIterator<Item = (Text, V)>>(&mut self, entries: I) {
        let mut all = std::mem::take(&mut self.0);
        all.extend(entries);
        *self = ByName::sorted(all);
    }
}

impl<V, const N: usize> From<[(Text, V); N]> for ByName<V> {
    fn from(entries: [(Text, V); N]) -> ByName<V> {
        ByName::sorted(entries.into())
    }
}

impl<V> IntoIterator for ByName<V> {
    type Item = (Text, V);
    type IntoIter = vec::IntoIter<(Text, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'v, V> IntoIterator for &'v ByName<V> {
    type Item = (&'v Text, &'v V);
    type IntoIter = Iter<'v, V>;

    fn into_iter(self) -> Iter<'v, V> {
        self.iter()
    }
}

/// The entries of a [`ByName`].
#[derive(Clone, Debug)]
pub struct Iter<'v, V>(slice::Iter<'v, (Text, V)>);

impl<'v, V> Iterator for Iter<'v, V> {
    type Item = (&'v Text, &'v V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<V> DoubleEndedIterator for Iter<'_, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, value)| (name, value))
    }
}

impl<V> ExactSizeIterator for Iter<'_, V> {}

/// What has names in a [`ByName`].
#[derive(Clone, Debug)]
pub struct Values<'v, V>(slice::Iter<'v, (Text, V)>);

impl<'v, V> Iterator for Values<'v, V> {
    type Item = &'v V;

    fn next(&mut self) -> Option<&'v V> {
        self.0.next().map(|(_, value)| value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<V> ExactSizeIterator for Values<'_, V> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(entries: &[(&str, i32)]) -> ByName<i32> {
        entries.iter().map(|(name, n)| (Text::from(*name), *n)).collect()
    }

    fn check(things: &ByName<i32>, expected: &[(&str, i32)]) {
        let shown: Vec<(&str, i32)> = things.iter().map(|(name, n)| (&**name, *n)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn entries_are_sorted_and_the_last_of_equal_names_stays() {
        check(&named(&[]), &[]);
        check(&named(&[("a", 1), ("b", 2)]), &[("a", 1), ("b", 2)]);
        check(&named(&[("b", 1), ("a", 2), ("b", 3), ("b", 4), ("a", 5)]), &[("a", 5), ("b", 4)]);
    }

    #[test]
    fn what_is_added_replaces_what_was_there() {
        let mut things = named(&[("b", 1), ("d", 2)]);
        things.insert("c".into(), 3);
        things.insert("d".into(), 4);
        check(&things, &[("b", 1), ("c", 3), ("d", 4)]);
        things.extend([("e".into(), 5), ("b".into(), 6), ("a".into(), 7), ("b".into(), 8)]);
        check(&things, &[("a", 7), ("b", 8), ("c", 3), ("d", 4), ("e", 5)]);
        assert_eq!(things.remove("c"), Some(3));
        assert_eq!((things.get("c"), things.get("b")), (None, Some(&8)));
    }
}
