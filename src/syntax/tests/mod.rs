//! Tests of the native syntax: trees, spans, templates, messages, bounds.

mod bodies;
mod bounds;
pub(super) mod dump;
mod expressions;
mod messages;
mod packed;
mod printing;
mod spans;
mod templates;

use self::dump::dump;
use crate::source::FileId;
use crate::syntax::{Expr, parse_expression};

/// The expression that a text holds, which must be without fault.
fn expression(text: &str) -> Expr {
    let (expr, problems) = parse_expression(FileId(0), text, 0);
    assert!(problems.is_empty(), "{text}: {problems:#?}");
    expr
}

/// A text and its tree as [`dump`] shows it.
fn check(text: &str, expected: &str) {
    assert_eq!(dump(&expression(text)), expected, "{text}");
}

/// A text that is refused with exactly one problem, which begins so.
fn refused(text: &str, message: &str) {
    let (_, problems) = parse_expression(FileId(0), text, 0);
    assert_eq!(problems.len(), 1, "{text}: {problems:#?}");
    assert!(problems[0].message.starts_with(message), "{text}: {}", problems[0].message);
}
