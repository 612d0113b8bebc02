//! Paths with links resolved, for many folders and files of one tree.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

/// Resolves links in paths, and remembers it. The system resolves a path by looking at each of its steps; of folders that
/// lie beside each other all steps but the last are the same, and nothing moves during a run.
#[derive(Debug, Default)]
pub struct RealPaths {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    paths: FxHashMap<OsString, Option<PathBuf>>,
    /// How long they are together.
    bytes: usize,
}

/// Paths of so many bytes in all are remembered; then all are forgotten: a configuration may ask for any number.
const MOST: usize = 8 << 20;
/// Longer paths are left to the system, which mostly refuses them: each of their steps would be remembered.
const LONGEST: usize = 4096;

impl RealPaths {
    /// The path with links resolved; `None` where nothing is there.
    pub fn of(&self, path: &Path) -> Option<PathBuf> {
        if path.as_os_str().len() > LONGEST {
            return fs::canonicalize(path).ok();
        }
        // Up to what is known, and down again step by step.
        let mut unknown = Vec::new();
        let mut real = None;
        for place in path.ancestors().filter(|place| !place.as_os_str().is_empty()) {
            match self.known.lock().unwrap_or_else(PoisonError::into_inner).paths.get(place.as_os_str()) {
                // Below nothing there is nothing.
                Some(None) => return None,
                Some(known) => {
                    real = known.clone();
                    break;
                }
                None => unknown.push(place),
            }
        }
        while let Some(place) = unknown.pop() {
            real = resolved(place, real.as_deref());
            self.remember(place, &real);
            real.as_ref()?;
        }
        real
    }

    fn remember(&self, path: &Path, real: &Option<PathBuf>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.bytes >= MOST {
            *known = Known::default();
        }
        known.bytes += path.as_os_str().len();
        known.paths.insert(path.into(), real.clone());
    }
}

/// A path whose parent has been resolved: what is no link lies where its parent does.
fn resolved(path: &Path, parent: Option<&Path>) -> Option<PathBuf> {
    match (parent, path.components().next_back()) {
        (Some(parent), Some(Component::Normal(name))) if !fs::symlink_metadata(path).ok()?.is_symlink() => {
            Some(parent.join(name))
        }
        // The folder that a folder without links lies in; what is no folder has none.
        (Some(folder), Some(Component::ParentDir)) if fs::metadata(path).is_ok() => {
            folder.parent().map(Path::to_path_buf)
        }
        _ => fs::canonicalize(path).ok(),
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
        fs::write(top.join("a/file"), "").expect("a file");
        let ups =
            ["a/b/../b/c", "link/..", "link/../file", "a/again/../..", "a/file/..", "a/missing/..", "a/./b/../file"];
        let downs = ["", "a/b/c", "link/c", "a/again/c", "link", "dangling/x", "circle/x", "a/missing/d", "a/b/c"];
        for path in downs.into_iter().chain(ups) {
            let path = top.join(path);
            assert_eq!(paths.of(&path), fs::canonicalize(&path).ok(), "{}", path.display());
        }
        assert_eq!(paths.of(Path::new("/")), Some(PathBuf::from("/")));
        for path in ["src", "src/source", "src/../src", "no/such", "src"] {
            assert_eq!(paths.of(Path::new(path)), fs::canonicalize(path).ok(), "{path}");
        }
    }

    #[test]
    fn long_paths_are_not_remembered_step_by_step() {
        let dir = tempfile::tempdir().expect("a folder");
        let paths = RealPaths::default();
        for steps in [1, 1_000, 1_900, 20_000] {
            assert_eq!(paths.of(&dir.path().join("a/".repeat(steps))), None, "{steps}");
        }
        let known = paths.known.lock().expect("nothing failed");
        assert!(known.bytes < 1_000, "{} bytes of {} paths", known.bytes, known.paths.len());
    }
}
