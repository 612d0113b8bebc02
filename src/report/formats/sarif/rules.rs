//! SARIF's description of the rules.

use serde_json::{Value, json};

use super::super::fix_sentence;
use super::level;
use crate::report::{Report, faults, page, words};
use crate::rules::{Category, RuleInfo, Severity};

/// GitHub refuses longer texts.
const MOST_TEXT: usize = 1024;
/// GitHub keeps this many tags of a rule.
const MOST_TAGS: usize = 10;

/// The rules that ran, and the faults of the input that are reported like rules.
pub(super) fn all(report: &Report) -> Vec<RuleInfo> {
    report.rules.iter().cloned().chain(faults::rules()).collect()
}

/// A rule as GitHub wants it. It says nothing of any finding: GitHub shows it with all of them.
pub(super) fn descriptor(rule: &RuleInfo) -> Value {
    let mut properties = json!({
        "tags": tags(rule),
        "precision": "very-high",
        "problem.severity": match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "recommendation",
        },
    });
    // With a security severity GitHub makes it a security alert. It must be a string.
    if rule.category == Category::Security {
        properties["security-severity"] = json!(match rule.severity {
            Severity::Error => "8.0",
            Severity::Warning => "5.5",
            Severity::Advice => "2.0",
        });
    }
    let mut descriptor = json!({
        "id": rule.id,
        "name": name(&rule.id),
        "shortDescription": { "text": cut(&rule.title) },
        "fullDescription": { "text": cut(if rule.why.is_empty() { &rule.title } else { &rule.why }) },
        "help": { "text": plain(rule), "markdown": page::markdown(rule) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": properties,
    });
    // The standard wants no name that is just the id.
    if !rule.id.contains('-')
        && let Some(fields) = descriptor.as_object_mut()
    {
        fields.shift_remove("name");
    }
    if let Some(source) = rule.sources.first() {
        descriptor["helpUri"] = json!(source);
    }
    descriptor
}

fn tags(rule: &RuleInfo) -> Vec<&str> {
    let own = [words::category(rule.category), &rule.scenario, &rule.service, "terraform"];
    let mut tags: Vec<&str> = own.into_iter().filter(|t| !t.is_empty()).collect();
    tags.dedup();
    tags.truncate(MOST_TAGS);
    tags
}

/// `rds-multi-az` as `RdsMultiAz`, which the standard asks of a name.
fn name(id: &str) -> String {
    id.split('-').map(words::capitalised).collect()
}

fn plain(rule: &RuleInfo) -> String {
    let fix = rule.fix.as_ref().map(|f| format!("Fix: {}", fix_sentence(f)));
    let sources = rule.sources.iter().map(|s| format!("See: {s}"));
    let parts: Vec<String> = [rule.title.to_string(), rule.why.to_string()]
        .into_iter()
        .chain(fix)
        .chain(sources)
        .filter(|p| !p.is_empty())
        .collect();
    parts.join("\n")
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MOST_TEXT {
        return text.to_owned();
    }
    text.chars().take(MOST_TEXT - 1).chain(['…']).collect()
}
