//! Which files git keeps. A file that it keeps is not ignored, whatever a list of ignored files says.
//!
//! Reads the index of a work tree, of which a walk needs nothing but the paths. What is odd about it, or larger than
//! what is read, tells nothing.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::gitignore::Gitignore;
use rustc_hash::FxHashMap;

use super::files::{SKIPPED_FOLDERS, ignore_fault};
use super::ignored::PATTERNS_KEPT;
use super::{MAX_FILE_SIZE, PathMap, normalize, read_text};

/// The wanted files below a folder that are in the indexes of these work trees and not among those that are `known`,
/// except for such as a walk leaves out whatever git says.
pub(super) fn kept(
    root: &Path,
    trees: &[PathBuf],
    wanted: impl Fn(&str) -> bool,
    known: &PathMap<BTreeSet<String>>,
) -> Vec<(PathBuf, BTreeSet<String>)> {
    let mut kept = Vec::new();
    let mut lists = Lists::default();
    for tree in trees {
        for path in tracked(tree, |path| wanted(path.rsplit('/').next().unwrap_or(path))) {
            let path = tree.join(path);
            let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
                continue;
            };
            let is_known = || known.get(folder).is_some_and(|names| names.contains(name));
            let is_file = || fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
            let is_below = path.strip_prefix(root).is_ok_and(|below| !is_left_out(below));
            if is_below && !is_known() && is_file() && !is_in_other_list(&path, tree, &mut lists) {
                kept.push((folder.to_path_buf(), BTreeSet::from([name.to_owned()])));
            }
        }
    }
    kept
}

/// Whether a path is hidden, or lies in a folder that is not entered.
fn is_left_out(path: &Path) -> bool {
    path.components().any(|step| {
        let step = step.as_os_str();
        step.as_encoded_bytes().starts_with(b".") || SKIPPED_FOLDERS.iter().any(|skipped| step == OsStr::new(skipped))
    })
}

/// The lists that are not git's, by their folders; forgotten once they have too many patterns together.
#[derive(Default)]
struct Lists {
    known: FxHashMap<PathBuf, Option<Rc<Gitignore>>>,
    patterns: u64,
}

impl Lists {
    fn of(&mut self, folder: &Path) -> Option<Rc<Gitignore>> {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let list = folder.join(".ignore");
        let is_there = list.is_file() && ignore_fault(folder).is_none();
        let list = is_there.then(|| Rc::new(Gitignore::new(list).0));
        let patterns = list.as_ref().map_or(0, |list| list.num_ignores() + list.num_whitelists());
        if self.patterns + patterns > PATTERNS_KEPT {
            *self = Lists::default();
        }
        self.patterns += patterns;
        self.known.insert(folder.to_path_buf(), list.clone());
        list
    }
}

/// Whether a list that is not git's names a file of a work tree.
fn is_in_other_list(path: &Path, tree: &Path, lists: &mut Lists) -> bool {
    let mut folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(tree));
    folders.any(|folder| lists.of(folder).is_some_and(|list| list.matched_path_or_any_parents(path, false).is_ignore()))
}

/// The paths in the index of the work tree at this folder that are `wanted`, relative to the folder.
fn tracked(tree: &Path, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let bytes = git_folder(tree).and_then(|folder| read_index(&folder.join("index"))).unwrap_or_default();
    // The names of objects are as long as those of SHA-1 or of SHA-256.
    [20, 32].into_iter().find_map(|length| paths(&bytes, length, &wanted)).unwrap_or_default()
}

/// Where git keeps what belongs to a work tree: for submodules and further work trees a file says it.
fn git_folder(tree: &Path) -> Option<PathBuf> {
    let git = tree.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = read_text(&git).ok()?;
    let folder = text.strip_prefix("gitdir:")?.trim();
    Some(normalize(&tree.join(folder)))
}

fn read_index(path: &Path) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_SIZE {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()?);
    fs::File::open(path).ok()?.take(MAX_FILE_SIZE).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What stands before the name of an object in an entry: times, device, mode, owner, size.
const BEFORE_NAME: usize = 40;
/// An index with more bytes of paths tells nothing.
const MOST_PATHS: usize = 64 << 20;
/// The flag of an entry that has more flags, from version 3 on.
const EXTENDED: u16 = 0x4000;

