//! One JSON object with everything, for scripts. Fields may be added; those that are there stay.

use std::borrow::Cow;
use std::io::{self, Write as _};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::infra::Origin;
use crate::report::harmless::is_invisible;
use crate::report::{Entry, NotAnalysed, Note, Report, RuleCount, Summary};
use crate::rules::{Accepted, Category, Fix, Severity, Suppressed, Undecided};
use crate::syntax::Text;

/// The report as JSON with a line break at its end, with `statistics` also by rule. Without `timings` the same input
/// gives the same bytes.
pub fn json(report: &Report, timings: bool, statistics: bool) -> String {
    let mut out = Vec::new();
    // Memory refuses nothing.
    let _ = write_json(&mut out, report, timings, statistics);
    String::from_utf8(out).unwrap_or_default()
}

/// Writes the report as [`json()`] has it, piece by piece: as one text it would need more memory than all else where there
/// are very many findings.
///
/// # Errors
/// Where the writer fails.
pub fn write_json(out: &mut dyn io::Write, report: &Report, timings: bool, statistics: bool) -> io::Result<()> {
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
    let mut out = Harmless { out, text: Vec::with_capacity(PIECE) };
    serde_json::to_writer_pretty(&mut out, &whole)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// The whole object. Lists become JSON one element at a time, and elements are written as they are: as values they would
/// need many times the memory.
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

impl<'r, T, E: Serialize, F: Fn(&'r T) -> E> Serialize for Each<'r, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
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
    fix: Option<Value>,
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
    match harmless(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => text,
    }
}

fn harmless(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    for (at, bad) in bad_characters(text) {
        out.push_str(&text[copied..at]);
        bad.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        copied = at + bad.len_utf8();
    }
    if copied == 0 {
        return text.into();
    }
    (out + &text[copied..]).into()
}

/// Text is handed on in pieces of this size, in bytes.
const PIECE: usize = 64 << 10;

/// Hands JSON on as [`harmless_json`] has it.
struct Harmless<'o> {
    out: &'o mut dyn io::Write,
    /// Whole characters: JSON is written in texts.
    text: Vec<u8>,
}

impl Harmless<'_> {
    fn hand_on(&mut self) -> io::Result<()> {
        let text = str::from_utf8(&self.text).map_err(io::Error::other)?;
        self.out.write_all(harmless(text).as_bytes())?;
        self.text.clear();
        Ok(())
    }
}

impl io::Write for Harmless<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(text);
        if self.text.len() >= PIECE {
            self.hand_on()?;
        }
        Ok(text.len())
    }

    // JSON is written in very many small pieces, each of which is taken whole.
    fn write_all(&mut self, text: &[u8]) -> io::Result<()> {
        self.write(text).map(|_| ())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }
}

/// How much of a text is passed at once where all of it is plain: the loop over it has no way out but its end, so that
/// it is made for many bytes at a time.
const PASSED: usize = 64;

/// The characters to escape, and where they stand. Nearly all of a text is plain ASCII.
fn bad_characters(text: &str) -> impl Iterator<Item = (usize, char)> {
    let is_plain = |byte: u8| matches!(byte, b'\n' | b' '..=b'~');
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &text.as_bytes()[at..];
            let all_plain = |chunk: &&[u8]| chunk.iter().fold(true, |plain, byte| plain & is_plain(*byte));
            let passed = rest.chunks_exact(PASSED).take_while(all_plain).count() * PASSED;
            at += passed + rest[passed..].iter().position(|byte| !is_plain(*byte))?;
            let c = text[at..].chars().next()?;
            let start = at;
            at += c.len_utf8();
            if c.is_control() || is_invisible(c) {
                return Some((start, c));
            }
        }
    })
}
