//! All rules: those embedded in the binary and those of given files, sorted by id, found by what they look at.
//!
//! Outlines of the embedded files (ids, categories, subjects) are made at build time; a file is parsed and compiled
//! when one of its rules is wanted for the first time. Files given by the user are compiled at once, so that every
//! mistake in them is known before anything runs.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::compile::{self, Surroundings};
use super::decl::{self, FileDecl, FunctionDecl, argument, wrong};
use super::literal;
use super::names::Functions;
use super::rule::{Pattern, Rule, Subject};
use super::settings::Selection;
use super::words::Word;
use super::{Category, RuleInfo};
use crate::eval::nearest;
use crate::infra::InstanceKind;
use crate::source::{Problem, SourceFile, SourceMap};
use crate::syntax::{self, Text};

/// A file below `rules/`, with its outline.
pub struct EmbeddedFile {
    /// Its path below `rules/`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Its rules.
    pub rules: &'static [EmbeddedRule],
    /// The names of its functions.
    pub functions: &'static [&'static str],
}

/// A rule of an embedded file.
pub struct EmbeddedRule {
    /// Its id.
    pub id: &'static str,
    /// Its category.
    pub category: &'static str,
    /// What it looks at: kind and pattern.
    pub subjects: &'static [(&'static str, &'static str)],
}

static EMBEDDED: &[EmbeddedFile] = include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// The files that are part of the binary.
pub fn embedded_files() -> &'static [EmbeddedFile] {
    EMBEDDED
}

/// All rules. Made with the source map of what they run over.
pub struct Catalog<'s> {
    sources: &'s SourceMap,
    files: Vec<RuleFile>,
    /// Sorted by id.
    pub(super) entries: Vec<Entry>,
    /// Where functions are declared: the file, and the position among the functions of the file.
    functions: FxHashMap<Text, (usize, usize)>,
    /// Positions in `entries` by exact subjects.
    by_subject: FxHashMap<(InstanceKind, Text), Vec<usize>>,
    /// Subjects that are globs, with their positions.
    globs: Vec<(Subject, usize)>,
}

/// A rule before its file is parsed.
pub(super) struct Entry {
    pub(super) id: Text,
    pub(super) category: Option<Category>,
    file: usize,
    /// Its position among the rules of its file.
    position: usize,
    subjects: Vec<Subject>,
}

struct RuleFile {
    service: Text,
    text: Source,
    loaded: OnceLock<(Arc<SourceFile>, FileDecl)>,
    compiled: OnceLock<(Vec<Arc<Rule>>, Vec<Problem>)>,
}

