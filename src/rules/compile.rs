//! Declarations to rules. Every mistake in a rule file is found here, when it is loaded, and said at its place.
//!
//! Entry point: [`compile`]. Knows nothing of instances.

use std::sync::Arc;

use super::Category;
use super::clauses::{self, Around, Join, Parts};
use super::decl::{CheckDecl, Clauses, FileDecl, FunctionDecl, RuleDecl, argument, wrong};
use super::literal;
use super::locals::Locals;
use super::names::{self, Functions, Names};
use super::rule::{Check, Pattern, Rule, Subject};
use super::said::{Head, Said, Setting};
use crate::eval::{Evaluation, NoScope};
use crate::infra::Within;
use crate::source::{Problem, SourceFile};
use crate::syntax::{Attribute, Text};

/// What a rule file can name beyond itself.
pub trait Surroundings: Functions {
    /// Whether there is a rule of that id.
    fn has_rule(&self, id: &str) -> bool;
    /// The id most like it.
    fn nearest_rule(&self, id: &str) -> Option<&str>;
}

/// The rules of a file in the order of the text, and what is wrong in it, its syntax aside.
pub fn compile(
    decl: &FileDecl,
    service: &Text,
    source: &SourceFile,
    around: &dyn Surroundings,
) -> (Vec<Arc<Rule>>, Vec<Problem>) {
    let mut compiler = Compiler { service, source, around, problems: Vec::new(), literals: NoScope::default() };
    let rules = decl.rules.iter().filter_map(|rule| compiler.rule(rule)).map(Arc::new).collect();
    for function in &decl.functions {
        compiler.function(function);
    }
    (rules, compiler.problems)
}

struct Compiler<'a> {
    service: &'a Text,
    source: &'a SourceFile,
    around: &'a dyn Surroundings,
    problems: Vec<Problem>,
    literals: NoScope<'static>,
}

