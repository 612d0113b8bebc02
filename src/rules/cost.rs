//! What evaluating an expression roughly takes, from its form alone, so that what is cheap is asked first.

use super::weight::{self, ELEMENTS};
use crate::syntax::{Expr, ExprKind};

/// What evaluating an expression takes, in plain expressions such as `self.engine`. `declared` says it of the functions
/// that rule files declare, where it is known.
pub fn of(expr: &Expr, declared: &dyn Fn(&str) -> Option<usize>) -> usize {
    let mut inside = 0_usize;
    expr.for_each_child(&mut |child| inside = inside.saturating_add(of(child, declared)));
    match &expr.kind {
        ExprKind::Call(call) => {
            let name = &call.name.text;
            inside.saturating_add(declared(name).unwrap_or_else(|| weight::of_call(name)))
        }
        ExprKind::For(_) | ExprKind::Splat { .. } => inside.saturating_mul(ELEMENTS),
        _ => inside.saturating_add(1),
    }
}
