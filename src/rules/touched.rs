//! Which findings stand on lines that were changed. Knows nothing of where changes come from.
//!
//! A finding is new where one of its places was changed: its primary place, a step of its trail, a related place. Three
//! changes make a finding without leaving a new line at any of these, and count too: an argument was taken out whose
//! default is worse, the `count` or `for_each` of the block was changed, a module call was added or got other arguments.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Fetched, Finding, Undecided};
use crate::config::{Child, Config, Module, ModuleAddress, ModuleCall, Resource, Root};
use crate::infra::Origin;
use crate::source::{Changes, FileId, Problem, ProblemKind, Span};
use crate::syntax::{Body, Expr};

/// Tells what is new from what was there.
pub struct Touched<'a> {
    config: &'a Config,
    /// What was changed in a file.
    changes: &'a dyn Fn(FileId) -> Rc<Changes>,
    /// Nobody changes these.
    fetched: Fetched,
    /// Resources in the order of each file.
    resources: FxHashMap<FileId, Vec<Arc<Resource>>>,
    /// Where variables are declared and their defaults stand, in the order of each file.
    variables: FxHashMap<FileId, Vec<(Span, &'a str)>>,
    roots: FxHashMap<&'a str, &'a Root>,
    /// The names that were taken out between lines of a file: many findings may ask for the same.
    removed: RefCell<FxHashMap<Lines, Rc<Names>>>,
}

/// Lines of a file.
type Lines = (FileId, RangeInclusive<u32>);
/// Names of arguments and blocks.
type Names = FxHashSet<Box<str>>;

