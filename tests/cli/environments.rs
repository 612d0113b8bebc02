//! One run over several environments: declared in the settings, or plain to see in the layout.

use insta::assert_snapshot;
use serde_json::Value;

use super::run::Case;
use super::silence::{MODULE, RULES};

const MAIN: &str = r#"terraform {
  backend "s3" {}
}

variable "multi_az" {
  type    = bool
  default = true
}

variable "size" {
  type = number
}

resource "aws_db_instance" "a" {
  multi_az          = var.multi_az
  allocated_storage = var.size
}
"#;

fn case(files: &[(&str, &str)]) -> Case {
    let case = Case::new(files);
    case.file("rules/own.hcl", RULES.as_bytes());
    if !files.iter().any(|(name, _)| *name == "infra/main.tf") {
        case.file("infra/main.tf", MAIN.as_bytes());
    }
    case
}

/// `rule environments` of what is reported, sorted.
fn reported(case: &Case, arguments: &[&str]) -> Vec<String> {
    let all = ["infra", "--rules", "rules", "--select", "own-*", "--format", "json"];
    let ran = case.run(&[&all, arguments].concat());
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran}"));
    let line = |f: &Value| {
        let environments = f["environments"].as_array().expect("a list").iter().map(|e| e.as_str().unwrap_or_default());
        let rule = f["rule"].as_str().unwrap_or_default();
        std::iter::once(rule).chain(environments).collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<String> = report["findings"].as_array().expect("findings are a list").iter().map(line).collect();
    lines.sort();
    lines
}

#[track_caller]
fn check(files: &[(&str, &str)], arguments: &[&str], expected: &[&str]) {
    assert_eq!(reported(&case(files), arguments), expected, "{files:?} {arguments:?}");
}

const DEV: &str = "multi_az = false\nsize = 1\n";
const PROD: &str = "size = 2\n";

#[test]
fn plain_layouts_are_evaluated_by_environment() {
    check(&[], &[], &["own-window"]);
    // A window is asked for in production alone; one zone is an error everywhere.
    check(
        &[("infra/envs/dev.tfvars", DEV), ("infra/envs/prod.tfvars", PROD)],
        &[],
        &["own-multi-az dev", "own-window prod"],
    );
    let beside = [("infra/dev.tfvars", DEV), ("infra/prod.tfvars", DEV)];
    check(&beside, &[], &["own-multi-az dev prod", "own-window prod"]);
}

#[test]
fn layouts_that_are_used_otherwise_are_not() {
    let files = [("infra/envs/dev.tfvars", DEV), ("infra/envs/prod.tfvars", PROD)];
    check(&files, &["--var", "size=3"], &["own-window"]);
    check(&files, &["--var-file", "infra/envs/dev.tfvars"], &["own-multi-az", "own-window"]);
    check(&[files[0], files[1], ("infra/terraform.tfvars", "size = 4\n")], &[], &["own-window"]);
    check(&[files[0], files[1], ("infra/envs/common.tfvars", "")], &[], &["own-window"]);
    check(&[("infra/envs/dev.tfvars", "elsewhere = 1\n")], &[], &["own-window"]);
    // Production is elsewhere.
    check(&[("infra/test.tfvars", DEV)], &[], &["own-window"]);
    check(&[("infra/test.tfvars", DEV)], &["--environment", "test"], &["own-multi-az test"]);
}

#[test]
fn one_environment_can_be_chosen() {
    let files = [("infra/envs/dev.tfvars", DEV), ("infra/envs/prod.tfvars", PROD)];
    let settings = case(&files).run(&["settings", "infra"]).out;
    let wanted = "# environments of infra, by its layout: dev (infra/envs/dev.tfvars), prod (infra/envs/prod.tfvars)\n";
    assert!(settings.ends_with(wanted), "{settings}");
    check(&files, &["--environment", "dev"], &["own-multi-az dev"]);
    check(&files, &["--environment", "prod"], &["own-window prod"]);
    // Where nothing is known of environments, the name alone counts.
    check(&[], &["--environment", "dev"], &[]);
    check(&[], &["--environment", "live"], &["own-window live"]);
    assert_snapshot!(case(&files).run(&["infra", "--environment", "prd"]));
}

#[test]
fn environments_of_the_settings() {
    let settings = r#"environment "blue" {
  var_files = ["vars/blue.tfvars"]
  workspace = "blue"
}

environment "green" {
  vars      = { size = 4, multi_az = false }
  workspace = "green"
}

