//! Checkstyle's XML, which many review tools read: entries by file.

use std::io::{self, Write};

use super::xml::{attributes, escaped};
use crate::report::Report;
use crate::rules::Severity;

/// Writes the report as checkstyle XML.
///
/// # Errors
/// Where the writer fails.
pub fn checkstyle(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n")?;
    // Entries are sorted by file.
    for entries in report.entries.chunk_by(|a, b| a.place.file == b.place.file) {
        writeln!(out, "  <file name=\"{}\">", escaped(&entries[0].place.file))?;
        for entry in entries {
            let severity = match entry.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "info",
            };
            let attributes = attributes(&[
                ("line", &entry.place.line.to_string()),
                ("column", &entry.place.column.to_string()),
                ("severity", severity),
                ("message", &entry.message_with_address()),
                ("source", &format!("tfcheck.{}", entry.rule())),
            ]);
            writeln!(out, "    <error{attributes}/>")?;
        }
        out.write_all(b"  </file>\n")?;
    }
    out.write_all(b"</checkstyle>\n")
}
