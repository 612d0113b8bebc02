//! Bytes to trees.

use std::sync::Arc;

use super::{OPERATORS, form, part, stands};
use crate::source::{FileId, Span};
use crate::syntax::ast::{
    AttrExpr, BinaryOp, CallExpr, ConditionalExpr, Expr, ExprKind, ForExpr, ForPart, Ident, IfPart, ObjectItem,
    Operands, TemplatePart, Text, UnaryOp,
};

/// Reads what a [`Writer`](super::Writer) wrote, from any place at which one began.
pub struct Reader<'b> {
    source: &'b str,
    file: FileId,
    bytes: &'b [u8],
    before: u32,
}

impl<'b> Reader<'b> {
    /// A reader of what was written for this text, from the place at which something begins.
    pub fn new(bytes: &'b [u8], begin: usize, source: &'b str, file: FileId) -> Reader<'b> {
        Reader { source, file, bytes: bytes.get(begin..).unwrap_or_default(), before: 0 }
    }

    /// The next byte; behind the end there are zeros.
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    /// Passes what is read later; how many bytes there are from where it begins to the end.
    pub fn later(&mut self) -> usize {
        let length = self.number().min(self.bytes.len());
        let left = self.bytes.len();
        self.bytes = &self.bytes[length..];
        left
    }

    /// A number.
    pub fn number(&mut self) -> usize {
        let first = self.byte();
        let mut number = usize::from(first & 0x7f);
        let (mut last, mut shift) = (first, 7);
        while last >= 0x80 && shift < usize::BITS {
            last = self.byte();
            number |= usize::from(last & 0x7f) << shift;
            shift += 7;
        }
        number
    }

    /// A yes or no.
    pub fn flag(&mut self) -> bool {
        self.byte() != 0
    }

    /// As many as there are.
    pub fn list<T, C: FromIterator<T>>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> C {
        let length = self.number();
        (0..length).map(|_| read(self)).collect()
    }

    /// One or none.
    pub fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| read(self))
    }

    /// A place.
    pub fn span(&mut self) -> Span {
        let (moved, length) = match self.bytes {
            // Most are short, and near the one before.
            &[moved, length, ref rest @ ..] if (moved | length) < 0x80 => {
                let pair = (u32::from(moved), u32::from(length));
                self.bytes = rest;
                pair
            }
            _ => (self.number() as u32, self.number() as u32),
        };
        let start = self.before.wrapping_add((moved >> 1) ^ (moved & 1).wrapping_neg());
        self.before = start;
        Span { file: self.file, start, end: start.saturating_add(length) }
    }

    /// A text that was read at a place.
    pub fn text(&mut self, span: Span) -> Text {
        let text = match self.byte() {
            stands::THERE => self.source.get(span.range()),
            stands::QUOTED => self.source.get(span.start as usize + 1..(span.end as usize).saturating_sub(1)),
            _ => {
                let length = self.number().min(self.bytes.len());
                let (text, rest) = self.bytes.split_at(length);
                self.bytes = rest;
                std::str::from_utf8(text).ok()
            }
        };
        text.unwrap_or_default().into()
    }

    /// A name.
    pub fn ident(&mut self) -> Ident {
        let span = self.span();
        Ident { text: self.text(span), span }
    }

    /// An expression.
    pub fn expr(&mut self) -> Expr {
        let span = self.span();
        let kind = match self.byte() {
            form::NULL => ExprKind::Null,
            form::FALSE => ExprKind::Bool(false),
            form::TRUE => ExprKind::Bool(true),
            form::NUMBER => ExprKind::Number(self.text(span)),
            form::STRING => ExprKind::String(self.text(span)),
            form::TEMPLATE => ExprKind::Template(self.parts()),
            form::TUPLE => ExprKind::Tuple(self.list(Self::expr)),
            form::OBJECT => ExprKind::Object(self.list(|r| ObjectItem { key: r.expr(), value: r.expr() })),
            form::VARIABLE => ExprKind::Variable(self.text(span)),
            form::ATTR => ExprKind::Attr(Box::new(AttrExpr { base: self.expr(), name: self.ident() })),
            form::INDEX => ExprKind::Index(self.boxed(), self.boxed()),
            form::SPLAT => ExprKind::Splat { base: self.boxed(), each: self.boxed() },
            form::SPLAT_ELEMENT => ExprKind::SplatElement,
            form::CALL => {
                let (name, args) = (self.ident(), self.list(Self::expr));
                ExprKind::Call(Box::new(CallExpr { name, args, expand_final: self.flag() }))
            }
            form::NOT => ExprKind::Unary(UnaryOp::Not, self.boxed()),
            form::NEGATE => ExprKind::Unary(UnaryOp::Negate, self.boxed()),
            form::BINARY => {
                let operator = OPERATORS.get(self.number()).copied().unwrap_or(BinaryOp::Or);
                ExprKind::Binary(operator, Box::new(Operands { left: self.expr(), right: self.expr() }))
            }
            form::CONDITIONAL => ExprKind::Conditional(Box::new(ConditionalExpr {
                condition: self.expr(),
                then: self.expr(),
                otherwise: self.expr(),
            })),
            form::FOR => ExprKind::For(Box::new(ForExpr {
                key_var: self.option(Self::ident),
                value_var: self.ident(),
                collection: self.expr(),
                key: self.option(Self::expr),
                value: self.expr(),
                group: self.flag(),
                condition: self.option(Self::expr),
            })),
            form::PAREN => ExprKind::Paren(self.boxed()),
            _ => ExprKind::Invalid,
        };
        Expr { kind, span }
    }

    /// An expression that can be shared.
    pub fn shared(&mut self) -> Arc<Expr> {
        Arc::new(self.expr())
    }

    fn boxed(&mut self) -> Box<Expr> {
        Box::new(self.expr())
    }

    fn parts(&mut self) -> Box<[TemplatePart]> {
        self.list(|r| match r.byte() {
            part::LITERAL => {
                let span = r.span();
                TemplatePart::Literal(r.text(span), span)
            }
            part::INTERPOLATION => TemplatePart::Interpolation(r.expr()),
            part::IF => TemplatePart::If(Box::new(IfPart {
                condition: r.expr(),
                then: r.parts(),
                otherwise: r.parts(),
                span: r.span(),
            })),
            _ => TemplatePart::For(Box::new(ForPart {
                key_var: r.option(Self::ident),
                value_var: r.ident(),
                collection: r.expr(),
                body: r.parts(),
                span: r.span(),
            })),
        })
    }
}
