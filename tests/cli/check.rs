use std::io::Read as _;
use std::process::Stdio;

use insta::assert_snapshot;

use super::run::Case;

const CLEAN: (&str, &str) = ("main.tf", "locals {\n  a = 1\n}\n");

fn unreadable() -> Case {
    let case = Case::new(&[CLEAN]);
    case.file("latin.tf", b"locals {\n  b = \"\xe9\"\n}\n");
    case
}

#[test]
fn nothing_found() {
    assert_snapshot!(Case::new(&[CLEAN]).run(&[]));
}

#[test]
fn a_file_that_cannot_be_read_is_a_finding() {
    assert_snapshot!(unreadable().run(&["."]));
}

#[test]
fn a_folder_without_terraform_is_not_clean() {
    assert_snapshot!(Case::new(&[("README.md", "")]).run(&[]));
}

#[test]
fn a_path_that_is_not_there() {
    assert_snapshot!(Case::new(&[CLEAN]).run(&["main.tf", "infra"]));
}

#[test]
fn an_unknown_format() {
    assert_snapshot!(Case::new(&[CLEAN]).run(&["--format", "yaml"]));
}

#[test]
fn the_exit_status_is_the_same_in_every_format() {
    let case = unreadable();
    let formats =
        ["pretty", "compact", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "rdjson", "markdown"];
    for format in formats {
        for (arguments, expected) in [(&["--fail-on", "never"][..], 0), (&["--fail-on", "error"], 1), (&[], 1)] {
            let status = case.run(&[&["--format", format], arguments].concat()).status;
            assert_eq!(status, expected, "{format} {arguments:?}");
        }
        assert_eq!(case.run(&["--format", format, "nowhere"]).status, 2);
    }
}

