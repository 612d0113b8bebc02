//! JUnit's XML, which CI servers show as test results: a suite for each file, a failed case for each entry.

use std::io::{self, Write};

use super::xml::{attributes, escaped};
use super::{fix_sentence, provenance};
use crate::report::{Entry, Report, words};

/// Writes the report as JUnit XML. A clean run has one case that passed, since servers take a report without cases for a
/// mistake.
///
/// # Errors
/// Where the writer fails.
pub fn junit(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let total = report.entries.len();
    let counts = |tests: usize, failures: usize| {
        attributes(&[("tests", &tests.to_string()), ("failures", &failures.to_string()), ("errors", "0")])
    };
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    writeln!(out, "<testsuites name=\"tfcheck\"{}>", counts(total.max(1), total))?;
    for entries in report.entries.chunk_by(|a, b| a.place.file == b.place.file) {
        let name = escaped(&entries[0].place.file);
        writeln!(out, "  <testsuite name=\"{name}\"{}>", counts(entries.len(), entries.len()))?;
        entries.iter().try_for_each(|entry| out.write_all(case(entry).as_bytes()))?;
        out.write_all(b"  </testsuite>\n")?;
    }
    if total == 0 {
        writeln!(out, "  <testsuite name=\"tfcheck\"{}>", counts(1, 0))?;
        out.write_all(b"    <testcase name=\"no findings\" classname=\"tfcheck\"/>\n  </testsuite>\n")?;
    }
    out.write_all(b"</testsuites>\n")
}

fn case(entry: &Entry) -> String {
    let case = attributes(&[
        ("name", entry.rule()),
        ("classname", &entry.place.file),
        ("file", &entry.place.file),
        ("line", &entry.place.line.to_string()),
        ("column", &entry.place.column.to_string()),
    ]);
    let failure =
        attributes(&[("type", words::severity(entry.severity())), ("message", &entry.message_with_address())]);
    let mut lines = vec![format!("{}: {}", entry.place, entry.title()), provenance(entry), entry.why().to_owned()];
    lines.extend(entry.fix().map(|f| format!("fix: {}", fix_sentence(f))));
    lines.extend(entry.source().map(|s| format!("see: {s}")));
    lines.retain(|l| !l.is_empty());
    let text = escaped(&lines.join("\n")).replace("&#10;", "\n");
    format!("    <testcase{case}>\n      <failure{failure}>{text}</failure>\n    </testcase>\n")
}
