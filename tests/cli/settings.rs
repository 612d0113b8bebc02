//! `.tfcheck.hcl`: found, read, obeyed, and refused where it is wrong.

use insta::assert_snapshot;

use super::run::Case;
use super::silence::{MODULE, RULES, case, reported};

const DB: &str = "resource \"aws_db_instance\" \"a\" {}\n";

#[track_caller]
fn check(settings: &str, arguments: &[&str], expected: &[&str], silenced: u64) {
    let case = case(&[("infra/main.tf", DB), (".tfcheck.hcl", settings)]);
    let (found, suppressed) = reported(&case, arguments);
    assert_eq!((found.as_slice(), suppressed), (&to_strings(expected)[..], silenced), "{settings}");
}

fn to_strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|t| (*t).to_owned()).collect()
}

const BOTH: [&str; 2] = ["main.tf:1 own-multi-az", "main.tf:1 own-window"];

#[test]
fn rules_are_silenced_by_file_address_and_day() {
    let ignore = |rule: &str, inside: &str| format!("ignore \"{rule}\" {{\n  {inside}\n  reason = \"why\"\n}}\n");
    check("", &[], &BOTH, 0);
    check(&ignore("own-*", ""), &[], &[], 2);
    check(&ignore("own-multi-az", ""), &[], &BOTH[1..], 1);
    check(&ignore("availability", ""), &[], &BOTH[1..], 1);
    check(&ignore("own", ""), &[], &[], 2);
    check(&ignore("own-*", "paths = [\"infra/**\"]"), &[], &[], 2);
    check(&ignore("own-*", "paths = [\"main.tf\"]"), &[], &[], 2);
    check(&ignore("own-*", "paths = [\"other/**\"]"), &[], &BOTH, 0);
    check(&ignore("own-*", "addresses = [\"aws_db_instance.*\"]"), &[], &[], 2);
    check(&ignore("own-*", "addresses = [\"aws_db_instance.b\"]"), &[], &BOTH, 0);
    check(&ignore("own-*", "environments = [\"dev\"]"), &[], &BOTH, 0);
    check(&ignore("own-*", "until = \"9999-12-31\""), &[], &[], 2);
    let expired = [".tfcheck.hcl:2 expired-ignore", BOTH[0], BOTH[1]];
    check(&ignore("own-*", "until = \"2020-01-31\""), &[], &expired, 0);
}

#[test]
fn modules_are_silenced_by_the_folder_of_their_caller() {
    let settings = "ignore \"own-multi-az\" {\n  paths = [\"infra/sandbox/**\"]\n}\n";
    let call = "terraform {\n  backend \"s3\" {}\n}\nmodule \"a\" {\n  source = \"../../modules/db\"\n}\n";
    let case = case(&[
        ("modules/db/main.tf", MODULE),
        ("infra/sandbox/main.tf", call),
        ("infra/live/main.tf", call),
        (".tfcheck.hcl", settings),
    ]);
    assert_eq!(reported(&case, &[]), (vec!["modules/db/main.tf:6 own-multi-az".to_owned()], 1));
}

#[test]
fn rules_are_chosen_graded_and_tuned() {
    check("select = [\"own-window\"]\n", &["--select", "own-*"], &BOTH, 0);
    let select = |settings: &str, arguments: &[&str]| {
        let case = case(&[("infra/main.tf", DB), (".tfcheck.hcl", settings)]);
        let ran = case.run(&[&["infra", "--rules", "rules", "--format", "compact"], arguments].concat());
        ran.out.lines().filter_map(|l| l.split(' ').find(|w| w.contains("own-")).map(str::to_owned)).collect::<Vec<_>>()
    };
    let both = ["error[own-multi-az]:", "warning[own-window]:"];
    let only = |settings: &str| select(&format!("select = [\"own-*\"]\n{settings}"), &[]);
    assert_eq!(only(""), both);
    assert_eq!(only("ignore = [\"operability\"]\n"), both[..1]);
    assert_eq!(only("rule \"own-window\" {\n  enabled = false\n}\n"), both[..1]);
    assert_eq!(only("ignore = [\"own\"]\nrule \"own-multi-az\" {\n  enabled = true\n}\n"), both[..1]);
    assert_eq!(only("severity = { own-window = \"error\" }\n"), [both[0], "error[own-window]:"]);
    assert_eq!(only("rule \"own-window\" {\n  severity = \"error\"\n}\n"), [both[0], "error[own-window]:"]);
    assert_eq!(only("min_severity = \"error\"\n"), both[..1]);
    assert_eq!(select("select = [\"own-*\"]\n", &["--ignore", "own-window"]), both[..1]);
}

