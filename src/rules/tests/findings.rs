//! Places, labels, values, fixes and fingerprints of findings.

use super::{rule, run};
use crate::rules::{Finding, RuleOptions};

/// Runs a rule with this body; hands over the findings, each with line and column.
fn findings(body: &str, configuration: &str) -> Vec<(u32, Box<Finding>)> {
    run(&rule(body), configuration, &RuleOptions::default(), |outcome, sources| {
        assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
        outcome.findings.iter().map(|f| (sources.start(f.span).line, f.clone())).collect()
    })
}

const DB: &str = "resource \"aws_db_instance\" \"a\" {\n  engine = \"mysql\"\n  password = \"hunter2\"\n  \
                  restore_to_point_in_time {\n    restore_time = \"x\"\n  }\n}\n";

#[track_caller]
fn check_place(at: &str, line: u32, label: &str, attribute: Option<&str>) {
    let found = findings(&format!("  require = false\n  at = {at}"), DB);
    let (found_line, finding) = &found[0];
    let seen = (*found_line, &*finding.label, finding.about.attribute.as_deref());
    assert_eq!(seen, (line, label, attribute), "{at}");
}

#[test]
fn places() {
    check_place("self", 1, "declared here", None);
    check_place("self.engine", 2, "`engine` is \"mysql\"", Some("engine"));
    check_place("self[\"engine\"]", 2, "`engine` is \"mysql\"", Some("engine"));
    check_place("self.multi_az", 1, "`multi_az` is false: what a new one gets by default", Some("multi_az"));
    check_place("self.kms_key_id", 1, "`kms_key_id` is not set", Some("kms_key_id"));
    check_place("[self.multi_az, self.engine]", 2, "`engine` is \"mysql\"", Some("engine"));
    check_place("true ? self.engine : self", 2, "`engine` is \"mysql\"", Some("engine"));
    check_place("self.s3_import", 1, "there is no `s3_import` block", Some("s3_import"));
    check_place("self.lifecycle", 1, "there is no `lifecycle` block", Some("lifecycle"));
    check_place("self.s3_import[0].bucket_name", 1, "there is no `s3_import` block", Some("s3_import"));
    let time = "restore_to_point_in_time.restore_time";
    check_place("self.restore_to_point_in_time[0].restore_time", 5, "`restore_time` is \"x\"", Some(time));
    check_place(
        "self.restore_to_point_in_time",
        4,
        "this is `restore_to_point_in_time`",
        Some("restore_to_point_in_time"),
    );
    check_place("self.restore_to_point_in_time[0]", 4, "declared here", Some("restore_to_point_in_time"));
    check_place("[for b in self.restore_to_point_in_time : b.restore_time]", 5, "`restore_time` is \"x\"", Some(time));
}

#[test]
fn a_secret_is_never_told() {
    let body = "  require = false\n  at = self.password\n  message = \"it is ${sensitive(self.password)}\"";
    let (_, finding) = &findings(body, DB)[0];
    assert_eq!(finding.message(), "it is (sensitive)");
}

#[test]
fn what_fails_for_each_element_is_told_once() {
    let told = |body: &str| {
        run(&rule(body), DB, &RuleOptions::default(), |outcome, _| {
            (outcome.findings.len(), outcome.problems.len(), outcome.undecided.len())
        })
    };
    assert_eq!(told("  for_each = range(100)\n  require = tobool(\"${each.value}x\")"), (0, 1, 1));
    assert_eq!(
        told("  for_each = range(100)\n  require = each.value == 1\n  message = tolist(each.value)"),
        (99, 1, 0)
    );
    // An element of the list makes as many as a rule may make in all.
    let all = "length([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]) > each.value";
    assert_eq!(told(&format!("  for_each = range(1000)\n  require = {all}")), (0, 1, 1));
}

#[test]
fn messages_bear_anything() {
    let configuration = "variable \"x\" {}\nresource \"aws_db_instance\" \"a\" {\n  engine = var.x\n}\n";
    let body = "  require = false\n  message = \"${self.engine} ${self.kms_key_id} ${[1, 2]} %{if true}yes%{endif}\"";
    let (_, finding) = &findings(body, configuration)[0];
    assert_eq!(finding.message(), "var.x null [1, 2] yes");
}

#[test]
fn fixes_are_filled_in() {
    let body = "  require = false\n  fix {\n    set = { engine = upper(self.engine) }\n    text = <<-EOT\n      # ${self.address}\n      \
                x = 1\n    EOT\n    safety = \"safe\"\n    impact = \"reboot\"\n    note = \"about ${self.name}\"\n  }";
    let (_, finding) = &findings(body, DB)[0];
    let fix = finding.fix.as_ref().unwrap();
    assert_eq!((&*fix.set[0].path, fix.set[0].hcl.as_str()), ("engine", "\"MYSQL\""));
    assert_eq!(fix.text.as_deref(), Some("# aws_db_instance.a\nx = 1"));
    assert_eq!(fix.note.as_deref(), Some("about a"));
}

#[test]
fn further_places() {
    let configuration =
        format!("{DB}resource \"aws_db_instance\" \"b\" {{\n  replicate_source_db = aws_db_instance.a.id\n}}\n");
    let body = "  require = self.name == \"b\"\n  also {\n    at = referrers(self, \"aws_db_instance\")\n    note = \"replica\"\n  }\n  \
                also {\n    at = self.s3_import[0]\n    note = \"none\"\n  }";
    let (_, finding) = &findings(body, &configuration)[0];
    let notes: Vec<&str> = finding.related().iter().map(|step| step.note.as_str()).collect();
    // The block that is not there would stand where the finding is.
    assert_eq!(notes, ["replica"]);
}

#[test]
fn fingerprints_stay_and_differ() {
    let body = "  for_each = [1, 2]\n  require = false\n  at = self.engine";
    let prints = |configuration: &str| -> Vec<String> {
        findings(body, configuration).into_iter().map(|(_, f)| f.fingerprint.to_string()).collect()
    };
    let here = prints(DB);
    assert_ne!(here[0], here[1]);
    assert_eq!(here, prints(&format!("\n\n{DB}")));
}

#[test]
fn superseded_findings_are_silent() {
    let rules = rule("  require = false\n  supersedes = [\"s\"]\n  skip = self.name == \"b\"")
        + &rule("  require = false").replace("\"r\"", "\"s\"");
    let configuration = "resource \"aws_db_instance\" \"a\" {}\nresource \"aws_db_instance\" \"b\" {}\n";
    let found = super::outcome(&rules, configuration);
    assert_eq!(found, "1: r Error: bad\n2: s Error: bad\n");
}

#[test]
fn where_the_workspace_sets_variables_a_default_makes_no_error() {
    let configuration = "terraform {\n  cloud {}\n}\nvariable \"az\" {\n  default = false\n}\n\
                         resource \"aws_db_instance\" \"a\" {\n  multi_az = var.az\n}\n";
    let found = super::outcome(&rule("  require = self.multi_az\n  at = self.multi_az"), configuration);
    assert_eq!(found, "8: r Warning: bad, unless the workspace sets var.az\n");
}

#[test]
fn production_only() {
    let configuration =
        "resource \"aws_db_instance\" \"a\" {\n  tags = { env = \"dev\" }\n}\nresource \"aws_db_instance\" \"b\" {}\n";
    let found = super::outcome(&rule("  require = false\n  production_only = true"), configuration);
    assert_eq!(found, "4: r Error: bad\n");
}