enum Source {
    Embedded(&'static EmbeddedFile),
    Given(Arc<SourceFile>),
}

impl<'s> Catalog<'s> {
    /// The embedded rules. Their files become part of `sources` when they are needed.
    pub fn embedded(sources: &'s SourceMap) -> Catalog<'s> {
        let mut catalog = Catalog::empty(sources);
        for file in EMBEDDED {
            let index = catalog.push(service(Path::new(file.path)), Source::Embedded(file));
            for (position, rule) in file.rules.iter().enumerate() {
                let subject = |(kind, pattern): &(&str, &str)| {
                    Some(Subject { kind: InstanceKind::parse(kind)?, pattern: Pattern::parse(pattern).ok()? })
                };
                let subjects = rule.subjects.iter().filter_map(subject).collect();
                let category = Category::parse(rule.category);
                catalog.entries.push(Entry { id: rule.id.into(), category, file: index, position, subjects });
            }
            let functions = file.functions.iter().enumerate();
            catalog.functions.extend(functions.map(|(position, name)| (Text::from(*name), (index, position))));
        }
        catalog.index();
        catalog
    }

    /// Nothing but the rules of these files.
    ///
    /// # Errors
    /// Every mistake in them.
    pub fn of_files(sources: &'s SourceMap, given: &[Arc<SourceFile>]) -> Result<Catalog<'s>, Vec<Problem>> {
        Catalog::empty(sources).with_files(given)
    }

    /// With the rules and functions of further files, which replace embedded ones of the same name.
    ///
    /// # Errors
    /// Every mistake in them, a name that two of them declare included.
    pub fn with_files(mut self, given: &[Arc<SourceFile>]) -> Result<Catalog<'s>, Vec<Problem>> {
        let first = self.files.len();
        let mut problems = Vec::new();
        for file in given {
            let index = self.push(service(&file.path), Source::Given(file.clone()));
            self.declare(index, &mut problems);
        }
        self.index();
        for index in first..self.files.len() {
            problems.extend(self.compiled(index).1.iter().cloned());
        }
        self.recursion(first, &mut problems);
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }

    fn empty(sources: &'s SourceMap) -> Catalog<'s> {
        Catalog {
            sources,
            files: Vec::new(),
            entries: Vec::new(),
            functions: FxHashMap::default(),
            by_subject: FxHashMap::default(),
            globs: Vec::new(),
        }
    }

    fn push(&mut self, service: Text, text: Source) -> usize {
        self.files.push(RuleFile { service, text, loaded: OnceLock::new(), compiled: OnceLock::new() });
        self.files.len() - 1
    }

    /// Enters what a given file declares. It replaces what is embedded; what another given file declares already is a
    /// mistake.
    fn declare(&mut self, index: usize, problems: &mut Vec<Problem>) {
        let decl = self.loaded(index).1.clone();
        problems.extend(decl.problems.iter().cloned());
        let mut ignored = Vec::new();
        for (position, rule) in decl.rules.iter().enumerate() {
            let id = &rule.id.text;
            if let Some(at) = self.entries.iter().position(|e| e.id == *id) {
                if self.is_given(self.entries[at].file) {
                    problems.push(wrong(rule.id.span, format!("there are two rules `{id}`"), "the second"));
                }
                self.entries.swap_remove(at);
            }
            let category = argument(&rule.arguments, "category");
            let category = category.and_then(|a| literal::text(a, &mut ignored)).and_then(|c| Category::parse(&c));
            let patterns = rule.subjects.iter().flat_map(|(kind, attribute)| {
                literal::texts(attribute, &mut Vec::new()).into_iter().map(|pattern| (*kind, pattern))
            });
            let subject = |(kind, pattern): (_, Text)| Some(Subject { kind, pattern: Pattern::parse(&pattern).ok()? });
            let subjects = patterns.filter_map(subject).collect();
            self.entries.push(Entry { id: id.clone(), category, file: index, position, subjects });
        }
        for (position, function) in decl.functions.iter().enumerate() {
            let name = &function.name;
            if super::functions::lookup(&name.text).is_some() || crate::eval::functions::lookup(&name.text).is_some() {
                let message = format!("there is a function `{}` already", name.text);
                problems.push(wrong(name.span, message, "not yours to declare"));
            } else if self
                .functions
                .insert(name.text.clone(), (index, position))
                .is_some_and(|(file, _)| self.is_given(file))
            {
                problems.push(wrong(name.span, format!("there are two functions `{}`", name.text), "the second"));
            }
        }
    }

    fn is_given(&self, file: usize) -> bool {
        matches!(self.files[file].text, Source::Given(_))
    }

    fn index(&mut self) {
        self.entries.sort_by(|a, b| a.id.cmp(&b.id));
        self.by_subject.clear();
        self.globs.clear();
        for (at, entry) in self.entries.iter().enumerate() {
            for subject in &entry.subjects {
                match &subject.pattern {
                    Pattern::Exact(name) => {
                        self.by_subject.entry((subject.kind, name.clone())).or_default().push(at);
                    }
                    Pattern::Glob(..) => self.globs.push((subject.clone(), at)),
                }
            }
        }
    }

    /// Functions, declared from the file of this index on, that call themselves.
    fn recursion(&self, first: usize, problems: &mut Vec<Problem>) {
        for (_, decl) in self.files[first..].iter().filter_map(|f| f.loaded.get()) {
            for function in &decl.functions {
                let mut seen = BTreeSet::new();
                let mut wanted = self.calls(function);
                while let Some(name) = wanted.pop() {
                    if name == function.name.text {
                        let message = format!("function `{name}` calls itself");
                        problems.push(wrong(function.name.span, message, "itself or through others"));
                        break;
                    }
                    if let Some(callee) = self.function(&name).filter(|_| seen.insert(name.clone())) {
                        wanted.extend(self.calls(callee));
                    }
                }
            }
        }
    }

    fn calls(&self, function: &FunctionDecl) -> Vec<Text> {
        let params: Vec<Text> = function.param_names().cloned().collect();
        let names = super::names::Names {
            in_rule: false,
            each: false,
            locals: &[],
            settings: &[],
            params: &params,
            functions: self,
        };
        let value = function.value.as_ref();
        value.map(|v| super::names::check(&v.expr, &names, &mut Vec::new()).functions).unwrap_or_default()
    }

    fn loaded(&self, index: usize) -> &(Arc<SourceFile>, FileDecl) {
        let file = &self.files[index];
        file.loaded.get_or_init(|| {
            let source = match &file.text {
                Source::Given(file) => file.clone(),
                Source::Embedded(file) => {
                    let name = format!("rules/{}", file.path);
                    self.sources.add(Path::new(&name), name.clone(), file.text)
                }
            };
            let decl = decl::read(&syntax::parse(source.id, &source.text));
            (source, decl)
        })
    }

    fn compiled(&self, index: usize) -> &(Vec<Arc<Rule>>, Vec<Problem>) {
        let file = &self.files[index];
        file.compiled.get_or_init(|| {
            let (source, decl) = self.loaded(index);
            compile::compile(decl, &file.service, source, self)
        })
    }

    /// The files that were given, in their order.
    pub fn given_files(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        self.files.iter().filter_map(|file| match &file.text {
            Source::Given(file) => Some(file),
            Source::Embedded(_) => None,
        })
    }

    /// The texts of the rule files, and of what they run over.
    pub fn sources(&self) -> &'s SourceMap {
        self.sources
    }

    /// The ids of all rules, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|e| &*e.id)
    }

    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.entries.binary_search_by(|e| (*e.id).cmp(id)).ok()
    }

