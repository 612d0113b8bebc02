//! One JSON object with everything, for scripts. Fields may be added; those that are there stay.

use serde_json::{Map, Value, json};

use crate::report::harmless::is_invisible;
use crate::report::{Entry, Note, Report};
use crate::rules::Fix;

/// The report as JSON with a line break at its end, with `statistics` also by rule. Without `timings` the same input gives the same bytes.
pub fn json(report: &Report, timings: bool, statistics: bool) -> String {
    let mut object = json!({
        "tool": { "name": "tfcheck", "version": env!("CARGO_PKG_VERSION") },
        "findings": report.entries.iter().map(finding).collect::<Vec<_>>(),
        "undecided": report.undecided.iter().map(|u| json!({
            "rule": u.rule, "address": u.address, "because": u.because,
            "file": report.sources.file(u.span.file).name, "line": report.sources.start(u.span).line,
        })).collect::<Vec<_>>(),
        "not_analysed": report.not_analysed.iter().map(|n| json!({
            "address": n.address, "source": n.source, "file": n.place.file, "line": n.place.line,
        })).collect::<Vec<_>>(),
        "fixed": report.fixed.iter().map(|f| json!({
            "rule": f.rule, "address": f.address, "file": f.file, "fingerprint": f.fingerprint,
        })).collect::<Vec<_>>(),
        "summary": report.summary,
    });
    if statistics {
        object["statistics"] = report
            .statistics()
            .iter()
            .map(|row| {
                json!({
                    "rule": row.rule, "severity": row.severity, "count": row.count, "fixable": row.fixable,
                    "impacts": row.impacts,
                })
            })
            .collect();
    }
    if timings {
        let milliseconds = report.timings.iter().map(|(stage, t)| ((*stage).to_owned(), json!(t.as_secs_f64() * 1e3)));
        object["timings_ms"] = Value::Object(milliseconds.collect());
    }
    json_text(&object)
}

fn finding(entry: &Entry) -> Value {
    let found = entry.finding();
    json!({
        "rule": entry.rule(),
        "severity": entry.severity(),
        "category": entry.category(),
        "scenario": entry.scenario(),
        "title": entry.title(),
        "message": entry.message(),
        "file": entry.place.file,
        "line": entry.place.line,
        "column": entry.place.column,
        "end_line": entry.place.end_line,
        "end_column": entry.place.end_column,
        "label": entry.label(),
        "addresses": entry.addresses(),
        "environments": found.map_or(&[][..], |f| &f.environments),
        "root": found.map(|f| &f.root),
        "attribute": found.and_then(|f| f.attribute.as_ref()),
        "value": found.map_or(&Value::Null, |f| &f.value),
        "origin": found.map(|f| f.origin),
        "trail": notes(&entry.trail),
        "related": notes(&entry.related),
        "fix": entry.fix().map(fix_json),
        "why": entry.why(),
        "sources": found.map_or(&[][..], |f| &f.sources),
        "peers": found.map_or(&[][..], |f| &f.peers),
        "fingerprint": entry.fingerprint(),
        "suppressed": entry.suppressed(),
    })
}

fn notes(notes: &[Note]) -> Value {
    let one =
        |n: &Note| json!({ "file": n.place.file, "line": n.place.line, "column": n.place.column, "note": n.text });
    notes.iter().map(one).collect()
}

/// A fix as JSON, as reports and the list of rules give it.
pub(in crate::report) fn fix_json(fix: &Fix) -> Value {
    let set: Map<String, Value> = fix.set.iter().map(|v| (v.path.to_string(), v.json.clone())).collect();
    json!({ "set": set, "text": fix.text, "safety": fix.safety, "impact": fix.impact, "note": fix.note })
}

/// JSON in lines, as [`harmless_json`] has it.
pub fn json_text(value: &Value) -> String {
    harmless_json(&format!("{value:#}")) + "\n"
}

/// JSON in one line, as [`harmless_json`] has it.
pub fn json_line(value: &Value) -> String {
    harmless_json(&value.to_string()) + "\n"
}

/// Control and direction characters are escaped, also those that JSON would allow as they are: the text may end in a
/// terminal. Such characters stand only inside strings, so the escape is right wherever they are.
fn harmless_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push(c),
            c if c.is_control() || is_invisible(c) => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
            }
            c => out.push(c),
        }
    }
    out
}
