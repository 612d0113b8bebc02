//! Comments that silence rules, applied to what the rules found.
//!
//! [`Ignores::read`] gathers the comments of all modules once; [`Ignores::apply`] silences the findings of one
//! evaluation and says which comments it used; [`Ignores::problems`] tells of those that nothing used. A comment is
//! called unused only where its rules ran and came to a verdict. Knows nothing of settings and baselines.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::check::Outcome;
use super::settings::Selection;
use super::words::Word as _;
use super::{Catalog, Category, Finding, Pattern, Suppressed, Undecided};
use crate::config::{Child, Config, ModuleAddress, Provenance, Root};
use crate::eval::nearest;
use crate::infra::{Infra, Instance};
use crate::source::{FileId, Problem, ProblemKind, Span};
use crate::syntax::{Document, Ident, Ignore, Placement, Target, Text, ignores, place};

/// A day, as comments and settings name it.
pub type Day = jiff::civil::Date;

/// Today, in UTC.
pub fn today() -> Day {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Reads a day: `2027-01-31`.
pub fn day(text: &str) -> Option<Day> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// All comments that silence rules.
pub struct Ignores {
    ignores: Vec<Silence>,
    problems: Vec<Problem>,
}

/// One comment.
struct Silence {
    file: FileId,
    names: Vec<Named>,
    reason: Option<Text>,
    scope: Scope,
    /// Whether it is told where nothing uses it.
    told: bool,
}

/// A rule, or rules, that a comment names.
struct Named {
    pattern: Pattern,
    span: Span,
    /// Whether one of them runs.
    runs: bool,
    /// Whether one of them is silent on what is no production.
    production_only: bool,
}

/// What a comment covers.
struct Scope {
    target: Option<Where>,
    around: Option<Span>,
    /// Type and header of its top-level block.
    top: Option<(Text, Span)>,
}

/// The part of a file.
#[derive(Clone, Copy)]
enum Where {
    File,
    Block(Span),
    Argument(Span),
}

/// What one evaluation, or several, had to do with each comment.
#[derive(Clone, Default)]
pub struct Usage {
    /// By comment and name.
    names: Vec<Vec<Use>>,
    /// By comment: whether what it covers was there to be looked at.
    there: Vec<bool>,
}

#[derive(Clone, Copy, Default)]
struct Use {
    used: bool,
    /// Whether a finding may be there that was not to be seen.
    doubtful: bool,
}

impl Ignores {
    /// The comments of all modules and variable files. Those whose time has passed by `today` silence nothing.
    pub fn read(config: &Config, catalog: &Catalog<'_>, selection: &Selection, today: Day) -> Ignores {
        let mut reader = Reader { config, catalog, selection, today, found: Ignores::none() };
        let mut seen = FxHashSet::default();
        for module in config.modules.values() {
            for document in module.documents.iter().filter(|d| seen.insert(d.file)) {
                reader.document(document, module.provenance);
            }
        }
        for file in config.variable_files().filter(|f| seen.insert(f.document.file)) {
            reader.document(&file.document, Provenance::Checked);
        }
        reader.found
    }

    fn none() -> Ignores {
        Ignores { ignores: Vec::new(), problems: Vec::new() }
    }

    /// Silences the findings of one evaluation of a root.
    pub fn apply(&self, root: &Root, infra: &Infra, outcome: &mut Outcome) -> Usage {
        let fresh = |s: &Silence| vec![Use::default(); s.names.len()];
        let mut usage =
            Usage { names: self.ignores.iter().map(fresh).collect(), there: vec![false; self.ignores.len()] };
        if self.ignores.is_empty() {
            return usage;
        }
        for finding in &mut outcome.findings {
            self.silence(root, finding, &mut usage);
        }
        for undecided in &outcome.undecided {
            self.doubt(root, undecided, &mut usage);
        }
        for instance in infra.instances() {
            self.meet(root, instance, &mut usage);
        }
        for call in &infra.not_on_disk {
            let calls = calls(root, &call.address);
            self.each(|at, silence| {
                if silence.scope.reaches_call(silence.file, &calls) {
                    usage.names[at].iter_mut().for_each(|u| u.doubtful = true);
                }
            });
        }
        usage
    }

    fn each(&self, mut visit: impl FnMut(usize, &Silence)) {
        self.ignores.iter().enumerate().for_each(|(at, silence)| visit(at, silence));
    }

    fn silence(&self, root: &Root, finding: &mut Finding, usage: &mut Usage) {
        let mut path = None;
        self.each(|at, silence| {
            for (n, _) in silence.names.iter().enumerate().filter(|(_, n)| n.pattern.matches(&finding.rule)) {
                let address = finding.addresses.first().map_or("", |a| a);
                let calls: &Vec<Span> = path.get_or_insert_with(|| calls(root, address));
                if !silence.scope.covers(silence.file, finding, calls) {
                    continue;
                }
                usage.names[at][n].used = true;
                if finding.suppressed.is_none() {
                    finding.suppressed = Some(Suppressed { by: "comment".into(), reason: silence.reason.clone() });
                }
            }
        });
    }

    fn doubt(&self, root: &Root, undecided: &Undecided, usage: &mut Usage) {
        let mut path = None;
        self.each(|at, silence| {
            for (n, _) in silence.names.iter().enumerate().filter(|(_, n)| n.pattern.matches(&undecided.rule)) {
                let calls: &Vec<Span> = path.get_or_insert_with(|| calls(root, &undecided.address));
                usage.names[at][n].doubtful |= silence.scope.concerns(silence.file, undecided.span, calls);
            }
        });
    }

    /// An instance makes what a comment covers real; one outside of production is not asked everything.
    fn meet(&self, root: &Root, instance: &Instance, usage: &mut Usage) {
        self.each(|at, silence| {
            usage.there[at] |= silence.scope.top.as_ref().is_some_and(|(_, header)| *header == instance.block.header);
            if !instance.nonproduction {
                return;
            }
            for (n, _) in silence.names.iter().enumerate().filter(|(_, n)| n.production_only) {
                let calls = calls(root, &instance.address);
                usage.names[at][n].doubtful |= silence.scope.concerns(silence.file, instance.block.header, &calls);
            }
        });
    }

    /// What is wrong with the comments, those included that no evaluation used.
    pub fn problems(&self, usages: &[Usage]) -> Vec<Problem> {
        let mut problems = self.problems.clone();
        self.each(|at, silence| {
            let there = usages.iter().any(|u| u.there[at]) || !silence.scope.may_be_absent();
            for (n, name) in silence.names.iter().enumerate() {
                let settled = usages.iter().any(|u| u.names[at][n].used || u.names[at][n].doubtful);
                if silence.told && name.runs && there && !settled && !usages.is_empty() {
                    problems.push(unused(name, &silence.scope));
                }
            }
        });
        problems
    }
}

fn unused(name: &Named, scope: &Scope) -> Problem {
    let rule = name.pattern.text();
    let message = format!("this comment silences nothing: `{rule}` finds nothing here");
    let help = match scope.target {
        Some(_) => "remove it",
        None => {
            "put it at the end of a line, or directly above what it is about: nothing stands in the line behind this one"
        }
    };
    Problem::warning(ProblemKind::UnusedIgnore, name.span, message, "no finding of this rule").with_help(help)
}

impl Scope {
    /// Whether a finding is covered: by its place, by a module call that created it, or by the argument that decided.
    fn covers(&self, file: FileId, finding: &Finding, calls: &[Span]) -> bool {
        let decided = |argument: Span| finding.trail.iter().any(|step| argument.contains(step.span));
        let here = match self.target {
            Some(Where::File) => finding.span.file == file,
            Some(Where::Block(block)) => block.contains(finding.span),
            Some(Where::Argument(argument)) => argument.contains(finding.span) || decided(argument),
            None => false,
        };
        here || self.around == Some(finding.span) || self.reaches_call(file, calls)
    }

    /// Whether it covers one of these module calls, which are given by their headers.
    fn reaches_call(&self, file: FileId, calls: &[Span]) -> bool {
        match self.target {
            Some(Where::File) => calls.iter().any(|call| call.file == file),
            Some(Where::Block(block)) => calls.iter().any(|call| block.contains(*call)),
            _ => false,
        }
    }

    /// Whether a finding about the block with this header might be covered. What decides from elsewhere (a variable's
    /// default, a line of a variable file) might concern any.
    fn concerns(&self, file: FileId, header: Span, calls: &[Span]) -> bool {
        let here = match self.target {
            Some(Where::File) => header.file == file,
            Some(Where::Block(block)) => block.contains(header),
            _ => false,
        };
        let top = self.top.as_ref();
        let own = top.is_some_and(|(_, top)| *top == header || calls.contains(top));
        let elsewhere =
            matches!(self.target, Some(Where::Argument(_))) && top.is_none_or(|(kind, _)| !is_instance(kind));
        here || own || elsewhere || self.reaches_call(file, calls)
    }

    /// Whether what it covers may not be there although it is written.
    fn may_be_absent(&self) -> bool {
        self.top.as_ref().is_some_and(|(kind, _)| is_instance(kind))
    }
}

/// Whether blocks of this type make instances of their own.
fn is_instance(kind: &str) -> bool {
    matches!(kind, "resource" | "data" | "module")
}

/// The headers of the module calls that an address leads through.
fn calls(root: &Root, address: &str) -> Vec<Span> {
    let path = ModuleAddress::of(address);
    let mut headers = Vec::with_capacity(path.steps().len());
    let mut node = Some(&root.module);
    for (name, _) in path.steps() {
        let Some(here) = node else { break };
        let Some(call) = here.module.calls.get(name) else { break };
        headers.push(call.header);
        node = match here.children.get(name) {
            Some(Child::Loaded(child)) => Some(child),
            _ => None,
        };
    }
    headers
}

struct Reader<'a> {
    config: &'a Config,
    catalog: &'a Catalog<'a>,
    selection: &'a Selection,
    today: Day,
    found: Ignores,
}

