//! Checkstyle's XML, which many review tools read: entries by file.

use super::xml::{attributes, escaped};
use crate::report::Report;
use crate::rules::Severity;

/// The report as checkstyle XML.
pub fn checkstyle(report: &Report) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
    // Entries are sorted by file.
    for entries in report.entries.chunk_by(|a, b| a.place.file == b.place.file) {
        out += &format!("  <file name=\"{}\">\n", escaped(&entries[0].place.file));
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
            out += &format!("    <error{attributes}/>\n");
        }
        out += "  </file>\n";
    }
    out + "</checkstyle>\n"
}