#[test]
fn thresholds_reach_their_rules() {
    let rule = RULES.replace(
        "require         = self.maintenance_window != null",
        "require = setting.size > 3\n  setting \"size\" {\n    default     = 1\n    description = \"x\"\n  }",
    );
    let run = |settings: &str| {
        let case = Case::new(&[("main.tf", DB), ("rules/own.hcl", &rule), (".tfcheck.hcl", settings)]);
        case.run(&["--rules", "rules", "--select", "own-window"]).status
    };
    assert_eq!(run(""), 1);
    assert_eq!(run("rule \"own-window\" {\n  size = 4\n}\n"), 0);
    assert_eq!(run("rule \"own-window\" {\n  size = 2 + 2\n}\n"), 0);
    assert_eq!(run("rule \"own-window\" {\n  sise = 4\n}\n"), 2);
    assert_eq!(run("rule \"own-window\" {\n  size = \"4\"\n}\n"), 2);
    assert_eq!(run("rule \"own-window\" {\n  size = var.x\n}\n"), 2);
}

#[test]
fn what_makes_a_run_fail() {
    let status = |settings: &str, arguments: &[&str]| {
        let case = case(&[("infra/main.tf", DB), (".tfcheck.hcl", settings)]);
        case.run(&[&["infra", "--rules", "rules", "--select", "own-window"], arguments].concat()).status
    };
    assert_eq!(status("", &[]), 1);
    assert_eq!(status("fail_on = \"error\"\n", &[]), 0);
    assert_eq!(status("fail_on = \"never\"\n", &[]), 0);
    assert_eq!(status("fail_on = \"error\"\n", &["--fail-on", "warning"]), 1);
}

#[test]
fn settings_are_found_upwards_or_named() {
    let settings = "rules = [\"./more\"]\nselect = [\"own-*\"]\n";
    let files = [("a/b/main.tf", DB), ("more/own.hcl", RULES), (".tfcheck.hcl", settings)];
    let status = |case: &Case, arguments: &[&str]| case.run(arguments).status;
    assert_eq!(status(&Case::new(&files), &["a/b"]), 1);
    assert_eq!(status(&Case::new(&files), &["a/b/main.tf"]), 1);
    let case = Case::new(&files);
    case.file("a/.tfcheck.hcl", b"fail_on = \"never\"\nrules = [\"../more\"]\nselect = [\"own-*\"]\n");
    assert_eq!(status(&case, &["a/b"]), 0);
    assert_eq!(status(&case, &["a/b", "--config", ".tfcheck.hcl"]), 1);
    case.file("c/main.tf", DB.as_bytes());
    assert_snapshot!(case.run(&["a", "c"]));
    let repository = Case::new(&files);
    repository.file("a/.git/HEAD", b"");
    assert_eq!(
        repository.run(&["settings", "a/b"]).out.lines().next().unwrap_or_default().find(".tfcheck.hcl here"),
        Some(5)
    );
}

#[test]
fn every_mistake_is_told() {
    let settings = r#"fail_on      = "warnings"
min_severty  = "error"
min_severity = error
select       = "db"
severity     = { own-multi-az = "fatal", own-multi-az = "error" }
rule         = "x"

ignore "own-windo" {
  paths = [1, "a"]
  until = "31.01.2027"
  path  = []
}

ignore {
}

environment "prod" {
  var_file   = []
  production = "yes"
}

environment "prod" {
}

enviroment "dev" {
}

baseline {
}
"#;
    assert_snapshot!(case(&[("infra/main.tf", DB), (".tfcheck.hcl", settings)]).run(&["infra", "--rules", "rules"]));
}

