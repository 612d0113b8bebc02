//! What each format's reader asks for, held against what the binary writes: the fields that must be there, the words it
//! knows, and the limits it sets. `scripts/validate-sarif.sh` holds SARIF against the whole standard.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::run::Case;

/// The showcase in a format, all severities listed.
fn showcase(format: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfcheck"));
    command.args(["fixtures/showcase", "--min-severity", "advice", "--format", format]).env_clear();
    let output = command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).output().expect("the binary runs");
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// A folder with a fault of the input, names that need escaping, and a finding.
fn odd(format: &str) -> String {
    let case = Case::new(&[
        ("a <b> & \"c\"/main.tf", "resource \"aws_db_instance\" \"a\" {\n  multi_az = false\n}\n"),
        ("broken.tf", "resource {\n  x = \"\u{1b}[31m<&>\n"),
    ]);
    case.run(&["--min-severity", "advice", "--format", format]).out
}

fn clean(format: &str) -> String {
    Case::new(&[("main.tf", "locals {\n  a = 1\n}\n")]).run(&["--format", format]).out
}

#[track_caller]
fn conforms(schema: &Value, text: &str) -> Value {
    let report: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    let schema = jsonschema::validator_for(schema).expect("the schema is a schema");
    let errors: Vec<String> = schema.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    report
}

/// A text that is not empty.
fn text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

fn number(least: u32) -> Value {
    json!({ "type": "integer", "minimum": least })
}

fn words(words: &[&str]) -> Value {
    json!({ "enum": words })
}

/// An object that has these fields at least.
fn object(fields: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let properties: serde_json::Map<String, Value> =
        fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "required": names, "properties": properties })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// A path as seen from the top of a repository, with forward slashes and nothing that a URI has to escape.
fn uri() -> Value {
    json!({ "type": "string", "pattern": "^(?!/)(?!.*:)[^ <>\"\\\\]+$" })
}

#[test]
fn code_quality_reports_are_what_gitlab_reads() {
    let place = object(&[
        ("path", json!({ "type": "string", "pattern": "^(?!/|\\./)[^\\\\]+$" })),
        ("lines", object(&[("begin", number(1))])),
    ]);
    let severity = words(&["info", "minor", "major", "critical", "blocker"]);
    let issue = object(&[
        ("description", text()),
        ("check_name", text()),
        ("fingerprint", text()),
        ("severity", severity),
        ("location", place),
    ]);
    for report in [showcase("gitlab"), odd("gitlab"), clean("gitlab")] {
        let issues = conforms(&list(&issue), &report);
        let issues = issues.as_array().expect("a list");
        let prints: std::collections::BTreeSet<&str> =
            issues.iter().filter_map(|i| i["fingerprint"].as_str()).collect();
        assert_eq!(prints.len(), issues.len(), "equal fingerprints would be one entry");
    }
}

#[test]
fn rdjson_is_what_reviewdog_reads() {
    let severity = words(&["ERROR", "WARNING", "INFO"]);
    let position = object(&[("line", number(1)), ("column", number(1))]);
    let range = object(&[("start", position.clone()), ("end", position)]);
    let suggestion = object(&[("range", range.clone()), ("text", json!({ "type": "string" }))]);
    let mut location = object(&[("path", text())]);
    location["properties"]["range"] = range;
    let diagnostic = object(&[
        ("message", text()),
        ("location", location),
        ("severity", severity.clone()),
        ("code", object(&[("value", text())])),
        ("suggestions", list(&suggestion)),
    ]);
    let schema = object(&[("source", object(&[("name", text())])), ("diagnostics", list(&diagnostic))]);
    for report in [showcase("rdjson"), odd("rdjson"), clean("rdjson")] {
        conforms(&schema, &report);
    }
}

/// What GitHub's code scanning asks of a log: more than the standard does.
fn sarif_schema() -> Value {
    let message = object(&[("text", json!({ "type": "string", "minLength": 1, "maxLength": 1024 }))]);
    let tags = json!({ "type": "array", "maxItems": 20, "items": text() });
    let mut properties = object(&[
        ("tags", tags),
        ("precision", words(&["very-high", "high", "medium", "low"])),
        ("problem.severity", words(&["error", "warning", "recommendation"])),
    ]);
    properties["properties"]["security-severity"] = json!({ "type": "string", "pattern": "^[0-9]+\\.[0-9]$" });
    let level = words(&["error", "warning", "note"]);
    let mut rule = object(&[
        ("id", text()),
        ("shortDescription", message.clone()),
        ("fullDescription", message),
        ("help", object(&[("text", text()), ("markdown", text())])),
        ("defaultConfiguration", object(&[("level", level.clone())])),
        ("properties", properties),
    ]);
    rule["properties"]["name"] = json!({ "type": "string", "minLength": 1, "maxLength": 255 });
    let driver = object(&[("name", text()), ("semanticVersion", text()), ("rules", list(&rule))]);
    let artifact = object(&[("uri", uri())]);
    let region = object(&[("startLine", number(1)), ("startColumn", number(1)), ("endColumn", number(1))]);
    let physical = |region: Value| {
        let mut place = object(&[("artifactLocation", artifact.clone())]);
        place["properties"]["region"] = region;
        object(&[("physicalLocation", place)])
    };
    let locations = json!({ "type": "array", "minItems": 1, "maxItems": 100, "items": physical(region.clone()) });
    let mut related = physical(region);
    related["required"] = json!(["id", "message", "physicalLocation"]);
    let result = object(&[
        ("ruleId", text()),
        ("ruleIndex", number(0)),
        ("level", level),
        ("message", object(&[("text", text())])),
        ("locations", locations),
        ("relatedLocations", json!({ "type": "array", "maxItems": 100, "items": related })),
        (
            "partialFingerprints",
            object(&[("primaryLocationLineHash", json!({ "type": "string", "pattern": "^[0-9a-f]+:[0-9]+$" }))]),
        ),
    ]);
    let invocation = object(&[("executionSuccessful", json!({ "type": "boolean" }))]);
    let run = object(&[
        ("tool", object(&[("driver", driver)])),
        ("automationDetails", object(&[("id", json!({ "type": "string", "pattern": "/$" }))])),
        ("invocations", json!({ "type": "array", "minItems": 1, "items": invocation })),
        ("results", list(&result)),
    ]);
    object(&[
        ("$schema", words(&["https://json.schemastore.org/sarif-2.1.0.json"])),
        ("version", words(&["2.1.0"])),
        ("runs", json!({ "type": "array", "minItems": 1, "maxItems": 1, "items": run })),
    ])
}