impl Reader<'_> {
    fn document(&mut self, document: &Arc<Document>, provenance: Provenance) {
        let source = self.config.sources.file(document.file);
        let (ignores, problems) = ignores(document, &source.text);
        let own = provenance != Provenance::Downloaded;
        if own {
            self.found.problems.extend(problems);
        }
        for ignore in ignores {
            let before = self.found.problems.len();
            let placement = place(document, &source.text, ignore.comment);
            // Where something was not understood, a comment may belong to what is missing; modules outside of the
            // checked folders have callers elsewhere.
            let told = provenance == Provenance::Checked && document.problems.is_empty();
            let silence = self.silence(&ignore, placement, told);
            self.found.ignores.extend(silence);
            if !own {
                self.found.problems.truncate(before);
            }
        }
    }

    fn silence(&mut self, ignore: &Ignore, placement: Placement<'_>, told: bool) -> Option<Silence> {
        let names: Vec<Named> = ignore.rules.iter().filter_map(|rule| self.named(rule)).collect();
        if ignore.reason.is_none() {
            let message = "`tfcheck:ignore` gives no reason";
            let problem = Problem::warning(ProblemKind::IgnoreWithoutReason, ignore.span, message, "why?");
            self.found.problems.push(problem.with_help("write the reason behind the bracket"));
        }
        if !self.holds(ignore.until.as_ref()) {
            return None;
        }
        let target = match placement.target {
            _ if ignore.whole_file => Some(Where::File),
            Some(Target::Block(span)) => Some(Where::Block(span)),
            Some(Target::Argument(span)) => Some(Where::Argument(span)),
            None => None,
        };
        let top = placement.top.filter(|_| !ignore.whole_file).map(|top| (top.kind.into(), top.header));
        let around = placement.around.filter(|_| !ignore.whole_file);
        let scope = Scope { target, around, top };
        Some(Silence { file: ignore.span.file, names, reason: ignore.reason.clone(), scope, told })
    }

    /// Whether the day has not passed.
    fn holds(&mut self, until: Option<&Ident>) -> bool {
        let Some(until) = until else { return true };
        let problem = match day(&until.text) {
            Some(day) if day >= self.today => return true,
            Some(_) => {
                let message = format!("this comment silences nothing since {} has passed", until.text);
                let problem = Problem::warning(ProblemKind::ExpiredIgnore, until.span, message, "in the past");
                problem.with_help("repair what it silenced, or decide again and set another day")
            }
            None => {
                let message = format!("`{}` is no day, so this comment silences nothing", until.text);
                let problem = Problem::warning(ProblemKind::InvalidIgnore, until.span, message, "not a day");
                problem.with_help("write the day as in `until=2027-01-31`")
            }
        };
        self.found.problems.push(problem);
        false
    }

    fn named(&mut self, rule: &Ident) -> Option<Named> {
        let pattern = match Pattern::parse(&rule.text) {
            Ok(pattern) => pattern,
            Err(why) => {
                let message = format!("`{}` is not a pattern of rule ids: {why}", rule.text);
                self.found.problems.push(invalid(rule, message, "malformed"));
                return None;
            }
        };
        let matching: BTreeSet<&str> = self.catalog.ids().filter(|id| pattern.matches(id)).collect();
        if matching.is_empty() {
            let problem = self.unknown(rule);
            self.found.problems.push(problem);
            return None;
        }
        let runs = matching.iter().any(|id| self.catalog.runs(self.selection, id));
        let rules = matching.iter().filter_map(|id| self.catalog.rule(id));
        let production_only = rules.into_iter().any(|rule| rule.checks.iter().any(|c| c.production_only));
        Some(Named { pattern, span: rule.span, runs, production_only })
    }

    fn unknown(&self, rule: &Ident) -> Problem {
        let name = &*rule.text;
        if ProblemKind::ALL.iter().any(|kind| kind.id() == name) {
            let message = format!("`{name}` is no rule but a fault of what is checked, and cannot be silenced");
            return invalid(rule, message, "not a rule");
        }
        let problem = invalid(rule, format!("there is no rule `{name}`"), "no such rule");
        if Category::parse(name).is_some() || self.catalog.has_service(name) {
            return problem.with_help("a comment names rules by their ids; settings can silence whole groups");
        }
        match nearest(name, self.catalog.ids()) {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem.with_help("`tfcheck rules` lists all rules"),
        }
    }
}

fn invalid(rule: &Ident, message: String, label: &str) -> Problem {
    Problem::warning(ProblemKind::InvalidIgnore, rule.span, message, label)
}
