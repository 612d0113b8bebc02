use insta::assert_snapshot;

use super::run::Case;

#[test]
fn a_page() {
    assert_snapshot!(Case::new(&[]).run(&["explain", "syntax-error"]));
}

#[test]
fn a_mistyped_rule() {
    assert_snapshot!(Case::new(&[]).run(&["explain", "sintax-error"]));
}

#[test]
fn a_rule_like_no_other() {
    assert_snapshot!(Case::new(&[]).run(&["explain", "\u{1b}[2J"]));
}

#[test]
fn every_rule_of_the_list_has_a_page() {
    let case = Case::new(&[]);
    let list = case.run(&["rules", "--format", "json"]);
    let rules: serde_json::Value = serde_json::from_str(&list.out).expect("the list is JSON");
    let rules = rules.as_array().expect("the list is a list");
    assert!(!rules.is_empty());
    for rule in rules.iter().step_by(10) {
        let id = rule["id"].as_str().expect("a rule has an id");
        let page = case.run(&["explain", id]);
        assert_eq!(page.status, 0, "{page}");
        assert!(page.out.starts_with(id), "{page}");
    }
}
