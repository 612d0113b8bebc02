//! One line for each entry, as compilers write them: editors and `grep` understand it.

use std::io::{self, Write};

use crate::report::{Entry, Report, harmless, words};

/// Writes the report, one entry a line.
///
/// # Errors
/// Where the writer fails.
pub fn compact(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    report.entries.iter().try_for_each(|entry| out.write_all(line(entry).as_bytes()))
}

fn line(entry: &Entry) -> String {
    let severity = words::severity(entry.severity());
    let text = format!("{}: {severity}[{}]: {}", entry.place, entry.rule(), entry.message_with_address());
    harmless::line(&text).into_owned() + "\n"
}
