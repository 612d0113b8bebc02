//! Findings to text: what a run has to say, sorted and counted once, then written in one of many formats.
//!
//! [`Report::new`] takes what the stages before found; a format reads the [`Report`] and nothing else. Knows nothing
//! of how findings came to be, and only [`pretty`] knows the library that draws snippets.

pub mod harmless;
pub mod words;

mod entry;
pub mod faults;
pub mod formats;
mod hcl;
mod hide;
pub mod listing;
mod merge;
pub mod page;
mod place;
pub mod pretty;
mod repeated;
mod statistics;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;
use serde::Serialize;

pub use entry::{Entry, Note, Subject};
pub use place::Place;
pub use statistics::RuleCount;

use crate::infra::NotOnDisk;
use crate::rules::{Accepted, Finding, RuleInfo, Severity, Undecided};
use crate::secrets::Secrets;
use crate::source::{Problem, SourceMap, Text, normalize};

/// What the stages before deliver.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Every text that a place may lie in.
    pub sources: Arc<SourceMap>,
    /// What of these texts must not be shown, and not be quoted.
    pub secrets: Secrets,
    /// What rules found, silenced findings included, in any order.
    pub findings: Vec<Box<Finding>>,
    /// What is wrong with the input, in any order.
    pub problems: Vec<Problem>,
    /// What rules could not decide.
    pub undecided: Vec<Undecided>,
    /// Calls whose modules could not be looked into.
    pub not_on_disk: Vec<NotOnDisk>,
    /// What the baseline accepts and is not found any more.
    pub fixed: Vec<Accepted>,
    /// Findings that were left out because what they stand on has not changed, in any order.
    pub older: Vec<Box<Finding>>,
    /// Faults that were left out for the same reason, in any order.
    pub older_problems: Vec<Problem>,
    /// The rules that ran.
    pub rules: Vec<RuleInfo>,
    /// The working folder as seen from the top of the repository: `infra/prod`; empty at the top and where there is none.
    pub folder: String,
    /// How many files were read.
    pub files: usize,
    /// How many root modules were evaluated.
    pub roots: usize,
    /// How many resource instances were looked at.
    pub resources: usize,
    /// How long each stage took, in the order of the stages.
    pub timings: Vec<(&'static str, Duration)>,
}

/// What a format writes, as one text.
pub fn written(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut text = Vec::new();
    // Memory refuses nothing, and formats write texts.
    let _ = write(&mut text);
    String::from_utf8(text).unwrap_or_default()
}

impl Outcome {
    /// Whether a report of it quotes anything of the configuration.
    pub fn says_something(&self) -> bool {
        let Outcome { findings, problems, undecided, not_on_disk, .. } = self;
        !(findings.is_empty() && problems.is_empty() && undecided.is_empty() && not_on_disk.is_empty())
    }
}

/// What a reader of the report wants to see.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Findings below this are counted, not listed.
    pub min_severity: Severity,
    /// Whether findings that were silenced are listed.
    pub suppressed: bool,
}

impl Default for Wanted {
    fn default() -> Wanted {
        Wanted { min_severity: Severity::Warning, suppressed: false }
    }
}

/// Everything that a format may write, in the order in which it is written.
#[derive(Clone, Debug)]
pub struct Report {
    /// Every text that a place may lie in.
    pub sources: Arc<SourceMap>,
    /// What of these texts must not be shown; what is listed does not quote it any more.
    pub secrets: Secrets,
    /// What is listed, by file, line, column and rule.
    pub entries: Vec<Entry>,
    /// What rules could not decide, by rule and address.
    pub undecided: Vec<Undecided>,
    /// Calls whose modules could not be looked into, by address.
    pub not_analysed: Vec<NotAnalysed>,
    /// What the baseline accepts and is not found any more, in its order.
    pub fixed: Vec<Accepted>,
    /// The rules that ran, by id.
    pub rules: Vec<RuleInfo>,
    /// The working folder as seen from the top of the repository.
    pub folder: String,
    /// The totals.
    pub summary: Summary,
    /// The gravest of what was found and not silenced, whether listed or not.
    pub worst: Option<Severity>,
    /// How long each stage took.
    pub timings: Vec<(&'static str, Duration)>,
}

/// A module call that could not be looked into.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct NotAnalysed {
    /// The call's address without keys.
    pub address: Text,
    /// Its source as written.
    pub source: Text,
    /// Where it is called.
    pub place: Place,
}

impl NotAnalysed {
    /// The folder that a local source names, as it is seen from the working folder. `terraform init` does not bring it:
    /// it is another checkout, or made by something else.
    pub fn folder(&self) -> Option<String> {
        let is_local = self.source.starts_with("./") || self.source.starts_with("../");
        let caller = Path::new(&*self.place.file);
        let is_downloaded = caller.components().any(|step| step.as_os_str() == ".terraform");
        (is_local && !is_downloaded).then(|| {
            let folder = normalize(&caller.parent().unwrap_or(Path::new("")).join(&*self.source));
            folder.to_string_lossy().replace('\\', "/")
        })
    }
}

/// The calls whose modules have to be downloaded, and the folders of all others.
pub fn parted(calls: &[NotAnalysed]) -> (Vec<&NotAnalysed>, BTreeSet<String>) {
    let downloads = calls.iter().filter(|call| call.folder().is_none()).collect();
    (downloads, calls.iter().filter_map(NotAnalysed::folder).collect())
}

