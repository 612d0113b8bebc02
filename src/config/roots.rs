//! Which folders are looked at by themselves, and in which capacity.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::module::{Module, Provenance};
use super::terragrunt::Terragrunt;
use super::tree::local_target;

/// In which capacity a folder is looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RootStanding {
    /// Somebody applies it: it has a backend, a configured provider, a lock file or variable files.
    Root,
    /// A reusable module without callers: its variables are unknown, and rules about roots do not apply.
    Library,
}

/// The folders among `folders` that are looked at by themselves, in order: those that nobody calls, those that are
/// applied by themselves although somebody calls them, and one of each circle of calls.
pub(crate) fn find_units(folders: &BTreeMap<PathBuf, Folder>) -> Vec<PathBuf> {
    let calls = local_calls(folders);
    let called: BTreeSet<&Path> =
        calls.iter().flat_map(|(from, to)| to.iter().filter(move |t| *t != from)).copied().collect();
    let is_checked = |dir: &Path| folders.get(dir).is_some_and(|f| f.module.provenance == Provenance::Checked);
    let mut units: BTreeSet<&Path> = folders
        .iter()
        .filter(|(dir, folder)| is_checked(dir) && (stands_alone(folder) || !called.contains(&*folder.identity)))
        .map(|(dir, _)| dir.as_path())
        .collect();
    let mut reached = BTreeSet::new();
    for unit in &units {
        reach(&folders[*unit].identity, &calls, &mut reached);
    }
    // What is left are circles without an entry.
    for (dir, folder) in folders {
        if is_checked(dir) && !reached.contains(&*folder.identity) {
            units.insert(dir);
            reach(&folder.identity, &calls, &mut reached);
        }
    }
    units.into_iter().map(Path::to_path_buf).collect()
}

/// The folders that local calls of each folder lead to; folders are named by their identities.
fn local_calls(folders: &BTreeMap<PathBuf, Folder>) -> BTreeMap<&Path, Vec<&Path>> {
    let mut calls: BTreeMap<&Path, Vec<&Path>> = BTreeMap::new();
    for (dir, folder) in folders {
        let targets = folder.module.calls.values().filter_map(|call| local_target(dir, call));
        let targets = targets.filter_map(|target| Some(&*folders.get(&target)?.identity));
        calls.entry(&folder.identity).or_default().extend(targets);
    }
    calls
}

fn reach<'a>(from: &'a Path, calls: &BTreeMap<&'a Path, Vec<&'a Path>>, reached: &mut BTreeSet<&'a Path>) {
    let mut open = vec![from];
    while let Some(dir) = open.pop() {
        if reached.insert(dir) {
            open.extend(calls.get(dir).into_iter().flatten());
        }
    }
}

/// Whether a folder is applied by itself even if a module calls it.
fn stands_alone(folder: &Folder) -> bool {
    has_state_store(&folder.module)
        || folder.lock_file.is_some()
        || !folder.variable_files.is_empty()
        || folder.is_initialized
}

fn has_state_store(module: &Module) -> bool {
    module.settings.backend.is_some() || module.settings.cloud.is_some()
}

/// In which capacity a unit is looked at.
pub(crate) fn standing(folder: &Folder, terragrunt: &Terragrunt) -> RootStanding {
    let module = &folder.module;
    let is_applied = has_state_store(module)
        || folder.lock_file.is_some()
        || !folder.variable_files.is_empty()
        // An empty block without an alias is a configuration that leaves all to the environment.
        || module.providers.values().any(|p| p.is_configured() || p.name.alias.is_none());
    if is_applied && !terragrunt.is_source(&module.dir) { RootStanding::Root } else { RootStanding::Library }
}
