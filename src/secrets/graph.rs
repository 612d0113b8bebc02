//! The modules of a configuration, who calls them, and which values are given to them: the ways that a secret takes.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::names;
use super::shown::Names;
use crate::config::{Child, Config, Input, Module, ModuleCall, ModuleNode, VariableFile, VariableText};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{Document, Expr, Text};

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
    /// The same by name.
    texts_by_name: FxHashMap<&'c str, Vec<&'c VariableText>>,
    /// Variable files for every root.
    files: Vec<&'c VariableFile>,
    /// The files that hold nothing but values of variables.
    of_values: FxHashSet<FileId>,
    /// Texts that could not be read whole.
    torn: FxHashMap<FileId, Torn>,
    /// What each variable file gives, by name; by where it stands in memory.
    values: FxHashMap<usize, FxHashMap<&'c str, SmallVec<[&'c Expr; 1]>>>,
}

/// A text that could not be read whole.
struct Torn {
    /// Where the problems are, in order.
    problems: Vec<usize>,
    /// Where the lines end, with their breaks and without blanks.
    line_ends: Vec<(usize, usize)>,
}

impl Torn {
    fn new(document: &Document, text: &str) -> Torn {
        let labels = document.problems.iter().filter_map(|problem| problem.label.as_ref());
        let mut start = 0;
        let line_end = |line: &str| {
            let end = start + line.trim_end().len();
            start += line.len();
            (start, end)
        };
        let mut problems: Vec<usize> = labels.map(|label| label.span.range().start).collect();
        problems.sort_unstable();
        Torn { problems, line_ends: text.split_inclusive('\n').map(line_end).collect() }
    }

    /// The end of the line on which a range ends, where there is a problem between its beginning and there.
    fn end(&self, range: Range<usize>) -> Option<usize> {
        let line = self.line_ends.partition_point(|(end, _)| *end < range.end);
        let trimmed = self.line_ends.get(line).or(self.line_ends.last()).map(|(_, trimmed)| *trimmed)?;
        let end = trimmed.max(range.end);
        let next = self.problems.partition_point(|at| *at < range.start);
        self.problems.get(next).filter(|at| **at <= end).map(|_| end)
    }
}

fn place(file: &VariableFile) -> usize {
    std::ptr::from_ref(file).addr()
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
        let mut texts_by_name: FxHashMap<&str, Vec<&VariableText>> = FxHashMap::default();
        for text in &texts {
            texts_by_name.entry(&*text.name).or_default().push(text);
        }
        let (nodes, positions, of_values, torn, values) = Default::default();
        let mut graph = Graph { nodes, positions, texts, texts_by_name, files, of_values, torn, values };
        for root in &config.roots {
            let position = graph.add(&root.module);
            let node = &mut graph.nodes[position];
            node.is_root = true;
            node.files.extend(root.var_files.iter().map(|file| &**file));
            node.files.extend(root.environments.iter().map(|environment| &*environment.file));
        }
        graph.of_values = graph.variable_files().map(|file| file.document.file).collect();
        graph.torn = graph.torn_texts(&config.sources);
        let mut values = FxHashMap::default();
        for file in graph.variable_files() {
            // Many roots may share one.
            values.entry(place(file)).or_insert_with(|| Graph::by_name(file));
        }
        graph.values = values;
        graph
    }

    /// What a variable file gives, by name.
    fn by_name(file: &'c VariableFile) -> FxHashMap<&'c str, SmallVec<[&'c Expr; 1]>> {
        let mut values: FxHashMap<&str, SmallVec<[&Expr; 1]>> = FxHashMap::default();
        for (name, value) in &file.values {
            values.entry(&*name.text).or_default().push(value);
        }
        values
    }

    fn torn_texts(&self, sources: &SourceMap) -> FxHashMap<FileId, Torn> {
        let documents = self.nodes.iter().flat_map(|node| &node.module.documents);
        let documents = documents.chain(self.variable_files().map(|file| &file.document));
        let mut torn = FxHashMap::default();
        for document in documents.filter(|document| !document.problems.is_empty()) {
            let new = || Torn::new(document, &sources.file(document.file).text);
            torn.entry(document.file).or_insert_with(new);
        }
        torn
    }

    /// What belongs to an expression of which the parser did not understand all: it may be the rest of its line, too.
    pub(super) fn torn(&self, span: Span) -> Option<Span> {
        if self.torn.is_empty() {
            return None;
        }
        let end = self.torn.get(&span.file)?.end(span.range())?;
        Some(Span::new(span.file, span.range().start, end))
    }

    /// Whether a file holds nothing but values of variables: nothing in it leads elsewhere.
    pub(super) fn is_of_values(&self, file: FileId) -> bool {
        self.of_values.contains(&file)
    }

    /// Whether the roots declare a variable, and none of them says that it is secret, nor does its name.
    pub(super) fn is_harmless(&self, variable: &str) -> bool {
        let roots = self.nodes.iter().filter(|node| node.is_root);
        let mut declared = roots.filter_map(|root| root.module.variables.get(variable)).peekable();
        declared.peek().is_some() && declared.all(|v| !v.sensitive && !v.ephemeral) && !names::is_secret(variable)
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
        let values = files.filter_map(|file| self.values.get(&place(file))?.get(&**variable));
        values.flatten().copied().collect()
    }

    /// The texts that `--var` and the environment give to a variable of a node.
    pub(super) fn given_texts(&self, node: usize, variable: &Text) -> impl Iterator<Item = &'c VariableText> {
        let is_root = self.nodes[node].is_root;
        self.texts_by_name.get(&**variable).filter(|_| is_root).into_iter().flatten().copied()
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
