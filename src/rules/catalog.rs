//! All rules: those embedded in the binary and those of given files, sorted by id, found by what they look at.
//!
//! Embedded files are parsed at build time; a rule or a function of one is read when it is wanted for the first time.
//! Files given by the user are compiled at once, so that every mistake in them is known before anything runs.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::answers::Calls;
use super::bounds::Left;
use super::callees::{Called, Callee, Callees, DeclaredFunction};
use super::compile::{self, Surroundings};
use super::decl::{self, FileDecl, FunctionDecl, argument, wrong};
use super::embedded::{EmbeddedFile, EmbeddedFunction, embedded_files};
use super::literal;
use super::names::{Functions, Signature};
use super::packed::PackedFile;
use super::rule::{Pattern, Rule, Subject};
use super::said::Head;
use super::settings::Selection;
use super::weight;
use super::words::Word;
use super::{Category, RuleInfo};
use crate::eval::{NoScope, nearest};
use crate::infra::{InstanceKind, Within};
use crate::source::{FileText, Problem, SourceFile, SourceMap};
use crate::syntax::{self, Text};

/// All rules. Made with the source map of what they run over.
pub struct Catalog<'s> {
    sources: &'s SourceMap,
    files: Vec<RuleFile>,
    /// Sorted by id.
    pub(super) entries: Vec<Entry>,
    callees: Callees,
    /// What timeless functions gave, for all runs: it depends on their arguments alone.
    pub(super) timeless: Calls,
    /// Positions in `entries` by exact subjects.
    pub(super) by_subject: FxHashMap<InstanceKind, FxHashMap<Text, Vec<usize>>>,
    /// Subjects that are globs, with their positions.
    pub(super) globs: Vec<(Subject, usize)>,
}

/// A rule before it is parsed.
pub(super) struct Entry {
    pub(super) id: Text,
    pub(super) category: Option<Category>,
    file: usize,
    pub(super) subjects: Vec<Subject>,
    /// The modules that it looks into.
    pub(super) within: Within,
    /// Where an embedded rule begins in what is embedded of its file, and where what only a finding needs: most rules find
    /// nothing.
    packed: Option<(usize, usize)>,
    /// `None` where it could not be read. Empty until it is wanted, as is the other.
    rule: OnceLock<Option<Arc<Rule>>>,
    /// The same without its words.
    wordless: OnceLock<Option<Arc<Rule>>>,
}

struct RuleFile {
    service: Text,
    text: Source,
}

