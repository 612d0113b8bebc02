//! A map by the paths of folders.

use std::ffi::OsString;
use std::ops::Index;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

/// A map from paths, which are absolute and normal, in their order: step by step, so that a folder comes before what lies
/// in it and after that comes the next. Paths compare themselves step by step each time, which takes long where there
/// are thousands: here they are found by their bytes, and put in order once.
#[derive(Clone, Debug)]
pub struct PathMap<V> {
    /// Sorted.
    entries: Vec<(PathBuf, V)>,
    places: FxHashMap<OsString, usize>,
}

impl<V> Default for PathMap<V> {
    fn default() -> PathMap<V> {
        PathMap { entries: Vec::new(), places: FxHashMap::default() }
    }
}

impl<V> PathMap<V> {
    /// What belongs to a path.
    pub fn get(&self, path: &Path) -> Option<&V> {
        self.places.get(path.as_os_str()).map(|at| &self.entries[*at].1)
    }

    /// Whether something belongs to a path.
    pub fn contains_key(&self, path: &Path) -> bool {
        self.places.contains_key(path.as_os_str())
    }

    /// How many paths there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Paths and what belongs to them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&PathBuf, &V)> {
        self.entries.iter().map(|(path, value)| (path, value))
    }

    /// The paths in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &PathBuf> {
        self.entries.iter().map(|(path, _)| path)
    }

    /// What belongs to the paths, in their order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// Adds what `other` has; where both have a path, that of `other` stays.
    pub fn append(&mut self, other: PathMap<V>) {
        let entries = std::mem::take(self).entries.into_iter().chain(other.entries);
        *self = entries.collect();
    }

    /// A map of entries in any order; `merge` adds what comes later for the same path to what came before.
    pub fn merged(entries: impl IntoIterator<Item = (PathBuf, V)>, mut merge: impl FnMut(&mut V, V)) -> PathMap<V> {
        let mut all: Vec<(PathBuf, V)> = entries.into_iter().collect();
        all.sort_by_cached_key(|(path, _)| order(path));
        let mut entries: Vec<(PathBuf, V)> = Vec::with_capacity(all.len());
        for (path, value) in all {
            match entries.last_mut().filter(|(last, _)| last.as_os_str() == path.as_os_str()) {
                Some((_, known)) => merge(known, value),
                None => entries.push((path, value)),
            }
        }
        let places = entries.iter().enumerate().map(|(at, (path, _))| (path.clone().into_os_string(), at)).collect();
        PathMap { entries, places }
    }
}

impl<V> FromIterator<(PathBuf, V)> for PathMap<V> {
    /// Of entries with the same path the last one stays.
    fn from_iter<I: IntoIterator<Item = (PathBuf, V)>>(entries: I) -> PathMap<V> {
        PathMap::merged(entries, |known, later| *known = later)
    }
}

impl<V> IntoIterator for PathMap<V> {
    type Item = (PathBuf, V);
    type IntoIter = std::vec::IntoIter<(PathBuf, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<V> Index<&Path> for PathMap<V> {
    type Output = V;

    fn index(&self, path: &Path) -> &V {
        self.get(path).expect("the path is in the map")
    }
}

/// What sorts like the steps of a path: its bytes, where what parts two steps comes before all else.
fn order(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes.map(|byte| if std::path::is_separator(char::from(*byte)) { 0 } else { *byte }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_in_the_order_of_paths() {
        let mut paths: Vec<PathBuf> =
            ["/b", "/a/b", "/a", "/a-b/c", "/a/b/c", "/a b", "/", "/a.b", "/a/ä", "/a0", "/A/z", "/a/b-c"]
                .map(PathBuf::from)
                .to_vec();
        let map: PathMap<usize> = paths.iter().cloned().zip(0..).collect();
        assert_eq!(map.get(Path::new("/a-b/c")), Some(&3));
        assert_eq!(map.get(Path::new("/a-b")), None);
        paths.sort();
        assert_eq!(map.keys().cloned().collect::<Vec<_>>(), paths);
    }

    #[test]
    fn keeps_the_last_of_one_path() {
        let entry = |path: &str, value| (PathBuf::from(path), value);
        let mut map: PathMap<u8> = [entry("/b", 1), entry("/a", 2), entry("/b", 3)].into_iter().collect();
        map.append([entry("/aa", 4)].into_iter().collect());
        let entries: Vec<_> = map.iter().map(|(path, value)| (path.to_string_lossy().into_owned(), *value)).collect();
        assert_eq!(entries, [("/a".to_owned(), 2), ("/aa".to_owned(), 4), ("/b".to_owned(), 3)]);
        assert_eq!((map.len(), map[Path::new("/aa")]), (3, 4));
    }
}
