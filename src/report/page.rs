//! A rule's page: what there is to know of it, for documentation and for services that show it beside a finding.

use super::{faults, hcl, words};
use crate::rules::{Fix, RuleInfo};

/// The page as Markdown, without a heading of its own.
pub fn markdown(rule: &RuleInfo) -> String {
    let mut parts =
        vec![format!("**{}** ({}, {}).", rule.title, words::severity(rule.severity), words::category(rule.category))];
    if let Some(default) = &rule.default {
        parts.push(format!("Where nobody says anything: {default}."));
    }
    parts.push(rule.why.to_string());
    parts.extend(rule.fix.as_ref().map(fix));
    parts.push(list("It stays silent for", rule.exceptions.iter().map(|e| e.to_string())));
    parts.push(list(
        "Settings",
        rule.settings.iter().map(|s| format!("`{}`, by default `{}`: {}", s.name, s.default, s.description)),
    ));
    parts.push(list("Documented in", rule.sources.iter().map(|s| format!("<{s}>"))));
    if !rule.peers.is_empty() {
        parts.push(format!("Comparable checks elsewhere: {}.", rule.peers.join(", ")));
    }
    if !faults::is_fault(rule) {
        parts.push(format!("Silence it with `# tfcheck:ignore[{}] reason`.", rule.id));
    }
    parts.retain(|p| !p.is_empty());
    parts.join("\n\n")
}

fn fix(fix: &Fix) -> String {
    let code = hcl::fix_lines(fix).join("\n");
    let effect = words::effect(fix);
    let code = if code.is_empty() { code } else { format!("Write:\n\n```hcl\n{code}\n```") };
    let effect = if effect.is_empty() { effect } else { format!("Effect: {effect}.") };
    [code, effect].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn list(heading: &str, items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.map(|i| format!("- {i}")).collect();
    if items.is_empty() { String::new() } else { format!("{heading}:\n\n{}", items.join("\n")) }
}
