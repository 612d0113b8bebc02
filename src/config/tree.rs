//! The tree of module calls below a root.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::folder::Folder;
use super::manifest::Manifest;
use super::module::{Module, ModuleCall, Provenance};
use crate::source::{Ignored, PathMap, Problem, ProblemKind, Span};
use crate::syntax::Text;

/// How deep calls may lie inside each other.
pub const MAX_DEPTH: usize = 64;

/// A module with the modules that it calls. Nodes are shared: a folder that several calls reach is one node.
#[derive(Debug)]
pub struct ModuleNode {
    /// Its declarations.
    pub module: Arc<Module>,
    /// What its calls lead to, by their names; every call has an entry.
    pub children: BTreeMap<Text, Child>,
}

/// What a module call leads to.
#[derive(Clone, Debug)]
pub enum Child {
    /// A module that was read.
    Loaded(Arc<ModuleNode>),
    /// A module that is not here: not downloaded, another version, or no such folder.
    NotOnDisk {
        /// Its source as written.
        source: Text,
    },
    /// A module that is being called already, further up.
    Cycle,
}

/// Builds trees over folders that have been read.
pub(crate) struct TreeBuilder<'a> {
    folders: &'a PathMap<Folder>,
    /// Nodes without downloaded modules below them are the same for every caller.
    shared: FxHashMap<OsString, Arc<ModuleNode>>,
    /// The calls from the root to the module at hand: its folder and where the call stands.
    stack: Vec<(PathBuf, Option<Span>)>,
    reported: BTreeSet<Vec<PathBuf>>,
    missing: BTreeSet<Span>,
    ignored: &'a Ignored,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> TreeBuilder<'a> {
    pub(crate) fn new(folders: &'a PathMap<Folder>, ignored: &'a Ignored) -> TreeBuilder<'a> {
        TreeBuilder {
            folders,
            shared: FxHashMap::default(),
            stack: Vec::new(),
            reported: BTreeSet::new(),
            missing: BTreeSet::new(),
            ignored,
            problems: Vec::new(),
        }
    }

    /// The tree below a root; none if the folder was not read.
    pub(crate) fn build(&mut self, root: &Path, manifest: &Manifest) -> Option<Arc<ModuleNode>> {
        self.node(root, None, manifest, "")
    }

    fn node(&mut self, dir: &Path, call: Option<Span>, manifest: &Manifest, key: &str) -> Option<Arc<ModuleNode>> {
        let is_shared = !manifest.has_calls_in(key);
        if let Some(node) = self.shared.get(dir.as_os_str()).filter(|_| is_shared) {
            return Some(node.clone());
        }
        let module = self.folders.get(dir)?.module.clone();
        self.stack.push((dir.to_path_buf(), call));
        let mut children = BTreeMap::new();
        for (name, call) in &module.calls {
            let key = if key.is_empty() { name.to_string() } else { format!("{key}.{name}") };
            children.insert(name.clone(), self.child(&module, call, manifest, &key));
        }
        self.stack.pop();
        let node = Arc::new(ModuleNode { module, children });
        if is_shared {
            self.shared.insert(dir.into(), node.clone());
        }
        Some(node)
    }

    fn child(&mut self, caller: &Module, call: &ModuleCall, manifest: &Manifest, key: &str) -> Child {
        let local = call.target.as_deref();
        let target = local.or_else(|| manifest.folder(key, call));
        let place = call.source_expr.as_ref().map_or(call.header, |e| e.span);
        let absent = || Child::NotOnDisk { source: call.source_text().into() };
        let Some(target) = target else {
            return absent();
        };
        if let Some(position) = self.stack.iter().position(|(dir, _)| dir.as_os_str() == target.as_os_str()) {
            self.report_cycle(position, place);
            return Child::Cycle;
        }
        if self.stack.len() >= MAX_DEPTH {
            self.report_depth(place);
            return absent();
        }
        match self.node(target, Some(place), manifest, key) {
            Some(node) => Child::Loaded(node),
            None => {
                // What git ignores is made by a build, submodules are checked out by whoever needs them, and so is what
                // lies beside the work tree.
                let is_beside = || self.ignored.work_tree(&caller.dir).is_some_and(|tree| !target.starts_with(tree));
                let is_made = || self.ignored.holds_folder(target) || self.ignored.is_submodule(target) || is_beside();
                if local.is_some() && caller.provenance != Provenance::Downloaded && !is_made() {
                    self.report_missing(call, place);
                }
                absent()
            }
        }
    }

    /// Names the loop that closes at `place`, once whichever module it was entered by.
    fn report_cycle(&mut self, position: usize, place: Span) {
        let entries = &self.stack[position..];
        let mut folders: Vec<_> = entries.iter().map(|(dir, _)| dir.clone()).collect();
        folders.sort();
        if !self.reported.insert(folders) {
            return;
        }
        let name = |dir: &Path| self.folders.get(dir).map_or_else(String::new, |f| f.module.name.to_string());
        let names = entries.iter().chain(entries.first()).map(|(dir, _)| format!("`{}`", name(dir)));
        let message = format!("modules call each other in a circle: {}", names.collect::<Vec<_>>().join(" → "));
        let mut problem = Problem::error(ProblemKind::Cycle, place, message, "this call closes the circle");
        for (dir, span) in &entries[1..] {
            if let Some(span) = span {
                problem = problem.with_related(*span, format!("`{}` is called here", name(dir)));
            }
        }
        self.problems.push(problem);
    }

    fn report_depth(&mut self, place: Span) {
        if self.missing.insert(place) {
            let message = format!("modules call each other more than {MAX_DEPTH} levels deep");
            let label = "this call and what lies below it is not analysed";
            self.problems.push(Problem::error(ProblemKind::Limit, place, message, label));
        }
    }

    fn report_missing(&mut self, call: &ModuleCall, place: Span) {
        if self.missing.insert(place) {
            let message = format!("the module `{}` is not there", call.source_text());
            let label = "no folder with configuration at this path";
            self.problems.push(Problem::error(ProblemKind::Configuration, place, message, label));
        }
    }
}
