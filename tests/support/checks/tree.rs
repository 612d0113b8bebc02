//! What holds for every tree: where its nodes stand, and what it looks like without its places.

use std::fmt::Debug;
use std::sync::LazyLock;

use regex::Regex;
use tfcheck::source::{Problem, Span};
use tfcheck::syntax::{Body, Document, Expr, ExprKind, ForExpr, ForPart, Ident, IfPart, TemplatePart};

/// A tree without its spans.
pub fn shape(tree: &impl Debug) -> String {
    static SPAN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"Span \{ file: FileId\(0\), start: \d+, end: \d+ \}").expect("a pattern"));
    SPAN.replace_all(&format!("{tree:?}"), "").into_owned()
}

/// Asserts that spans lie in the text, on the bounds of characters, and in the span of what they are a part of.
#[derive(Clone, Copy)]
pub struct Spans<'t> {
    text: &'t str,
    /// In JSON one key may name several blocks, each of which then has its own place.
    keys_outside: bool,
}

impl<'t> Spans<'t> {
    pub fn new(text: &'t str) -> Spans<'t> {
        Spans { text, keys_outside: false }
    }

    pub fn document(mut self, document: &Document) {
        self.keys_outside = document.json;
        let whole = Span::new(document.file, 0, self.text.len());
        self.inside(document.body.span, whole, "the body");
        self.body(&document.body);
        let mut end = 0;
        for comment in &document.comments {
            self.inside(comment.span, whole, "a comment");
            assert!(end <= comment.span.start, "comments follow each other: {:?}", comment.span);
            end = comment.span.end;
        }
        self.problems(&document.problems, whole);
    }

    pub fn lone(self, expr: &Expr, problems: &[Problem]) {
        let whole = Span::new(expr.span.file, 0, self.text.len());
        self.expr(expr, whole);
        self.problems(problems, whole);
    }

    pub fn problems(self, problems: &[Problem], whole: Span) {
        for problem in problems {
            assert!(!problem.message.is_empty());
            for label in problem.label.iter().chain(&problem.related) {
                self.inside(label.span, whole, &problem.message);
            }
        }
    }

    pub fn inside(self, span: Span, outer: Span, what: &str) {
        assert!(span.start <= span.end && outer.contains(span), "{what}: {span:?} is not in {outer:?}");
        assert!(self.text.get(span.range()).is_some(), "{what}: {span:?} does not fit the text");
    }

    fn body(self, body: &Body) {
        let whole = Span::new(body.span.file, 0, self.text.len());
        for attribute in &body.attributes {
            self.inside(attribute.span(), body.span, "an argument");
            self.ident(&attribute.name, attribute.span());
            self.expr(&attribute.expr, attribute.span());
        }
        for block in &body.blocks {
            self.inside(block.span, body.span, "a block");
            self.inside(block.header, block.span, "a header");
            self.inside(block.body.span, block.span, "a block's body");
            let outer = if self.keys_outside { whole } else { block.header };
            [&block.kind].into_iter().chain(&block.labels).for_each(|name| self.ident(name, outer));
            self.body(&block.body);
        }
    }

    fn ident(self, ident: &Ident, outer: Span) {
        self.inside(ident.span, outer, &ident.text);
    }

    fn expr(self, expr: &Expr, outer: Span) {
        let here = expr.span;
        self.inside(here, outer, "an expression");
        let each = |exprs: &[&Expr]| exprs.iter().for_each(|e| self.expr(e, here));
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => {}
            ExprKind::Variable(_) | ExprKind::SplatElement | ExprKind::Invalid => {}
            ExprKind::Template(parts) => self.parts(parts, here),
            ExprKind::Tuple(items) => items.iter().for_each(|e| self.expr(e, here)),
            ExprKind::Object(items) => items.iter().for_each(|item| each(&[&item.key, &item.value])),
            ExprKind::Attr(of) => {
                each(&[&of.base]);
                self.ident(&of.name, here);
            }
            ExprKind::Index(a, b) | ExprKind::Splat { base: a, each: b } => each(&[a, b]),
            ExprKind::Binary(_, of) => each(&[&of.left, &of.right]),
            ExprKind::Call(call) => {
                self.ident(&call.name, here);
                call.args.iter().for_each(|e| self.expr(e, here));
            }
            ExprKind::Unary(_, operand) | ExprKind::Paren(operand) => each(&[operand]),
            ExprKind::Conditional(of) => each(&[&of.condition, &of.then, &of.otherwise]),
            ExprKind::For(parts) => self.for_expr(parts, here),
        }
    }

    fn for_expr(self, parts: &ForExpr, here: Span) {
        parts.key_var.iter().chain([&parts.value_var]).for_each(|name| self.ident(name, here));
        let optional = parts.key.iter().chain(&parts.condition);
        [&parts.collection, &parts.value].into_iter().chain(optional).for_each(|e| self.expr(e, here));
    }

    fn parts(self, parts: &[TemplatePart], here: Span) {
        for part in parts {
            match part {
                TemplatePart::Literal(_, span) => self.inside(*span, here, "text"),
                TemplatePart::Interpolation(expr) => self.expr(expr, here),
                TemplatePart::If(part) => {
                    let IfPart { condition, then, otherwise, span } = &**part;
                    self.inside(*span, here, "`if`");
                    self.expr(condition, *span);
                    self.parts(then, *span);
                    self.parts(otherwise, *span);
                }
                TemplatePart::For(part) => {
                    let ForPart { key_var, value_var, collection, body, span } = &**part;
                    self.inside(*span, here, "`for`");
                    key_var.iter().chain([value_var]).for_each(|name| self.ident(name, *span));
                    self.expr(collection, *span);
                    self.parts(body, *span);
                }
            }
        }
    }
}
