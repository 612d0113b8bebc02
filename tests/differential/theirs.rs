//! The same text of a tree of `hcl-edit`.

use std::fmt::Write;

use hcl_edit::expr::{BinaryOperator, Expression, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::structure::{BlockLabel, Body};
use hcl_edit::template::{Directive, Element, Template};

use super::ours::{literal, number};

pub(crate) fn show(body: &Body) -> String {
    let mut out = String::new();
    write_body(&mut out, body, 0);
    out
}

fn write_body(out: &mut String, body: &Body, depth: usize) {
    for attribute in body.attributes() {
        let _ = writeln!(out, "{depth} {} = {}", attribute.key.as_str(), expr(&attribute.value));
    }
    for block in body.blocks() {
        let labels: Vec<_> = block.labels.iter().map(label).collect();
        let _ = writeln!(out, "{depth} {} {labels:?}", block.ident.as_str());
        write_body(out, &block.body, depth + 1);
    }
}

fn label(label: &BlockLabel) -> &str {
    match label {
        BlockLabel::Ident(name) => name.as_str(),
        BlockLabel::String(text) => text.as_str(),
    }
}

fn list<'e>(items: impl IntoIterator<Item = &'e Expression>) -> String {
    items.into_iter().map(expr).collect::<Vec<_>>().join(", ")
}

fn expr(e: &Expression) -> String {
    match e {
        Expression::Null(_) => "null".to_owned(),
        Expression::Bool(value) => value.value().to_string(),
        Expression::Number(value) => {
            let written = value.as_repr().map_or_else(|| value.value().to_string(), |r| r.to_string());
            number(&written.replace(' ', ""))
        }
        Expression::String(text) => literal(text.value()),
        Expression::Array(items) => format!("[{}]", list(items.iter())),
        Expression::Object(items) => {
            let items = items.iter().map(|(key, value)| format!("{} = {}", object_key(key), expr(value.expr())));
            format!("{{{}}}", items.collect::<Vec<_>>().join(", "))
        }
        Expression::StringTemplate(parts) => template(parts.iter()),
        Expression::HeredocTemplate(heredoc) => heredoc_text(&heredoc.template),
        Expression::Parenthesis(inner) => format!("({})", expr(inner.inner())),
        Expression::Variable(name) => name.as_str().to_owned(),
        Expression::Conditional(c) => {
            format!("<? {} {} {}>", expr(&c.cond_expr), expr(&c.true_expr), expr(&c.false_expr))
        }
        Expression::FuncCall(call) => {
            let name: String = call.name.namespace.iter().map(|n| format!("{}::", n.as_str())).collect();
            let expand = if call.args.expand_final() { "..." } else { "" };
            format!("{name}{}({}{expand})", call.name.name.as_str(), list(call.args.iter()))
        }
        Expression::Traversal(traversal) => {
            let steps: String = traversal.operators.iter().map(|o| step(o.value())).collect();
            format!("{}{steps}", expr(&traversal.expr))
        }
        Expression::UnaryOp(op) => match op.operator.value() {
            UnaryOperator::Neg => match &op.expr {
                Expression::Number(_) => expr(&op.expr).replacen('#', "#-", 1),
                _ => format!("-{}", expr(&op.expr)),
            },
            UnaryOperator::Not => format!("!{}", expr(&op.expr)),
        },
        Expression::BinaryOp(op) => {
            format!("<{} {} {}>", operator(*op.operator.value()), expr(&op.lhs_expr), expr(&op.rhs_expr))
        }
        Expression::ForExpr(parts) => {
            let key_var = parts.intro.key_var.as_ref().map_or("", |k| k.as_str());
            let key = parts.key_expr.as_ref().map_or_else(String::new, expr);
            let condition = parts.cond.as_ref().map_or_else(String::new, |c| expr(&c.expr));
            let (value, collection) = (expr(&parts.value_expr), expr(&parts.intro.collection_expr));
            let value_var = parts.intro.value_var.as_str();
            format!("<for {key_var} {value_var} {collection} {key} {value} {} {condition}>", parts.grouping)
        }
    }
}

/// Bare names are text, `null`, `true` and `false` among them.
fn object_key(key: &ObjectKey) -> String {
    match key {
        ObjectKey::Ident(name) => literal(name.as_str()),
        ObjectKey::Expression(Expression::Null(_)) => literal("null"),
        ObjectKey::Expression(Expression::Bool(value)) => literal(&value.value().to_string()),
        ObjectKey::Expression(Expression::Variable(name)) => literal(name.as_str()),
        ObjectKey::Expression(key) => expr(key),
    }
}

fn step(step: &TraversalOperator) -> String {
    match step {
        TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => "[*]".to_owned(),
        TraversalOperator::GetAttr(name) => format!(".{}", name.as_str()),
        TraversalOperator::Index(key) => format!("[{}]", expr(key)),
        TraversalOperator::LegacyIndex(n) => format!("[{}]", number(&n.value().to_string())),
    }
}

fn operator(op: BinaryOperator) -> &'static str {
    match op {
        BinaryOperator::Eq => "Equal",
        BinaryOperator::NotEq => "NotEqual",
        BinaryOperator::LessEq => "LessEqual",
        BinaryOperator::GreaterEq => "GreaterEqual",
        BinaryOperator::Less => "Less",
        BinaryOperator::Greater => "Greater",
        BinaryOperator::Plus => "Add",
        BinaryOperator::Minus => "Subtract",
        BinaryOperator::Mul => "Multiply",
        BinaryOperator::Div => "Divide",
        BinaryOperator::Mod => "Modulo",
        BinaryOperator::And => "And",
        BinaryOperator::Or => "Or",
    }
}

/// A heredoc of plain text is a string to us.
fn heredoc_text(parts: &Template) -> String {
    let literals: Option<String> = parts.iter().map(|p| p.as_literal().map(|l| l.as_str().to_owned())).collect();
    literals.map_or_else(|| template(parts.iter()), |text| literal(&text))
}

fn template<'e>(parts: impl Iterator<Item = &'e Element>) -> String {
    let mut out = String::new();
    for part in parts {
        let _ = match part {
            Element::Literal(text) if text.trim().is_empty() => Ok(()),
            Element::Literal(text) => write!(out, "{}", literal(text)),
            Element::Interpolation(inner) => write!(out, "${{{}}}", expr(&inner.expr)),
            Element::Directive(directive) => match &**directive {
                Directive::If(parts) => {
                    let otherwise =
                        parts.else_expr.as_ref().map_or_else(|| "<>".to_owned(), |e| template(e.template.iter()));
                    let then = template(parts.if_expr.template.iter());
                    write!(out, "%{{if {}}}{then}%{{else}}{otherwise}", expr(&parts.if_expr.cond_expr))
                }
                Directive::For(parts) => {
                    let parts = &parts.for_expr;
                    let key_var = parts.key_var.as_ref().map_or("", |k| k.as_str());
                    let (collection, body) = (expr(&parts.collection_expr), template(parts.template.iter()));
                    write!(out, "%{{for {key_var} {} {collection}}}{body}", parts.value_var.as_str())
                }
            },
        };
    }
    format!("<{out}>")
}
