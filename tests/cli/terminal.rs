//! What the input is called and says reaches a terminal without the characters that a terminal acts on.

use super::run::Case;

/// Moves the cursor, colours, links, rings and turns the direction of text, in all the ways there are.
const EVIL: &str = "a\u{1b}[31m\u{1b}]8;;x\u{7}\u{9b}2J\u{202e}\u{2066}\u{200b}\u{feff}\r\u{7f}\u{85}z";

const DATABASE: &str = "resource \"aws_db_instance\" \"a\" {\n  engine = \"postgres\"\n}\n";

/// Runs a command and looks for what a terminal would act on, in both outputs.
fn check(case: &Case, arguments: &[&str]) {
    let ran = case.run(arguments);
    let is_bad =
        |c: &char| c.is_control() && *c != '\n' || matches!(c, '\u{202e}' | '\u{2066}' | '\u{200b}' | '\u{feff}');
    let text = format!("{}{}", ran.out, ran.err);
    let bad: Vec<&str> = text.lines().filter(|line| line.chars().any(|c| is_bad(&c))).collect();
    assert!(text.contains("a␛[31m"), "the name is not shown: {arguments:?}\n{ran}");
    assert!(bad.is_empty(), "{arguments:?}: {bad:#?}");
}

#[test]
fn names_of_environments() {
    let settings = format!("environment \"{EVIL}\" {{\n}}\nenvironment \"b\" {{\n}}\n").replace(['\r', '\u{feff}'], "");
    let main = format!("variable \"m\" {{\n  default = false\n}}\n{DATABASE}");
    let case = Case::new(&[("main.tf", &main), (".tfcheck.hcl", &settings)]);
    check(&case, &["-v", "."]);
    check(&case, &["--environment", &EVIL.replace(['\r', '\u{feff}'], ""), "-v", "."]);
    check(&case, &["--environment", "c", "."]);
    check(&case, &["why", "aws_db_instance.a", "--environment", "c"]);
}

#[test]
fn names_of_folders() {
    let folder = EVIL;
    let settings = "ignore \"db-*\" {\n  reason = \"because\"\n}\n";
    let case = Case::new(&[(&format!("{folder}/main.tf"), DATABASE), (&format!("{folder}/.tfcheck.hcl"), settings)]);
    check(&case, &["--show-suppressed", "-v", folder]);
    check(&case, &["--format", "compact", "--show-suppressed", folder]);
}

#[test]
fn names_that_are_suggested() {
    let named = DATABASE.replace("\"a\"", &format!("\"{EVIL}\""));
    let case = Case::new(&[("main.tf", &named)]);
    check(&case, &["why", &format!("aws_db_instance.{EVIL}x")]);
}