enum Source {
    /// Part of the binary, and of the source map once something in it is wanted.
    Embedded(&'static EmbeddedFile, OnceLock<Arc<SourceFile>>),
    Given(Arc<SourceFile>),
}

impl<'s> Catalog<'s> {
    /// The embedded rules. Their files become part of `sources` when they are needed.
    pub fn embedded(sources: &'s SourceMap) -> Catalog<'s> {
        let mut catalog = Catalog::empty(sources);
        let files = embedded_files();
        catalog.entries.reserve_exact(files.iter().map(|file| file.rules.len()).sum());
        catalog.callees.reserve(files.iter().map(|file| file.functions.len()).sum());
        for file in files {
            let index = catalog.push(service(Path::new(file.path)), Source::Embedded(file, OnceLock::new()));
            for rule in file.rules {
                let subject = |(kind, pattern): &(&str, &str)| {
                    Some(Subject { kind: InstanceKind::parse(kind)?, pattern: Pattern::parse(pattern).ok()? })
                };
                let subjects = rule.subjects.iter().filter_map(subject).collect();
                catalog.entries.push(Entry {
                    id: rule.id.into(),
                    category: Category::parse(rule.category),
                    file: index,
                    subjects,
                    within: Within::parse(rule.only).unwrap_or_default(),
                    packed: Some((rule.logic, rule.words)),
                    rule: OnceLock::new(),
                    wordless: OnceLock::new(),
                });
            }
            for EmbeddedFunction { name, params, cost, begin } in file.functions {
                let signature = Signature { params: *params, cost: *cost };
                catalog.callees.declare((*name).into(), DeclaredFunction::packed(index, signature, *begin));
            }
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
        let mut problems = Vec::new();
        let mut decls = Vec::new();
        let mut left = Left::default();
        for file in given {
            let index = self.push(service(&file.path), Source::Given(file.clone()));
            let mut decl = decl::read(&syntax::parse(file.id, &file.text));
            left.cut(&mut decl, &mut problems);
            self.declare(index, &decl, &mut problems);
            decls.push((index, decl));
        }
        self.index();
        for (index, decl) in &decls {
            let (rules, wrong) = compile::compile(decl, &self.files[*index].service, &self.source(*index), &self);
            problems.extend(wrong);
            for rule in rules {
                let entry = self.position(&rule.info.id).map(|at| &self.entries[at]);
                if let Some(entry) = entry.filter(|entry| entry.file == *index) {
                    entry.wordless.get_or_init(|| Some(rule.clone()));
                    entry.rule.get_or_init(|| Some(rule));
                }
            }
        }
        self.recursion(decls.iter().map(|(_, decl)| decl), &mut problems);
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }

    fn empty(sources: &'s SourceMap) -> Catalog<'s> {
        Catalog {
            sources,
            files: Vec::new(),
            entries: Vec::new(),
            callees: Callees::default(),
            timeless: Calls::default(),
            by_subject: FxHashMap::default(),
            globs: Vec::new(),
        }
    }

    fn push(&mut self, service: Text, text: Source) -> usize {
        self.files.push(RuleFile { service, text });
        self.files.len() - 1
    }

    /// Enters what a given file declares. It replaces what is embedded; what another given file declares already is a
    /// mistake.
    fn declare(&mut self, index: usize, decl: &FileDecl, problems: &mut Vec<Problem>) {
        problems.extend(decl.problems.iter().cloned());
        let mut ignored = Vec::new();
        for rule in &decl.rules {
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
            let only = argument(&rule.arguments, "only");
            let within = only.and_then(|a| literal::text(a, &mut ignored)).and_then(|word| Within::parse(&word));
            self.entries.push(Entry {
                id: id.clone(),
                category,
                file: index,
                subjects,
                within: within.unwrap_or_default(),
                packed: None,
                rule: OnceLock::new(),
                wordless: OnceLock::new(),
            });
        }
        let text = self.source(index).text.clone();
        for decl in &decl.functions {
            let name = &decl.name;
            let value = decl.value.as_ref().and_then(|value| text.get(value.expr.span.range()));
            let signature = Signature { params: decl.params.len(), cost: weight::of_text(value.unwrap_or_default()) };
            let function = DeclaredFunction::known(index, signature, decl.clone());
            if super::functions::lookup(&name.text).is_some() || crate::eval::functions::lookup(&name.text).is_some() {
                let message = format!("there is a function `{}` already", name.text);
                problems.push(wrong(name.span, message, "not yours to declare"));
            } else if self
                .callees
                .declare(name.text.clone(), function)
                .is_some_and(|replaced| self.is_given(replaced.file))
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
                        let names = self.by_subject.entry(subject.kind).or_default();
                        names.entry(name.clone()).or_default().push(at);
                    }
                    Pattern::Glob(..) | Pattern::Any(_) => self.globs.push((subject.clone(), at)),
                }
            }
        }
    }

    /// Functions of these files that call themselves.
    fn recursion<'d>(&self, decls: impl IntoIterator<Item = &'d FileDecl>, problems: &mut Vec<Problem>) {
        for function in decls.into_iter().flat_map(|decl| &decl.functions) {
            let mut seen = BTreeSet::new();
            let mut wanted = function.calls.functions.clone();
            while let Some(name) = wanted.pop() {
                if name == function.name.text {
                    let message = format!("function `{name}` calls itself");
                    problems.push(wrong(function.name.span, message, "itself or through others"));
                    break;
                }
                if let Some(callee) = self.function(&name).filter(|_| seen.insert(name.clone())) {
                    wanted.extend(callee.calls.functions.iter().cloned());
                }
            }
        }
    }

    fn source(&self, file: usize) -> Arc<SourceFile> {
        match &self.files[file].text {
            Source::Given(file) => file.clone(),
            Source::Embedded(file, source) => {
                let name = || format!("rules/{}", file.path);
                source
                    .get_or_init(|| self.sources.add(Path::new(&name()), name(), FileText::Embedded(file.text)))
                    .clone()
            }
        }
    }

    /// What is embedded of a file; nothing of a given one.
    fn packed(&self, file: usize) -> Option<PackedFile> {
        match self.files[file].text {
            Source::Embedded(embedded, _) => Some(PackedFile { file: embedded, id: self.source(file).id }),
            Source::Given(_) => None,
        }
    }

