//! All rules over all fixtures: a rule that fires on a neighbour's fixture shows up in the table when it is reviewed.
//! `TFCHECK_BLESS=1` rewrites the table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use tfcheck::rules::{Catalog, RuleOptions};

#[allow(dead_code, reason = "each test uses a part of it")]
#[path = "support/fixtures.rs"]
mod support;

const TABLE: &str = "tests/snapshots/crosstalk.txt";

#[test]
fn the_table_of_rules_and_fixtures_is_up_to_date() {
    let (cases, _) = support::cases(Path::new("fixtures"));
    let fixtures = support::Fixtures::read(cases);
    let catalog = Catalog::embedded(fixtures.sources());
    let all = catalog.select(&RuleOptions::default()).expect("no names, no mistakes");
    let mut table = String::new();
    for run in fixtures.run(&catalog, |_| all.clone()) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        run.outcome.findings.iter().for_each(|f| *counts.entry(&f.about.rule).or_default() += 1);
        let support::Case { service, rule, name, .. } = &run.case;
        let _ = writeln!(table, "{service}/{rule}/{name}");
        for (rule, count) in counts {
            let _ = writeln!(table, "  {count:>3} {rule}");
        }
    }
    if std::env::var_os("TFCHECK_BLESS").is_some() {
        std::fs::create_dir_all("tests/snapshots").expect("a folder for the table");
        std::fs::write(TABLE, table).expect("a place for the table");
        return;
    }
    let kept = std::fs::read_to_string(TABLE).unwrap_or_default();
    let differ = kept.lines().zip(table.lines()).position(|(a, b)| a != b);
    let line = differ.unwrap_or(kept.lines().count().min(table.lines().count()));
    assert!(kept == table, "{TABLE} differs from line {}: TFCHECK_BLESS=1 rewrites it", line + 1);
}
