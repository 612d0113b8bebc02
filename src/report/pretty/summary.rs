//! The last lines: what was looked at, what was found, and what could not be looked at.

use super::{Page, SEVERITIES};
use crate::report::{NotAnalysed, Report, Summary, harmless, parted, words};
use crate::rules::Severity;

/// Modules that are named where not everything is wanted.
const MODULES_SHOWN: usize = 4;
/// Fixed findings that are named where not everything is wanted.
const FIXED_SHOWN: usize = 3;

impl Page<'_> {
    /// The totals, one line for each kind of thing that a reader may want to act on.
    pub(super) fn summary(&mut self, report: &Report) {
        let found = self.found(&report.summary);
        let looked_at = looked_at(&report.summary);
        let total: std::time::Duration = report.timings.iter().map(|(_, t)| *t).sum();
        let time = if total.is_zero() { String::new() } else { format!(" ({} ms)", total.as_millis().max(1)) };
        self.line(&format!("{found} in {looked_at}{time}"));
        self.not_shown(report);
        self.fixed(report);
        self.not_analysed(&report.not_analysed);
        if report.entries.iter().any(|e| e.finding().is_some()) && !self.detail.verbose {
            self.line("  `tfcheck explain RULE` says more about a rule");
        }
    }

    fn found(&self, summary: &Summary) -> String {
        let counts = SEVERITIES.map(|s| (s, count_of(summary, s)));
        let found: Vec<String> = counts
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(severity, n)| self.painter.severity(*severity, &counted(*severity, *n)))
            .collect();
        if found.is_empty() { self.painter.strong("no findings") } else { words::list(&found, found.len()) }
    }

    fn not_shown(&mut self, report: &Report) {
        let hidden = report.hidden();
        let mut parts: Vec<String> = Vec::new();
        for severity in SEVERITIES {
            let n = count_of(&hidden, severity);
            if n > 0 {
                let option = words::severity(severity);
                parts.push(format!("{} not shown (--min-severity {option})", counted(severity, n)));
            }
        }
        if report.summary.undecided > 0 {
            let hint = if self.detail.undecided { "" } else { " (--show-undecided)" };
            parts.push(format!("{} undecided{hint}", words::count(report.summary.undecided, "check")));
        }
        if report.summary.suppressed > 0 {
            parts.push(format!("{} silenced", words::count(report.summary.suppressed, "finding")));
        }
        if report.summary.older > 0 {
            parts.push(format!("{} (--new-since)", words::count(report.summary.older, "older finding")));
        }
        if !parts.is_empty() {
            self.wrapped("  ", "  ", &parts.join(", "));
        }
    }

    /// What was accepted and is gone: the baseline can be smaller.
    fn fixed(&mut self, report: &Report) {
        if report.fixed.is_empty() {
            return;
        }
        let names: Vec<String> =
            report.fixed.iter().map(|f| harmless::line(&format!("{} at {}", f.rule, f.address)).into_owned()).collect();
        let most = if self.detail.verbose { usize::MAX } else { FIXED_SHOWN };
        let count = words::count(report.fixed.len(), "finding");
        let text = format!("fixed since the baseline: {count}, {} (--write-baseline)", words::list(&names, most));
        self.wrapped("  ", "  ", &text);
    }

    fn not_analysed(&mut self, calls: &[NotAnalysed]) {
        let (calls, folders) = parted(calls);
        let most = if self.detail.verbose { usize::MAX } else { MODULES_SHOWN };
        let shown = |text: String| harmless::line(&text).into_owned();
        if !folders.is_empty() {
            let folders: Vec<String> = folders.into_iter().map(shown).collect();
            let text = format!("not analysed, since not in this checkout: {}", words::list(&folders, most));
            self.wrapped("  ", "  ", &text);
        }
        if calls.is_empty() {
            return;
        }
        let name = |c: &NotAnalysed| match self.detail.verbose {
            true => shown(format!("{} ({}, called in {})", c.address, c.source, c.place)),
            false => shown(c.address.to_string()),
        };
        let mut names: Vec<String> = calls.into_iter().map(name).collect();
        names.dedup();
        self.wrapped(
            "  ",
            "  ",
            &format!("not analysed, since not on disk: {} (run `terraform init`)", words::list(&names, most)),
        );
    }
}

fn looked_at(summary: &Summary) -> String {
    words::list(
        &[
            words::count(summary.files, "file"),
            words::count(summary.roots, "root module"),
            words::count(summary.resources, "resource"),
        ],
        3,
    )
}

fn count_of(summary: &Summary, severity: Severity) -> usize {
    match severity {
        Severity::Error => summary.errors,
        Severity::Warning => summary.warnings,
        Severity::Advice => summary.advice,
    }
}

fn counted(severity: Severity, n: usize) -> String {
    match severity {
        Severity::Error => words::count(n, "error"),
        Severity::Warning => words::count(n, "warning"),
        Severity::Advice => words::count(n, "piece of advice/pieces of advice"),
    }
}
