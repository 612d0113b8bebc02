//! What holds for every embedded rule.

use std::collections::BTreeSet;
use std::path::Path;

use tfcheck::rules::{Catalog, RuleInfo, embedded_files, lint};
use tfcheck::source::{Problem, SourceMap};

#[allow(dead_code, reason = "each test uses a part of it")]
#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "support/invariants.rs"]
mod invariants;

#[track_caller]
fn check(complain: impl Fn(&RuleInfo) -> Vec<String>) {
    let sources = SourceMap::new();
    let infos = Catalog::embedded(&sources).infos();
    let of_rule = |info: &RuleInfo| complain(info).into_iter().map(|c| format!("{}: {c}", info.id)).collect::<Vec<_>>();
    let complaints: Vec<String> = infos.iter().flat_map(of_rule).collect();
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

#[test]
fn rules_are_sorted() {
    let sources = SourceMap::new();
    let catalog = Catalog::embedded(&sources);
    let mut complaints = Vec::new();
    for file in embedded_files() {
        let rules: Vec<_> = file.rules.iter().filter_map(|rule| catalog.rule(rule.id)).collect();
        let infos: Vec<&RuleInfo> = rules.iter().map(|rule| &rule.info).collect();
        complaints.extend(invariants::order(Path::new(file.path), &infos));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn ids_and_functions_are_declared_once() {
    let (mut rules, mut functions) = (BTreeSet::new(), BTreeSet::new());
    for file in embedded_files() {
        file.rules.iter().for_each(|rule| assert!(rules.insert(rule.id), "there are two rules {}", rule.id));
        file.functions.iter().for_each(|f| assert!(functions.insert(f.name), "there are two functions {}", f.name));
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
fn every_rule_says_what_readers_need() {
    check(invariants::complaints);
}

#[test]
fn every_rule_has_both_fixtures_and_every_fixture_a_rule() {
    let (cases, _) = fixtures::cases(Path::new("fixtures"));
    check(|info| invariants::missing_fixtures(info, &cases));
    let sources = SourceMap::new();
    let catalog = Catalog::embedded(&sources);
    for case in &cases {
        assert!(catalog.ids().any(|id| id == case.rule), "{}: there is no such rule", case.path.display());
    }
}
