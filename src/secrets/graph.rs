//! The modules of a configuration, who calls them, and which values are given to them: the ways that a secret takes.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::shown::Names;
use crate::config::{Child, Config, Input, Module, ModuleCall, ModuleNode, VariableFile, VariableText};
use crate::source::{FileId, SourceMap};
use crate::syntax::{Expr, Text};

/// A module in the trees of the configuration.
pub(super) struct Node<'c> {
    /// Its declarations.
    pub module: &'c Module,
    /// What its calls lead to.
    tree: &'c ModuleNode,
    /// The calls that lead here, each with the position of the node that it stands in.
    pub callers: Vec<(usize, &'c ModuleCall)>,
    /// Variable files for it, where it is a root.
    files: Vec<&'c VariableFile>,
    is_root: bool,
}

/// All modules, by position.
pub(super) struct Graph<'c> {
    pub nodes: Vec<Node<'c>>,
    /// By where a module stands in memory.
    positions: FxHashMap<usize, usize>,
    texts: Vec<&'c VariableText>,
    /// Variable files for every root.
    files: Vec<&'c VariableFile>,
}

impl<'c> Graph<'c> {
    pub(super) fn new(config: &'c Config, files: impl IntoIterator<Item = &'c Arc<VariableFile>>) -> Graph<'c> {
        let mut files: Vec<&VariableFile> = files.into_iter().map(|file| &**file).collect();
        let mut texts: Vec<&VariableText> = config.inputs.environment.iter().collect();
        for input in &config.inputs.command_line {
            match input {
                Input::File(file) => files.push(file),
                Input::Text(text) => texts.push(text),
            }
        }
        let mut graph = Graph { nodes: Vec::new(), positions: FxHashMap::default(), texts, files };
        for root in &config.roots {
            let position = graph.add(&root.module);
            let node = &mut graph.nodes[position];
            node.is_root = true;
            node.files.extend(root.var_files.iter().map(|file| &**file));
            node.files.extend(root.environments.iter().map(|environment| &*environment.file));
        }
        graph
    }

    /// The position of a node, added with all below it where it is new.
    fn add(&mut self, tree: &'c ModuleNode) -> usize {
        if let Some(known) = self.positions.get(&std::ptr::from_ref(tree).addr()) {
            return *known;
        }
        let position = self.nodes.len();
        self.positions.insert(std::ptr::from_ref(tree).addr(), position);
        let module = &*tree.module;
        self.nodes.push(Node { module, tree, callers: Vec::new(), files: Vec::new(), is_root: false });
        // Calls nest no deeper than the tree does, which is bounded.
        for (name, child) in &tree.children {
            if let (Child::Loaded(child), Some(call)) = (child, module.calls.get(name)) {
                let child = self.add(child);
                self.nodes[child].callers.push((position, call));
            }
        }
        position
    }

    /// The node that a call of a node leads to.
    pub(super) fn called(&self, node: usize, call: &str) -> Option<usize> {
        match self.nodes[node].tree.children.get(call)? {
            Child::Loaded(child) => self.positions.get(&Arc::as_ptr(child).addr()).copied(),
            Child::NotOnDisk { .. } | Child::Cycle => None,
        }
    }

    /// The values that variable files give to a variable of a node.
    pub(super) fn given(&self, node: usize, variable: &Text) -> Vec<&'c Expr> {
        let node = &self.nodes[node];
        let files = node.files.iter().chain(self.files.iter().filter(|_| node.is_root));
        let values = files.flat_map(|file| &file.values).filter(|(name, _)| name.text == *variable);
        values.map(|(_, value)| &**value).collect()
    }

    /// The texts that `--var` and the environment give to a variable of a node.
    pub(super) fn given_texts(&self, node: usize, variable: &Text) -> impl Iterator<Item = &'c VariableText> {
        let is_root = self.nodes[node].is_root;
        self.texts.iter().filter(move |text| is_root && text.name == *variable).copied()
    }

    /// All variable files.
    pub(super) fn variable_files(&self) -> impl Iterator<Item = &'c VariableFile> {
        self.nodes.iter().flat_map(|node| &node.files).chain(&self.files).copied()
    }

    /// All files that the configuration is written in, what was given on the command line among them.
    pub(super) fn files(&self) -> BTreeSet<FileId> {
        let documents = self.nodes.iter().flat_map(|node| &node.module.documents).map(|document| document.file);
        let files = self.variable_files().map(|file| file.document.file);
        documents.chain(files).chain(self.texts.iter().map(|text| text.span.file)).collect()
    }

    /// The names that reports show wherever they speak of the configuration.
    pub(super) fn names(&self, sources: &Arc<SourceMap>) -> Names {
        let mut seen = FxHashSet::default();
        let documents = self.nodes.iter().flat_map(|node| &node.module.documents);
        let documents = documents.filter(|document| seen.insert(document.file)).cloned().collect();
        Names { documents, sources: sources.clone() }
    }
}
