//! From settings as written to what they mean, with the rules at hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Written;
use super::reader::{with_nearest, wrong};
use super::written::{ExemptionBlock, RuleBlock};
use crate::cli::failure::Failure;
use crate::eval::{Evaluation, NoScope, Value};
use crate::rules::{Catalog, Day, Exemption, Exemptions, Files, RuleOptions, Wildcard};
use crate::source::{Problem, ProblemKind, SourceMap, Span};
use crate::syntax::{Ident, Text};

/// Settings as they hold.
#[derive(Debug)]
pub(in crate::cli) struct Resolved {
    /// What settings and command line together ask of the rules.
    pub rules: RuleOptions,
    /// What settings silence.
    pub exemptions: Exemptions,
    /// What is worth a word: exemptions whose time has passed.
    pub problems: Vec<Problem>,
}

impl Written {
    /// Finds what the names in the settings mean; `typed` is what the command line asks for, which comes first: with a
    /// selection of its own, those of the settings do not count.
    pub(in crate::cli) fn resolve(
        &self,
        typed: &RuleOptions,
        catalog: &Catalog<'_>,
        sources: &Arc<SourceMap>,
        today: Day,
    ) -> Result<Resolved, Failure> {
        let mut resolver =
            Resolver { catalog, mistakes: Vec::new(), warnings: Vec::new(), today, literals: NoScope::default() };
        let mut rules = RuleOptions::default();
        for selector in self.select.iter().chain(&self.ignore).chain(self.exemptions.iter().map(|e| &e.selector)) {
            resolver.selector(selector);
        }
        if typed.select.is_empty() {
            rules.select = texts(&self.select);
            rules.ignore = texts(&self.ignore);
            let switched = self.rule_blocks.iter().filter_map(|r| Some((r.id.text.to_string(), r.enabled?)));
            rules.overrides = switched.collect();
        } else {
            rules.select.clone_from(&typed.select);
        }
        rules.overrides.extend(typed.ignore.iter().map(|selector| (selector.clone(), false)));
        for (rule, severity) in &self.severities {
            resolver.rule(rule);
            rules.severities.insert(rule.text.to_string(), severity.value);
        }
        for block in &self.rule_blocks {
            if resolver.rule(&block.id) {
                rules.settings.insert(block.id.text.to_string(), resolver.thresholds(block));
            }
            rules.severities.extend(block.severity.map(|s| (block.id.text.to_string(), s.value)));
        }
        let exemptions = self.exemptions.iter().filter_map(|e| resolver.exemption(e, self)).collect();
        if !resolver.mistakes.is_empty() {
            let mut problems = resolver.mistakes;
            problems.sort_by_key(|p| p.label.as_ref().map(|l| l.span));
            return Err(Failure::Settings { problems, sources: sources.clone() });
        }
        Ok(Resolved { rules, exemptions: Exemptions::new(exemptions, catalog), problems: resolver.warnings })
    }
}

fn texts(names: &[Ident]) -> Vec<String> {
    names.iter().map(|name| name.text.to_string()).collect()
}

struct Resolver<'a> {
    catalog: &'a Catalog<'a>,
    mistakes: Vec<Problem>,
    warnings: Vec<Problem>,
    today: Day,
    literals: NoScope<'static>,
}

impl Resolver<'_> {
    /// Asks the catalog for one thing; what it does not know is a mistake at that place.
    fn ask(&mut self, options: RuleOptions, place: Span) -> bool {
        let Err(errors) = self.catalog.select(&options) else { return true };
        for error in errors {
            let problem = wrong(place, error.to_string(), "unknown");
            self.mistakes.push(with_nearest(problem, error.suggestion.as_deref()));
        }
        false
    }

    fn selector(&mut self, selector: &Ident) {
        let options = RuleOptions { select: vec![selector.text.to_string()], ..RuleOptions::default() };
        self.ask(options, selector.span);
    }

    fn rule(&mut self, id: &Ident) -> bool {
        let settings = BTreeMap::from([(id.text.to_string(), BTreeMap::new())]);
        self.ask(RuleOptions { settings, ..RuleOptions::default() }, id.span)
    }

    fn thresholds(&mut self, block: &RuleBlock) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        for (name, expr) in &block.settings {
            let value = match Evaluation::new(&self.literals).eval(expr) {
                Ok(value) => value,
                Err(error) => {
                    let problem = error.into_problem(expr.span);
                    self.mistakes.push(Problem { kind: ProblemKind::Settings, ..problem });
                    continue;
                }
            };
            let one = BTreeMap::from([(name.text.to_string(), value.clone())]);
            let settings = BTreeMap::from([(block.id.text.to_string(), one)]);
            if self.ask(RuleOptions { settings, ..RuleOptions::default() }, name.span) {
                found.insert(name.text.to_string(), value);
            }
        }
        found
    }

    /// What a block silences; nothing where its time has passed.
    fn exemption(&mut self, block: &ExemptionBlock, written: &Written) -> Option<Exemption> {
        let globs: Vec<&str> = block.paths.iter().map(|p| &*p.text).collect();
        let files = match globs.as_slice() {
            [] => None,
            globs => Some(Files::new(&written.folder, globs)),
        };
        for (at, why) in files.iter().filter_map(|f| f.as_ref().err()).flatten() {
            let Some(path) = block.paths.get(*at) else { continue };
            self.mistakes.push(wrong(path.span, format!("`{}` is not a pattern: {why}", path.text), "malformed"));
        }
        if let Some(until) = block.until.filter(|until| until.value < self.today) {
            let message = format!("`ignore \"{}\"` silences nothing since its day has passed", block.selector.text);
            let problem = Problem::warning(ProblemKind::ExpiredIgnore, until.span, message, "in the past");
            self.warnings.push(problem.with_help("repair what it silenced, or decide again and set another day"));
            return None;
        }
        let wildcards = |names: &[Ident]| names.iter().map(|n| Wildcard::new(&n.text)).collect();
        Some(Exemption {
            selector: block.selector.text.to_string(),
            files: files.and_then(Result::ok),
            addresses: wildcards(&block.addresses),
            environments: wildcards(&block.environments),
            reason: block.reason.as_ref().map(|r| Text::clone(&r.text)),
        })
    }
}
