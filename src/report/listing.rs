//! The list of all rules, for people, for scripts and for documentation.

use std::collections::{BTreeMap, BTreeSet};

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

/// The checks of other tools, sorted, each with the rules that name it as a peer.
fn peers(rules: &[RuleInfo]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut peers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for rule in rules {
        for peer in &rule.peers {
            peers.entry(peer).or_default().insert(&*rule.id);
        }
    }
    peers
}

/// One check of another tool a line, with the rules that cover it.
pub fn peers_table(rules: &[RuleInfo]) -> String {
    let peers = peers(rules);
    let width = peers.keys().map(|p| p.width()).max().unwrap_or(0);
    let line = |(peer, rules): (&&str, &BTreeSet<&str>)| {
        let rules = rules.iter().copied().collect::<Vec<_>>().join(", ");
        harmless::line(&format!("{peer:width$}  {rules}")).into_owned() + "\n"
    };
    peers.iter().map(line).collect()
}

/// The checks of other tools for the documentation.
pub fn peers_markdown(rules: &[RuleInfo]) -> String {
    let mut out = String::from("| Check | Rules |\n|---|---|\n");
    for (peer, rules) in peers(rules) {
        let rules = rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
        out += &format!("| `{}` | {rules} |\n", harmless::line(peer).replace('|', "\\|"));
    }
    out
}

/// The checks of other tools as one object.
pub fn peers_json(rules: &[RuleInfo]) -> String {
    json_text(&json!(peers(rules)))
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
