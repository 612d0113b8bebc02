//! One line for each entry, as compilers write them: editors and `grep` understand it.

use crate::report::{Entry, Report, harmless, words};

/// The report, one entry a line.
pub fn compact(report: &Report) -> String {
    report.entries.iter().map(line).collect()
}

fn line(entry: &Entry) -> String {
    let severity = words::severity(entry.severity());
    let text = format!("{}: {severity}[{}]: {}", entry.place, entry.rule(), entry.message_with_address());
    harmless::line(&text).into_owned() + "\n"
}
