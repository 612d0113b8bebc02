//! The text of a tree of ours.

use std::fmt::Write;

use tfcheck::syntax::{Body, Expr, ExprKind, TemplatePart, UnaryOp, print_expression};

/// A line for each argument and block.
pub(crate) fn show(body: &Body) -> String {
    let mut out = String::new();
    write_body(&mut out, body, 0);
    out
}

fn write_body(out: &mut String, body: &Body, depth: usize) {
    for attribute in &body.attributes {
        let _ = writeln!(out, "{depth} {} = {}", attribute.name.text, expr(&attribute.expr));
    }
    for block in &body.blocks {
        let labels: Vec<_> = block.labels.iter().map(|l| &*l.text).collect();
        let _ = writeln!(out, "{depth} {} {labels:?}", block.kind.text);
        write_body(out, &block.body, depth + 1);
    }
}

fn list<'e>(items: impl IntoIterator<Item = &'e Expr>) -> String {
    items.into_iter().map(expr).collect::<Vec<_>>().join(", ")
}

/// Text without its blanks, which `<<-` and strip markers decide about.
pub(crate) fn literal(text: &str) -> String {
    format!("{:?}", text.split_whitespace().collect::<String>())
}

pub(crate) fn number(text: &str) -> String {
    text.parse::<f64>().map_or_else(|e| e.to_string(), |n| format!("#{n}"))
}

fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Number(text) => number(text),
        ExprKind::Unary(UnaryOp::Negate, operand) => match &operand.kind {
            ExprKind::Number(text) => number(&format!("-{text}")),
            _ => format!("-{}", expr(operand)),
        },
        ExprKind::Unary(UnaryOp::Not, operand) => format!("!{}", expr(operand)),
        ExprKind::String(text) => literal(text),
        ExprKind::Template(parts) => template(parts),
        ExprKind::Tuple(items) => format!("[{}]", list(items)),
        ExprKind::Object(items) => {
            let items = items.iter().map(|i| format!("{} = {}", expr(&i.key), expr(&i.value)));
            format!("{{{}}}", items.collect::<Vec<_>>().join(", "))
        }
        ExprKind::Attr(of) => format!("{}.{}", expr(&of.base), of.name.text),
        ExprKind::Index(base, key) => format!("{}[{}]", expr(base), expr(key)),
        ExprKind::Splat { base, each } => format!("{}[*]{}", expr(base), expr(each)),
        ExprKind::SplatElement => String::new(),
        ExprKind::Call(call) => {
            format!("{}({}{})", call.name.text, list(&call.args), if call.expand_final { "..." } else { "" })
        }
        ExprKind::Binary(op, of) => format!("<{op:?} {} {}>", expr(&of.left), expr(&of.right)),
        ExprKind::Conditional(of) => {
            format!("<? {} {} {}>", expr(&of.condition), expr(&of.then), expr(&of.otherwise))
        }
        ExprKind::For(parts) => {
            let key_var = parts.key_var.as_ref().map_or("", |k| &k.text);
            let key = parts.key.as_ref().map_or_else(String::new, expr);
            let condition = parts.condition.as_ref().map_or_else(String::new, expr);
            let (value, collection) = (expr(&parts.value), expr(&parts.collection));
            format!("<for {key_var} {} {collection} {key} {value} {} {condition}>", parts.value_var.text, parts.group)
        }
        ExprKind::Paren(inner) => format!("({})", expr(inner)),
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Variable(_) | ExprKind::Invalid => print_expression(e),
    }
}

fn template(parts: &[TemplatePart]) -> String {
    let mut out = String::new();
    for part in parts {
        let _ = match part {
            TemplatePart::Literal(text, _) if text.trim().is_empty() => Ok(()),
            TemplatePart::Literal(text, _) => write!(out, "{}", literal(text)),
            TemplatePart::Interpolation(inner) => write!(out, "${{{}}}", expr(inner)),
            TemplatePart::If(part) => {
                let (condition, then, otherwise) =
                    (expr(&part.condition), template(&part.then), template(&part.otherwise));
                write!(out, "%{{if {condition}}}{then}%{{else}}{otherwise}")
            }
            TemplatePart::For(part) => {
                let (key_var, value_var) = (part.key_var.as_ref().map_or("", |k| &k.text), &part.value_var.text);
                let (collection, body) = (expr(&part.collection), template(&part.body));
                write!(out, "%{{for {key_var} {value_var} {collection}}}{body}")
            }
        };
    }
    format!("<{out}>")
}