impl Compiler<'_> {
    fn rule(&mut self, decl: &RuleDecl) -> Option<Rule> {
        self.id(decl);
        let settings = self.settings(decl);
        let subjects = self.subjects(decl);
        let names: Vec<Text> = settings.iter().map(|setting| setting.name.clone()).collect();
        let (parts, checks) = self.checks(decl, &names);
        let get = |name| argument(&decl.arguments, name);
        let problems = &mut self.problems;
        let title = required(decl, "title", problems).and_then(|a| literal::text(a, problems));
        let category = required(decl, "category", problems).and_then(|a| literal::word::<Category>(a, problems));
        let default = get("default").and_then(|a| literal::text(a, problems));
        let mut list = |name| get(name).map(|a| literal::texts(a, problems)).unwrap_or_default();
        let (exceptions, sources, peers) = (list("exceptions"), list("sources"), list("peers"));
        let supersedes = self.supersedes(decl);
        let first = get("first").and_then(|a| literal::boolean(a, &mut self.problems)).unwrap_or(false);
        // The catalog knows what it says; here only mistakes are found.
        get("only").and_then(|a| literal::word::<Within>(a, &mut self.problems));
        let head = Head { id: decl.id.text.clone(), service: self.service.clone(), category, subjects };
        let span = decl.header;
        let said =
            Said { span, first, settings, supersedes, title, default, exceptions, sources, peers, parts, checks };
        said.rule(head, &self.source.text, &self.literals)
    }

    fn id(&mut self, decl: &RuleDecl) {
        let id = &decl.id.text;
        let is_kebab = id
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        if !is_kebab {
            let problem = wrong(decl.id.span, format!("`{id}` is not an id"), "not in kebab case");
            self.problems.push(problem.with_help("write lower-case words with `-` between them"));
        }
    }

    fn subjects(&mut self, decl: &RuleDecl) -> Vec<Subject> {
        if decl.subjects.is_empty() {
            let problem = wrong(decl.header, "this rule does not say what it looks at", "no subject");
            self.problems
                .push(problem.with_help("add `resource = \"aws_…\"`, or `data`, `module`, `provider`, `block`"));
        }
        let mut subjects = Vec::new();
        for (kind, attribute) in &decl.subjects {
            for text in literal::texts(attribute, &mut self.problems) {
                match Pattern::parse(&text) {
                    Ok(pattern) => subjects.push(Subject { kind: *kind, pattern }),
                    Err(why) => self.problems.push(wrong(attribute.expr.span, format!("`{text}` is no pattern"), why)),
                }
            }
        }
        subjects
    }

    fn settings(&mut self, decl: &RuleDecl) -> Vec<Setting> {
        let mut settings: Vec<Setting> = Vec::new();
        for setting in &decl.settings {
            let name = &setting.name;
            if settings.iter().any(|setting| setting.name == name.text) {
                let message = format!("there are two settings `{}`", name.text);
                self.problems.push(wrong(name.span, message, "the second"));
                continue;
            }
            let description = argument(&setting.body.arguments, "description");
            let description = description.and_then(|a| literal::text(a, &mut self.problems)).unwrap_or_default();
            let Some(default) = argument(&setting.body.arguments, "default") else { continue };
            match Evaluation::new(&self.literals).eval(&default.expr) {
                Ok(value) => settings.push(Setting { name: name.text.clone(), value, description }),
                Err(error) => {
                    let span = error.span.unwrap_or(default.expr.span);
                    self.problems.push(wrong(span, error.message.to_string(), error.label.to_string()));
                }
            }
        }
        settings
    }

    /// The rule's own clauses and its checks: the ones it declares, else the rule as its only one.
    fn checks(&mut self, decl: &RuleDecl, settings: &[Text]) -> (Parts, Vec<Check>) {
        let iterates = |clauses: &Clauses| argument(&clauses.arguments, "for_each").is_some();
        let rule_each = iterates(&decl.clauses);
        let each = rule_each || decl.checks.iter().any(|check| iterates(&check.clauses));
        let own: Vec<Text> = decl.clauses.locals.iter().map(|a| a.name.text.clone()).collect();
        let around = self.around;
        let problems = &mut self.problems;
        let names = in_rule(around, settings, &own, each);
        let shared = locals(&decl.clauses.locals, &Locals::default(), true, &names, problems);
        let parts = clauses::compile(&decl.clauses, &Around { names, locals: shared.summed_up() }, problems);
        let mut checks = Vec::new();
        if decl.checks.is_empty() {
            let join = Join { header: decl.header, name: "".into(), locals: shared.compiled(), wordless: false };
            checks.extend(clauses::join(&parts, &Parts::default(), join, problems));
        }
        for CheckDecl { name, header, clauses } in &decl.checks {
            let all: Vec<Text> =
                own.iter().cloned().chain(clauses.locals.iter().map(|a| a.name.text.clone())).collect();
            let names = in_rule(around, settings, &all, rule_each || iterates(clauses));
            let locals = locals(&clauses.locals, &shared, false, &names, problems);
            let join = Join { header: *header, name: name.text.clone(), locals: locals.compiled(), wordless: false };
            let own = clauses::compile(clauses, &Around { names, locals: locals.summed_up() }, problems);
            checks.extend(clauses::join(&parts, &own, join, problems));
        }
        self.check_names(decl);
        (parts, checks)
    }

    /// Two checks of one name would be one in messages.
    fn check_names(&mut self, decl: &RuleDecl) {
        for (i, check) in decl.checks.iter().enumerate() {
            if decl.checks[..i].iter().any(|earlier| earlier.name.text == check.name.text) {
                let message = format!("there are two checks `{}`", check.name.text);
                self.problems.push(wrong(check.name.span, message, "the second"));
            }
        }
    }

    fn function(&mut self, decl: &FunctionDecl) {
        let params: Vec<Text> = decl.param_names().cloned().collect();
        let names =
            Names { in_rule: false, each: false, locals: &[], settings: &[], params: &params, functions: self.around };
        if let Some(value) = &decl.value {
            names::check(&value.expr, &names, &mut self.problems);
        }
        if let Some(description) = &decl.description {
            literal::text(description, &mut self.problems);
        }
    }

    fn supersedes(&mut self, decl: &RuleDecl) -> Vec<Text> {
        let Some(attribute) = argument(&decl.arguments, "supersedes") else { return Vec::new() };
        let ids = literal::texts(attribute, &mut self.problems);
        for (id, item) in ids.iter().zip(literal::items(attribute)) {
            let mut problem = match (self.around.has_rule(id), *id == decl.id.text) {
                (true, false) => continue,
                (_, true) => wrong(item.span, "a rule cannot supersede itself", "this rule"),
                (false, _) => wrong(item.span, format!("there is no rule `{id}`"), "unknown rule"),
            };
            problem.help = self.around.nearest_rule(id).map(|near| format!("did you mean `{near}`?"));
            self.problems.push(problem);
        }
        ids
    }
}

/// The locals of one block on top of those it sees, without those that depend on themselves.
fn locals(
    declared: &[Attribute],
    outer: &Locals,
    shared: bool,
    names: &Names<'_>,
    problems: &mut Vec<Problem>,
) -> Locals {
    let mut locals = outer.clone();
    for attribute in declared {
        if locals.has(&attribute.name.text) {
            let message = format!("there are two locals `{}`", attribute.name.text);
            problems.push(wrong(attribute.name.span, message, "the second"));
            continue;
        }
        let reads = names::check(&attribute.expr, names, problems);
        locals.push(attribute, reads, shared);
    }
    locals.without_cycles(problems)
}

/// What may be named inside a rule.
fn in_rule<'a>(functions: &'a dyn Surroundings, settings: &'a [Text], locals: &'a [Text], each: bool) -> Names<'a> {
    Names { in_rule: true, each, locals, settings, params: &[], functions }
}

/// An argument that every rule has.
fn required<'a>(decl: &'a RuleDecl, name: &str, problems: &mut Vec<Problem>) -> Option<&'a Attribute> {
    let found = argument(&decl.arguments, name);
    if found.is_none() {
        problems.push(wrong(decl.header, format!("this rule has no `{name}`"), format!("no `{name}`")));
    }
    found
}
