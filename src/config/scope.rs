//! What the paths of the command line ask for: the folders to search, and the files that findings are wanted in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::load::LoadError;
use super::names::{is_module_file, is_variable_file};
use crate::source::{PathMap, normalize, shown_path, work_tree};

/// The folders to search and, where single files were named, what the findings are narrowed to.
#[derive(Debug)]
pub(crate) struct Scope {
    /// Folders to search, absolute and normal, sorted.
    pub(crate) folders: BTreeSet<PathBuf>,
    /// The named files, and the folders named beside them.
    pub(crate) focus: Option<BTreeSet<PathBuf>>,
}

impl Scope {
    pub(crate) fn new(working_dir: &Path, paths: &[PathBuf]) -> Result<Scope, LoadError> {
        let mut folders = BTreeSet::new();
        let mut files = BTreeSet::new();
        for path in paths {
            let path = normalize(&working_dir.join(path));
            if path.is_dir() {
                folders.insert(path);
            } else if path.exists() {
                files.insert(path);
            } else {
                return Err(LoadError::NoSuchPath(shown_path(&path, working_dir)));
            }
        }
        if files.is_empty() {
            return Ok(Scope { folders, focus: None });
        }
        // Hooks hand over whatever was changed; nothing is searched for the sake of other files.
        files.retain(|f| is_configuration(f));
        let focus = files.union(&folders).cloned().collect();
        folders.extend(search_folders(&files));
        Ok(Scope { folders, focus: Some(focus) })
    }

    /// Whether a folder was named itself, or a file of it.
    pub(crate) fn names(&self, dir: &Path) -> bool {
        let named = self.focus.as_ref().unwrap_or(&self.folders);
        named.iter().any(|path| path == dir || path.parent() == Some(dir) && !self.folders.contains(path))
    }

    /// The units that a focus leaves: those that contain or call the folders of the named files.
    pub(crate) fn narrow(&self, units: Vec<PathBuf>, folders: &PathMap<Folder>) -> Vec<PathBuf> {
        let Some(focus) = &self.focus else { return units };
        let is_wanted = |dir: &Path| dir.ancestors().any(|d| focus.contains(d));
        let wanted: BTreeSet<&Path> = focus
            .iter()
            .filter_map(|path| module_folder(path, folders))
            .chain(folders.keys().map(PathBuf::as_path).filter(|d| is_wanted(d)))
            .collect();
        // From the wanted folders up to their callers.
        let mut callers: BTreeMap<&Path, Vec<&Path>> = BTreeMap::new();
        for (dir, folder) in folders.iter() {
            for target in folder.module.calls.values().filter_map(|call| call.target.as_deref()) {
                callers.entry(target).or_default().push(dir);
            }
        }
        let mut reached: BTreeSet<&Path> = BTreeSet::new();
        let mut open: Vec<&Path> = wanted.into_iter().collect();
        while let Some(dir) = open.pop() {
            if reached.insert(dir) {
                open.extend(callers.get(dir).into_iter().flatten());
            }
        }
        units.into_iter().filter(|unit| reached.contains(&**unit)).collect()
    }
}

/// Whether a file is one that says something about a module.
fn is_configuration(path: &Path) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|n| is_module_file(n) || is_variable_file(n))
}

/// The module that a file belongs to: a variable file may lie in a folder below.
fn module_folder<'a>(path: &'a Path, folders: &'a PathMap<Folder>) -> Option<&'a Path> {
    path.ancestors().skip(1).find(|dir| folders.contains_key(dir))
}

/// Where the callers of single files are looked for: the work trees around them, or their common folder.
fn search_folders(files: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let tree = |file: &PathBuf| file.parent().and_then(work_tree).map(Path::to_path_buf);
    let (inside, outside): (Vec<&PathBuf>, Vec<&PathBuf>) = files.iter().partition(|f| tree(f).is_some());
    let trees = inside.into_iter().filter_map(tree);
    match common_folder(&outside) {
        // Files that share nothing but the top of the file system are not worth searching all of it.
        Some(top) if top.parent().is_none() => {
            trees.chain(outside.iter().filter_map(|f| Some(f.parent()?.to_path_buf()))).collect()
        }
        common => trees.chain(common).collect(),
    }
}

fn common_folder(files: &[&PathBuf]) -> Option<PathBuf> {
    let mut folders = files.iter().filter_map(|f| f.parent());
    let first = folders.next()?.to_path_buf();
    Some(folders.fold(first, |common, folder| {
        common.components().zip(folder.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    }))
}
