//! SARIF 2.1.0, as GitHub's code scanning takes it, and as the standard has it where GitHub does not care.

mod line_hash;
mod rules;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::{Value, json};

use self::line_hash::LineHashes;
use super::edit::{Edit, edit};
use super::serialize::{Each, write_json};
use super::{fix_sentence, path_in_repository};
use crate::report::{Entry, Note, Place, Report, Subject};
use crate::rules::Severity;
use crate::secrets::Cover;
use crate::source::{FileId, SourceFile, Span, Text};

/// GitHub refuses a run with more results.
const MOST_RESULTS: usize = 25_000;
/// GitHub keeps this many locations of a result.
const MOST_LOCATIONS: usize = 100;

/// Writes the report as SARIF. Its rules are all that ran, not only those that fired.
///
/// # Errors
/// Where the writer fails.
pub fn sarif(out: &mut dyn io::Write, report: &Report) -> io::Result<()> {
    let rules = rules::all(report);
    let position: HashMap<&str, usize> = rules.iter().enumerate().map(|(i, r)| (&*r.id, i)).collect();
    let writer = Writer { report, hashes: HashMap::new(), cover: report.secrets.cover(&report.sources) };
    let (entries, left_out) = gravest(report);
    let notifications = writer.notifications(left_out);
    let writer = RefCell::new(writer);
    let run = Run {
        tool: json!({ "driver": {
            "name": "tfcheck",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.iter().map(rules::descriptor).collect::<Vec<_>>(),
        }}),
        automation_details: json!({ "id": "tfcheck/" }),
        column_kind: "utf16CodeUnits",
        original_uri_base_ids: json!({ "%SRCROOT%": { "description": { "text": "the top of the repository" } } }),
        invocations: json!([{ "executionSuccessful": true, "toolExecutionNotifications": notifications }]),
        results: Each(&entries, |entry: &&Entry| writer.borrow_mut().result(entry, &position)),
    };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    write_json(out, &Log { schema, version: "2.1.0", runs: [run] })
}

/// The whole object.
#[derive(Serialize)]
struct Log<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<R>; 1],
}

/// A run; its results become JSON one at a time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R> {
    tool: Value,
    automation_details: Value,
    column_kind: &'static str,
    original_uri_base_ids: Value,
    invocations: Value,
    results: R,
}

/// The entries to write, in the order of the report; of too many the gravest, and how many are missing.
fn gravest(report: &Report) -> (Vec<&Entry>, usize) {
    let mut entries: Vec<(usize, &Entry)> = report.entries.iter().enumerate().collect();
    let left_out = entries.len().saturating_sub(MOST_RESULTS);
    if left_out > 0 {
        entries.sort_by_key(|(i, e)| (std::cmp::Reverse(e.severity()), *i));
        entries.truncate(MOST_RESULTS);
        entries.sort_by_key(|(i, _)| *i);
    }
    (entries.into_iter().map(|(_, e)| e).collect(), left_out)
}

struct Writer<'a> {
    report: &'a Report,
    hashes: HashMap<FileId, LineHashes>,
    cover: Cover<'a>,
}

/// Whether a service that knows the repository can show a place: what `terraform init` fetched is not in it.
fn in_repository(place: &Place) -> bool {
    !place.file.split('/').any(|part| part == ".terraform")
}

