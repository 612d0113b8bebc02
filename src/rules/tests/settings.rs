//! Selecting rules, overriding severities and thresholds.

use std::collections::BTreeMap;

use super::{rule, run};
use crate::rules::{Catalog, RuleOptions, Severity};
use crate::source::SourceMap;

fn rules() -> String {
    let threshold = "  setting \"least\" {\n    default = 2\n    description = \"at least\"\n  }\n";
    rule(&format!("{threshold}  require = self.allocated_storage >= setting.least"))
        + &rule("  require = false").replace("\"r\"", "\"other-rule\"").replace("availability", "cost")
}

#[track_caller]
fn check(options: &RuleOptions, expected: &[(&str, Severity)]) {
    let configuration = "resource \"aws_db_instance\" \"a\" {\n  allocated_storage = 5\n}\n";
    run(&rules(), configuration, options, |outcome, _| {
        let found: Vec<_> = outcome.findings.iter().map(|f| (&*f.about.rule, f.severity)).collect();
        assert_eq!(found, expected);
    });
}

fn selecting(select: &[&str], ignore: &[&str]) -> RuleOptions {
    let texts = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
    RuleOptions { select: texts(select), ignore: texts(ignore), ..RuleOptions::default() }
}

fn least(n: i64) -> RuleOptions {
    let settings = BTreeMap::from([("r".to_owned(), BTreeMap::from([("least".to_owned(), n.into())]))]);
    RuleOptions { settings, ..RuleOptions::default() }
}

#[test]
fn rules_are_selected_by_id_category_service_and_glob() {
    let other = [("other-rule", Severity::Error)];
    check(&RuleOptions::default(), &other);
    for select in ["other-rule", "cost", "test", "other-*", "*"] {
        check(&selecting(&[select], &[]), &other);
        check(&selecting(&[], &[select]), &[]);
    }
    check(&selecting(&["availability"], &[]), &[]);
}

#[test]
fn severities_and_thresholds_are_overridden() {
    let severities = BTreeMap::from([("other-rule".to_owned(), Severity::Advice)]);
    check(&RuleOptions { severities, ..RuleOptions::default() }, &[("other-rule", Severity::Advice)]);
    check(&least(6), &[("other-rule", Severity::Error), ("r", Severity::Error)]);
}

#[test]
fn names_that_do_not_exist_are_errors() {
    let sources = SourceMap::new();
    let file = sources.add("test.hcl".as_ref(), "test.hcl", rules());
    let catalog = Catalog::of_files(&sources, &[file]).unwrap();
    let check = |options: RuleOptions, expected: &[(&str, Option<&str>)]| {
        let errors = catalog.select(&options).unwrap_err();
        let found: Vec<_> = errors.iter().map(|e| (e.to_string(), e.suggestion.as_deref())).collect();
        let expected: Vec<_> = expected.iter().map(|(text, near)| ((*text).to_owned(), *near)).collect();
        assert_eq!(found, expected);
    };
    check(
        selecting(&["othr-rule"], &["csot"]),
        &[
            ("`othr-rule` is no rule, category or service", Some("other-rule")),
            ("`csot` is no rule, category or service", Some("cost")),
        ],
    );
    let settings = |rule: &str, name: &str, value: crate::eval::Value| {
        let settings = BTreeMap::from([(rule.to_owned(), BTreeMap::from([(name.to_owned(), value)]))]);
        RuleOptions { settings, ..RuleOptions::default() }
    };
    check(settings("r", "leest", 1.into()), &[("rule `r` has no setting `leest`", Some("least"))]);
    check(settings("r", "least", "1".into()), &[("setting `least` of rule `r` is a number, not a string", None)]);
    check(settings("rr", "least", 1.into()), &[("there is no rule `rr`", Some("r"))]);
}