    /// The files that were given, in their order.
    pub fn given_files(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        self.files.iter().filter_map(|file| match &file.text {
            Source::Given(file) => Some(file),
            Source::Embedded(..) => None,
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
        let words = entry.packed.map(|(_, words)| words);
        entry.rule.get_or_init(|| self.read(entry, words)).clone()
    }

    /// The rule with all that is needed to find out whether it finds something.
    pub(super) fn wordless_at(&self, at: usize) -> Option<Arc<Rule>> {
        let entry = &self.entries[at];
        entry.wordless.get_or_init(|| self.read(entry, None)).clone()
    }

    /// An embedded rule. Tests know that it is without mistakes.
    fn read(&self, entry: &Entry, words: Option<usize>) -> Option<Arc<Rule>> {
        let packed = self.packed(entry.file)?;
        let Entry { id, category, subjects, packed: Some((logic, _)), .. } = entry else { return None };
        let service = self.files[entry.file].service.clone();
        let head = Head { id: id.clone(), service, category: *category, subjects: subjects.clone() };
        packed.rule(*logic, words).rule(head, packed.file.text, &NoScope::default()).map(Arc::new)
    }

    /// What there is to know of all rules, sorted by id. Reads every one.
    pub fn infos(&self) -> Vec<RuleInfo> {
        (0..self.entries.len()).filter_map(|at| self.rule_at(at)).map(|rule| rule.info.clone()).collect()
    }

    /// What there is to know of the rules that a selection runs, sorted by id. Reads them.
    pub fn enabled_infos(&self, selection: &Selection) -> Vec<RuleInfo> {
        let enabled = (0..self.entries.len()).filter(|at| selection.enabled[*at]);
        enabled.filter_map(|at| self.rule_at(at)).map(|rule| rule.info.clone()).collect()
    }

    /// The rules about a type of resource, sorted by id. Reads them.
    pub fn rules_about(&self, resource_type: &str) -> Vec<Arc<Rule>> {
        let named = self.by_subject.get(&InstanceKind::Resource).and_then(|names| names.get(resource_type));
        named.into_iter().flatten().filter_map(|at| self.rule_at(*at)).collect()
    }

    /// All rules, sorted by id. Reads every one.
    pub fn rules(&self) -> Vec<Arc<Rule>> {
        (0..self.entries.len()).filter_map(|at| self.rule_at(at)).collect()
    }

    /// All functions that rule files declare, sorted by name. Reads every one.
    pub fn declared_functions(&self) -> Vec<Arc<FunctionDecl>> {
        let names = self.callees.declared_names();
        let mut functions: Vec<_> = names.filter_map(|name| self.declaration(name)).cloned().collect();
        functions.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        functions
    }

    /// Every mistake in the embedded files; their tests keep it empty.
    pub fn verify(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut decls = Vec::new();
        for index in 0..self.files.len() {
            let source = self.source(index);
            let decl = decl::read(&syntax::parse(source.id, &source.text));
            problems.extend(decl.problems.iter().cloned());
            problems.extend(compile::compile(&decl, &self.files[index].service, &source, self).1);
            decls.push(decl);
        }
        self.recursion(&decls, &mut problems);
        problems
    }
}

/// A file's name without folder and ending.
fn service(path: &Path) -> Text {
    path.file_stem().map_or_else(|| "".into(), |stem| stem.to_string_lossy().into())
}

impl Functions for Catalog<'_> {
    fn signature(&self, name: &str) -> Option<Signature> {
        self.callees.declared(name).map(|function| function.signature)
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.callees.declared_names().map(|n| &**n).collect();
        names.sort_unstable();
        names
    }
}

impl Catalog<'_> {
    /// The declared function of that name.
    fn function(&self, name: &str) -> Option<&FunctionDecl> {
        self.declaration(name).map(|decl| &**decl)
    }

    fn declaration(&self, name: &str) -> Option<&Arc<FunctionDecl>> {
        self.declared(self.callees.declared(name)?)
    }

    fn declared<'c>(&self, function: &'c DeclaredFunction) -> Option<&'c Arc<FunctionDecl>> {
        function.decl(|begin| Some(Arc::new(self.packed(function.file)?.function(begin))))
    }

    /// What a name means that is called; `None` where it is Terraform's.
    pub(super) fn callee(&self, name: &str) -> Option<Called<'_>> {
        let function = match self.callees.get(name)? {
            Callee::Own(own) => return Some(Called::Own(own)),
            Callee::Declared(function) => function,
        };
        let decl = self.declared(function)?;
        let value = decl.value.as_ref()?;
        let timeless = function.is_timeless(&decl.calls, &|name| self.function(name).map(|decl| &decl.calls));
        Some(Called::Declared { decl, value, timeless })
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
