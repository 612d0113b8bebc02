//! `docs/tfcheck.schema.json` describes what `--format json` writes.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::run::{Case, Ran};
use super::silence::case;

const SCHEMA: &str = include_str!("../../docs/tfcheck.schema.json");

/// The schema; `strict` also refuses fields that it does not name, so that none goes undescribed.
fn schema(strict: bool) -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    if strict {
        close(&mut schema);
    }
    jsonschema::validator_for(&schema).expect("the schema is a schema")
}

/// Forbids fields that are not named in every object of the schema that names some.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("properties").is_some_and(|p| p.as_object().is_some_and(|p| !p.contains_key("properties"))) {
                fields.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[track_caller]
fn conforms(text: &str) -> Value {
    let report: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    for strict in [false, true] {
        let errors: Vec<String> =
            schema(strict).iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }
    report
}

/// Runs it with JSON as the format, holds the output against the schema, and returns how often each list is filled.
#[track_caller]
fn check(case: &Case, arguments: &[&str], filled: &[&str]) {
    let Ran { out, .. } = case.run(&[arguments, &["--format", "json"]].concat());
    let report = conforms(&out);
    for list in filled {
        let pointed = report.pointer(list).unwrap_or_else(|| panic!("there is no {list}: {out}"));
        assert!(!matches!(pointed, Value::Null) && *pointed != Value::Array(Vec::new()), "{list} is empty: {out}");
    }
}

#[test]
fn the_showcase_conforms() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfcheck"));
    command.args(["fixtures/showcase", "--format", "json"]).current_dir(root);
    let output = command.output().expect("the binary runs");
    let report = conforms(&String::from_utf8(output.stdout).expect("output is UTF-8"));
    assert!(report["findings"].as_array().is_some_and(|f| f.len() > 10));
}

#[test]
fn faults_of_the_input_conform() {
    let case = Case::new(&[("main.tf", "resource \"aws_db_instance\" {\n  name = [\n"), ("bad.tf", "a = \"\n")]);
    check(&case, &[], &["/findings"]);
    check(&Case::new(&[("empty.tf", "")]), &["--verbose"], &["/timings_ms"]);
    check(&case, &["--statistics"], &["/statistics"]);
}

#[test]
fn what_is_silenced_undecided_and_not_there_conforms() {
    let main = "variable \"zones\" {}\n\n# tfcheck:ignore[own-multi-az] a test\nresource \"aws_db_instance\" \"a\" \
                {\n  multi_az = false\n}\n\nresource \"aws_db_instance\" \"b\" {\n  multi_az = var.zones\n}\n\nmodule \
                \"m\" {\n  source = \"registry/m/aws\"\n}\n";
    let case = case(&[("infra/main.tf", main)]);
    let arguments = ["infra", "--rules", "rules", "--select", "own-multi-az", "--show-suppressed"];
    check(&case, &arguments, &["/findings/0/suppressed/reason", "/undecided", "/not_analysed"]);
}

#[test]
fn what_the_baseline_accepts_conforms() {
    let resource = "resource \"aws_db_instance\" \"a\" {\n  multi_az = false\n}\n";
    let case = case(&[("infra/main.tf", resource)]);
    let arguments = ["infra", "--rules", "rules", "--select", "own-multi-az", "--show-suppressed"];
    assert_eq!(case.run(&[&arguments[..], &["--write-baseline"]].concat()).status, 0);
    let with_baseline = [&arguments[..], &["--baseline", ".tfcheck-baseline.json"]].concat();
    check(&case, &with_baseline, &["/findings/0/suppressed/by"]);
    case.file("infra/main.tf", resource.replace("false", "true").as_bytes());
    check(&case, &with_baseline, &["/fixed"]);
}

#[test]
fn the_schema_is_not_fulfilled_by_anything() {
    let is_valid = |text: &str| schema(false).is_valid(&serde_json::from_str(text).expect("JSON"));
    assert!(!is_valid("{}"));
    assert!(!is_valid(r#"{"findings": []}"#));
}
