//! Which folders are looked at by themselves, and in which capacity.

use std::ffi::OsStr;
use std::path::PathBuf;

use rustc_hash::FxHashMap;

use super::folder::Folder;
use super::module::{Module, Provenance};
use super::terragrunt::Terragrunt;
use crate::source::PathMap;

/// In which capacity a folder is looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RootStanding {
    /// Somebody applies it: it has a backend, a configured provider, variable files, or a lock file and nothing that a
    /// caller has to set.
    Root,
    /// A reusable module without callers: its variables are unknown, and rules about roots do not apply.
    Library,
}

/// The folders among `folders` that are looked at by themselves, in order: those that nobody calls, those that are
/// applied by themselves although somebody calls them, and one of each circle of calls.
pub(crate) fn find_units(folders: &PathMap<Folder>) -> Vec<PathBuf> {
    let calls = LocalCalls::of(folders);
    let called = calls.called();
    let linked = linked_files(folders);
    let is_checked =
        |folder: &Folder| folder.module.provenance == Provenance::Checked && !holds_links_only(folder, &linked);
    let all: Vec<(&PathBuf, &Folder, usize)> =
        folders.iter().zip(&calls.identities).map(|((dir, folder), identity)| (dir, folder, *identity)).collect();
    let is_unit = |folder: &Folder, identity: usize| is_checked(folder) && (stands_alone(folder) || !called[identity]);
    let mut is_unit: Vec<bool> = all.iter().map(|(_, folder, identity)| is_unit(folder, *identity)).collect();
    let mut reached = vec![false; calls.to.len()];
    for ((.., identity), _) in all.iter().zip(&is_unit).filter(|(_, is_unit)| **is_unit) {
        calls.reach(*identity, &mut reached);
    }
    // What is left are circles without an entry.
    for ((_, folder, identity), is_unit) in all.iter().zip(&mut is_unit) {
        if is_checked(folder) && !reached[*identity] {
            *is_unit = true;
            calls.reach(*identity, &mut reached);
        }
    }
    all.iter().zip(is_unit).filter(|(_, is_unit)| *is_unit).map(|((dir, ..), _)| (*dir).clone()).collect()
}

/// Which folders call which. Folders count by their identities, and these by numbers: every call is looked up, and to
/// compare paths step by step would take long.
struct LocalCalls {
    /// The identity of each folder, in their order.
    identities: Vec<usize>,
    /// The folders that local calls of each identity lead to.
    to: Vec<Vec<usize>>,
}

impl LocalCalls {
    fn of(folders: &PathMap<Folder>) -> LocalCalls {
        let mut numbers: FxHashMap<&OsStr, usize> = FxHashMap::default();
        let mut identities = Vec::with_capacity(folders.len());
        for folder in folders.values() {
            let next = numbers.len();
            identities.push(*numbers.entry(folder.identity.as_os_str()).or_insert(next));
        }
        let by_dir: FxHashMap<&OsStr, usize> =
            folders.keys().zip(&identities).map(|(dir, identity)| (dir.as_os_str(), *identity)).collect();
        let mut to = vec![Vec::new(); numbers.len()];
        for (folder, identity) in folders.values().zip(&identities) {
            let targets = folder.module.calls.values().filter_map(|call| call.target.as_ref());
            to[*identity].extend(targets.filter_map(|target| by_dir.get(target.as_os_str()).copied()));
        }
        LocalCalls { identities, to }
    }

    /// Whether another folder calls it, of each identity.
    fn called(&self) -> Vec<bool> {
        let mut called = vec![false; self.to.len()];
        for (from, to) in self.to.iter().enumerate() {
            to.iter().filter(|to| **to != from).for_each(|to| called[*to] = true);
        }
        called
    }

    fn reach(&self, from: usize, reached: &mut [bool]) {
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut reached[at], true) {
                open.extend(&self.to[at]);
            }
        }
    }
}

/// The files that module files elsewhere are links to, and how many of those there are: one below the file counts as
/// enough of them.
fn linked_files(folders: &PathMap<Folder>) -> FxHashMap<&OsStr, usize> {
    let mut linked = FxHashMap::default();
    for folder in folders.values() {
        for target in &folder.links_to {
            let Some(parent) = target.parent().filter(|parent| *parent != folder.identity) else { continue };
            let enough = if folder.identity.starts_with(parent) { ENOUGH_LINKS } else { 1 };
            *linked.entry(target.as_os_str()).or_default() += enough;
        }
    }
    linked
}

/// A file that so many others are links to is there for them.
const ENOUGH_LINKS: usize = 2;

/// Whether all files of a folder are there for others to link to: nobody runs Terraform in it.
fn holds_links_only(folder: &Folder, linked: &FxHashMap<&OsStr, usize>) -> bool {
    let links = |name: &String| linked.get(folder.identity.join(name).as_os_str()).copied().unwrap_or_default();
    !linked.is_empty()
        && folder.lock_file.is_none()
        && folder.variable_files.is_empty()
        && folder.files.iter().all(|name| links(name) >= ENOUGH_LINKS)
}

/// Whether a folder is applied by itself even if a module calls it. `terraform init` also runs in modules, for their tests
/// and for `terraform validate`, and variable files are left in them that Terraform does not read there: they tell only
/// where the folder has a provider of its own as well.
fn stands_alone(folder: &Folder) -> bool {
    let has_traces = folder.lock_file.is_some() || folder.is_initialized || !folder.variable_files.is_empty();
    has_state_store(&folder.module) || has_traces && has_provider(&folder.module)
}

/// Whether a folder lies where reusable modules are kept.
fn is_below_modules(name: &str) -> bool {
    name.split(['/', '\\']).any(|step| matches!(step, "modules" | "module" | "terraform-modules"))
}

/// An empty block without an alias is a configuration that leaves all to the environment.
fn has_provider(module: &Module) -> bool {
    module.providers.values().any(|provider| provider.is_configured() || provider.name.alias.is_none())
}

fn has_state_store(module: &Module) -> bool {
    module.settings.backend.is_some() || module.settings.cloud.is_some()
}

/// In which capacity a unit is looked at.
pub(crate) fn standing(folder: &Folder, terragrunt: &Terragrunt) -> RootStanding {
    let module = &folder.module;
    let asks_for_values = module.variables.values().any(|variable| variable.default.is_none());
    let is_applied = has_state_store(module)
        || folder.lock_file.is_some() && !asks_for_values && !is_below_modules(&module.name)
        || !folder.variable_files.is_empty()
        || has_provider(module);
    if is_applied && !terragrunt.is_source(&module.dir) { RootStanding::Root } else { RootStanding::Library }
}