/// The totals of a run. What is below the wanted severity counts too.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Summary {
    /// Files read.
    pub files: usize,
    /// Root modules evaluated.
    pub roots: usize,
    /// Resource instances looked at.
    pub resources: usize,
    /// Errors that nobody silenced.
    pub errors: usize,
    /// Warnings that nobody silenced.
    pub warnings: usize,
    /// Pieces of advice that nobody silenced.
    pub advice: usize,
    /// Findings that were silenced.
    pub suppressed: usize,
    /// Rules that could not be decided, counted for each instance.
    pub undecided: usize,
    /// Findings left out because what they stand on has not changed since the revision that was asked for.
    pub older: usize,
}

impl Report {
    /// Sorts, joins and counts. The outcome does not depend on the order of what comes in.
    pub fn new(outcome: Outcome, wanted: &Wanted) -> Report {
        let Outcome { sources, secrets, findings, problems, mut undecided, not_on_disk, mut rules, .. } = outcome;
        let mut entries = self::entries(findings, problems, &sources, &secrets);
        let older = self::entries(outcome.older, outcome.older_problems, &sources, &secrets);
        let older = older.iter().filter(|e| e.suppressed().is_none()).count();
        undecided.iter_mut().for_each(|u| hide::undecided(u, &secrets));
        undecided.sort();
        undecided.dedup();
        rules.sort_by(|a, b| a.id.cmp(&b.id));

        let mut summary = Summary {
            files: outcome.files,
            roots: outcome.roots,
            resources: outcome.resources,
            undecided: undecided.len(),
            older,
            ..Summary::default()
        };
        entries.iter().for_each(|e| summary.add(e));
        let worst = entries.iter().filter(|e| e.suppressed().is_none()).map(Entry::severity).max();
        entries.retain(|e| e.severity() >= wanted.min_severity && (wanted.suppressed || e.suppressed().is_none()));
        Report {
            not_analysed: not_analysed(not_on_disk, &sources, &secrets),
            sources,
            secrets,
            entries,
            undecided,
            fixed: outcome.fixed,
            rules,
            folder: outcome.folder,
            summary,
            worst,
            timings: outcome.timings,
        }
    }

    /// The same with less listed: only findings of this severity and above. The totals stay.
    #[must_use]
    pub fn narrowed(&self, min_severity: Severity) -> Cow<'_, Report> {
        if self.entries.iter().all(|e| e.severity() >= min_severity) {
            return Cow::Borrowed(self);
        }
        let entries = self.entries.iter().filter(|e| e.severity() >= min_severity).cloned().collect();
        // Everything but the entries, of which there may be many.
        Cow::Owned(Report {
            sources: self.sources.clone(),
            entries,
            undecided: self.undecided.clone(),
            not_analysed: self.not_analysed.clone(),
            fixed: self.fixed.clone(),
            rules: self.rules.clone(),
            folder: self.folder.clone(),
            timings: self.timings.clone(),
            secrets: self.secrets.clone(),
            ..*self
        })
    }

    /// The totals by severity of what is not listed because it is below the wanted severity.
    pub fn hidden(&self) -> Summary {
        let mut shown = Summary::default();
        self.entries.iter().for_each(|e| shown.add(e));
        Summary {
            errors: self.summary.errors - shown.errors,
            warnings: self.summary.warnings - shown.warnings,
            advice: self.summary.advice - shown.advice,
            ..Summary::default()
        }
    }
}

impl Summary {
    fn add(&mut self, entry: &Entry) {
        let counter = match (entry.suppressed(), entry.severity()) {
            (Some(_), _) => &mut self.suppressed,
            (None, Severity::Error) => &mut self.errors,
            (None, Severity::Warning) => &mut self.warnings,
            (None, Severity::Advice) => &mut self.advice,
        };
        *counter += 1;
    }
}

/// What is listed, in its order.
fn entries(findings: Vec<Box<Finding>>, problems: Vec<Problem>, sources: &SourceMap, secrets: &Secrets) -> Vec<Entry> {
    let findings = merge::merged(findings).into_par_iter().map(|f| Entry::of_finding(f, sources, secrets));
    let problems = repeated::joined(problems, sources).into_par_iter().map(|p| Entry::of_problem(p, sources, secrets));
    let mut entries: Vec<Entry> = findings.chain(problems).collect();
    // Of what is said several times the first stays.
    entries.sort_by(Entry::order);
    entries.dedup_by(|a, b| a.finding().is_none() && b.finding().is_none() && a.order(b).is_eq());
    entries
}

fn not_analysed(calls: Vec<NotOnDisk>, sources: &SourceMap, secrets: &Secrets) -> Vec<NotAnalysed> {
    let of_call = |mut c: NotOnDisk| {
        hide::text(&mut c.source, secrets);
        NotAnalysed { address: c.address, source: c.source, place: Place::of(c.span, sources) }
    };
    let mut calls: Vec<NotAnalysed> = calls.into_iter().map(of_call).collect();
    calls.sort_by(|a, b| (&a.address, &a.place).cmp(&(&b.address, &b.place)));
    calls.dedup();
    calls
}

#[cfg(test)]
mod tests;
