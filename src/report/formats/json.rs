//! One JSON object with everything, for scripts. Fields may be added; those that are there stay.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::serialize::{Each, write_json};
use crate::infra::Origin;
use crate::report::{Entry, NotAnalysed, Note, Report, RuleCount, Summary};
use crate::rules::{Accepted, Category, Fix, FixedValue, Impact, Safety, Severity, Suppressed, Undecided};
use crate::syntax::Text;

/// Writes the report as JSON, with `statistics` also by rule. Without `timings` the same input gives the same bytes.
///
/// # Errors
/// Where the writer fails.
pub fn json(out: &mut dyn Write, report: &Report, timings: bool, statistics: bool) -> io::Result<()> {
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
        undecided: Each(&report.undecided, |u| undecided(u, report)),
        not_analysed: Each(&report.not_analysed, not_analysed),
        fixed: Each(&report.fixed, fixed),
        summary: &report.summary,
        statistics: statistics.then(by_rule),
        timings_ms: timings.then(|| milliseconds.collect()),
    };
    write_json(out, &whole)
}

/// The whole object. Elements of lists are written as they are: as values they would need many times the memory.
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

#[derive(Serialize)]
struct FindingJson<'r> {
    rule: &'r str,
    severity: Severity,
    category: Category,
    scenario: &'r str,
    title: &'r str,
    message: Cow<'r, str>,
    file: &'r str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    label: &'r str,
    addresses: &'r [Text],
    environments: &'r [Text],
    root: Option<&'r str>,
    attribute: Option<&'r str>,
    value: &'r Value,
    origin: Option<Origin>,
    trail: Vec<NoteJson<'r>>,
    related: Vec<NoteJson<'r>>,
    fix: Option<FixJson<'r>>,
    why: &'r str,
    sources: &'r [Text],
    peers: &'r [Text],
    fingerprint: String,
    suppressed: Option<&'r Suppressed>,
}

#[derive(Serialize)]
struct NoteJson<'r> {
    file: &'r str,
    line: u32,
    column: u32,
    note: &'r str,
}

fn finding(entry: &Entry) -> FindingJson<'_> {
    let found = entry.finding();
    FindingJson {
        rule: entry.rule(),
        severity: entry.severity(),
        category: entry.category(),
        scenario: entry.scenario(),
        title: entry.title(),
        message: entry.message(),
        file: &entry.place.file,
        line: entry.place.line,
        column: entry.place.column,
        end_line: entry.place.end_line,
        end_column: entry.place.end_column,
        label: entry.label(),
        addresses: entry.addresses(),
        environments: found.map_or(&[], |f| f.environments()),
        root: found.map(|f| &*f.about.root),
        attribute: found.and_then(|f| f.about.attribute.as_deref()),
        value: found.and_then(|f| f.value.as_deref()).unwrap_or(&Value::Null),
        origin: found.map(|f| f.origin),
        trail: notes(&entry.trail),
        related: notes(&entry.related),
        fix: entry.fix().map(fix_json),
        why: entry.why(),
        sources: found.map_or(&[], |f| &f.about.sources),
        peers: found.map_or(&[], |f| &f.about.peers),
        fingerprint: entry.fingerprint(),
        suppressed: entry.suppressed(),
    }
}

fn notes(notes: &[Note]) -> Vec<NoteJson<'_>> {
    notes.iter().map(note).collect()
}

fn note(Note { place, text }: &Note) -> NoteJson<'_> {
    NoteJson { file: &place.file, line: place.line, column: place.column, note: text }
}

#[derive(Serialize)]
struct UndecidedJson<'r> {
    rule: &'r str,
    address: &'r str,
    because: &'r str,
    file: Text,
    line: u32,
}

fn undecided<'r>(Undecided { rule, address, because, span, .. }: &'r Undecided, report: &Report) -> UndecidedJson<'r> {
    let file = report.sources.file(span.file);
    UndecidedJson { rule, address, because, file: file.name.clone(), line: file.line_column(span.start).line }
}

#[derive(Serialize)]
struct NotAnalysedJson<'r> {
    address: &'r str,
    source: &'r str,
    file: &'r str,
    line: u32,
}

fn not_analysed(NotAnalysed { address, source, place }: &NotAnalysed) -> NotAnalysedJson<'_> {
    NotAnalysedJson { address, source, file: &place.file, line: place.line }
}

#[derive(Serialize)]
struct FixedJson<'r> {
    rule: &'r str,
    address: &'r str,
    file: &'r str,
    fingerprint: &'r str,
}

fn fixed(Accepted { rule, address, file, fingerprint, .. }: &Accepted) -> FixedJson<'_> {
    FixedJson { rule, address, file, fingerprint }
}

/// A fix as reports and the list of rules give it.
#[derive(Serialize)]
pub(in crate::report) struct FixJson<'r> {
    set: SetJson<'r>,
    text: Option<&'r str>,
    safety: Option<Safety>,
    impact: Option<Impact>,
    note: Option<&'r str>,
}

/// Arguments by their paths.
struct SetJson<'r>(&'r [FixedValue]);

impl Serialize for SetJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.0.iter().enumerate();
        // As everywhere in HCL, the last of several holds.
        let holds = |at: usize, path: &Text| !self.0[at + 1..].iter().any(|later| later.path == *path);
        serializer.collect_map(values.filter(|(at, v)| holds(*at, &v.path)).map(|(_, v)| (&v.path, &v.json)))
    }
}

pub(in crate::report) fn fix_json(Fix { set, text, safety, impact, note }: &Fix) -> FixJson<'_> {
    FixJson { set: SetJson(set), text: text.as_deref(), safety: *safety, impact: *impact, note: note.as_deref() }
}
