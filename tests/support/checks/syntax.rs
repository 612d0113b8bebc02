//! The native syntax: a file, an expression, a template.

use tfcheck::source::FileId;
use tfcheck::syntax::{parse, parse_expression, parse_template, print, print_expression};

use super::tree::{Spans, shape};

const FILE: FileId = FileId(0);

/// Spans lie in the text and in each other; what is printed reads as what was read.
pub fn check(input: &[u8]) {
    let Some(text) = super::text(input) else { return };
    file(text);
    let (expr, problems) = parse_expression(FILE, text, 0);
    Spans::new(text).lone(&expr, &problems);
    if problems.is_empty() {
        expression_reads_back(&print_expression(&expr), &shape(&expr));
    }
    let (template, problems) = parse_template(FILE, text, 0);
    Spans::new(text).lone(&template, &problems);
    if problems.is_empty() {
        expression_reads_back(&print_expression(&template), &shape(&template));
    }
}

fn file(text: &str) {
    let first = parse(FILE, text);
    Spans::new(text).document(&first);
    if !first.problems.is_empty() {
        return;
    }
    let printed = print(&first);
    let second = parse(FILE, &printed);
    assert!(second.problems.is_empty(), "{printed}\n{:#?}", second.problems);
    assert_eq!(shape(&first.body), shape(&second.body), "{printed}");
}

fn expression_reads_back(printed: &str, expected: &str) {
    let (expr, problems) = parse_expression(FILE, printed, 0);
    assert!(problems.is_empty(), "{printed}\n{problems:#?}");
    assert_eq!(shape(&expr), expected, "{printed}");
}
