//! Configurations of a few lines that stand for more than anybody has room for: modules, instances, environments, threads.

use super::run::Case;

#[test]
fn no_more_threads_than_are_of_use() {
    let case = Case::new(&[("main.tf", "locals {\n  a = upper(1, 2)\n}\n")]);
    let ran = case.run_within(10, &["--jobs", "100000", "--format", "compact"]);
    assert!(ran.out.contains("upper"), "{ran}");
}

#[test]
fn modules_that_multiply_what_they_hold() {
    let queues: String = (0..50).map(|i| format!("resource \"aws_sqs_queue\" \"q{i}\" {{}}\n")).collect();
    let call = |arguments: &str| format!("module \"m\" {{\n  source = \"./m\"\n{arguments}}}\n");
    let main = call("  count = 100000\n") + "\nresource \"aws_sqs_queue\" \"other\" {}\n";
    let case = Case::new(&[("main.tf", &main), ("m/main.tf", &queues)]);
    let ran = case.run_within(20, &["--format", "compact", "--min-severity", "advice"]);
    assert!(ran.out.contains("more than 1000000 instances in all are not expanded"), "{:.2000}", ran.to_string());
    assert!(ran.out.contains("aws_sqs_queue.other"), "{:.2000}", ran.to_string());
}

#[test]
fn modules_that_call_many_others() {
    let calls =
        |of: &str| -> String { (0..25).map(|i| format!("module \"c{i}\" {{\n  source = \"{of}\"\n}}\n")).collect() };
    let locals: String = (0..300).map(|i| format!("  l{i} = {i}\n")).collect();
    let case = Case::new(&[
        ("main.tf", &calls("./a")),
        ("a/main.tf", &calls("../b")),
        ("b/main.tf", &calls("../c")),
        ("c/main.tf", &format!("locals {{\n{locals}}}\n")),
    ]);
    let ran = case.run_within(20, &["--format", "compact"]);
    assert_eq!(
        ran.out.matches("more than 1000000 instances in all are not expanded").count(),
        1,
        "{:.2000}",
        ran.to_string()
    );
}

#[test]
fn keys_that_would_fill_reports() {
    let text = "join(\"\", [for i in range(1000) : \"abcdefgh\"])";
    let main = format!("resource \"aws_sqs_queue\" \"q\" {{\n  for_each = toset([{text}])\n}}\n");
    let ran = Case::new(&[("main.tf", &main)]).run(&["--format", "compact"]);
    assert!(
        ran.out.contains("instances with keys of more than 4096 bytes are not expanded"),
        "{:.2000}",
        ran.to_string()
    );
    assert!(ran.out.len() < 10_000, "{} bytes", ran.out.len());
}

#[test]
fn environments_without_end() {
    let names: Vec<String> = (0..1_200).map(|i| format!("envs/e{i:04}.tfvars")).collect();
    let main = "variable \"x\" {}\nresource \"aws_sqs_queue\" \"q\" {\n  name = var.x\n}\n";
    let files: Vec<(&str, &str)> =
        names.iter().map(|name| (name.as_str(), "x = \"a\"\n")).chain([("main.tf", main)]).collect();
    let ran = Case::new(&files).run_within(60, &["--format", "compact"]);
    let expected = "envs/e1000.tfvars: warning[limit-reached]: more than 1000 environments are not evaluated";
    assert!(ran.out.contains(expected), "{:.2000}", ran.to_string());
}

#[test]
fn variables_of_many_environments() {
    let names: Vec<String> = (0..100).map(|i| format!("envs/e{i}.tfvars")).collect();
    let main: String = (0..300).map(|i| format!("variable \"v{i}\" {{}}\n")).collect();
    let values: String = (0..300).map(|i| format!("v{i} = \"a\"\n")).collect();
    let files = names.iter().map(|name| (name.as_str(), values.as_str())).chain([("main.tf", main.as_str())]);
    let ran = Case::new(&files.collect::<Vec<_>>()).run_within(20, &["--format", "compact"]);
    assert_eq!(ran.status, 0, "{:.2000}", ran.to_string());
}
