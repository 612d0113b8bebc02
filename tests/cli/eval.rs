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

fn lines(case: &Case, arguments: &[&str], input: &str) -> String {
    let mut child = case
        .command(&[&["eval", "--stdin"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().expect("the input is piped").write_all(input.as_bytes()).expect("the input is read");
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
