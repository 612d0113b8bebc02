//! One JSON object with everything, for scripts. Fields may be added; those that are there stay.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::report::harmless::is_invisible;
use crate::report::{Entry, NotAnalysed, Note, Report, RuleCount, Summary};
use crate::rules::{Accepted, Fix, Undecided};

/// The report as JSON with a line break at its end, with `statistics` also by rule. Without `timings` the same input
/// gives the same bytes.
pub fn json(report: &Report, timings: bool, statistics: bool) -> String {
    let by_rule = || {
        let row = |row: &RuleCount<'_>| {
            json!({
                "rule": row.rule, "severity": row.severity, "count": row.count, "fixable": row.fixable,
                "impacts": row.impacts,
            })
        };
        report.statistics().iter().map(row).collect()
    };
    let milliseconds = report.timings.iter().map(|(stage, t)| ((*stage).to_owned(), json!(t.as_secs_f64() * 1e3)));
    let whole = Whole {
        tool: json!({ "name": "tfcheck", "version": env!("CARGO_PKG_VERSION") }),
        findings: Each(&report.entries, finding),
        undecided: Each(&report.undecided, |u: &Undecided| {
            json!({
                "rule": u.rule, "address": u.address, "because": u.because,
                "file": report.sources.file(u.span.file).name, "line": report.sources.start(u.span).line,
            })
        }),
        not_analysed: Each(
            &report.not_analysed,
            |n: &NotAnalysed| json!({ "address": n.address, "source": n.source, "file": n.place.file, "line": n.place.line }),
        ),
        fixed: Each(
            &report.fixed,
            |f: &Accepted| json!({ "rule": f.rule, "address": f.address, "file": f.file, "fingerprint": f.fingerprint }),
        ),
        summary: &report.summary,
        statistics: statistics.then(by_rule),
        timings_ms: timings.then(|| milliseconds.collect()),
    };
    json_text(&whole)
}

/// The whole object. Lists become JSON one element at a time: all of them at once would need many times the memory.
#[derive(Serialize)]
struct Whole<'r, F, U, N, B> {
    tool: Value,
    findings: F,
    undecided: U,
    not_analysed: N,
    fixed: B,
    summary: &'r Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings_ms: Option<Map<String, Value>>,
}

/// A list, of which each element becomes JSON when its turn comes.
pub(super) struct Each<'r, T, F>(pub(super) &'r [T], pub(super) F);

impl<T, F: Fn(&T) -> Value> Serialize for Each<'_, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
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
pub fn json_text(value: &impl Serialize) -> String {
    // Nothing here refuses to become JSON: keys are texts, and there is no writer that could fail.
    harmless_json(serde_json::to_string_pretty(value).unwrap_or_default()) + "\n"
}

/// JSON in one line, as [`harmless_json`] has it.
pub fn json_line(value: &Value) -> String {
    harmless_json(value.to_string()) + "\n"
}

/// Control and direction characters are escaped, also those that JSON would allow as they are: the text may end in a
/// terminal. Such characters stand only inside strings, so the escape is right wherever they are.
fn harmless_json(text: String) -> String {
    let mut out = String::new();
    let mut copied = 0;
    for (at, bad) in bad_characters(&text) {
        out.push_str(&text[copied..at]);
        bad.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        copied = at + bad.len_utf8();
    }
    if copied == 0 {
        return text;
    }
    out + &text[copied..]
}

/// The characters to escape, and where they stand. Nearly all of a text is plain ASCII, which is passed byte by byte.
fn bad_characters(text: &str) -> impl Iterator<Item = (usize, char)> {
    let plain = |byte: &u8| matches!(byte, b'\n' | b' '..=b'~');
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += text.as_bytes()[at..].iter().position(|byte| !plain(byte))?;
            let c = text[at..].chars().next()?;
            let start = at;
            at += c.len_utf8();
            if c.is_control() || is_invisible(c) {
                return Some((start, c));
            }
        }
    })
}
