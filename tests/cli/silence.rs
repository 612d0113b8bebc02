//! Comments that silence rules, wherever they may stand.

use super::run::Case;

/// Two rules: one on an argument that is mostly written, one on an argument that is mostly not.
pub const RULES: &str = r#"rule "own-multi-az" {
  title    = "One zone"
  severity = "error"
  category = "availability"
  scenario = "az-loss"
  resource = "aws_db_instance"
  require  = self.multi_az
  at       = self.multi_az
  message  = "${self.address} stands in one zone"
  why      = "It is gone with its zone."
  fix {
    set    = { multi_az = true }
    safety = "safe"
    impact = "in-place"
  }
  sources = ["https://example.com/zones"]
  peers   = ["CKV_AWS_157", "AVD-AWS-0179"]
}

rule "own-window" {
  title           = "No window"
  severity        = "warning"
  category        = "operability"
  scenario        = "maintenance"
  production_only = true
  resource        = "aws_db_instance"
  require         = self.maintenance_window != null
  at              = self.maintenance_window
  message         = "${self.address} is maintained at any time"
  why             = "At noon, for example."
  fix {
    set    = { maintenance_window = "sun:03:00-sun:04:00" }
    safety = "unsafe"
    impact = "in-place"
  }
  sources = ["https://example.com/windows"]
}
"#;

const BACKEND: &str = "terraform {\n  backend \"s3\" {}\n}\n";

pub fn case(files: &[(&str, &str)]) -> Case {
    let case = Case::new(files);
    case.file("rules/own.hcl", RULES.as_bytes());
    case.file("infra/backend.tf", BACKEND.as_bytes());
    case
}

/// `file:line rule` of what is reported, and the number of findings that were silenced.
pub fn reported(case: &Case, arguments: &[&str]) -> (Vec<String>, u64) {
    let all = ["infra", "--rules", "rules", "--select", "own-*", "--format", "json"];
    let ran = case.run(&[&all, arguments].concat());
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran}"));
    let findings = report["findings"].as_array().expect("findings are a list");
    let line = |f: &serde_json::Value| {
        let file = f["file"].as_str().unwrap_or_default().trim_start_matches("infra/");
        format!("{file}:{} {}", f["line"], f["rule"].as_str().unwrap_or_default())
    };
    (findings.iter().map(line).collect(), report["summary"]["suppressed"].as_u64().unwrap_or_default())
}

#[track_caller]
fn check(main: &str, expected: &[&str], silenced: u64) {
    let (found, suppressed) = reported(&case(&[("infra/main.tf", main)]), &[]);
    let found: Vec<&str> = found.iter().map(|f| f.trim_start_matches("main.tf:")).collect();
    assert_eq!((found.as_slice(), suppressed), (expected, silenced), "{main}");
}

#[test]
fn every_placement_silences() {
    let window = "maintenance_window = \"sun:03:00-sun:04:00\"";
    let db = |before: &str, header: &str, inside: &str, end: &str, last: &str, after: &str| {
        format!(
            "{before}resource \"aws_db_instance\" \"a\" {{{header}\n{inside}  {window}\n  multi_az = false{end}\n{last}}}{after}\n"
        )
    };
    let comment = "# tfcheck:ignore[own-multi-az] why";
    for placed in [
        db("", "", "", &format!(" {comment}"), "", ""),
        db("", "", "", " // tfcheck:ignore[own-multi-az] why", "", ""),
        db("", "", "", " /* tfcheck:ignore[own-multi-az] why */", "", ""),
        db("", &format!(" {comment}"), "", "", "", ""),
        db(&format!("{comment}\n"), "", "", "", "", ""),
        db(&format!("{comment}\n# more of it\n"), "", "", "", "", ""),
        db("/*\n * tfcheck:ignore[own-multi-az]\n *   why\n */\n", "", "", "", "", "").replace("az]\n *  ", "az]"),
        db("", "", &format!("  {comment}\n"), "", "", ""),
        db("", "", &format!("  # prose\n  {comment}\n\n"), "", "", ""),
        db("", "", "", "", &format!("  {comment}\n"), ""),
        db("", "", "", "", "", &format!(" {comment}")),
        db("# tfcheck:ignore[own-*] why\n", "", "", "", "", ""),
        db("# checkov:skip=CKV_1:no # tfcheck:ignore[own-multi-az] why\n", "", "", "", "", ""),
        db("# tfcheck:ignore-file[own-multi-az] why\n\n", "", "", "", "", ""),
    ] {
        check(&placed, &[], 1);
    }
    let above = db("", "", &format!("  engine = \"x\"\n  {comment}\n"), "", "", "").replace(window, "");
    check(&above.replace("why\n  \n", "why\n"), &["1 own-window"], 1);
}