/// The wanted paths of an index whose names of objects have this length; none if it is not such an index.
fn paths(bytes: &[u8], name_length: usize, wanted: &impl Fn(&str) -> bool) -> Option<Vec<String>> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (version, count) = (number(4)?, number(8)?);
    if !bytes.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let mut found = Vec::new();
    let mut room = MOST_PATHS;
    let mut path: Vec<u8> = Vec::new();
    let mut at = 12;
    for _ in 0..count {
        let start = at;
        let flags_at = start + BEFORE_NAME + name_length;
        let flags = u16::from_be_bytes(bytes.get(flags_at..flags_at + 2)?.try_into().ok()?);
        let is_extended = version > 2 && flags & EXTENDED != 0;
        at = flags_at + if is_extended { 4 } else { 2 };
        if version == 4 {
            let dropped = varint(bytes, &mut at)?;
            path.truncate(path.len().checked_sub(dropped)?);
        } else {
            path.clear();
        }
        let rest = bytes.get(at..)?;
        let length = memchr::memchr(0, rest)?;
        path.extend_from_slice(&rest[..length]);
        at += length + 1;
        if version < 4 {
            // Entries end with one to eight zeros, at a multiple of eight.
            at = start + (at - start).next_multiple_of(8);
        }
        let text = std::str::from_utf8(&path).ok()?;
        // In version 4 a few bytes may stand for a long path.
        room = room.checked_sub(text.len())?;
        // Where a name has another length than was assumed, what follows is no path.
        if text.is_empty() || usize::from(flags & 0xfff) != path.len().min(0xfff) {
            return None;
        }
        if wanted(text) {
            found.push(text.to_owned());
        }
    }
    Some(found)
}

/// A number of variable length, as git writes offsets.
fn varint(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut next = || {
        let byte = *bytes.get(*at)?;
        *at += 1;
        Some(byte)
    };
    let mut byte = next()?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = next()?;
        value = value.checked_add(1)?.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
    }
    Some(value)
}

#[cfg(test)]
pub(super) use tests::index;

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of these paths, as git writes it.
    pub(in super::super) fn index(version: u32, name_length: usize, files: &[&str]) -> Vec<u8> {
        let mut bytes = b"DIRC".to_vec();
        bytes.extend(version.to_be_bytes());
        bytes.extend((files.len() as u32).to_be_bytes());
        let mut last = "";
        for file in files {
            let start = bytes.len();
            bytes.extend(vec![1; BEFORE_NAME + name_length]);
            bytes.extend((file.len().min(0xfff) as u16).to_be_bytes());
            let shared = file.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
            if version == 4 {
                bytes.push((last.len() - shared) as u8);
                bytes.extend(file[shared..].bytes());
                bytes.push(0);
            } else {
                bytes.extend(file.bytes());
                let length = bytes.len() + 1 - start;
                bytes.resize(start + length.next_multiple_of(8), 0);
            }
            last = file;
        }
        bytes
    }

    #[test]
    fn long_paths_that_few_bytes_stand_for_are_bounded() {
        let long = format!("{}/a.tf", "a".repeat(40_000));
        let many: Vec<String> = (0..3000).map(|at| format!("{long}{}", ["x", "y"][at % 2])).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(paths(&index(4, 20, &many[..10]), 20, &|_| true).map(|found| found.len()), Some(10));
        assert_eq!(paths(&index(4, 20, &many), 20, &|_| true), None);
    }

    const FILES: [&str; 4] = ["a/main.tf", "a/variables.tf", "readme.md", "z.tf"];

    #[test]
    fn the_index_says_what_is_kept() {
        let is_module = |path: &str| path.ends_with(".tf");
        for version in 2..=4 {
            for name_length in [20, 32] {
                let dir = tempfile::tempdir().unwrap();
                fs::create_dir(dir.path().join(".git")).unwrap();
                fs::write(dir.path().join(".git/index"), index(version, name_length, &FILES)).unwrap();
                assert_eq!(tracked(dir.path(), is_module), ["a/main.tf", "a/variables.tf", "z.tf"], "{version}");
            }
        }
    }

    #[test]
    fn further_work_trees_have_an_index_of_their_own() {
        let dir = tempfile::tempdir().unwrap();
        let tree = dir.path().join("tree");
        for folder in ["tree", "top/.git/worktrees/tree"] {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        fs::write(tree.join(".git"), "gitdir: ../top/.git/worktrees/tree\n").unwrap();
        fs::write(dir.path().join("top/.git/worktrees/tree/index"), index(2, 20, &FILES)).unwrap();
        assert_eq!(tracked(&tree, |path| path.ends_with(".md")), ["readme.md"]);
    }

    #[test]
    fn what_is_no_index_says_nothing() {
        let whole = index(4, 20, &FILES);
        for length in 0..whole.len() {
            assert_eq!(paths(&whole[..length], 20, &|_| true), None, "{length}");
        }
        for at in 0..whole.len() {
            let mut odd = whole.clone();
            odd[at] = !odd[at];
            paths(&odd, 20, &|_| true);
            paths(&odd, 32, &|_| true);
        }
    }
}