    /// The name of the file that a rule of these is declared in.
    pub(super) fn service_of(&self, entry: &Entry) -> &Text {
        &self.files[entry.file].service
    }

    /// The rule of that id; `None` where there is none, or it could not be compiled.
    pub fn rule(&self, id: &str) -> Option<Arc<Rule>> {
        self.rule_at(self.position(id)?)
    }

    fn rule_at(&self, at: usize) -> Option<Arc<Rule>> {
        let entry = &self.entries[at];
        let (rules, problems) = self.compiled(entry.file);
        // Rules stand in the order of the text; one that could not be compiled moves the others up.
        let guess = if problems.is_empty() { rules.get(entry.position) } else { None };
        guess.or_else(|| rules.iter().find(|r| r.info.id == entry.id)).cloned()
    }

    /// What there is to know of all rules, sorted by id. Parses every file.
    pub fn infos(&self) -> Vec<RuleInfo> {
        (0..self.entries.len()).filter_map(|at| self.rule_at(at)).map(|rule| rule.info.clone()).collect()
    }

    /// What there is to know of the rules that a selection runs, sorted by id. Parses their files.
    pub fn enabled_infos(&self, selection: &Selection) -> Vec<RuleInfo> {
        let enabled = (0..self.entries.len()).filter(|at| selection.enabled[*at]);
        enabled.filter_map(|at| self.rule_at(at)).map(|rule| rule.info.clone()).collect()
    }

    /// The rules about a type of resource, sorted by id. Parses their files.
    pub fn rules_about(&self, resource_type: &str) -> Vec<Arc<Rule>> {
        let all = self.by_subject.get(&(InstanceKind::Resource, resource_type.into())).map_or(&[][..], Vec::as_slice);
        all.iter().filter_map(|at| self.rule_at(*at)).collect()
    }

    /// All rules, sorted by id. Parses every file.
    pub fn rules(&self) -> Vec<Arc<Rule>> {
        (0..self.entries.len()).filter_map(|at| self.rule_at(at)).collect()
    }

    /// All functions that rule files declare. Parses every file.
    pub fn declared_functions(&self) -> Vec<Arc<FunctionDecl>> {
        (0..self.files.len()).flat_map(|index| self.loaded(index).1.functions.clone()).collect()
    }

    /// Every mistake in the embedded files; their tests keep it empty.
    pub fn verify(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for index in 0..self.files.len() {
            problems.extend(self.loaded(index).1.problems.iter().cloned());
            problems.extend(self.compiled(index).1.iter().cloned());
        }
        self.recursion(0, &mut problems);
        problems
    }

    /// The enabled rules that look at instances of this kind and name, sorted by id.
    pub(super) fn rules_for(&self, selection: &Selection, kind: InstanceKind, name: &Text) -> Vec<Arc<Rule>> {
        let exact = self.by_subject.get(&(kind, name.clone())).map_or(&[][..], Vec::as_slice);
        let globs = self.globs.iter().filter(|(s, _)| s.kind == kind && s.pattern.matches(name)).map(|(_, at)| at);
        let wanted: BTreeSet<usize> = exact.iter().chain(globs).copied().filter(|at| selection.enabled[*at]).collect();
        wanted.into_iter().filter_map(|at| self.rule_at(at)).collect()
    }
}

/// A file's name without folder and ending.
fn service(path: &Path) -> Text {
    path.file_stem().map_or_else(|| "".into(), |stem| stem.to_string_lossy().into())
}

impl Functions for Catalog<'_> {
    fn declared(&self, name: &str) -> Option<&FunctionDecl> {
        self.function(name)
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.functions.keys().map(|n| &**n).collect();
        names.sort_unstable();
        names
    }
}

impl Catalog<'_> {
    /// The declared function of that name.
    pub fn function(&self, name: &str) -> Option<&FunctionDecl> {
        let (file, position) = *self.functions.get(name)?;
        let functions = &self.loaded(file).1.functions;
        // One that could not be read moves the others up.
        let guess = functions.get(position).filter(|f| *f.name.text == *name);
        guess.or_else(|| functions.iter().find(|f| *f.name.text == *name)).map(|f| &**f)
    }
}

impl Surroundings for Catalog<'_> {
    fn has_rule(&self, id: &str) -> bool {
        self.position(id).is_some()
    }

    fn nearest_rule(&self, id: &str) -> Option<&str> {
        nearest(id, self.ids())
    }
}
