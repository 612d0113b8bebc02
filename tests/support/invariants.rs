//! What holds for every embedded rule: shared by the tests and by the example that rule authors use.

use std::path::Path;

use tfcheck::rules::RuleInfo;

use super::fixtures::{Case, Verdict};

/// The longest title, in characters.
const TITLE: usize = 110;

/// What is missing or badly said in a rule.
pub fn complaints(info: &RuleInfo) -> Vec<String> {
    let mut complaints = Vec::new();
    let title = &info.title;
    if title.ends_with('.') || title.contains('\n') || title.chars().count() > TITLE {
        complaints.push(format!("the title is one sentence of at most {TITLE} characters without a full stop"));
    }
    if title.starts_with(char::is_lowercase) && !title.starts_with("aws") {
        complaints.push("the title begins with a capital".into());
    }
    let fix = info.fix.as_ref();
    let written = fix.is_some_and(|fix| !fix.set.is_empty() || fix.text.is_some() || fix.note.is_some());
    let https = |url: &tfcheck::source::Text| url.starts_with("https://") && !url.contains(char::is_whitespace);
    let missing = [
        ("why", info.why.is_empty()),
        ("scenario", info.scenario.is_empty()),
        ("fix", !written),
        ("https link among its sources", info.sources.is_empty() || !info.sources.iter().all(https)),
    ];
    complaints
        .extend(missing.iter().filter(|(_, missing)| *missing).map(|(name, _)| format!("the rule has no {name}")));
    let bare = info.settings.iter().filter(|s| s.description.is_empty());
    complaints.extend(bare.map(|s| format!("setting `{}` has no description", s.name)));
    complaints
}

/// The fixtures that a rule lacks.
pub fn missing_fixtures(info: &RuleInfo, cases: &[Case]) -> Vec<String> {
    let has = |verdict| {
        let of_rule = |c: &&Case| c.rule == *info.id && c.service == *info.service;
        cases.iter().filter(of_rule).any(|c| c.verdict == verdict)
    };
    let words = [("fail", Verdict::Fail), ("pass", Verdict::Pass)];
    let missing = words.into_iter().filter(|(_, verdict)| !has(*verdict));
    missing.map(|(word, _)| format!("no fixtures/{}/{}/{word}*", info.service, info.id)).collect()
}

/// Rules of a file that are out of order; they come in the order of the text.
pub fn order(path: &Path, rules: &[&RuleInfo]) -> Vec<String> {
    let complaint = |pair: &[&RuleInfo]| {
        format!("{}: rules are sorted by id: {} stands before {}", path.display(), pair[0].id, pair[1].id)
    };
    rules.windows(2).filter(|pair| pair[0].id >= pair[1].id).map(complaint).collect()
}
