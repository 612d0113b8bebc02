//! JUnit's XML, which CI servers show as test results: a suite for each file, a failed case for each entry.

use super::xml::{attributes, escaped};
use super::{fix_sentence, provenance};
use crate::report::{Entry, Report, words};

/// The report as JUnit XML. A clean run has one case that passed, since servers take a report without cases for a
/// mistake.
pub fn junit(report: &Report) -> String {
    let total = report.entries.len();
    let counts = |tests: usize, failures: usize| {
        attributes(&[("tests", &tests.to_string()), ("failures", &failures.to_string()), ("errors", "0")])
    };
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out += &format!("<testsuites name=\"tfcheck\"{}>\n", counts(total.max(1), total));
    for entries in report.entries.chunk_by(|a, b| a.place.file == b.place.file) {
        let name = escaped(&entries[0].place.file);
        out += &format!("  <testsuite name=\"{name}\"{}>\n", counts(entries.len(), entries.len()));
        entries.iter().for_each(|e| out += &case(e));
        out += "  </testsuite>\n";
    }
    if total == 0 {
        out += &format!("  <testsuite name=\"tfcheck\"{}>\n", counts(1, 0));
        out += "    <testcase name=\"no findings\" classname=\"tfcheck\"/>\n  </testsuite>\n";
    }
    out + "</testsuites>\n"
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
    lines.extend(entry.finding().iter().flat_map(|f| &f.about.sources).take(1).map(|s| format!("see: {s}")));
    lines.retain(|l| !l.is_empty());
    let text = escaped(&lines.join("\n")).replace("&#10;", "\n");
    format!("    <testcase{case}>\n      <failure{failure}>{text}</failure>\n    </testcase>\n")
}