impl<'a> Touched<'a> {
    /// Everything of a configuration that findings can stand on.
    pub fn new(config: &'a Config, changes: &'a dyn Fn(FileId) -> Rc<Changes>) -> Touched<'a> {
        let mut resources: FxHashMap<FileId, Vec<Arc<Resource>>> = FxHashMap::default();
        let mut variables: FxHashMap<FileId, Vec<(Span, &str)>> = FxHashMap::default();
        for module in config.modules.values() {
            for resource in module.resources.values() {
                resources.entry(resource.span.file).or_default().push(resource.clone());
            }
            for variable in module.variables.values() {
                for span in variable.default.iter().map(|default| default.span).chain([variable.header]) {
                    variables.entry(span.file).or_default().push((span, &*variable.name.text));
                }
            }
        }
        resources.values_mut().for_each(|of_file| of_file.sort_by_key(|resource| resource.span.start));
        variables.values_mut().for_each(|of_file| of_file.sort_by_key(|(span, _)| span.start));
        let roots = config.roots.iter().rev().map(|root| (&*root.name, root)).collect();
        let removed = RefCell::default();
        Touched { config, changes, fetched: Fetched::of(config), resources, variables, roots, removed }
    }

    /// Whether something that a finding stands on was changed.
    pub fn finding(&self, finding: &Finding) -> bool {
        let places = finding.trail().iter().chain(finding.related()).map(|step| step.span);
        std::iter::once(finding.span).chain(places).any(|span| self.span(span))
            || self.block(finding)
            || self.variable_files(finding)
            || finding.addresses.iter().any(|address| self.calls(finding, address))
    }

    /// Whether something that a fault is about was changed. What could not be read, and what tfcheck could not do, is told
    /// whenever it happens.
    pub fn problem(&self, problem: &Problem) -> bool {
        use ProblemKind::{Limit, Rule, Settings, Syntax, Unreadable};
        let Some(label) = &problem.label else { return true };
        matches!(problem.kind, Syntax | Unreadable | Limit | Rule | Settings)
            || std::iter::once(label).chain(&problem.related).any(|label| self.span(label.span))
    }

    /// Whether the block that was not decided was changed.
    pub fn undecided(&self, undecided: &Undecided) -> bool {
        let block = self.resource(undecided.span).map_or(undecided.span, |resource| resource.span);
        self.span(block)
    }

    fn changes(&self, file: FileId) -> Rc<Changes> {
        match self.fetched.holds(file) {
            true => Rc::new(Changes::none()),
            false => (self.changes)(file),
        }
    }

    fn span(&self, span: Span) -> bool {
        self.changes(span.file).touch(&self.lines(span))
    }

    fn expression(&self, expression: Option<&Arc<Expr>>) -> bool {
        expression.is_some_and(|e| self.span(e.span))
    }

    fn lines(&self, span: Span) -> RangeInclusive<u32> {
        let file = self.config.sources.file(span.file);
        file.line_column(span.start).line..=file.line_column(span.end.max(span.start + 1) - 1).line
    }

    fn resource(&self, place: Span) -> Option<&Resource> {
        let of_file = self.resources.get(&place.file)?;
        // Blocks do not overlap: only the last that begins before it can hold it.
        let behind = of_file.partition_point(|resource| resource.span.start <= place.start);
        of_file[..behind].last().filter(|resource| resource.span.contains(place)).map(|resource| &**resource)
    }

    /// What makes instances of the block, and what was taken out of it.
    fn block(&self, finding: &Finding) -> bool {
        let Some(resource) = self.resource(finding.span) else { return false };
        let left_out = matches!(finding.origin, Origin::ProviderDefault | Origin::MissingBlock);
        let attribute = finding.about.attribute.as_deref().filter(|_| left_out);
        let names = attribute.into_iter().flat_map(|a| a.split(['.', '[']));
        self.expression(resource.count.as_ref())
            || self.expression(resource.for_each.as_ref())
            || self.expression(resource.enabled())
            || self.removed(resource.span.file, self.lines(resource.span), &resource.body, names)
    }

    /// Whether one of these arguments or blocks stood between these lines and is not in the body any more.
    fn removed<'n>(
        &self,
        file: FileId,
        lines: RangeInclusive<u32>,
        body: &Body,
        mut names: impl Iterator<Item = &'n str>,
    ) -> bool {
        let removed = self.removed_names(file, lines);
        !removed.is_empty() && names.any(|name| removed.contains(name) && !has(body, name))
    }

    fn removed_names(&self, file: FileId, lines: RangeInclusive<u32>) -> Rc<Names> {
        let key = (file, lines);
        if let Some(known) = self.removed.borrow().get(&key) {
            return known.clone();
        }
        let changes = self.changes(file);
        let names = changes.removed_between(key.1.clone()).filter_map(declared).map(Box::from).collect();
        self.removed.borrow_mut().entry(key).or_insert(Rc::new(names)).clone()
    }

    /// What was taken out of the variable files of the root, where a default of its variables took its place.
    fn variable_files(&self, finding: &Finding) -> bool {
        let Some(root) = self.root(finding) else { return false };
        let environments = root.environments.iter().map(|e| &e.file);
        let documents: Vec<_> = root.var_files.iter().chain(environments).map(|file| &file.document).collect();
        let defaults = self.defaulted(finding, &root.module.module);
        defaults
            .into_iter()
            .any(|name| documents.iter().any(|d| self.removed(d.file, 0..=u32::MAX, &d.body, [name].into_iter())))
    }

    fn root(&self, finding: &Finding) -> Option<&'a Root> {
        self.roots.get(&*finding.about.root).copied()
    }

    /// The module calls that an instance comes from.
    fn calls(&self, finding: &Finding, address: &str) -> bool {
        let mut node = self.root(finding).map(|root| &root.module);
        for (name, _) in ModuleAddress::of(address).steps() {
            let Some(here) = node else { break };
            let child = match here.children.get(name) {
                Some(Child::Loaded(child)) => Some(child),
                _ => None,
            };
            if let (Some(call), Some(child)) = (here.module.calls.get(name), child)
                && self.call(finding, call, &child.module)
            {
                return true;
            }
            node = child;
        }
        false
    }

    fn call(&self, finding: &Finding, call: &ModuleCall, module: &Module) -> bool {
        let meta = [&call.source_expr, &call.version, &call.count, &call.for_each, &call.enabled];
        self.span(call.header)
            || meta.into_iter().any(|expression| self.expression(expression.as_ref()))
            || self.removed(
                call.span.file,
                self.lines(call.span),
                &call.body,
                self.defaulted(finding, module).into_iter(),
            )
    }

    /// The variables of a module whose defaults a finding's trail leads to.
    fn defaulted(&self, finding: &Finding, module: &Module) -> Vec<&'a str> {
        let places = std::iter::once(finding.span).chain(finding.trail().iter().map(|step| step.span));
        let mut names: Vec<&str> = places.filter_map(|place| self.variable(place, module)).collect();
        names.dedup();
        names
    }

    /// The variable of a module at whose default or declaration this stands.
    fn variable(&self, place: Span, module: &Module) -> Option<&'a str> {
        let of_file = self.variables.get(&place.file)?;
        let behind = of_file.partition_point(|(span, _)| span.start <= place.start);
        let (span, name) = of_file[..behind].last().filter(|(span, _)| span.contains(place))?;
        let variable = module.variables.get(*name)?;
        let is_its = *span == variable.header || variable.default.as_ref().is_some_and(|d| d.span == *span);
        is_its.then_some(*name)
    }
}

fn has(body: &Body, name: &str) -> bool {
    body.attribute(name).is_some() || body.blocks(name).next().is_some()
}

/// The argument or block that a line begins with: `name = …`, `name {`, and quoted as in JSON.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim_start().trim_start_matches('"');
    let end = line.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start_matches('"').trim_start();
    (!name.is_empty() && rest.starts_with(['=', '{', ':'])).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::declared;

    #[test]
    fn lines_declare_arguments_and_blocks() {
        let check = |line: &str, expected: Option<&str>| assert_eq!(declared(line), expected, "{line}");
        check("  multi_az = true", Some("multi_az"));
        check("vpc_config {", Some("vpc_config"));
        check("  \"multi_az\": true,", Some("multi_az"));
        check("  }", None);
        check("  # multi_az = true", None);
        check("  \"10.0.0.0/8\",", None);
    }
}
