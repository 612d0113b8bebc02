//! reviewdog's JSON, from which it writes review comments with suggestions.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::edit::{Edit, edit};
use super::serialize::{Each, write_json};
use super::{path_in_repository, provenance};
use crate::report::{Entry, Report};
use crate::rules::Severity;
use crate::source::Span;

/// Writes the report for reviewdog.
///
/// # Errors
/// Where the writer fails.
pub fn rdjson(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let whole = Whole {
        source: json!({ "name": "tfcheck" }),
        severity: report.entries.iter().map(Entry::severity).max().map(severity),
        diagnostics: Each(&report.entries, |entry| diagnostic(report, entry)),
    };
    write_json(out, &whole)
}

/// The whole object.
#[derive(Serialize)]
struct Whole<D> {
    source: Value,
    severity: Option<&'static str>,
    diagnostics: D,
}

fn diagnostic(report: &Report, entry: &Entry) -> Value {
    let mut location = json!({ "path": path_in_repository(report, &entry.place.file) });
    if let Some(span) = entry.place.span {
        location["range"] = range(report, span);
    }
    let message = match provenance(entry) {
        how if how.is_empty() => entry.message_with_address(),
        how => format!("{}\n{how}", entry.message_with_address()),
    };
    json!({
        "message": message,
        "location": location,
        "severity": severity(entry.severity()),
        "code": { "value": entry.rule(), "url": entry.source() },
        "suggestions": edit(entry, report).iter().map(|e| suggestion(report, e)).collect::<Vec<_>>(),
    })
}

fn suggestion(report: &Report, edit: &Edit) -> Value {
    json!({ "range": range(report, edit.span), "text": edit.text })
}

/// Lines from 1, columns in bytes from 1, the end behind the last byte.
fn range(report: &Report, span: Span) -> Value {
    let file = report.sources.file(span.file);
    let position = |offset: u32| {
        let line = file.line_column(offset).line;
        json!({ "line": line, "column": offset as usize - file.line_range(line).start + 1 })
    };
    json!({ "start": position(span.start), "end": position(span.end) })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Advice => "INFO",
    }
}
