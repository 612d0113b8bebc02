//! What evaluating an expression roughly takes, from its form alone, so that what is cheap is asked first.

use crate::syntax::{Expr, ExprKind};

/// What a call takes of which nothing else is known: many look at the configuration.
const CALL: usize = 40;
/// What it takes to call one of the functions that just look at their arguments.
const PLAIN_CALL: usize = 4;
/// The elements that a list is taken to have.
const ELEMENTS: usize = 3;

/// What evaluating an expression takes, in plain expressions such as `self.engine`. `declared` says it of the functions
/// that rule files declare, where it is known.
pub fn of(expr: &Expr, declared: &dyn Fn(&str) -> Option<usize>) -> usize {
    let mut inside = 0_usize;
    expr.for_each_child(&mut |child| inside = inside.saturating_add(of(child, declared)));
    match &expr.kind {
        ExprKind::Call { name, .. } if is_plain(&name.text) => inside.saturating_add(PLAIN_CALL),
        ExprKind::Call { name, .. } => inside.saturating_add(declared(&name.text).unwrap_or(CALL)),
        ExprKind::For(_) | ExprKind::Splat { .. } => inside.saturating_mul(ELEMENTS),
        _ => inside.saturating_add(1),
    }
}

fn is_plain(function: &str) -> bool {
    matches!(
        function,
        "alltrue"
            | "anytrue"
            | "can"
            | "coalesce"
            | "contains"
            | "is_known"
            | "is_set"
            | "length"
            | "startswith"
            | "try"
    )
}
