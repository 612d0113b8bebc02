//! Reading on behalf of the configuration (`file()` and its kin): only below the folders that are checked.

use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use globset::GlobBuilder;
use ignore::WalkBuilder;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Ignored, RealPaths};

/// A larger file is not read for a function.
const SIZE_LIMIT: u64 = 1024 * 1024;
/// More files than this are not listed for `fileset`.
const LIST_LIMIT: usize = 100_000;

/// The folders that functions may read below.
#[derive(Debug, Default)]
pub struct Sandbox {
    /// The folders that were named; what is asked for mostly lies below one of them.
    folders: Folders,
    /// Folders elsewhere, of which there may be very many: asked only where the others do not hold a place.
    others: Folders,
    paths: Arc<RealPaths>,
    /// What was listed already, by folder and pattern: many roots list the folders of the modules that they share, and
    /// no file comes or goes during a run.
    listed: Mutex<FxHashMap<(PathBuf, String), Listing>>,
    ignored: Ignored,
}

/// Some of the folders.
#[derive(Debug, Default)]
struct Folders {
    named: Vec<PathBuf>,
    /// The same with links resolved, once something has asked for them.
    real: OnceLock<FxHashSet<OsString>>,
}

impl Folders {
    fn hold(&self, real: &Path, paths: &RealPaths) -> bool {
        let resolved = || self.named.iter().filter_map(|folder| paths.of(folder)).map(PathBuf::into_os_string);
        let folders = self.real.get_or_init(|| resolved().collect());
        real.ancestors().any(|folder| folders.contains(folder.as_os_str()))
    }
}

/// The files that match a pattern below a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Relative to the folder, with forward slashes and sorted; `None` where the pattern is not one, or too many match.
    pub names: Option<Vec<String>>,
    /// How many files and folders were looked at.
    pub entries: usize,
}

/// The work tree of the git repository that a folder lies in.
pub fn work_tree(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|dir| is_work_tree(dir))
}

/// Whether a folder is the top of a work tree.
pub fn is_work_tree(folder: &Path) -> bool {
    folder.join(".git").exists()
}

/// What is at a path.
enum Found {
    /// A plain file below the folders.
    File {
        real: PathBuf,
        /// In bytes.
        size: u64,
    },
    /// A place below the folders where there is no file.
    Missing,
    /// Outside the folders, or not a plain file, or nothing that git would keep.
    Refused,
}

/// What became of an attempt to read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SandboxRead {
    /// The file's bytes.
    Bytes(Vec<u8>),
    /// A place below the folders where there is no file.
    Missing,
    /// Outside the folders, too large, not a plain file, not readable, or not there but ignored by git: whoever applies
    /// the configuration may have it.
    Refused,
}

impl Sandbox {
    /// A sandbox of these folders, whose paths are absolute and normal; those that do not exist are left out.
    pub fn new<'p>(folders: impl IntoIterator<Item = &'p Path>) -> Sandbox {
        let named = folders.into_iter().map(Path::to_path_buf).collect();
        Sandbox { folders: Folders { named, ..Folders::default() }, ..Sandbox::default() }
    }

    /// The same with these folders besides, many of which lie below the others.
    #[must_use]
    pub fn and<'p>(mut self, folders: impl IntoIterator<Item = &'p Path>) -> Sandbox {
        self.others.named.extend(folders.into_iter().map(Path::to_path_buf));
        self
    }

    /// The same with paths whose links have been resolved already.
    #[must_use]
    pub fn knowing(self, paths: Arc<RealPaths>) -> Sandbox {
        Sandbox { paths, ..self }
    }

    /// Whether a path without links lies below the folders.
    pub fn holds(&self, real: &Path) -> bool {
        self.folders.hold(real, &self.paths) || self.others.hold(real, &self.paths)
    }

    /// Reads a file; links and `..` are resolved before the place is judged.
    pub fn read(&self, path: &Path) -> SandboxRead {
        let (real, size) = match self.find(path) {
            Found::File { real, size } if size <= SIZE_LIMIT => (real, size),
            Found::Missing => return SandboxRead::Missing,
            Found::File { .. } | Found::Refused => return SandboxRead::Refused,
        };
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
        match fs::File::open(&real).and_then(|file| file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)) {
            Ok(_) if bytes.len() as u64 <= SIZE_LIMIT => SandboxRead::Bytes(bytes),
            _ => SandboxRead::Refused,
        }
    }

    /// Whether there is a plain file at a path; `None` where that is not ours to say.
    pub fn has_file(&self, path: &Path) -> Option<bool> {
        match self.find(path) {
            Found::File { .. } => Some(true),
            Found::Missing => Some(false),
            Found::Refused => None,
        }
    }

    fn find(&self, path: &Path) -> Found {
        let Some(real) = self.paths.of(path) else {
            let is_missing = self.would_hold(path) && !self.ignored.holds_file(path);
            return if is_missing { Found::Missing } else { Found::Refused };
        };
        // Where git keeps what belongs to it there may be credentials, and nothing of the configuration.
        if real.iter().any(|step| step == ".git") || !self.holds(&real) {
            return Found::Refused;
        }
        match fs::metadata(&real) {
            Ok(metadata) if metadata.is_dir() => Found::Missing,
            Ok(metadata) if metadata.is_file() => Found::File { real, size: metadata.len() },
            _ => Found::Refused,
        }
    }

    /// Whether a path that leads nowhere would lie below the folders: its nearest existing ancestor does.
    fn would_hold(&self, path: &Path) -> bool {
        // A dangling link is not missing: what it would be is not ours to say.
        if fs::symlink_metadata(path).is_ok() {
            return false;
        }
        let mut rest = path;
        while let Some(parent) = rest.parent() {
            if rest.file_name().is_none() {
                return false;
            }
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            if let Some(real) = self.paths.of(parent) {
                return self.holds(&real);
            }
            rest = parent;
        }
        false
    }

    /// The plain files below `folder` that match a doublestar pattern; `None` where the folder may not be read.
    pub fn list(&self, folder: &Path, pattern: &str) -> Option<Listing> {
        let real = self.paths.of(folder)?;
        if !self.holds(&real) {
            return None;
        }
        let key = (real, pattern.to_owned());
        let listed = || self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = listed().get(&key) {
            return Some(known.clone());
        }
        let listing = files_below(&key.0, pattern);
        listed().insert(key, listing.clone());
        Some(listing)
    }
}

