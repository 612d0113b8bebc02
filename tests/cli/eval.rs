use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;

use super::run::Case;

fn root() -> Case {
    Case::new(&[
        (
            "main.tf",
            "variable \"size\" {\n  default = 2\n}\n\nvariable \"name\" {}\n\nlocals {\n  double = var.size * 2\n}\n",
        ),
        ("net.tf", "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n"),
        ("prod.tfvars", "size = 10\n"),
    ])
}

fn lines(case: &Case, arguments: &[&str], input: impl AsRef<[u8]>) -> String {
    let mut child = case
        .command(&[&["eval", "--stdin"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().expect("the input is piped").write_all(input.as_ref()).expect("the input is read");
    String::from_utf8(child.wait_with_output().expect("the binary ends").stdout).expect("output is UTF-8")
}

#[test]
fn values_and_what_is_unknown() {
    assert_snapshot!(root().run(&["eval", "local.double", "var.name", "[aws_vpc.a.cidr_block, aws_vpc.a.id]"]));
}

#[test]
fn errors() {
    assert_snapshot!(root().run(&["eval", "1 +", "local.nowhere", "\"still there\""]));
}

#[test]
fn one_object_a_line() {
    let input = "local.double\nvar.name\n{ id = aws_vpc.a.id }\nlocal.nowhere\n\"\\u001b[31m\"\n";
    assert_snapshot!(lines(&root(), &[], input));
}

#[test]
fn lines_behind_one_that_is_not_text() {
    let said = lines(&root(), &[], b"\"\xff\"\r\n1 + 1\r\n\n\x00\nlocal.double");
    let expected = [
        r#"{"error":"the line is not UTF-8 text"}"#,
        r#"{"value":2}"#,
        r#"{"error":"expected an expression, found the end of the text"}"#,
        r#"{"error":"expected an expression, found an invisible character (U+0000)"}"#,
        r#"{"value":4}"#,
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_line_that_is_too_long() {
    let long = format!("\"{}\"\n1 + 1\n", "a".repeat(17 << 20));
    let expected = [r#"{"error":"the line is longer than 16 MiB, the most that is read"}"#, r#"{"value":2}"#];
    assert_eq!(lines(&root(), &[], long).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn faults_of_the_evaluation_are_named_where_they_may_be_the_reason() {
    let case = Case::new(&[("main.tf", "locals {\n  a = upper(1, 2)\n  b = local.a\n}\n")]);
    assert_snapshot!(case.run(&["eval", "local.b"]));
}

#[test]
fn variables_from_the_command_line_later_ones_win() {
    let double = |arguments: &[&str]| lines(&root(), arguments, "local.double\n");
    assert_eq!(double(&[]), "{\"value\":4}\n");
    assert_eq!(double(&["--var-file", "prod.tfvars"]), "{\"value\":20}\n");
    assert_eq!(double(&["--var", "size=3", "--var-file", "prod.tfvars"]), "{\"value\":20}\n");
    assert_eq!(double(&["--var-file", "prod.tfvars", "--var", "size=3"]), "{\"value\":6}\n");
}

#[test]
fn an_empty_folder_is_a_root_too() {
    assert_eq!(lines(&Case::new(&[]), &[], "upper(\"a\")\n"), "{\"value\":\"A\"}\n");
}

#[test]
fn an_expression_is_needed() {
    assert_eq!(root().run(&["eval"]).status, 2);
}
