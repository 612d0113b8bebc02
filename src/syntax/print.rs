//! A tree back to native syntax, plainly: one argument a line, heredocs as quoted strings, no comments.
//!
//! Reading the result gives the same tree but for its spans, so that a tree can be compared with another by its
//! text. Holds for trees of native syntax without problems; what was not understood prints as `null`.

use std::fmt::Write;

use super::ast::{
    AttrExpr, BinaryOp, Body, CallExpr, ConditionalExpr, Document, Expr, ExprKind, ForExpr, ForPart, Ident, IfPart,
    ObjectItem, TemplatePart, UnaryOp,
};

/// The text of a document.
pub fn print(document: &Document) -> String {
    let mut printer = Printer { out: String::new() };
    printer.body(&document.body, 0);
    printer.out
}

/// The text of an expression.
pub fn print_expression(expr: &Expr) -> String {
    let mut printer = Printer { out: String::new() };
    printer.expr(expr);
    printer.out
}

struct Printer {
    out: String,
}

impl Printer {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn body(&mut self, body: &Body, depth: usize) {
        let indentation = "  ".repeat(depth);
        for attribute in &body.attributes {
            let _ = write!(self.out, "{indentation}{} = ", attribute.name.text);
            self.expr(&attribute.expr);
            self.text("\n");
        }
        for block in &body.blocks {
            let _ = write!(self.out, "{indentation}{}", block.kind.text);
            for label in &block.labels {
                self.label(label);
            }
            self.text(" {\n");
            self.body(&block.body, depth + 1);
            let _ = writeln!(self.out, "{indentation}}}");
        }
    }

    /// A name outside of ASCII keeps the characters it is written with only without quotes.
    fn label(&mut self, label: &Ident) {
        let is_name = |text: &str| {
            text.starts_with(unicode_ident::is_xid_start)
                && text.chars().all(|c| c == '-' || unicode_ident::is_xid_continue(c))
        };
        self.text(" ");
        if !label.text.is_ascii() && is_name(&label.text) {
            self.text(&label.text);
        } else {
            self.string(&label.text);
        }
    }

    fn string(&mut self, text: &str) {
        self.text("\"");
        self.literal(text, false);
        self.text("\"");
    }

