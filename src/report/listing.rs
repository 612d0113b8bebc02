//! The list of all rules, for people, for scripts and for documentation.

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::formats::{fix_json, json_text};
use super::{harmless, words};
use crate::rules::RuleInfo;

/// One rule a line: id, severity, category, title.
pub fn table(rules: &[RuleInfo]) -> String {
    let width = rules.iter().map(|r| r.id.width()).max().unwrap_or(0);
    let line = |r: &RuleInfo| {
        let (severity, category) = (words::severity(r.severity), words::category(r.category));
        harmless::line(&format!("{:width$}  {severity:7}  {category:12}  {}", r.id, r.title)).into_owned() + "\n"
    };
    rules.iter().map(line).collect()
}

/// A table for the documentation.
pub fn markdown(rules: &[RuleInfo]) -> String {
    let mut out = String::from("| Rule | Severity | Category | What it finds |\n|---|---|---|---|\n");
    for rule in rules {
        let title = harmless::line(&rule.title).replace('|', "\\|");
        let (severity, category) = (words::severity(rule.severity), words::category(rule.category));
        out += &format!("| `{}` | {severity} | {category} | {title} |\n", rule.id);
    }
    out
}

/// Everything about every rule.
pub fn json(rules: &[RuleInfo]) -> String {
    json_text(&Value::Array(rules.iter().map(rule).collect()))
}

fn rule(rule: &RuleInfo) -> Value {
    let setting =
        |s: &crate::rules::RuleSetting| json!({ "name": s.name, "default": s.default, "description": s.description });
    json!({
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "category": rule.category,
        "scenario": rule.scenario,
        "service": rule.service,
        "subjects": rule.subjects,
        "default": rule.default,
        "why": rule.why,
        "fix": rule.fix.as_ref().map(fix_json),
        "exceptions": rule.exceptions,
        "sources": rule.sources,
        "peers": rule.peers,
        "settings": rule.settings.iter().map(setting).collect::<Vec<_>>(),
        "supersedes": rule.supersedes,
    })
}