impl Writer<'_> {
    fn result(&mut self, entry: &Entry, rules: &HashMap<&str, usize>) -> Value {
        let notes = entry.trail.iter().chain(&entry.related).filter(|note| in_repository(&note.place));
        let notes: Vec<&Note> = notes.take(MOST_LOCATIONS).collect();
        let mut result = json!({
            "ruleId": entry.rule(),
            "level": level(entry.severity()),
            "message": { "text": message(entry, &notes) },
            "locations": [self.primary(entry)],
            "relatedLocations": notes.iter().enumerate().map(|(i, n)| self.related(i, n)).collect::<Vec<_>>(),
            "partialFingerprints": self.fingerprints(entry),
        });
        if let Some(index) = rules.get(entry.rule()) {
            result["ruleIndex"] = json!(index);
        }
        if let Some(edit) = edit(entry, self.report) {
            result["fixes"] = json!([self.fix(entry, &edit)]);
        }
        if let Some(silenced) = entry.suppressed() {
            let kind = if &*silenced.by == "comment" { "inSource" } else { "external" };
            result["suppressions"] = json!([{
                "kind": kind, "status": "accepted", "justification": silenced.reason.as_deref().unwrap_or_default(),
            }]);
        }
        if let Some(found) = entry.finding() {
            result["properties"] = json!({
                "addresses": &*found.addresses, "attribute": found.about.attribute, "value": found.value,
                "origin": found.origin, "environments": found.environments(), "scenario": found.about.scenario,
            });
        }
        result
    }

    fn primary(&self, entry: &Entry) -> Value {
        let mut location = json!({ "physicalLocation": self.physical(&entry.place) });
        let logical = |a: &Text| json!({ "fullyQualifiedName": a, "kind": "resource" });
        let addresses: Vec<Value> = entry.addresses().iter().take(MOST_LOCATIONS).map(logical).collect();
        if !addresses.is_empty() {
            location["logicalLocations"] = Value::Array(addresses);
        }
        location
    }

    fn related(&self, position: usize, note: &Note) -> Value {
        json!({
            "id": position + 1,
            "physicalLocation": self.physical(&note.place),
            "message": { "text": note.text },
        })
    }

    fn physical(&self, place: &Place) -> Value {
        json!({
            "artifactLocation": self.artifact(place),
            "region": match place.span {
                Some(span) => region(&self.report.sources.file(span.file), span),
                None => json!({ "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1 }),
            },
        })
    }

    fn artifact(&self, place: &Place) -> Value {
        json!({ "uri": encoded(&path_in_repository(self.report, &place.file)), "uriBaseId": "%SRCROOT%" })
    }

    /// GitHub follows an alert by the hash of its line; the other key survives edits of the line too.
    fn fingerprints(&mut self, entry: &Entry) -> Value {
        let mut keys = json!({ "tfcheckAddress/v1": entry.fingerprint() });
        if let Some(span) = entry.place.span {
            let secret = self.secret_in_hash(span.file, entry.place.line);
            let sources = &self.report.sources;
            let hashes = self.hashes.entry(span.file).or_insert_with(|| LineHashes::of(&sources.file(span.file).text));
            if let Some(hash) = hashes.line(entry.place.line).filter(|_| !secret) {
                keys["primaryLocationLineHash"] = json!(hash);
            }
        }
        keys
    }

    /// Whether a line's hash would be made of a secret, which could then be guessed. The uploading action adds the hash
    /// where it is missing: it has the file.
    fn secret_in_hash(&mut self, file: FileId, line: u32) -> bool {
        let start = self.report.sources.file(file).line_range(line).start;
        let end = start + line_hash::REACH;
        self.cover.ranges(file).iter().any(|secret| secret.start < end && start < secret.end)
    }

    fn fix(&self, entry: &Entry, edit: &Edit) -> Value {
        let file = self.report.sources.file(edit.span.file);
        json!({
            "description": { "text": entry.fix().map(fix_sentence).unwrap_or_default() },
            "artifactChanges": [{
                "artifactLocation": self.artifact(&entry.place),
                "replacements": [{
                    "deletedRegion": region(&file, edit.span),
                    "insertedContent": { "text": edit.text },
                }],
            }],
        })
    }

    /// What could not be looked at. GitHub shows none of it, other readers do.
    fn notifications(&self, left_out: usize) -> Vec<Value> {
        let mut notifications = Vec::new();
        for entry in &self.report.entries {
            let Subject::Problem(problem) = &entry.subject else { continue };
            if !problem.kind.is_about_silence() {
                notifications.push(json!({
                    "level": level(entry.severity()),
                    "descriptor": { "id": entry.rule() },
                    "message": { "text": entry.message() },
                    "locations": [self.primary(entry)],
                }));
            }
        }
        for call in &self.report.not_analysed {
            let text = format!("not analysed, since not on disk: {} ({})", call.address, call.source);
            notifications.push(json!({
                "level": "warning",
                "message": { "text": text },
                "locations": [{ "physicalLocation": self.physical(&call.place) }],
            }));
        }
        if left_out > 0 {
            let text =
                format!("{left_out} results of lesser severity are left out: there are more than {MOST_RESULTS}");
            notifications.push(json!({ "level": "warning", "message": { "text": text } }));
        }
        notifications
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

/// The first sentence becomes the alert's title. Steps of the trail are links to the related locations.
fn message(entry: &Entry, notes: &[&Note]) -> String {
    let mut text = entry.message_with_address();
    if !entry.label().is_empty() {
        text += &format!(". Here: {}", entry.label());
    }
    for (i, note) in notes.iter().enumerate() {
        let words = note.text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
        text += &format!("; [{words}]({})", i + 1);
    }
    text += ".";
    if let Some(fix) = entry.fix().map(fix_sentence).filter(|f| !f.is_empty()) {
        text += &format!("\nFix: {fix}.");
    }
    text
}

/// Lines and columns from 1, columns in UTF-16 units, the end behind the last one.
fn region(file: &SourceFile, span: Span) -> Value {
    let (start, end) = (file.line_column_utf16(span.start), file.line_column_utf16(span.end));
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// A path as a relative URI.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte.into()),
            // Writing to a string does not fail.
            byte => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(encoded("a b/ü#1.tf"), "a%20b/%C3%BC%231.tf");
    }
}
