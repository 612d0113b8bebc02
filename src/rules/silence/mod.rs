//! Comments that silence rules, applied to what the rules found.
//!
//! [`Ignores::read`] gathers the comments of all modules once; [`Ignores::apply`] silences the findings of one
//! evaluation and says which comments it used; [`Ignores::problems`] tells of those that nothing used. A comment is
//! called unused only where its rules ran and came to a verdict. Knows nothing of settings and baselines.

mod index;
mod peers;
mod read;
mod scope;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use self::index::Index;
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
    index: Index,
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
    /// By comment and name. Most comments have nothing to do with most roots.
    names: FxHashMap<(usize, usize), Use>,
    /// The comments of which what they cover was there to be looked at.
    there: FxHashSet<usize>,
}

#[derive(Clone, Copy, Default)]
struct Use {
    used: bool,
    /// Whether a finding may be there that was not to be seen.
    doubtful: bool,
}

impl Usage {
    fn of(&mut self, comment: usize, name: usize) -> &mut Use {
        self.names.entry((comment, name)).or_default()
    }
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
        let mut reader = Reader::new(config, catalog, selection, today, peers);
        let mut seen = FxHashSet::default();
        for module in config.modules.values() {
            for document in module.documents.iter().filter(|d| seen.insert(d.file)) {
                reader.document(document, module.provenance);
            }
        }
        for file in config.variable_files().filter(|f| seen.insert(f.document.file)) {
            reader.document(&file.document, Provenance::Checked);
        }
        reader.finish()
    }

    /// Silences the findings of one evaluation of a root.
    pub fn apply(&self, root: &Root, infra: &Infra, outcome: &mut Outcome) -> Usage {
        let mut usage = Usage::default();
        if self.ignores.is_empty() {
            return usage;
        }
        for finding in &mut outcome.findings {
            self.silence(root, finding, &mut usage);
        }
        let mut doubted: FxHashSet<&str> = FxHashSet::default();
        for undecided in &outcome.undecided {
            self.doubt(root, undecided, doubted.insert(&undecided.rule), &mut usage);
        }
        let mut outside = false;
        for instance in infra.instances() {
            let first = instance.nonproduction && !outside;
            outside |= first;
            self.meet(root, instance, first, &mut usage);
        }
        for call in &infra.not_on_disk {
            let calls = calls(root, &call.address);
            for (at, silence) in self.near(calls.iter().copied()) {
                if silence.scope.reaches_call(silence.file, &calls) {
                    (0..silence.names.len()).for_each(|n| usage.of(at, n).doubtful = true);
                }
            }
        }
        usage
    }

    /// The comments that may have to do with any of these places.
    fn near(&self, places: impl IntoIterator<Item = Span>) -> impl Iterator<Item = (usize, &Silence)> {
        self.index.near(places).into_iter().map(|at| (at, &self.ignores[at]))
    }

    /// The same, and those that may have to do with what is anywhere.
    fn concerned(
        &self,
        places: impl IntoIterator<Item = Span>,
        anywhere: bool,
    ) -> impl Iterator<Item = (usize, &Silence)> {
        let elsewhere: &[usize] = if anywhere { &self.index.elsewhere } else { &[] };
        self.near(places).chain(elsewhere.iter().map(|at| (*at, &self.ignores[*at])))
    }

    fn silence(&self, root: &Root, finding: &mut Finding, usage: &mut Usage) {
        let calls = calls(root, finding.address());
        let decided = finding.trail().iter().map(|step| step.span);
        let places: Vec<Span> = decided.chain([finding.span]).chain(calls.iter().copied()).collect();
        for (at, silence) in self.near(places) {
            for (n, _) in silence.names.iter().enumerate().filter(|(_, n)| n.pattern.matches(&finding.about.rule)) {
                if !silence.scope.covers(silence.file, finding, &calls) {
                    continue;
                }
                usage.of(at, n).used = true;
                if finding.suppressed.is_none() {
                    let silenced = Suppressed { by: "comment".into(), reason: silence.reason.clone() };
                    finding.suppressed = Some(Arc::new(silenced));
                }
            }
        }
    }

    /// A finding may be where a rule is undecided; `first` where that is the first such place.
    fn doubt(&self, root: &Root, undecided: &Undecided, first: bool, usage: &mut Usage) {
        let calls = calls(root, &undecided.address);
        for (at, silence) in self.concerned(calls.iter().copied().chain([undecided.span]), first) {
            for (n, _) in silence.names.iter().enumerate().filter(|(_, n)| n.pattern.matches(&undecided.rule)) {
                if silence.scope.concerns(silence.file, undecided.span, &calls) {
                    usage.of(at, n).doubtful = true;
                }
            }
        }
    }

    /// An instance makes what a comment covers real; one outside of production, of which it may be the `first`, is not
    /// asked everything.
    fn meet(&self, root: &Root, instance: &Instance, first: bool, usage: &mut Usage) {
        let header = instance.block.header;
        for (at, silence) in self.near([header]) {
            if silence.scope.top.as_ref().is_some_and(|(_, top)| *top == header) {
                usage.there.insert(at);
            }
        }
        if !instance.nonproduction {
            return;
        }
        let calls = calls(root, &instance.address);
        for (at, silence) in self.concerned(calls.iter().copied().chain([header]), first) {
            for (n, _) in silence.names.iter().enumerate().filter(|(_, n)| n.production_only) {
                if silence.scope.concerns(silence.file, header, &calls) {
                    usage.of(at, n).doubtful = true;
                }
            }
        }
    }

    /// What is wrong with the comments, those included that no evaluation used; unless the evaluations are `partial`,
    /// where others might.
    pub fn problems(&self, usages: &[Usage], partial: bool) -> Vec<Problem> {
        let mut problems = self.problems.clone();
        if partial || usages.is_empty() {
            return problems;
        }
        let settled = |u: &Use| u.used || u.doubtful;
        let settled: FxHashSet<(usize, usize)> =
            usages.iter().flat_map(|u| &u.names).filter(|(_, u)| settled(u)).map(|(name, _)| *name).collect();
        let there: FxHashSet<usize> = usages.iter().flat_map(|u| &u.there).copied().collect();
        for (at, silence) in self.ignores.iter().enumerate().filter(|(_, silence)| silence.told) {
            let there = there.contains(&at) || !silence.scope.may_be_absent();
            for (n, name) in silence.names.iter().enumerate() {
                if name.runs && there && !settled.contains(&(at, n)) {
                    problems.push(unused(name, &silence.scope));
                }
            }
        }
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
