//! What is accepted today, and what is new or fixed since.

use insta::assert_snapshot;
use serde_json::Value;

use super::run::{Case, Ran};
use super::silence::{MODULE, case};

const TWO: &str = r#"resource "aws_db_instance" "a" {
  multi_az = false
}

resource "aws_db_instance" "b" {
  multi_az           = false
  maintenance_window = "x"
}
"#;

fn run(case: &Case, arguments: &[&str]) -> Ran {
    let all = ["infra", "--rules", "rules", "--select", "own-*", "--color=never"];
    case.run(&[&all, arguments].concat())
}

/// A case whose findings are accepted.
fn accepted(main: &str) -> Case {
    let case = case(&[("infra/main.tf", main)]);
    let ran = run(&case, &["--write-baseline"]);
    assert_eq!(ran.status, 0, "{ran}");
    case
}

const BASELINE: [&str; 2] = ["--baseline", ".tfcheck-baseline.json"];

#[track_caller]
fn check(case: &Case, status: i32, fixed: &[&str]) {
    let ran = run(case, &[&BASELINE[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran}"));
    let line =
        |f: &Value| format!("{} {}", f["rule"].as_str().unwrap_or_default(), f["address"].as_str().unwrap_or_default());
    let found: Vec<String> = report["fixed"].as_array().expect("a list").iter().map(line).collect();
    assert_eq!((ran.status, found), (status, fixed.iter().map(|f| (*f).to_owned()).collect()), "{ran}");
}

#[test]
fn the_file_is_sorted_and_says_what_is_accepted() {
    let case = accepted(TWO);
    let first = case.read(".tfcheck-baseline.json");
    assert_snapshot!(first);
    run(&case, &["--write-baseline", "--baseline", "again.json", "--jobs", "1"]);
    assert_eq!(case.read("again.json"), first);
}

#[test]
fn what_is_accepted_passes_and_what_is_new_does_not() {
    let case = accepted(TWO);
    check(&case, 0, &[]);
    let new = format!("{TWO}\nresource \"aws_db_instance\" \"c\" {{\n  multi_az = true\n}}\n");
    case.file("infra/main.tf", new.as_bytes());
    check(&case, 1, &[]);
    let ran = run(&case, &[&BASELINE[..], &["--format", "compact"]].concat());
    assert_eq!(ran.out.lines().count(), 1, "{ran}");
}

#[test]
fn what_is_fixed_is_told() {
    let case = accepted(TWO);
    case.file("infra/main.tf", TWO.replacen("false", "true", 1).as_bytes());
    check(&case, 0, &["own-multi-az aws_db_instance.a"]);
    assert_snapshot!(run(&case, &BASELINE));
    run(&case, &["--write-baseline"]);
    check(&case, 0, &[]);
    assert!(!case.read(".tfcheck-baseline.json").contains("own-multi-az\",\n      \"address\": \"aws_db_instance.a"));
}

#[test]
fn what_the_run_did_not_look_at_is_neither_fixed_nor_forgotten() {
    let case = accepted(TWO);
    let before = case.read(".tfcheck-baseline.json");
    run(&case, &["--write-baseline", "--ignore", "own-window"]);
    assert_eq!(case.read(".tfcheck-baseline.json"), before);
    case.file("infra/main.tf", TWO.replace("= false", "= var.x").as_bytes());
    case.file("infra/x.tf", b"variable \"x\" {}\n");
    check(&case, 0, &[]);
    case.file("infra/main.tf", b"resource {");
    check(&case, 1, &[]);
}

#[test]
fn moved_lines_files_and_addresses_are_the_same_findings() {
    let case = accepted(TWO);
    case.file("infra/main.tf", format!("# a comment\n\n{TWO}").as_bytes());
    check(&case, 0, &[]);
    case.file("infra/main.tf", b"");
    case.file("infra/other.tf", TWO.as_bytes());
    check(&case, 0, &[]);
    case.file("infra/other.tf", TWO.replace("\"a\" {", "\"a\" {\n  count = 1").as_bytes());
    check(&case, 0, &[]);
    let renamed = TWO.replace("\"a\" {", "\"c\" {");
    case.file("infra/other.tf", renamed.as_bytes());
    check(&case, 1, &["own-multi-az aws_db_instance.a", "own-window aws_db_instance.a"]);
    let moved = |from: &str, to: &str| format!("moved {{\n  from = {from}\n  to   = {to}\n}}\n");
    let chain = moved("aws_db_instance.a", "aws_db_instance.x") + &moved("aws_db_instance.x", "aws_db_instance.c");
    case.file("infra/other.tf", format!("{renamed}{chain}").as_bytes());
    check(&case, 0, &[]);
}

#[test]
fn moves_between_modules() {
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"./db\"\n}}\n");
    let case = case(&[("infra/main.tf", &call("a")), ("infra/db/main.tf", MODULE)]);
    assert_eq!(run(&case, &["--write-baseline"]).status, 0);
    case.file("infra/main.tf", call("b").as_bytes());
    check(&case, 1, &["own-multi-az module.a.aws_db_instance.this"]);
    let moved = "moved {\n  from = module.a\n  to   = module.b\n}\n";
    case.file("infra/main.tf", format!("{}{moved}", call("b")).as_bytes());
    check(&case, 0, &[]);
    let inside = MODULE.replace("\"this\"", "\"that\"");
    let moved_inside = "moved {\n  from = aws_db_instance.this\n  to   = aws_db_instance.that\n}\n";
    case.file("infra/db/main.tf", format!("{inside}{moved_inside}").as_bytes());
    check(&case, 0, &[]);
}

#[test]
fn it_does_not_matter_where_a_run_starts() {
    let case = accepted(TWO);
    let mut command =
        case.command(&["--rules", "../rules", "--select", "own-*", "--baseline", "../.tfcheck-baseline.json"]);
    let output = command.current_dir(case.path().join("infra")).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    case.file(".tfcheck.hcl", b"baseline = \".tfcheck-baseline.json\"\n");
    assert_eq!(run(&case, &[]).status, 0);
}

#[test]
fn environments_are_accepted_one_by_one() {
    let main = "variable \"multi_az\" {}\nresource \"aws_db_instance\" \"a\" {\n  multi_az           = var.multi_az\n  maintenance_window = \"x\"\n}\n";
    let case = case(&[
        ("infra/main.tf", main),
        ("infra/envs/dev.tfvars", "multi_az = false\n"),
        ("infra/envs/prod.tfvars", "multi_az = true\n"),
    ]);
    assert_eq!(run(&case, &["--write-baseline"]).status, 0);
    check(&case, 0, &[]);
    case.file("infra/envs/prod.tfvars", b"multi_az = false\n");
    check(&case, 1, &[]);
    case.file("infra/envs/prod.tfvars", b"multi_az = true\n");
    case.file("infra/envs/dev.tfvars", b"multi_az = true\n");
    let ran = run(&case, &[&BASELINE[..], &["--environment", "prod"]].concat());
    assert!(!ran.out.contains("fixed"), "{ran}");
    check(&case, 0, &["own-multi-az aws_db_instance.a"]);
}

#[test]
fn a_baseline_that_is_not_there_or_no_baseline() {
    let case = case(&[("infra/main.tf", TWO), ("wrong.json", "{\"version\": 2, \"findings\": []}")]);
    assert_snapshot!(run(&case, &BASELINE));
    assert_eq!(run(&case, &["--baseline", "wrong.json"]).status, 2);
    assert_eq!(run(&case, &["--baseline", "wrong.json", "--write-baseline"]).status, 2);
    assert_eq!(case.run(&["infra/main.tf", "--write-baseline"]).status, 2);
}
