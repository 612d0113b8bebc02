//! The exit status: three of them, the same whatever the format.

use std::process::ExitCode;

use crate::report::{Report, Subject};
use crate::rules::Severity;
use crate::source::{ProblemKind, ProblemSeverity};

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Exit {
    /// Nothing at or above the severity that matters.
    Clean = 0,
    /// Something was found.
    Findings = 1,
    /// The work could not be done.
    Failed = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// What makes a run fail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    /// Findings of this severity and above; `None` where no finding does.
    pub severity: Option<Severity>,
    /// Whether what was undecided or not analysed does.
    pub strict: bool,
}

impl Exit {
    /// The status of a run that came to its end.
    pub(super) fn of(report: &Report, threshold: Threshold) -> Exit {
        let incomplete = report.summary.undecided > 0 || !report.not_analysed.is_empty();
        let grave = threshold.severity.is_some_and(|least| report.worst.is_some_and(|worst| worst >= least));
        if report.entries.iter().any(|e| matches!(&e.subject, Subject::Problem(p) if is_ours(p.kind, p.severity))) {
            Exit::Failed
        } else if grave || threshold.strict && incomplete {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }
}

/// A fault of what tfcheck was told to do, not of what it checks.
fn is_ours(kind: ProblemKind, severity: ProblemSeverity) -> bool {
    severity == ProblemSeverity::Error && matches!(kind, ProblemKind::Rule | ProblemKind::Settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Outcome, Wanted};
    use crate::rules::Undecided;
    use crate::source::{FileId, Problem, Span};

    fn check(outcome: Outcome, severity: Option<Severity>, strict: bool, expected: Exit) {
        let report = Report::new(outcome, &Wanted::default());
        assert_eq!(Exit::of(&report, Threshold { severity, strict }), expected);
    }

    fn with_problem(kind: ProblemKind, severity: ProblemSeverity) -> Outcome {
        let problem = Problem { severity, ..Problem::about_file(kind, "a.tf", "wrong") };
        Outcome { problems: vec![problem], ..Outcome::default() }
    }

    #[test]
    fn findings_count_from_the_threshold_on() {
        let syntax = || with_problem(ProblemKind::Syntax, ProblemSeverity::Error);
        let unused = || with_problem(ProblemKind::UnusedIgnore, ProblemSeverity::Warning);
        check(Outcome::default(), Some(Severity::Advice), true, Exit::Clean);
        check(syntax(), Some(Severity::Error), false, Exit::Findings);
        check(syntax(), None, false, Exit::Clean);
        check(unused(), Some(Severity::Warning), false, Exit::Findings);
        check(unused(), Some(Severity::Error), false, Exit::Clean);
    }

    #[test]
    fn faults_of_rules_and_settings_are_failures() {
        check(with_problem(ProblemKind::Rule, ProblemSeverity::Error), None, false, Exit::Failed);
        check(with_problem(ProblemKind::Settings, ProblemSeverity::Error), None, false, Exit::Failed);
        check(with_problem(ProblemKind::Rule, ProblemSeverity::Warning), None, false, Exit::Clean);
    }

    #[test]
    fn doubt_counts_only_where_it_is_asked_for() {
        let doubtful = || {
            let sources = crate::source::SourceMap::new();
            sources.add(std::path::Path::new("a.tf"), "a.tf", "");
            let undecided = Undecided {
                rule: "r".into(),
                address: "a.b".into(),
                because: "var.x has no value".into(),
                span: Span::new(FileId(0), 0, 0),
            };
            Outcome { sources: sources.into(), undecided: vec![undecided], ..Outcome::default() }
        };
        check(doubtful(), Some(Severity::Advice), false, Exit::Clean);
        check(doubtful(), Some(Severity::Advice), true, Exit::Findings);
    }
}
