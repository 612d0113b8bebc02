//! Walks over expressions.

use super::ast::{ConditionalExpr, Expr, ExprKind, ForPart, IfPart, TemplatePart};

impl Expr {
    /// Calls `f` with each expression that this one is made of, in the order of the text; not with theirs.
    pub fn for_each_child<'e>(&'e self, f: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Variable(_)
            | ExprKind::SplatElement
            | ExprKind::Invalid => {}
            ExprKind::Template(parts) => in_parts(parts, f),
            ExprKind::Tuple(items) => items.iter().for_each(f),
            ExprKind::Object(items) => items.iter().for_each(|item| {
                f(&item.key);
                f(&item.value);
            }),
            ExprKind::Attr(attr) => f(&attr.base),
            ExprKind::Unary(_, base) | ExprKind::Paren(base) => f(base),
            ExprKind::Index(a, b) | ExprKind::Splat { base: a, each: b } => {
                f(a);
                f(b);
            }
            ExprKind::Binary(_, of) => {
                f(&of.left);
                f(&of.right);
            }
            ExprKind::Call(call) => call.args.iter().for_each(f),
            ExprKind::Conditional(of) => {
                let ConditionalExpr { condition, then, otherwise } = &**of;
                [condition, then, otherwise].into_iter().for_each(f);
            }
            ExprKind::For(of) => {
                f(&of.collection);
                of.key.iter().for_each(&mut *f);
                f(&of.value);
                of.condition.iter().for_each(f);
            }
        }
    }
}

fn in_parts<'e>(parts: &'e [TemplatePart], f: &mut dyn FnMut(&'e Expr)) {
    for part in parts {
        match part {
            TemplatePart::Literal(..) => {}
            TemplatePart::Interpolation(expr) => f(expr),
            TemplatePart::If(part) => {
                let IfPart { condition, then, otherwise, .. } = &**part;
                f(condition);
                in_parts(then, f);
                in_parts(otherwise, f);
            }
            TemplatePart::For(part) => {
                let ForPart { collection, body, .. } = &**part;
                f(collection);
                in_parts(body, f);
            }
        }
    }
}
