//! GitHub's workflow commands: annotations on the lines of a pull request.

use std::io::{self, Write};

use super::{fix_sentence, path_in_repository, provenance};
use crate::report::{Entry, Report, harmless, words};
use crate::rules::Severity;

/// GitHub shows this many annotations of each kind for one step, and drops the others without a word.
const MOST_OF_A_KIND: usize = 10;

/// Writes the report as workflow commands: the gravest entries as annotations, then a plain line that says what was left
/// out.
///
/// # Errors
/// Where the writer fails.
pub fn github(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let mut left_out = 0;
    for severity in [Severity::Error, Severity::Warning, Severity::Advice] {
        let of_kind: Vec<&Entry> = report.entries.iter().filter(|e| e.severity() == severity).collect();
        left_out += of_kind.len().saturating_sub(MOST_OF_A_KIND);
        of_kind.into_iter().take(MOST_OF_A_KIND).try_for_each(|e| out.write_all(command(report, e).as_bytes()))?;
    }
    if left_out > 0 {
        let more = words::count(left_out, "more finding");
        writeln!(out, "{more}, which GitHub would not show as annotations: see the summary of this job")?;
    }
    Ok(())
}

fn command(report: &Report, entry: &Entry) -> String {
    let kind = match entry.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "notice",
    };
    let place = &entry.place;
    let file = property(&path_in_repository(report, &place.file));
    let title = property(&format!("{}: {}", entry.rule(), entry.title()));
    let mut properties = format!("file={file},line={},endLine={}", place.line, place.end_line);
    if place.span.is_some() {
        properties += &format!(",col={},endColumn={}", place.column, place.end_column);
    }
    let mut lines = vec![entry.message_with_address(), provenance(entry)];
    lines.extend(entry.fix().map(|f| format!("fix: {}", fix_sentence(f))));
    lines.retain(|l| !l.is_empty());
    format!("::{kind} {properties},title={title}::{}\n", data(&lines.join("\n")))
}

fn data(text: &str) -> String {
    harmless::lines(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