/// Types that are made from the published schema read all of a log and write it again: no required property is missing,
/// none is of another type, none is unknown to the standard.
#[test]
fn sarif_is_what_the_standard_says() {
    for report in [showcase("sarif"), odd("sarif"), clean("sarif")] {
        let written: Value = serde_json::from_str(&report).expect("JSON");
        let log: serde_sarif::sarif::Sarif = serde_json::from_str(&report).unwrap_or_else(|e| panic!("{e}: {report}"));
        assert_eq!(serde_json::to_value(&log).expect("JSON"), written);
    }
}

#[test]
fn sarif_is_what_code_scanning_reads() {
    for report in [showcase("sarif"), odd("sarif"), clean("sarif")] {
        let log = conforms(&sarif_schema(), &report);
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
        for result in run["results"].as_array().expect("a list") {
            let rule = &rules[result["ruleIndex"].as_u64().expect("a number") as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert!(
                region.is_null() || region["endLine"].is_null() || region["endLine"] == region["startLine"],
                "{result}"
            );
            for (number, related) in result["relatedLocations"].as_array().into_iter().flatten().enumerate() {
                assert_eq!(related["id"], json!(number + 1), "{result}");
            }
        }
    }
}

/// The elements of this name, and the text of the document: broken XML does not come this far.
#[track_caller]
fn elements<T>(report: &str, name: &str, of_each: impl Fn(roxmltree::Node<'_, '_>) -> T) -> Vec<T> {
    let document = roxmltree::Document::parse(report).unwrap_or_else(|e| panic!("{e}: {report}"));
    document.descendants().filter(|node| node.has_tag_name(name)).map(of_each).collect()
}

fn counted(node: roxmltree::Node<'_, '_>, attribute: &str) -> usize {
    node.attribute(attribute).and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{attribute} is no number"))
}

#[test]
fn junit_is_what_servers_read() {
    for (report, failed) in [(showcase("junit"), true), (odd("junit"), true), (clean("junit"), false)] {
        let totals = elements(&report, "testsuites", |all| (counted(all, "tests"), counted(all, "failures")));
        let cases = elements(&report, "testcase", |case| {
            assert!(["name", "classname"].iter().all(|a| case.attribute(*a).is_some_and(|v| !v.is_empty())));
            case.children().filter(|c| c.has_tag_name("failure")).filter(|f| f.attribute("message").is_some()).count()
        });
        assert_eq!(totals, [(cases.len(), cases.iter().sum())]);
        assert_eq!(cases.iter().sum::<usize>() > 0, failed);
        let of_suites = elements(&report, "testsuite", |suite| {
            let cases = suite.children().filter(|c| c.has_tag_name("testcase")).count();
            assert_eq!(counted(suite, "tests"), cases);
            cases
        });
        assert_eq!(of_suites.iter().sum::<usize>(), cases.len());
    }
}

#[test]
fn checkstyle_is_what_servers_read() {
    for report in [showcase("checkstyle"), odd("checkstyle"), clean("checkstyle")] {
        elements(&report, "file", |file| assert!(file.attribute("name").is_some_and(|n| !n.is_empty())));
        elements(&report, "error", |error| {
            assert!(counted(error, "line") > 0 && counted(error, "column") > 0);
            assert!(["error", "warning", "info"].contains(&error.attribute("severity").unwrap_or_default()));
            assert!(error.attribute("source").is_some_and(|s| s.starts_with("tfcheck.")));
            assert!(error.attribute("message").is_some_and(|m| !m.is_empty()));
        });
    }
}

#[test]
fn workflow_commands_are_what_github_reads() {
    let command = regex::Regex::new(
        "^::(error|warning|notice) file=[^,:\r\n]+,line=[1-9][0-9]*,endLine=[1-9][0-9]*(,col=[1-9][0-9]*,endColumn=[1-9][0-9]*)?,title=[^,:\r\n]+::[^\r\n]+$",
    );
    let command = command.expect("the pattern is valid");
    for report in [showcase("github"), odd("github"), clean("github")] {
        let (commands, others): (Vec<&str>, Vec<&str>) = report.lines().partition(|line| line.starts_with("::"));
        commands.iter().for_each(|line| assert!(command.is_match(line), "{line}"));
        for kind in ["::error", "::warning", "::notice"] {
            assert!(commands.iter().filter(|line| line.starts_with(kind)).count() <= 10, "{report}");
        }
        assert!(others.len() <= 1, "{report}");
    }
}