#[test]
fn what_is_not_there_is_silenced_on_above_and_in_its_block() {
    let comment = "# tfcheck:ignore[own-window] why";
    for placed in [
        format!("{comment}\nresource \"aws_db_instance\" \"a\" {{\n  multi_az = true\n}}\n"),
        format!("resource \"aws_db_instance\" \"a\" {{ {comment}\n  multi_az = true\n}}\n"),
        format!("resource \"aws_db_instance\" \"a\" {{\n  {comment}\n  multi_az = true\n}}\n"),
        format!("resource \"aws_db_instance\" \"a\" {{\n  multi_az = true\n  {comment}\n}}\n"),
        format!("resource \"aws_db_instance\" \"a\" {{\n  multi_az = true\n  {comment}\n  engine = \"x\"\n}}\n"),
        format!("resource \"aws_db_instance\" \"a\" {{\n  multi_az = true\n}} {comment}\n"),
        format!("resource \"aws_db_instance\" \"a\" {{ multi_az = true }} {comment}\n"),
    ] {
        check(&placed, &[], 1);
    }
}

#[test]
fn a_comment_covers_no_more_than_it_stands_for() {
    let two =
        "resource \"aws_db_instance\" \"a\" {} # tfcheck:ignore[own-*] why\nresource \"aws_db_instance\" \"b\" {}\n";
    check(two, &["2 own-multi-az", "2 own-window"], 2);
    let other = "resource \"aws_db_instance\" \"a\" {\n  engine = \"x\" # tfcheck:ignore[own-window] why\n  multi_az = true\n}\n";
    check(other, &["1 own-window", "2 unused-ignore"], 0);
    let apart = "# tfcheck:ignore[own-*] why\n\nresource \"aws_db_instance\" \"a\" {}\n";
    check(apart, &["1 unused-ignore", "3 own-multi-az", "3 own-window"], 0);
}

#[test]
fn mistakes_in_comments_are_reported() {
    let db =
        |comment: &str| format!("{comment}\nresource \"aws_db_instance\" \"a\" {{\n  maintenance_window = \"x\"\n}}\n");
    check(&db("# tfcheck:ignore[own-multi-az]"), &["1 ignore-without-reason"], 1);
    check(&db("# tfcheck:ignore[own-multiaz] why"), &["1 invalid-ignore", "2 own-multi-az"], 0);
    check(&db("# tfcheck:ignore[availability] why"), &["1 invalid-ignore", "2 own-multi-az"], 0);
    check(&db("# tfcheck:ignore[syntax-error] why"), &["1 invalid-ignore", "2 own-multi-az"], 0);
    check(&db("# tfcheck:ignore own-multi-az"), &["1 invalid-ignore", "2 own-multi-az"], 0);
    check(&db("# tfcheck:ignore[own-multi-az, own-window] why"), &["1 unused-ignore"], 1);
    check(&db("# tfcheck:ignore[own-multi-az] until=2020-01-31 why"), &["1 expired-ignore", "2 own-multi-az"], 0);
    check(&db("# tfcheck:ignore[own-multi-az] until=2020-02-31 why"), &["1 invalid-ignore", "2 own-multi-az"], 0);
    check(&db("# tfcheck:ignore[own-multi-az] until=9999-12-31 why"), &[], 1);
    let ran = case(&[("infra/main.tf", &db("# tfcheck:ignore[own-multiaz] why"))]).run(&["infra", "--rules", "rules"]);
    assert!(ran.out.contains("did you mean `own-multi-az`?"), "{ran}");
}