#[test]
fn several_reports_at_once() {
    let case = unreadable();
    let ran = case.run(&["--format", "json=out.json", "--format", "pretty"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.out, case.run(&[]).out);
    let report: serde_json::Value = serde_json::from_str(&case.read("out.json")).expect("the report is JSON");
    assert_eq!(report["findings"][0]["rule"], "unreadable-file");
    assert_eq!(report["summary"]["errors"], 1);
}

#[test]
fn a_workflow_gets_a_summary_of_the_job() {
    let case = unreadable().with("GITHUB_STEP_SUMMARY", "summary.md");
    case.file("summary.md", b"before\n");
    let ran = case.run(&["--format", "github"]);
    assert_snapshot!(format!("{ran}---- summary\n{}", case.read("summary.md")));
}

#[test]
fn services_get_paths_from_the_top_of_the_repository() {
    let case = Case::new(&[(".git/HEAD", ""), ("infra/main.tf", "")]);
    case.file("infra/latin.tf", b"\xff");
    let path = |format: &str| {
        let output = case.command(&["--format", format]).current_dir(case.path().join("infra")).output();
        let out = output.expect("the binary runs").stdout;
        serde_json::from_slice::<serde_json::Value>(&out).expect("the report is JSON")
    };
    assert_eq!(path("gitlab")[0]["location"]["path"], "infra/latin.tf");
    let location = &path("sarif")["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "infra/latin.tf");
    assert_eq!(path("json")["findings"][0]["file"], "latin.tf");
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure() {
    let ran = Case::new(&[CLEAN]).run(&["--output", "no/such/folder/report"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("error: cannot write `no/such/folder/report`: "), "{}", ran.err);
}

#[test]
fn colours_only_where_they_are_wanted() {
    let check = |case: Case, arguments: &[&str], expected: bool| {
        assert_eq!(case.run(arguments).out.contains('\u{1b}'), expected, "{arguments:?}");
    };
    check(unreadable(), &[], false);
    check(unreadable(), &["--color", "always"], true);
    check(unreadable().with("CLICOLOR_FORCE", "1"), &[], true);
    check(unreadable().with("CLICOLOR_FORCE", "1").with("NO_COLOR", "1"), &[], false);
    check(unreadable().with("CLICOLOR_FORCE", "1"), &["--color", "never"], false);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let case = Case::new(&[]);
    for i in 0..2000 {
        case.file(&format!("broken{i}.tf"), b"\xff");
    }
    let mut child = case.command(&[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut first = [0; 16];
    let mut out = child.stdout.take().expect("the output is piped");
    out.read_exact(&mut first).expect("there is output");
    drop(out);
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_output_does_not_depend_on_the_number_of_threads() {
    let case = unreadable();
    let json = |jobs: &str| case.run(&["--format", "json", "--jobs", jobs]).out;
    assert_eq!(json("1"), json("8"));
}

#[test]
fn one_mistake_hides_neither_the_rest_nor_another_file() {
    let case = Case::new(&[
        ("main.tf", "locals {\n  a = [1, 2\n  b = 3\n}\n\nlocals {\n  c = = 4\n}\n"),
        (
            "modules/net/main.tf",
            "module \"vpc\" {\n  source  = \"terraform-aws-modules/vpc/aws\"\n  version = \"5.0.0\"\n}\n",
        ),
        ("other.tf", "resource \"aws_s3_bucket\" \"a\" {\n  bucket = local.nowhere\n}\n"),
        ("net.tf", "module \"net\" {\n  source = \"./modules/net\"\n}\n"),
    ]);
    // No rules: the snapshot is about mistakes.
    assert_snapshot!(case.run(&[".", "--ignore", "*"]));
}

#[test]
fn single_files_are_judged_in_their_roots() {
    let case = Case::new(&[("a.tf", "locals {\n  a = \n}\n"), ("b.tf", "locals {\n  b = \n}\n")]);
    let ran = case.run(&["a.tf", "--format", "compact"]);
    assert!(ran.out.contains("a.tf:2:"), "{ran}");
    assert!(!ran.out.contains("b.tf"), "{ran}");
    assert_eq!(ran.status, 1);
}

const RULES: (&str, &str) = (
    "rules/queue.hcl",
    r#"rule "queue-without-redrive" {
  title    = "Messages that fail are tried for ever"
  severity = "error"
  category = "durability"
  scenario = "poison-message"
  resource = "aws_sqs_queue"
  require  = self.redrive_policy != null
  at       = self.redrive_policy
  message  = "${self.address} has no dead-letter queue"
  why      = "One message that cannot be handled comes back again and again, and holds up all behind it."
  fix {
    set    = { redrive_policy = "…" }
    safety = "unsafe"
    impact = "in-place"
  }
  sources = ["https://example.com/queues"]
}

rule "queue-retention" {
  title    = "Messages are lost over a long weekend"
  severity = "warning"
  category = "durability"
  scenario = "consumer-down"
  resource = "aws_sqs_queue"
  require  = self.message_retention_seconds >= setting.seconds
  at       = self.message_retention_seconds
  message  = "${self.address} keeps messages for ${self.message_retention_seconds} seconds"
  why      = "A consumer that is down for longer finds nothing."
  setting "seconds" {
    default     = 345600
    description = "how long a message must live"
  }
  fix {
    set    = { message_retention_seconds = 1209600 }
    safety = "safe"
    impact = "in-place"
  }
  sources = ["https://example.com/retention"]
}
"#,
);

fn queues() -> Case {
    Case::new(&[
        RULES,
        (
            "infra/main.tf",
            r#"terraform {
  backend "s3" {}
}

variable "retention" {
  type    = number
  default = 3600
}

variable "unset" {}

resource "aws_sqs_queue" "work" {
  count                     = 2
  name                      = "work-${count.index}"
  message_retention_seconds = var.retention
}

resource "aws_sqs_queue" "mail" {
  redrive_policy            = jsonencode({ maxReceiveCount = 3 })
  message_retention_seconds = var.unset
}

resource "aws_sqs_queue" "audit" {
  message_retention_seconds = 60
}
"#,
        ),
    ])
}

const QUEUES: [&str; 6] = ["--rules", "rules", "--select", "queue-*", "infra", "--color=never"];

fn queues_with(arguments: &[&str]) -> super::run::Ran {
    queues().run(&[&QUEUES, arguments].concat())
}

#[test]
fn findings_of_rules() {
    assert_snapshot!(queues_with(&[]));
}

#[test]
fn findings_with_everything() {
    let ran = queues_with(&["--show-undecided", "-v"]);
    let lines: Vec<&str> = ran.err.lines().collect();
    let stages = ["find files", "read files", "parse", "load modules", "prepare rules", "check roots"];
    let all = stages.iter().chain(&["  evaluate", "  infra", "  rules", "report", "total"]);
    let is_named = |(line, name): (&&str, &&str)| line.starts_with(*name) && line.contains(" ms");
    assert!(lines[1..].iter().zip(all).all(is_named), "{}", ran.err);
    assert_snapshot!(ran.out);
}

#[test]
fn findings_as_json() {
    assert_snapshot!(queues_with(&["--format", "json"]));
}

#[test]
fn doubt_fails_where_that_is_asked_for() {
    let audit = ["--fail-on", "never"];
    assert_eq!(queues_with(&audit).status, 0);
    assert_eq!(queues_with(&["--fail-on", "never", "--strict"]).status, 1);
    assert_eq!(queues_with(&["--fail-on", "never", "--strict", "--var", "unset=600000"]).status, 0);
}

#[test]
fn selectors_that_mean_nothing() {
    assert_snapshot!(queues().run(&["infra", "--rules", "rules", "--ignore", "queue-retentoin"]));
}

#[test]
fn a_rule_file_with_mistakes() {
    let case =
        Case::new(&[CLEAN, ("rules/a.hcl", "rule \"x\" {\n  severity = \"fatal\"\n  require = self.nothing.\n}\n")]);
    assert_snapshot!(case.run(&["--rules", "rules"]));
}

#[test]
fn a_folder_without_rules() {
    assert_eq!(queues().run(&["infra", "--rules", "infra"]).status, 2);
}

#[test]
fn json_leaves_the_choice_of_severities_to_its_reader() {
    let case = Case::new(&[
        ("main.tf", "resource \"aws_sqs_queue\" \"a\" {}\n"),
        ("rules/a.hcl", &RULES.1.replace("severity = \"error\"", "severity = \"advice\"")),
    ]);
    let run = |arguments: &[&str]| {
        case.run(&[&["--rules", "rules", "--select", "queue-without-redrive"], arguments].concat()).out
    };
    let findings = |out: &str| {
        let report: serde_json::Value = serde_json::from_str(out).expect("the report is JSON");
        assert_eq!(report["summary"]["advice"], 1);
        report["findings"].as_array().expect("findings are a list").len()
    };
    assert_eq!(findings(&run(&["--format", "json"])), 1);
    assert_eq!(findings(&run(&["--format", "json", "--min-severity", "warning"])), 0);
    assert_eq!(run(&["--format", "compact"]), "");
    let both = run(&["--format", "compact", "--format", "json=out.json"]);
    assert_eq!((both.as_str(), findings(&case.read("out.json"))), ("", 1));
}

/// The addresses that a rule about variables or outputs reports, which says `only` of the modules it looks into.
#[track_caller]
fn looked_at(subject: &str, only: &str, expected: &[&str]) {
    let rule = format!(
        "rule \"own-x\" {{\n  title = \"T\"\n  severity = \"error\"\n  category = \"operability\"\n  message = \"bad\"\n  {subject} = \"*\"\n  {only}\n  require = false\n}}\n"
    );
    let declared = "variable \"x\" {\n  default = 1\n}\noutput \"y\" {\n  value = var.x\n}\n";
    let case = Case::new(&[
        ("rules.hcl", &rule),
        ("infra/a/main.tf", &format!("{declared}module \"m\" {{\n  source = \"../m\"\n}}\n")),
        ("infra/a/envs/dev.tfvars", "x = 2\n"),
        ("infra/a/envs/prod.tfvars", "x = 3\n"),
        ("infra/b/main.tf", &format!("{declared}module \"n\" {{\n  source = \"../m\"\n}}\n")),
        ("infra/m/main.tf", declared),
    ]);
    let ran = case.run(&["infra", "--rules", "rules.hcl", "--select", "own-x", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let files = report["findings"].as_array().expect("findings").iter().map(|f| {
        format!("{} {}", f["file"].as_str().unwrap_or_default(), f["addresses"][0].as_str().unwrap_or_default())
    });
    assert_eq!(files.collect::<Vec<_>>(), expected, "{}", ran.err);
}

#[test]
fn rules_say_which_modules_they_look_into() {
    let roots = ["infra/a/main.tf var.x", "infra/b/main.tf var.x"];
    looked_at("variable", "only = \"environments\"", &roots[..1]);
    looked_at("variable", "only = \"roots\"", &roots);
    looked_at("variable", "", &[roots[0], roots[1], "infra/m/main.tf module.m.var.x"]);
    looked_at("output", "only = \"roots\"", &["infra/a/main.tf output.y", "infra/b/main.tf output.y"]);
    looked_at("output", "only = \"environments\"", &["infra/a/main.tf output.y"]);
}

#[test]
fn faults_in_modules_say_who_called_and_with_what() {
    let module = "variable \"cidr\" {}\nvariable \"zones\" {\n  default = []\n}\nvariable \"key\" {\n  sensitive = true\n}\n\
                  locals {\n  a = cidrsubnet(var.cidr, 8, length(var.zones))\n  b = cidrhost(var.key, 1)\n}\n";
    let main = "module \"net\" {\n  source = \"./m\"\n  cidr = \"10.0.0.0\"\n  key = \"s3cr3t\"\n}\n";
    let ran = Case::new(&[("main.tf", main), ("m/main.tf", module)]).run(&["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let findings = report["findings"].as_array().expect("a list");
    let of_line = |line: u64| findings.iter().find(|f| f["line"] == line).unwrap_or_else(|| panic!("{ran}"));
    let related = |finding: &serde_json::Value| finding["related"][0]["note"].as_str().map(str::to_owned);
    assert_eq!(of_line(9)["why"], "here `var.cidr` is \"10.0.0.0\", `var.zones` is []", "{ran}");
    assert_eq!(related(of_line(9)).as_deref(), Some("`module.net` is called here"), "{ran}");
    assert!(of_line(10)["why"] == "" && !ran.out.contains("s3cr3t"), "{ran}");
}
