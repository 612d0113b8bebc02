//! Every rule reports on its fixtures what they say, and nothing else. `TFCHECK_RULE=id` picks one rule.

use std::path::Path;

use tfcheck::rules::{Catalog, RuleOptions, Selection};

#[allow(dead_code, reason = "each test uses a part of it")]
#[path = "support/fixtures.rs"]
mod support;

use support::{Case, Fixtures};

#[test]
fn rules_report_what_their_fixtures_say() {
    let (mut cases, strays) = support::cases(Path::new("fixtures"));
    assert_eq!(strays, Vec::<std::path::PathBuf>::new(), "names of fixtures begin with `fail`, `pass` or `unknown`");
    if let Ok(rule) = std::env::var("TFCHECK_RULE") {
        cases.retain(|case| case.rule == rule);
        assert!(!cases.is_empty(), "there are no fixtures for {rule}");
    }
    let fixtures = Fixtures::read(cases);
    let catalog = Catalog::embedded(fixtures.sources());
    let runs = fixtures.run(&catalog, |case| selected(&catalog, case));
    let faults: Vec<String> = runs.iter().flat_map(|run| fixtures.faults(run)).map(|f| f.to_string()).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The fixture's own rule and those that its marks name.
fn selected(catalog: &Catalog<'_>, case: &Case) -> Selection {
    let marked = support::expectations(case).into_iter().map(|(rule, ..)| rule);
    let select = marked.chain([case.rule.clone()]).collect();
    let options = RuleOptions { select, ..RuleOptions::default() };
    catalog.select(&options).unwrap_or_else(|errors| panic!("{}: {}", case.path.display(), errors[0]))
}
