//! The evaluator agrees with Terraform: every line of `fixtures/semantics/conformance.tsv` holds an expression, what
//! Terraform's `jsonencode` makes of it (or `error`), and what the case is about.
//!
//! With `TFCHECK_TERRAFORM=1` in the environment the table itself is checked against the `terraform` on the path.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use tfcheck::eval::functions::{FileAnswer, Host};
use tfcheck::eval::{EvalError, Evaluation, Hop, Resolved, Scope, Value, json};
use tfcheck::source::{FileId, Span};
use tfcheck::syntax::{Expr, Text, parse_expression};

const TABLE: &str = include_str!("../fixtures/semantics/conformance.tsv");

struct Case<'t> {
    expression: &'t str,
    expected: &'t str,
    note: &'t str,
}

fn cases() -> impl Iterator<Item = Case<'static>> {
    TABLE.lines().map(|line| {
        let mut columns = line.split('\t');
        let (expression, expected) = (columns.next(), columns.next());
        Case {
            expression: expression.unwrap_or_default(),
            expected: expected.expect("each line has an expected result"),
            note: columns.next().unwrap_or_default(),
        }
    })
}

/// A scope without names, in which functions may be called.
struct Nothing;

impl Scope for Nothing {
    fn resolve(&self, root: &Text, _: Span, _: &[Hop<'_>], _: &Evaluation<'_>) -> Result<Resolved, EvalError> {
        Err(EvalError::new(format!("`{root}` is not declared")))
    }

    fn handle_attribute(&self, _: u32, name: &str) -> Result<Value, EvalError> {
        Err(EvalError::new(format!("there is no attribute `{name}`")))
    }

    fn host(&self) -> &dyn Host {
        &EmptyFolder
    }

    fn template(&self, path: &str) -> Result<Option<Arc<Expr>>, EvalError> {
        Err(EvalError::new(format!("there is no file `{path}`")))
    }
}

/// A folder that holds no files.
struct EmptyFolder;

impl Host for EmptyFolder {
    fn read_file(&self, _: &str) -> FileAnswer {
        FileAnswer::Missing
    }

    fn file_set(&self, _: &str, _: &str) -> Option<Vec<String>> {
        Some(Vec::new())
    }
}

/// The JSON of an expression, or why it has none.
fn evaluate(expression: &str) -> Result<String, String> {
    let (parsed, problems) = parse_expression(FileId(0), expression, 0);
    if let Some(problem) = problems.first() {
        return Err(problem.message.clone());
    }
    let value = Evaluation::new(&Nothing).eval(&parsed);
    value.and_then(|value| json::write(&value)).map_err(|e| e.message.to_string())
}

#[test]
fn expressions_evaluate_as_terraform_evaluates_them() {
    let mut failures = String::new();
    let mut count = 0;
    for Case { expression, expected, note } in cases() {
        let found = evaluate(expression);
        let same = match &found {
            Ok(found) => found == expected,
            Err(_) => expected == "error",
        };
        if !same {
            count += 1;
            let found = found.unwrap_or_else(|message| format!("error ({message})"));
            _ = writeln!(failures, "{note}\n  {expression}\n  expected {expected}\n  found    {found}");
        }
    }
    assert!(count == 0, "{count} of {} cases fail:\n{failures}", cases().count());
}

#[test]
#[expect(clippy::print_stdout, reason = "a test that did nothing says so")]
fn the_table_says_what_terraform_says() {
    if std::env::var_os("TFCHECK_TERRAFORM").is_none() {
        println!("skipped: set TFCHECK_TERRAFORM=1 to compare with the terraform on the path");
        return;
    }
    let mut failures = String::new();
    for Case { expression, expected, note } in cases() {
        let found = terraform(&format!("jsonencode({expression})"));
        let found = found.unwrap_or_else(|| "error".into());
        if found != expected {
            _ = writeln!(failures, "{note}\n  {expression}\n  expected {expected}\n  found    {found}");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The string that an expression evaluates to in `terraform console`; `None` for an error.
fn terraform(expression: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut console = Command::new("terraform")
        .arg("console")
        .current_dir(folder.path())
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("terraform can be started");
    // A second encoding keeps the answer on one line, whatever the text holds.
    let line = format!("jsonencode({expression})\n");
    console.stdin.take().expect("it is piped").write_all(line.as_bytes()).expect("terraform reads its input");
    let output = console.wait_with_output().expect("terraform answers");
    let text = String::from_utf8_lossy(&output.stdout);
    let quoted: String = serde_json::from_str(text.trim()).ok()?;
    serde_json::from_str(&quoted).ok()
}
