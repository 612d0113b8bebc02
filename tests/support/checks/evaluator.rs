//! The evaluator: an expression by itself, and a configuration with all rules run over it.

use tfcheck::eval::{Evaluation, json};
use tfcheck::source::FileId;
use tfcheck::syntax::{parse, parse_expression};

use super::any_name::AnyName;
use super::stage::STAGE;

const FILE: FileId = FileId(0);

/// Evaluation ends with a value or an error, whatever is evaluated, and what comes of it can be shown.
pub fn check(input: &[u8]) {
    let Some(text) = super::text(input) else { return };
    let (expr, problems) = parse_expression(FILE, text, 0);
    if problems.is_empty() {
        let value = Evaluation::new(&AnyName).eval(&expr);
        drop(value.map(|value| json::display(&value)));
    }
    let body = parse(FILE, text).body;
    // What holds nothing that evaluates is the business of the parsers.
    if body.blocks.is_empty() {
        return;
    }
    if let Some(loaded) = STAGE.load("main.tf", text) {
        STAGE.run(&loaded);
    }
}
