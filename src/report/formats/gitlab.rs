//! GitLab's code quality report: shown on merge requests, compared with the target branch by fingerprint.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{json_text, path_in_repository};
use crate::report::{Entry, Report, Subject};
use crate::rules::Severity;
use crate::source::ProblemKind;

/// The report for GitLab.
pub fn gitlab(report: &Report) -> String {
    let mut taken = HashMap::new();
    let issues: Vec<Value> = report.entries.iter().map(|e| issue(report, e, &mut taken)).collect();
    json_text(&Value::Array(issues))
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
