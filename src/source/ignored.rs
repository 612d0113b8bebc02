//! What git ignores: files that a build or a person puts in their place, which a fresh checkout does not have.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::Match;
use ignore::gitignore::{Gitignore, Glob};
use rustc_hash::FxHashMap;

use super::files::ignore_fault;
use super::{is_work_tree, normalize, read_text};

/// The lists of ignored files of the folders that were asked about.
#[derive(Debug, Default)]
pub struct Ignored {
    lists: Mutex<Lists>,
    /// The submodules of the work trees that were asked about.
    submodules: Mutex<FxHashMap<Arc<Path>, Arc<[PathBuf]>>>,
    /// The work trees of the folders that were asked about, and of those around them.
    trees: Mutex<FxHashMap<PathBuf, Option<Arc<Path>>>>,
}

/// Lists by their folders.
#[derive(Debug, Default)]
struct Lists {
    /// None where a folder has no list, or one that cannot be read.
    known: FxHashMap<PathBuf, Option<Arc<Gitignore>>>,
    /// How many patterns they have.
    patterns: u64,
}

/// Lists of so many patterns are kept; then all are forgotten, and read again where somebody asks.
pub(super) const PATTERNS_KEPT: u64 = 10_000;

/// What is known of so many folders is kept: expressions may ask about any number of them.
const FOLDERS_KEPT: usize = 10_000;

impl Ignored {
    /// Whether git ignores the file that would stand at an absolute path, by the lists of the work tree that it would lie
    /// in.
    pub fn holds_file(&self, path: &Path) -> bool {
        self.holds(path, false)
    }

    /// The pattern for which git ignores the file that would stand at an absolute path.
    pub fn pattern_for(&self, path: &Path) -> Option<String> {
        self.decide(path, false, |said| match said {
            Match::Ignore(glob) => Some(glob.original().to_owned()),
            _ => None,
        })?
    }

    /// The same of a folder.
    pub fn holds_folder(&self, path: &Path) -> bool {
        self.holds(path, true)
    }

    /// Whether an absolute path lies in a submodule of its work tree, as far as `.gitmodules` says.
    pub fn is_submodule(&self, path: &Path) -> bool {
        let path = normalize(path);
        let Some(tree) = path.parent().and_then(|folder| self.work_tree(folder)) else { return false };
        let mut known = self.submodules.lock().unwrap_or_else(PoisonError::into_inner);
        let submodules = known.entry(tree.clone()).or_insert_with(|| submodules(&tree));
        submodules.iter().any(|submodule| path.starts_with(submodule))
    }

    fn holds(&self, path: &Path, is_folder: bool) -> bool {
        self.decide(path, is_folder, |said| said.is_ignore()).unwrap_or(false)
    }

    /// What is made of the pattern that decides about a path, if there is one.
    fn decide<T>(&self, path: &Path, is_folder: bool, made: impl Fn(Match<&Glob>) -> T) -> Option<T> {
        let path = normalize(path);
        let tree = self.work_tree(path.parent()?)?;
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&tree));
        // The nearest list that says something decides; what is below an ignored folder is ignored as well.
        for list in folders.filter_map(|folder| self.list(folder)) {
            let said = list.matched_path_or_any_parents(&path, is_folder);
            if !said.is_none() {
                return Some(made(said));
            }
        }
        None
    }

    /// The work tree that a folder lies in. Each missing file of each root is asked about, and no tree comes or goes
    /// during a run.
    pub fn work_tree(&self, folder: &Path) -> Option<Arc<Path>> {
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        let mut inside = Vec::new();
        let mut found = None;
        for folder in folder.ancestors() {
            if let Some(known) = trees.get(folder) {
                found = known.clone();
                break;
            }
            inside.push(folder.to_path_buf());
            if is_work_tree(folder) {
                found = Some(folder.into());
                break;
            }
        }
        if trees.len() + inside.len() > FOLDERS_KEPT {
            trees.clear();
        }
        trees.extend(inside.into_iter().map(|folder| (folder, found.clone())));
        found
    }

    fn list(&self, folder: &Path) -> Option<Arc<Gitignore>> {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lists.known.get(folder) {
            return known.clone();
        }
        let file = folder.join(".gitignore");
        let is_there = file.is_file() && ignore_fault(folder).is_none();
        // A pattern that is none is passed over, as git does.
        let list = is_there.then(|| Arc::new(Gitignore::new(&file).0));
        let patterns = list.as_ref().map_or(0, |list| list.num_ignores() + list.num_whitelists());
        if lists.patterns + patterns > PATTERNS_KEPT || lists.known.len() >= FOLDERS_KEPT {
            *lists = Lists::default();
        }
        lists.patterns += patterns;
        lists.known.insert(folder.to_path_buf(), list.clone());
        list
    }
}

/// The folders of a work tree's submodules.
fn submodules(tree: &Path) -> Arc<[PathBuf]> {
    let text = read_text(&tree.join(".gitmodules")).unwrap_or_default();
    let path =
        |line: &str| line.trim().strip_prefix("path")?.trim_start().strip_prefix('=').map(|p| p.trim().to_owned());
    text.lines().filter_map(path).map(|path| normalize(&tree.join(path))).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn lists_of_a_work_tree_say_what_is_ignored() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let ignored = |path: &str| Ignored::default().holds_file(&root.join(path));
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join(".gitignore"), "id_rsa*\n/dist\n*.generated\n").unwrap();
        fs::write(root.join("a/.gitignore"), "!keep.generated\n").unwrap();
        // Without a work tree git says nothing.
        assert!(!ignored("a/id_rsa.pub"));
        fs::create_dir(root.join(".git")).unwrap();
        for (path, expected) in [
            ("id_rsa", true),
            ("a/b/id_rsa.pub", true),
            ("a/../id_rsa", true),
            ("dist/terraform", true),
            ("a/dist", false),
            ("a/b/x.generated", true),
            ("a/b/keep.generated", false),
            ("a/none/x.generated", true),
            ("a/main.tf", false),
            ("../id_rsa", false),
        ] {
            assert_eq!(ignored(path), expected, "{path}");
        }
        let modules = "[submodule \"m\"]\n\tpath = vendor/m\n\turl = https://example.com/m.git\n";
        fs::write(root.join(".gitmodules"), modules).unwrap();
        let lists = Ignored::default();
        assert!(lists.is_submodule(&root.join("a/../vendor/m/x")) && !lists.is_submodule(&root.join("vendor/n")));
        fs::write(root.join("a/.gitignore"), "out/\n").unwrap();
        let lists = Ignored::default();
        assert!(lists.holds_folder(&root.join("a/out")) && lists.holds_file(&root.join("a/out/x")));
        assert!(!lists.holds_file(&root.join("a/out")));
    }
}
