//! A tree on one line: `(+ 1 (attr var "a"))`.

use std::fmt::Write;

use crate::syntax::{AttrExpr, CallExpr, ConditionalExpr, Expr, ExprKind, ForExpr, ForPart, IfPart, TemplatePart};

pub(in crate::syntax) fn dump(expr: &Expr) -> String {
    let mut out = String::new();
    write_expr(&mut out, expr);
    out
}

fn write_list<'e>(out: &mut String, head: &str, items: impl IntoIterator<Item = &'e Expr>) {
    let _ = write!(out, "({head}");
    for item in items {
        out.push(' ');
        write_expr(out, item);
    }
    out.push(')');
}

fn write_expr(out: &mut String, expr: &Expr) {
    let _ = match &expr.kind {
        ExprKind::Null => write!(out, "null"),
        ExprKind::Bool(value) => write!(out, "{value}"),
        ExprKind::Number(text) => write!(out, "{text}"),
        ExprKind::String(text) => write!(out, "{text:?}"),
        ExprKind::Variable(name) => write!(out, "{name}"),
        ExprKind::SplatElement => write!(out, "_"),
        ExprKind::Invalid => write!(out, "!"),
        ExprKind::Template(parts) => {
            write_parts(out, "template", parts);
            Ok(())
        }
        ExprKind::Tuple(items) => {
            write_list(out, "tuple", items);
            Ok(())
        }
        ExprKind::Object(items) => {
            write_list(out, "object", items.iter().flat_map(|i| [&i.key, &i.value]));
            Ok(())
        }
        ExprKind::Attr(attr) => {
            let AttrExpr { base, name } = &**attr;
            write_list(out, "attr", [base]);
            out.pop();
            write!(out, " {})", name.text)
        }
        ExprKind::Index(base, key) => {
            write_list(out, "index", [&**base, &**key]);
            Ok(())
        }
        ExprKind::Splat { base, each } => {
            write_list(out, "splat", [&**base, &**each]);
            Ok(())
        }
        ExprKind::Call(call) => {
            let CallExpr { name, args, expand_final } = &**call;
            write_list(out, &format!("{}{}", name.text, if *expand_final { "..." } else { "()" }), args);
            Ok(())
        }
        ExprKind::Unary(op, operand) => {
            write_list(out, &format!("{op:?}"), [&**operand]);
            Ok(())
        }
        ExprKind::Binary(op, of) => {
            write_list(out, &format!("{op:?}"), [&of.left, &of.right]);
            Ok(())
        }
        ExprKind::Conditional(of) => {
            let ConditionalExpr { condition, then, otherwise } = &**of;
            write_list(out, "?", [condition, then, otherwise]);
            Ok(())
        }
        ExprKind::For(parts) => {
            write_for(out, parts);
            Ok(())
        }
        ExprKind::Paren(inner) => {
            write_list(out, "paren", [&**inner]);
            Ok(())
        }
    };
}

fn write_for(out: &mut String, parts: &ForExpr) {
    let key = parts.key_var.as_ref().map_or(String::new(), |k| format!("{},", k.text));
    let head = format!("for {key}{}{}", parts.value_var.text, if parts.group { "..." } else { "" });
    let parts = [Some(&parts.collection), parts.key.as_ref(), Some(&parts.value), parts.condition.as_ref()];
    write_list(out, &head, parts.into_iter().flatten());
}

fn write_parts(out: &mut String, head: &str, parts: &[TemplatePart]) {
    let _ = write!(out, "({head}");
    for part in parts {
        out.push(' ');
        match part {
            TemplatePart::Literal(text, _) => {
                let _ = write!(out, "{text:?}");
            }
            TemplatePart::Interpolation(expr) => write_list(out, "$", [expr]),
            TemplatePart::If(part) => {
                let IfPart { condition, then, otherwise, .. } = &**part;
                write_list(out, "%if", [condition]);
                out.pop();
                write_parts(out, " then", then);
                write_parts(out, " else", otherwise);
                out.push(')');
            }
            TemplatePart::For(part) => {
                let ForPart { key_var, value_var, collection, body, .. } = &**part;
                let key = key_var.as_ref().map_or(String::new(), |k| format!("{},", k.text));
                write_list(out, &format!("%for {key}{}", value_var.text), [collection]);
                out.pop();
                write_parts(out, " do", body);
                out.push(')');
            }
        }
    }
    out.push(')');
}