#[test]
fn what_was_not_decided_is_not_unused() {
    let comment = "# tfcheck:ignore[own-multi-az] why";
    let window = "  maintenance_window = \"x\"\n";
    let db =
        |value: &str| format!("{comment}\nresource \"aws_db_instance\" \"a\" {{\n{window}  multi_az = {value}\n}}\n");
    check(&db("true"), &["1 unused-ignore"], 0);
    check(&format!("{}variable \"x\" {{}}\n", db("var.x")), &[], 0);
    let (found, _) = reported(&case(&[("infra/main.tf", &db("true"))]), &["--ignore", "own-multi-az"]);
    assert_eq!(found, [""; 0]);
    let absent = db("true").replace("multi_az", "count = 0\n  multi_az");
    check(&absent, &[], 0);
    check("# tfcheck:ignore[own-multi-az] why\nlocals {\n  a = 1\n}\n", &["1 unused-ignore"], 0);
    check(&format!("{comment}\nmodule \"a\" {{\n  source = \"x/y/z\"\n}}\n"), &[], 0);
}

#[test]
fn rules_for_production_are_not_unused_elsewhere() {
    let db = "variable \"env\" {\n  default = \"dev\"\n}\n\nresource \"aws_db_instance\" \"a\" { # tfcheck:ignore[own-window] why\n  multi_az = true\n}\n";
    check(db, &[], 0);
    check(&db.replace("\"dev\"", "\"prod\""), &[], 1);
}

pub const MODULE: &str = r#"variable "multi_az" {
  default = false
}

resource "aws_db_instance" "this" {
  multi_az           = var.multi_az
  maintenance_window = "x"
}
"#;

#[track_caller]
fn check_call(module: &str, call: &str, expected: &[&str], silenced: u64) {
    let case = case(&[("infra/modules/db/main.tf", module), ("infra/main.tf", call)]);
    let (found, suppressed) = reported(&case, &[]);
    assert_eq!(
        (found.as_slice(), suppressed),
        (&expected.iter().map(|e| (*e).to_owned()).collect::<Vec<_>>()[..], silenced),
        "{call}"
    );
}

#[test]
fn a_comment_on_a_module_call_covers_what_it_creates() {
    let comment = "# tfcheck:ignore[own-multi-az] why";
    let source = "source = \"./modules/db\"";
    for call in [
        format!("{comment}\nmodule \"a\" {{\n  {source}\n}}\n"),
        format!("module \"a\" {{ {comment}\n  {source}\n}}\n"),
        format!("module \"a\" {{\n  {comment}\n  {source}\n}}\n"),
        format!("module \"a\" {{\n  {source}\n  {comment}\n  multi_az = false\n}}\n"),
        format!("module \"a\" {{\n  {source}\n  multi_az = false {comment}\n}}\n"),
        format!("module \"a\" {{\n  for_each = {{ x = 1 }}\n  {source}\n}} {comment}\n"),
        format!("# tfcheck:ignore-file[own-multi-az] why\n\nmodule \"a\" {{\n  {source}\n}}\n"),
    ] {
        check_call(MODULE, &call, &[], 1);
    }
    let two = format!("{comment}\nmodule \"a\" {{\n  {source}\n}}\nmodule \"b\" {{\n  {source}\n}}\n");
    check_call(MODULE, &two, &["modules/db/main.tf:6 own-multi-az"], 1);
    let unused = format!("module \"a\" {{\n  {source}\n  multi_az = true {comment}\n}}\n");
    check_call(MODULE, &unused, &["main.tf:3 unused-ignore"], 0);
}

#[test]
fn a_comment_inside_a_module_covers_all_its_callers() {
    let call = "module \"a\" {\n  source = \"./modules/db\"\n}\nmodule \"b\" {\n  source = \"./modules/db\"\n}\n";
    let module = MODULE.replace("var.multi_az", "var.multi_az # tfcheck:ignore[own-multi-az] why");
    check_call(&module, call, &[], 1);
    let default = MODULE.replace("= false", "= false # tfcheck:ignore[own-multi-az] why");
    check_call(&default, call, &[], 1);
}

#[test]
fn calls_that_lie_in_each_other() {
    let case = case(&[
        ("infra/main.tf", "module \"a\" { # tfcheck:ignore[own-multi-az] why\n  source = \"./modules/outer\"\n}\n"),
        ("infra/modules/outer/main.tf", "module \"b\" {\n  source = \"../db\"\n}\n"),
        ("infra/modules/db/main.tf", MODULE),
    ]);
    assert_eq!(reported(&case, &[]), (vec![], 1));
}

#[test]
fn the_line_that_decides_is_silenced_in_variable_files() {
    let case = case(&[
        ("infra/main.tf", MODULE),
        ("infra/terraform.tfvars", "multi_az = false # tfcheck:ignore[own-multi-az] why\n"),
    ]);
    assert_eq!(reported(&case, &[]), (vec![], 1));
}

