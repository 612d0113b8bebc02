//! GitLab's code quality report: shown on merge requests, compared with the target branch by fingerprint.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::path_in_repository;
use super::serialize::{Each, write_json};
use crate::report::{Entry, Report, Subject};
use crate::rules::Severity;
use crate::source::ProblemKind;

/// Writes the report for GitLab.
///
/// # Errors
/// Where the writer fails.
pub fn gitlab(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let taken = RefCell::new(HashMap::new());
    write_json(out, &Each(&report.entries, |entry| issue(report, entry, &mut taken.borrow_mut())))
}

fn issue(report: &Report, entry: &Entry, taken: &mut HashMap<String, usize>) -> Value {
    json!({
        // The name of the check is not shown by GitLab, so the description begins with it.
        "description": format!("{}: {}", entry.rule(), entry.message_with_address()),
        "check_name": entry.rule(),
        "fingerprint": unique(entry.fingerprint(), taken),
        "severity": severity(entry),
        "location": {
            "path": path_in_repository(report, &entry.place.file),
            "lines": { "begin": entry.place.line },
        },
        "categories": [entry.category()],
    })
}

/// Equal fingerprints would fold into one issue; the order of the report makes the numbers stable.
fn unique(fingerprint: String, taken: &mut HashMap<String, usize>) -> String {
    let number = taken.entry(fingerprint.clone()).or_default();
    *number += 1;
    // A fingerprint has no hyphen: what gets a number is like no other.
    if *number == 1 { fingerprint } else { format!("{fingerprint}-{number}") }
}

fn severity(entry: &Entry) -> &'static str {
    let unread = |kind| matches!(kind, ProblemKind::Syntax | ProblemKind::Unreadable);
    match (&entry.subject, entry.severity()) {
        (Subject::Problem(p), Severity::Error) if unread(p.kind) => "blocker",
        (_, Severity::Error) => "critical",
        (_, Severity::Warning) => "major",
        (_, Severity::Advice) => "info",
    }
}