environment "lab" {
  vars       = { size = 4 }
  production = false
}
"#;
    let window = "maintenance_window = terraform.workspace == \"blue\" ? \"x\" : null\n  multi_az ";
    let main = ("infra/main.tf", &*MAIN.replace("multi_az  ", window));
    let files = [("infra/vars/blue.tfvars", PROD), (".tfcheck.hcl", settings), ("infra/envs/dev.tfvars", DEV), main];
    check(&files, &[], &["own-multi-az green", "own-window green"]);
    check(&files, &["--environment", "lab"], &[]);
    let shared =
        [(".tfcheck.hcl", &*settings.replace("vars/", "infra/other/")), ("infra/other/blue.tfvars", DEV), main];
    check(&shared, &[], &["own-multi-az blue green", "own-window green"]);
    let missing = case(&[(".tfcheck.hcl", settings)]).run(&["infra"]);
    assert_snapshot!(missing);
    let unknown = settings.replace("size = 4, ", "sise = 4, ");
    let ran = case(&[files[0], (".tfcheck.hcl", &unknown)]).run(&["infra", "--format", "compact"]);
    assert!(ran.out.contains("a value is set for `sise`"), "{ran}");
}

/// Settings may come from a fork, and reports show lines of what is read.
#[test]
fn settings_name_no_files_outside() {
    let case = case(&[
        ("outside/a.tfvars", "s3cr3t: of somebody else\n"),
        ("repository/.git/HEAD", ""),
        ("repository/common/b.tfvars", "size = 10\n"),
        ("repository/infra/main.tf", MAIN),
    ]);
    let outside = case.path().join("outside/a.tfvars").display().to_string();
    for file in ["../../outside/a.tfvars", &outside] {
        let settings = format!("environment \"prod\" {{\n  var_files = [{file:?}]\n}}\n");
        case.file("repository/infra/.tfcheck.hcl", settings.as_bytes());
        let ran = case.run(&["repository/infra"]);
        assert_eq!(ran.status, 2, "{ran}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains("lies outside of what is checked") && !said.contains("s3cr3t"), "{ran}");
    }
    let settings = "environment \"prod\" {\n  var_files = [\"../common/b.tfvars\"]\n}\n";
    case.file("repository/infra/.tfcheck.hcl", settings.as_bytes());
    let ran = case.run(&["repository/infra"]);
    assert!(!format!("{}{}", ran.out, ran.err).contains("outside"), "{ran}");
}

#[test]
fn settings_and_comments_silence_by_environment() {
    let files = [("infra/envs/dev.tfvars", DEV), ("infra/envs/prod.tfvars", DEV)];
    let ignore = "ignore \"own-*\" {\n  environments = [\"prod\"]\n}\n";
    check(&[files[0], files[1], (".tfcheck.hcl", ignore)], &[], &["own-multi-az dev"]);
    let comment = DEV.replace("false", "false # tfcheck:ignore[own-multi-az] for a while");
    check(&[("infra/envs/dev.tfvars", &comment), files[1]], &[], &["own-multi-az prod", "own-window prod"]);
    // What another environment might need is not unused.
    let one = [files[0], ("infra/envs/prod.tfvars", "size = 1 # tfcheck:ignore[own-multi-az] why\n")];
    check(&one, &["--environment", "dev"], &["own-multi-az dev"]);
}

#[test]
fn modules_are_evaluated_by_environment() {
    let main = "variable \"multi_az\" {}\nmodule \"db\" {\n  source = \"./db\"\n  multi_az = var.multi_az\n}\n";
    let files = [
        ("infra/main.tf", main),
        ("infra/db/main.tf", MODULE),
        ("infra/envs/dev.tfvars", "multi_az = false\n"),
        ("infra/envs/prod.tfvars", "multi_az = true\n"),
    ];
    check(&files, &[], &["own-multi-az dev"]);
    let report = case(&files).run(&["infra", "--rules", "rules", "--select", "own-*", "--format", "json"]);
    let report: Value = serde_json::from_str(&report.out).expect("the report is JSON");
    assert_eq!((&report["summary"]["roots"], &report["summary"]["resources"]), (&1.into(), &1.into()));
}

#[test]
fn why_shows_environments_side_by_side() {
    let case = case(&[("infra/envs/dev.tfvars", DEV), ("infra/envs/prod.tfvars", PROD)]);
    assert_snapshot!(case.run(&["why", "aws_db_instance.a.multi_az", "--dir", "infra"]));
    let all = case.run(&["why", "aws_db_instance.a", "--dir", "infra"]).out;
    let wanted = |l: &&str| l.contains("allocated_storage") || l.contains("prod") || l.contains("window");
    assert_snapshot!(all.lines().filter(wanted).collect::<Vec<_>>().join("\n"));
    assert_snapshot!(case.run(&["why", "aws_db_instance.a.multi_az", "--dir", "infra", "--environment", "prod"]));
}
