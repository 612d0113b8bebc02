//! Paths with links resolved, for many folders and files of one tree.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

/// Resolves links in paths, and remembers it. The system resolves a path by looking at each of its steps; of folders that
/// lie beside each other all steps but the last are the same, and nothing moves during a run.
#[derive(Debug, Default)]
pub struct RealPaths {
    known: Mutex<FxHashMap<OsString, Option<PathBuf>>>,
}

/// So many paths are remembered, some 20 MB of them; then all are forgotten: a configuration may ask for any number.
const MOST: usize = 1 << 17;

impl RealPaths {
    /// The path with links resolved; `None` where nothing is there.
    pub fn of(&self, path: &Path) -> Option<PathBuf> {
        let steps = path.parent().zip(path.file_name());
        let Some((parent, name)) = steps.filter(|(parent, _)| !parent.as_os_str().is_empty()) else {
            return fs::canonicalize(path).ok();
        };
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(path.as_os_str()) {
            return known.clone();
        }
        let real = match self.of(parent) {
            // What is no link lies where its parent does.
            Some(parent) => match fs::symlink_metadata(path) {
                Ok(metadata) if metadata.is_symlink() => fs::canonicalize(path).ok(),
                Ok(_) => Some(parent.join(name)),
                Err(_) => None,
            },
            None => None,
        };
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(path.into(), real.clone());
        real
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn agrees_with_the_system() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().expect("a folder");
        let top = fs::canonicalize(dir.path()).expect("a folder");
        fs::create_dir_all(top.join("a/b/c")).expect("a folder");
        symlink("a/b", top.join("link")).expect("a link");
        symlink(top.join("link"), top.join("a/again")).expect("a link");
        symlink("nowhere", top.join("dangling")).expect("a link");
        symlink("circle", top.join("circle")).expect("a link");
        let paths = RealPaths::default();
        for path in ["", "a/b/c", "link/c", "a/again/c", "link", "dangling/x", "circle/x", "a/missing/d", "a/b/c"] {
            let path = top.join(path);
            assert_eq!(paths.of(&path), fs::canonicalize(&path).ok(), "{}", path.display());
        }
        assert_eq!(paths.of(Path::new("/")), Some(PathBuf::from("/")));
    }
}
