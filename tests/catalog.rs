//! What holds for every embedded rule.

use std::collections::BTreeSet;
use std::path::Path;

use tfcheck::rules::{Catalog, RuleInfo, Word, embedded_files, lint, scan};
use tfcheck::source::{Problem, SourceMap};

#[allow(dead_code, reason = "each test uses a part of it")]
#[path = "support/fixtures.rs"]
mod support;

#[track_caller]
fn check(complain: impl Fn(&RuleInfo) -> Option<String>) {
    let sources = SourceMap::new();
    let infos = Catalog::embedded(&sources).infos();
    let complaints: Vec<String> =
        infos.iter().filter_map(|info| Some(format!("{}: {}", info.id, complain(info)?))).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn rule_files_have_no_mistakes() {
    let sources = SourceMap::new();
    let catalog = Catalog::embedded(&sources);
    let problems: Vec<String> = catalog.verify().iter().map(|p| shown(&sources, p)).collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn rules_name_what_the_provider_has() {
    let sources = SourceMap::new();
    let catalog = Catalog::embedded(&sources);
    let problems: Vec<String> = lint(&catalog).iter().map(|p| shown(&sources, p)).collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

fn shown(sources: &SourceMap, problem: &Problem) -> String {
    let label = problem.label.as_ref().expect("mistakes in rules have a place");
    let file = sources.file(label.span.file);
    let help = problem.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    format!("{}:{}: {}{help}", file.name, file.line_column(label.span.start).line, problem.message)
}

/// The build script reads outlines without the parser.
#[test]
fn outlines_say_what_the_parser_says() {
    let sources = SourceMap::new();
    let catalog = Catalog::embedded(&sources);
    for file in embedded_files() {
        let outline = scan::outline(file.text);
        let ids: Vec<_> = file.rules.iter().map(|rule| rule.id).collect();
        assert_eq!(ids, outline.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>());
        for embedded in file.rules {
            let rule = catalog.rule(embedded.id).unwrap_or_else(|| panic!("{} is not in the catalog", embedded.id));
            let subjects: Vec<_> = embedded.subjects.iter().map(|(_, pattern)| *pattern).collect();
            assert_eq!(subjects, rule.info.subjects.iter().map(|s| &**s).collect::<Vec<_>>(), "{}", embedded.id);
            assert_eq!(embedded.category, rule.info.category.word(), "{}", embedded.id);
        }
    }
    let outlined: usize = embedded_files().iter().map(|file| file.rules.len()).sum();
    assert_eq!(outlined, catalog.rules().len());
    let functions: BTreeSet<_> = embedded_files().iter().flat_map(|file| file.functions.iter().copied()).collect();
    let declared = catalog.declared_functions();
    assert_eq!(functions, declared.iter().map(|f| &*f.name.text).collect());
}

#[test]
fn rules_are_sorted_by_id_and_have_one_id_each() {
    let mut seen = BTreeSet::new();
    for file in embedded_files() {
        for rule in file.rules {
            assert!(seen.insert(rule.id), "there are two rules {}", rule.id);
        }
        let ids: Vec<_> = file.rules.iter().map(|rule| rule.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        assert_eq!(ids, sorted, "{}", file.path);
    }
}

#[test]
fn no_two_rules_supersede_each_other() {
    let sources = SourceMap::new();
    let infos = Catalog::embedded(&sources).infos();
    for info in &infos {
        for other in infos.iter().filter(|other| info.supersedes.contains(&other.id)) {
            assert!(!other.supersedes.contains(&info.id), "{} and {}", info.id, other.id);
        }
    }
}

#[test]
fn titles_are_sentences_without_a_full_stop() {
    check(|info| {
        let bad = info.title.ends_with('.') || info.title.contains('\n') || info.title.chars().count() > 110;
        let lower = info.title.starts_with(char::is_lowercase) && !info.title.starts_with("aws");
        (bad || lower).then(|| format!("title {:?}", info.title))
    });
}

#[test]
fn every_rule_says_why_how_to_repair_it_and_where_that_is_documented() {
    check(|info| {
        let fix = info.fix.as_ref();
        let written = fix.is_some_and(|fix| !fix.set.is_empty() || fix.text.is_some() || fix.note.is_some());
        let https = |url: &std::sync::Arc<str>| url.starts_with("https://") && !url.contains(char::is_whitespace);
        let missing = [
            ("why", info.why.is_empty()),
            ("scenario", info.scenario.is_empty()),
            ("fix", !written),
            ("sources", info.sources.is_empty() || !info.sources.iter().all(https)),
        ];
        let missing: Vec<_> = missing.iter().filter(|(_, missing)| *missing).map(|(name, _)| *name).collect();
        (!missing.is_empty()).then(|| format!("no {}", missing.join(", ")))
    });
}

#[test]
fn settings_are_described() {
    check(|info| {
        let bare = info.settings.iter().find(|s| s.description.is_empty())?;
        Some(format!("setting `{}` has no description", bare.name))
    });
}

#[test]
fn every_rule_has_both_fixtures_and_every_fixture_a_rule() {
    let (cases, _) = support::cases(Path::new("fixtures"));
    check(|info| {
        let has =
            |verdict| cases.iter().any(|c| c.rule == *info.id && c.service == *info.service && c.verdict == verdict);
        let missing = [("fail", has(support::Verdict::Fail)), ("pass", has(support::Verdict::Pass))];
        let missing: Vec<_> = missing.iter().filter(|(_, there)| !there).map(|(name, _)| *name).collect();
        (!missing.is_empty()).then(|| format!("no {} in fixtures/{}/{}", missing.join(", "), info.service, info.id))
    });
    let sources = SourceMap::new();
    let catalog = Catalog::embedded(&sources);
    for case in &cases {
        assert!(catalog.ids().any(|id| id == case.rule), "{}: there is no such rule", case.path.display());
    }
}
