//! Comments that silence rules, applied to what the rules found.
//!
//! [`Ignores::read`] gathers the comments of all modules once; [`Ignores::apply`] silences the findings of one
//! evaluation and says which comments it used; [`Ignores::problems`] tells of those that nothing used. A comment is
//! called unused only where its rules ran and came to a verdict. Knows nothing of settings and baselines.

mod peers;
mod read;
mod scope;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use self::peers::Peers;
use self::read::Reader;
use self::scope::Scope;
pub(super) use self::scope::calls;
use super::check::Outcome;
use super::settings::Selection;
use super::{Catalog, Finding, Pattern, Suppressed, Undecided};
use crate::config::{Config, Provenance, Root};
use crate::infra::{Infra, Instance};
use crate::source::{FileId, Problem, ProblemKind, Span};
use crate::syntax::Text;

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
    /// The comments of all modules and variable files. Those whose time has passed by `today` silence nothing. With
    /// `respect_others`, what silences a check of another tool silences the rules that name it as a peer.
    pub fn read(
        config: &Config,
        catalog: &Catalog<'_>,
        selection: &Selection,
        today: Day,
        respect_others: bool,
    ) -> Ignores {
        let peers = respect_others.then(|| Peers::of(catalog));
        let mut reader = Reader { config, catalog, selection, today, peers, found: Ignores::none() };
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
            for (n, _) in silence.names.iter().enumerate().filter(|(_, n)| n.pattern.matches(&finding.about.rule)) {
                let calls: &Vec<Span> = path.get_or_insert_with(|| calls(root, finding.address()));
                if !silence.scope.covers(silence.file, finding, calls) {
                    continue;
                }
                usage.names[at][n].used = true;
                if finding.suppressed.is_none() {
                    let silenced = Suppressed { by: "comment".into(), reason: silence.reason.clone() };
                    finding.suppressed = Some(Arc::new(silenced));
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

    /// What is wrong with the comments, those included that no evaluation used; unless the evaluations are `partial`,
    /// where others might.
    pub fn problems(&self, usages: &[Usage], partial: bool) -> Vec<Problem> {
        let mut problems = self.problems.clone();
        if partial {
            return problems;
        }
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