/// The plain files below a folder that match.
fn files_below(real: &Path, pattern: &str) -> Listing {
    let mut listing = Listing { names: None, entries: 0 };
    let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() else { return listing };
    let glob = glob.compile_matcher();
    let mut names = Vec::new();
    let mut walk = WalkBuilder::new(real);
    walk.standard_filters(false).follow_links(false);
    // Without `**` nothing deeper matches. What stands in braces may hold slashes that do not count.
    if !pattern.contains("**") && !pattern.contains(['{', '[', '\\']) {
        walk.max_depth(Some(pattern.matches('/').count() + 1));
    }
    for entry in walk.build().flatten() {
        listing.entries += 1;
        let Ok(relative) = entry.path().strip_prefix(real) else { continue };
        if entry.file_type().is_some_and(|t| t.is_file()) && glob.is_match(relative) {
            names.push(relative.to_string_lossy().replace('\\', "/"));
        }
        if names.len() > LIST_LIMIT {
            return listing;
        }
    }
    names.sort();
    Listing { names: Some(names), ..listing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_keeps_is_not_read() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join(".git")).expect("a folder");
        for name in [".git/config", ".gitignore"] {
            fs::write(dir.path().join(name), "a").expect("a file");
        }
        let sandbox = Sandbox::new([dir.path()]);
        assert_eq!(sandbox.read(&dir.path().join(".git/config")), SandboxRead::Refused);
        assert_eq!(sandbox.read(&dir.path().join(".git/../.gitignore")), SandboxRead::Bytes(b"a".to_vec()));
    }

    #[test]
    fn other_folders_are_read_too() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["a", "b", "c"] {
            fs::create_dir(dir.path().join(name)).expect("a folder");
            fs::write(dir.path().join(name).join("x"), name).expect("a file");
        }
        let folders = ["a", "b"].map(|name| dir.path().join(name));
        let sandbox = Sandbox::new([folders[0].as_path()]).and([folders[1].as_path()]);
        let read = ["a", "b", "c"].map(|name| sandbox.read(&dir.path().join(name).join("x")));
        let bytes = |text: &str| SandboxRead::Bytes(text.into());
        assert_eq!(read, [bytes("a"), bytes("b"), SandboxRead::Refused]);
    }

    #[test]
    fn reads_below_its_folders_only() {
        let dir = tempfile::tempdir().expect("a folder");
        let inside = dir.path().join("in");
        fs::create_dir(&inside).expect("a folder");
        fs::write(inside.join("a.txt"), "a").expect("a file");
        fs::write(dir.path().join("secret"), "s").expect("a file");
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path().join("secret"), inside.join("link")).expect("a link");
        let sandbox = Sandbox::new([inside.as_path()]);
        assert_eq!(sandbox.read(&inside.join("a.txt")), SandboxRead::Bytes(b"a".to_vec()));
        assert_eq!(sandbox.read(&inside.join("b.txt")), SandboxRead::Missing);
        assert_eq!(sandbox.read(&inside.join("no/such/b.txt")), SandboxRead::Missing);
        assert_eq!(sandbox.read(&inside.join("../secret")), SandboxRead::Refused);
        assert_eq!(sandbox.read(&inside.join("../nothing")), SandboxRead::Refused);
        #[cfg(unix)]
        assert_eq!(sandbox.read(&inside.join("link")), SandboxRead::Refused);
        assert_eq!(
            ["a.txt", "b.txt", "../secret"].map(|name| sandbox.has_file(&inside.join(name))),
            [Some(true), Some(false), None]
        );
        let listed = sandbox.list(&inside, "*.txt");
        assert_eq!(listed.map(|of| (of.names, of.entries)), Some((Some(vec!["a.txt".to_owned()]), 3)));
        fs::create_dir_all(inside.join("b/c")).expect("a folder");
        fs::write(inside.join("b/c/d.txt"), "a").expect("a file");
        let listed = |pattern| sandbox.list(&inside, pattern).and_then(|of| of.names).unwrap_or_default();
        assert_eq!(listed("*/*.txt"), Vec::<String>::new());
        assert_eq!(listed("b/*/*.txt"), ["b/c/d.txt"]);
        assert_eq!(listed("{b/c,x}/*.txt"), ["b/c/d.txt"]);
        assert_eq!(listed("**/d.txt"), ["b/c/d.txt"]);
        assert_eq!(sandbox.list(dir.path(), "*"), None);
    }
}