    /// Literal text inside of quotes, in front of a template sequence or not.
    fn literal(&mut self, text: &str, sequence_follows: bool) {
        for (at, c) in text.char_indices() {
            let rest = &text[at + c.len_utf8()..];
            match c {
                '"' | '\\' => self.out.extend(['\\', c]),
                '\n' => self.text("\\n"),
                '\r' => self.text("\\r"),
                '\t' => self.text("\\t"),
                '$' | '%' if rest.starts_with('{') => self.out.extend([c, c]),
                // Before a sequence it would escape that.
                '$' | '%' if rest.is_empty() && sequence_follows => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(c));
                }
                c => self.out.push(c),
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Null | ExprKind::Invalid => self.text("null"),
            ExprKind::Bool(true) => self.text("true"),
            ExprKind::Bool(false) => self.text("false"),
            ExprKind::Number(text) | ExprKind::Variable(text) => self.text(text),
            ExprKind::String(text) => self.string(text),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Tuple(items) => self.list("[", items, "]"),
            ExprKind::Object(items) => self.object(items),
            ExprKind::Attr(..) | ExprKind::Index(..) | ExprKind::Splat { .. } => self.traversal(expr),
            ExprKind::SplatElement => {}
            ExprKind::Call(call) => {
                let CallExpr { name, args, expand_final } = &**call;
                self.text(&name.text);
                self.list("(", args, if *expand_final { "...)" } else { ")" });
            }
            ExprKind::Unary(op, operand) => {
                self.text(if *op == UnaryOp::Not { "!" } else { "-" });
                self.expr(operand);
            }
            ExprKind::Binary(op, of) => {
                self.expr(&of.left);
                let _ = write!(self.out, " {} ", symbol(*op));
                self.expr(&of.right);
            }
            ExprKind::Conditional(of) => {
                let ConditionalExpr { condition, then, otherwise } = &**of;
                self.expr(condition);
                self.text(" ? ");
                self.expr(then);
                self.text(" : ");
                self.expr(otherwise);
            }
            ExprKind::For(parts) => self.for_expr(parts),
            ExprKind::Paren(inner) => self.list("(", std::slice::from_ref(&**inner), ")"),
        }
    }

    fn list(&mut self, open: &str, items: &[Expr], close: &str) {
        self.text(open);
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            self.expr(item);
        }
        self.text(close);
    }

    fn object(&mut self, items: &[ObjectItem]) {
        self.text("{");
        for (i, item) in items.iter().enumerate() {
            self.text(if i > 0 { ", " } else { " " });
            self.expr(&item.key);
            self.text(" = ");
            self.expr(&item.value);
        }
        self.text(if items.is_empty() { "}" } else { " }" });
    }

    fn for_expr(&mut self, parts: &ForExpr) {
        self.text(if parts.key.is_some() { "{" } else { "[" });
        self.for_head(parts.key_var.as_ref(), &parts.value_var, &parts.collection);
        self.text(" : ");
        if let Some(key) = &parts.key {
            self.expr(key);
            self.text(" => ");
        }
        self.expr(&parts.value);
        if parts.group {
            self.text("...");
        }
        if let Some(condition) = &parts.condition {
            self.text(" if ");
            self.expr(condition);
        }
        self.text(if parts.key.is_some() { "}" } else { "]" });
    }

    fn for_head(&mut self, key: Option<&Ident>, value: &Ident, collection: &Expr) {
        self.text("for ");
        if let Some(key) = key {
            let _ = write!(self.out, "{}, ", key.text);
        }
        let _ = write!(self.out, "{} in ", value.text);
        self.expr(collection);
    }

    /// `.name`, `[key]` or a splat behind what it applies to. What follows a splat outside of it applies to its
    /// result only if it is written `.*`.
    fn traversal(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Attr(attr) => {
                let AttrExpr { base, name } = &**attr;
                self.base(base);
                let _ = write!(self.out, ".{}", name.text);
            }
            ExprKind::Index(base, key) => {
                self.base(base);
                self.list("[", std::slice::from_ref(&**key), "]");
            }
            ExprKind::Splat { base, each } => {
                self.base(base);
                self.text("[*]");
                self.expr(each);
            }
            _ => self.expr(expr),
        }
    }

    fn base(&mut self, base: &Expr) {
        match &base.kind {
            ExprKind::Splat { base, each } => {
                self.base(base);
                self.text(".*");
                self.attribute_steps(each);
            }
            ExprKind::Number(text) => {
                // `1.e5` would be a number.
                let _ = write!(self.out, "{text} ");
            }
            _ => self.expr(base),
        }
    }

    /// What stands behind `.*`: names and numbers.
    fn attribute_steps(&mut self, each: &Expr) {
        match &each.kind {
            ExprKind::Attr(attr) => {
                let AttrExpr { base, name } = &**attr;
                self.attribute_steps(base);
                let _ = write!(self.out, " .{}", name.text);
            }
            ExprKind::Index(base, key) => {
                self.attribute_steps(base);
                self.text(" .");
                self.expr(key);
            }
            _ => self.expr(each),
        }
    }

    fn template(&mut self, parts: &[TemplatePart]) {
        self.text("\"");
        if let [TemplatePart::Literal(text, _), TemplatePart::Interpolation(expr)] = parts
            && text.is_empty()
        {
            // An empty literal comes of a strip marker only.
            self.text(" ${~ ");
            self.expr(expr);
            self.text("}");
        } else {
            self.parts(parts);
        }
        self.text("\"");
    }

    fn parts(&mut self, parts: &[TemplatePart]) {
        for part in parts {
            match part {
                // A directive follows the last part, or the quote.
                TemplatePart::Literal(text, _) => self.literal(text, true),
                TemplatePart::Interpolation(expr) => {
                    self.text("${");
                    self.expr(expr);
                    self.text("}");
                }
                TemplatePart::If(part) => {
                    let IfPart { condition, then, otherwise, .. } = &**part;
                    self.text("%{ if ");
                    self.expr(condition);
                    self.text(" }");
                    self.parts(then);
                    if !otherwise.is_empty() {
                        self.text("%{ else }");
                        self.parts(otherwise);
                    }
                    self.text("%{ endif }");
                }
                TemplatePart::For(part) => {
                    let ForPart { key_var, value_var, collection, body, .. } = &**part;
                    self.text("%{ ");
                    self.for_head(key_var.as_ref(), value_var, collection);
                    self.text(" }");
                    self.parts(body);
                    self.text("%{ endfor }");
                }
            }
        }
    }
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
    }
}