#[test]
fn silenced_findings_can_be_listed_with_their_reasons() {
    let case =
        case(&[("infra/main.tf", "# tfcheck:ignore[own-*] scratch data\nresource \"aws_db_instance\" \"a\" {}\n")]);
    let ran = case.run(&["infra", "--rules", "rules", "--select", "own-*", "--format", "json", "--show-suppressed"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("the report is JSON");
    let suppressed = &report["findings"][0]["suppressed"];
    assert_eq!((suppressed["by"].as_str(), suppressed["reason"].as_str()), (Some("comment"), Some("scratch data")));
    assert_eq!(ran.status, 0);
}

#[test]
fn comments_for_other_tools_count_where_that_is_wanted() {
    let db = |comment: &str| {
        format!(
            "resource \"aws_db_instance\" \"a\" {{\n  maintenance_window = \"x\"\n  {comment}\n  engine = \"x\"\n}}\n"
        )
    };
    let run = |comment: &str, settings: &str| {
        let case = case(&[("infra/main.tf", &db(comment)), ("infra/.tfcheck.hcl", settings)]);
        reported(&case, &[])
    };
    let alarm = (vec!["main.tf:1 own-multi-az".to_owned()], 0);
    let silent = (vec![], 1);
    for comment in ["# checkov:skip=CKV_AWS_157:one zone", "#trivy:ignore:AVD-AWS-0179", "# tfsec:ignore:aws-0179"] {
        assert_eq!(run(comment, ""), alarm, "{comment}");
        assert_eq!(run(comment, "respect_other_tools = true\n"), silent, "{comment}");
    }
    assert_eq!(run("# checkov:skip=CKV_AWS_1:no", "respect_other_tools = true\n"), alarm);
    assert_eq!(run("#trivy:ignore:AVD-AWS-0179:exp:2020-01-01", "respect_other_tools = true\n"), alarm);
}

#[test]
fn checks_of_other_tools_are_listed_with_our_rules() {
    let ran = case(&[]).run(&["rules", "--peers", "--rules", "rules"]);
    assert!(ran.out.contains("AVD-AWS-0179") && ran.out.contains("own-multi-az"), "{ran}");
}

#[test]
fn findings_of_fetched_modules_are_shown_and_silenced_at_their_calls() {
    let call = |name: &str, inside: &str| format!("module \"{name}\" {{\n  source = \"acme/db/aws\"\n{inside}}}\n");
    let entry = |key: &str| format!(r#"{{"Key": "{key}", "Source": "acme/db/aws", "Dir": ".terraform/modules/db"}}"#);
    let manifest = format!("{{\"Modules\": [{}, {}]}}", entry("a"), entry("b"));
    let case = |a: &str, b: &str| {
        let main = call("a", a) + &call("b", b);
        case(&[
            ("infra/main.tf", &main),
            ("infra/.terraform/modules/modules.json", &manifest),
            ("infra/.terraform/modules/db/main.tf", MODULE),
        ])
    };
    let found = |case: &Case| reported(case, &[]);
    assert_eq!(found(&case("", "")), (vec!["main.tf:1 own-multi-az".into(), "main.tf:4 own-multi-az".into()], 0));
    let passed = "  multi_az = 1 > 2\n";
    assert_eq!(found(&case(passed, "")), (vec!["main.tf:3 own-multi-az".into(), "main.tf:5 own-multi-az".into()], 0));
    let silenced = "  # tfcheck:ignore[own-multi-az] why\n";
    assert_eq!(found(&case("", silenced)), (vec!["main.tf:1 own-multi-az".into()], 1));
    let passed = "  multi_az = false # tfcheck:ignore[own-multi-az] why\n";
    assert_eq!(found(&case(passed, "")), (vec!["main.tf:5 own-multi-az".into()], 1));
    let one_file = reported(&case("", ""), &["infra/main.tf"]);
    assert_eq!(one_file.0.len(), 2, "a file that calls is a file that matters");
    let sarif = case("", "").run(&["infra", "--rules", "rules", "--select", "own-*", "--format", "sarif"]);
    assert!(!sarif.out.contains("\"fixes\""), "an argument of a resource is none of the module: {sarif}");
    assert!(!sarif.out.contains("/.terraform/"), "what is not in the repository cannot be shown: {sarif}");
}
