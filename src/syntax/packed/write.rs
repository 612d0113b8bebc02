//! Trees to bytes.

use super::{OPERATORS, form, part, stands};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, ObjectItem, TemplatePart, UnaryOp};

/// Writes trees of one text.
pub struct Writer<'s> {
    source: &'s str,
    bytes: Vec<u8>,
    /// Where the span before began.
    before: u32,
}

impl<'s> Writer<'s> {
    /// A writer of what was read from this text.
    pub fn new(source: &'s str) -> Writer<'s> {
        Writer { source, bytes: Vec::new(), before: 0 }
    }

    /// Where the next tree begins. It can be read without those before.
    pub fn begin(&mut self) -> usize {
        self.before = 0;
        self.bytes.len()
    }

    /// All that was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Something that is read later, or never: how long it is stands before it. It can be read without what comes before.
    pub fn later(&mut self, write: impl FnOnce(&mut Self)) {
        let mut inner = Writer::new(self.source);
        write(&mut inner);
        self.number(inner.bytes.len());
        self.bytes.extend(inner.bytes);
    }

    /// A number.
    pub fn number(&mut self, number: usize) {
        let mut rest = number;
        while rest >= 0x80 {
            self.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
    }

    /// A yes or no.
    pub fn flag(&mut self, flag: bool) {
        self.byte(u8::from(flag));
    }

    /// As many as there are.
    pub fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
        write: impl Fn(&mut Self, T),
    ) {
        let items = items.into_iter();
        self.number(items.len());
        items.for_each(|item| write(self, item));
    }

    /// One or none.
    pub fn option<T>(&mut self, item: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(item.is_some());
        if let Some(item) = item {
            write(self, item);
        }
    }

    /// A place.
    pub fn span(&mut self, span: Span) {
        let moved = i64::from(span.start) - i64::from(self.before);
        // The sign comes last, so that short ways back are small numbers too.
        self.number(((moved << 1) ^ (moved >> 63)) as usize);
        self.number((span.end - span.start) as usize);
        self.before = span.start;
    }

    /// A text that was read at a place, of which the reader knows.
    pub fn text(&mut self, text: &str, span: Span) {
        let there = self.source.get(span.range()).unwrap_or_default();
        let quoted = there.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if there == text {
            self.byte(stands::THERE);
        } else if quoted == Some(text) {
            self.byte(stands::QUOTED);
        } else {
            self.byte(stands::HERE);
            self.number(text.len());
            self.bytes.extend_from_slice(text.as_bytes());
        }
    }

    /// A name.
    pub fn ident(&mut self, ident: &Ident) {
        self.span(ident.span);
        self.text(&ident.text, ident.span);
    }

    /// An expression.
    pub fn expr(&mut self, expr: &Expr) {
        self.span(expr.span);
        let mut begin = |form: u8| self.byte(form);
        match &expr.kind {
            ExprKind::Null => begin(form::NULL),
            ExprKind::Bool(false) => begin(form::FALSE),
            ExprKind::Bool(true) => begin(form::TRUE),
            ExprKind::Number(text) => {
                begin(form::NUMBER);
                self.text(text, expr.span);
            }
            ExprKind::String(text) => {
                begin(form::STRING);
                self.text(text, expr.span);
            }
            ExprKind::Template(parts) => {
                begin(form::TEMPLATE);
                self.parts(parts);
            }
            ExprKind::Tuple(items) => {
                begin(form::TUPLE);
                self.list(items, Self::expr);
            }
            ExprKind::Object(items) => {
                begin(form::OBJECT);
                self.list(items, |w, ObjectItem { key, value }| w.all([key, value]));
            }
            ExprKind::Variable(name) => {
                begin(form::VARIABLE);
                self.text(name, expr.span);
            }
            ExprKind::Attr(of) => {
                begin(form::ATTR);
                self.expr(&of.base);
                self.ident(&of.name);
            }
            ExprKind::Index(base, key) => {
                begin(form::INDEX);
                self.all([&**base, &**key]);
            }
            ExprKind::Splat { base, each } => {
                begin(form::SPLAT);
                self.all([&**base, &**each]);
            }
            ExprKind::SplatElement => begin(form::SPLAT_ELEMENT),
            ExprKind::Call(of) => {
                begin(form::CALL);
                self.ident(&of.name);
                self.list(&of.args, Self::expr);
                self.flag(of.expand_final);
            }
            ExprKind::Unary(operator, operand) => {
                begin(if *operator == UnaryOp::Not { form::NOT } else { form::NEGATE });
                self.expr(operand);
            }
            ExprKind::Binary(operator, of) => {
                begin(form::BINARY);
                self.number(OPERATORS.iter().position(|known| known == operator).unwrap_or_default());
                self.all([&of.left, &of.right]);
            }
            ExprKind::Conditional(of) => {
                begin(form::CONDITIONAL);
                self.all([&of.condition, &of.then, &of.otherwise]);
            }
            ExprKind::For(of) => {
                begin(form::FOR);
                self.option(of.key_var.as_ref(), Self::ident);
                self.ident(&of.value_var);
                self.expr(&of.collection);
                self.option(of.key.as_ref(), Self::expr);
                self.expr(&of.value);
                self.flag(of.group);
                self.option(of.condition.as_ref(), Self::expr);
            }
            ExprKind::Paren(inner) => {
                begin(form::PAREN);
                self.expr(inner);
            }
            ExprKind::Invalid => begin(form::INVALID),
        }
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn parts(&mut self, parts: &[TemplatePart]) {
        self.list(parts, |w, part| match part {
            TemplatePart::Literal(text, span) => {
                w.byte(part::LITERAL);
                w.span(*span);
                w.text(text, *span);
            }
            TemplatePart::Interpolation(expr) => {
                w.byte(part::INTERPOLATION);
                w.expr(expr);
            }
            TemplatePart::If(part) => {
                w.byte(part::IF);
                w.expr(&part.condition);
                w.parts(&part.then);
                w.parts(&part.otherwise);
                w.span(part.span);
            }
            TemplatePart::For(part) => {
                w.byte(part::FOR);
                w.option(part.key_var.as_ref(), Self::ident);
                w.ident(&part.value_var);
                w.expr(&part.collection);
                w.parts(&part.body);
                w.span(part.span);
            }
        });
    }
}