#[test]
fn names_that_no_rule_has() {
    let settings = r#"select   = ["own-widow"]
severity = { own-multiaz = "error" }

ignore "availabilty" {
  paths = ["a[b"]
}

rule "own-multi-az" {
  size = 3
}

ignore "own-*" {
  environments = ["prd"]
}
"#;
    let ran = case(&[("infra/main.tf", DB), (".tfcheck.hcl", settings)]).run(&["infra", "--rules", "rules"]);
    assert_snapshot!(ran);
    let environments = format!("{settings}environment \"prod\" {{\n}}\n");
    let ran = case(&[("infra/main.tf", DB), (".tfcheck.hcl", &environments)]).run(&["infra", "--rules", "rules"]);
    assert!(ran.err.contains("there is no environment `prd`"), "{ran}");
}

#[test]
fn settings_are_shown_with_their_origins() {
    let settings = "fail_on = \"error\"\nselect  = [\n  \"own-*\",\n]\nrules   = [\"rules\"]\n\nrule \"own-window\" {\n  enabled = false\n}\n";
    let case = case(&[("infra/main.tf", DB), (".tfcheck.hcl", settings)]);
    let ran = case.run(&["settings", "infra"]).to_string();
    assert_snapshot!(ran.lines().filter(|l| !l.contains("rules run")).collect::<Vec<_>>().join("\n"));
    assert_eq!(case.run(&["settings", "nowhere"]).status, 2);
}

/// The first block of HCL on a page of the documentation.
fn example(page: &str) -> String {
    let text = std::fs::read_to_string(page).expect("the page is there");
    let (_, rest) = text.split_once("```hcl\n").expect("the page has an example");
    rest.split_once("```").expect("the example ends").0.to_owned()
}

#[test]
fn the_documented_settings_are_right() {
    let case = Case::new(&[("main.tf", DB), (".tfcheck.hcl", &example("docs/settings.md"))]);
    let ran = case.run(&["settings"]);
    assert_eq!(ran.status, 0, "{ran}");
}

#[test]
fn the_documented_comments_silence() {
    let case = Case::new(&[("main.tf", &example("docs/silencing.md"))]);
    case.file("backend.tf", b"terraform {\n  backend \"s3\" {}\n}\n");
    let ran = case.run(&["--select", "rds-multi-az,rds-storage-autoscaling", "--format", "json", "--show-suppressed"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("the report is JSON");
    let findings = report["findings"].as_array().expect("findings are a list");
    let of = |f: &serde_json::Value| {
        (f["rule"].as_str().unwrap_or_default().to_owned(), f["line"].as_u64().unwrap_or_default())
    };
    let loud: Vec<_> = findings.iter().filter(|f| f["suppressed"].is_null()).map(of).collect();
    assert_eq!(
        loud.iter().filter(|(rule, _)| rule.contains("ignore") || rule == "rds-multi-az").count(),
        0,
        "{loud:?}"
    );
    assert!(findings.iter().filter(|f| !f["suppressed"].is_null()).count() >= 3, "{ran}");
}

#[test]
fn every_mistake_is_told_at_once() {
    let settings = "fail_onn = \"error\"\nseverity = { own-multiaz = \"warning\" }\nrule \"own-windw\" {\n  x = 1\n}\n\
                    ignore \"availabilty\" {\n  path = [\"x\"]\n}\n";
    let case = case(&[("infra/main.tf", DB), (".tfcheck.hcl", settings)]);
    let ran = case.run(&["infra", "--rules", "rules"]);
    assert_eq!(ran.status, 2, "{ran}");
    for near in ["fail_on", "own-multi-az", "own-window", "availability", "paths"] {
        assert!(ran.err.contains(&format!("did you mean `{near}`?")), "{near}: {ran}");
    }
}
