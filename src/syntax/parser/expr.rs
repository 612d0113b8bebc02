//! Expressions: operators by precedence, and what follows a term (`.name`, `[key]`, splats).

use std::borrow::Cow;

use super::number::number_text;
use super::{Kind, Parsed, Parser, Token};
use crate::source::{Problem, ProblemKind};
use crate::syntax::ast::{AttrExpr, BinaryOp, ConditionalExpr, Expr, ExprKind, Operands, UnaryOp};

/// Stack that must be left before the parser goes one level deeper, and what it takes if there is less.
const STACK_RED_ZONE: usize = 128 * 1024;
const STACK_CHUNK: usize = 2 * 1024 * 1024;

impl<'a> Parser<'a> {
    /// An expression.
    ///
    /// Down to the term each function returns the result of the one below as it is, broken or not, so that it is built
    /// where it is wanted: to copy it at each step takes longer than to cut its tokens. For the same reason they are one
    /// function to the compiler.
    #[inline(never)]
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        match self.enter() {
            Ok(()) => self.nested(),
            Err(broken) => Err(broken),
        }
    }

    #[inline(always)]
    fn nested(&mut self) -> Parsed<Expr> {
        let parsed = if self.depth.is_multiple_of(8) { self.conditional_on_more_stack() } else { self.conditional() };
        self.leave();
        parsed
    }

    #[inline(never)]
    fn conditional_on_more_stack(&mut self) -> Parsed<Expr> {
        stacker::maybe_grow(STACK_RED_ZONE, STACK_CHUNK, || self.conditional())
    }

    /// A term and what may stand behind it. Most expressions are a single term.
    #[inline(always)]
    fn conditional(&mut self) -> Parsed<Expr> {
        let mut parsed = self.unary();
        if !ends_expression(self.tok.kind) {
            parsed = self.behind_term(parsed);
        }
        parsed
    }

    /// The operators behind the first term of an expression, and the `?` behind them.
    #[inline(never)]
    fn behind_term(&mut self, first: Parsed<Expr>) -> Parsed<Expr> {
        let condition = self.operators(first?, 0)?;
        let question = self.tok;
        if !self.eat(Kind::Question) {
            return Ok(condition);
        }
        let mut height = self.height;
        let then = self.expr()?;
        height = height.max(self.height);
        if !self.at(Kind::Colon) {
            return Err(self.missing_colon(question));
        }
        self.bump();
        let otherwise = self.expr()?;
        self.raise(height.max(self.height), question.start)?;
        let span = condition.span.to(otherwise.span);
        Ok(Expr { kind: ExprKind::Conditional(Box::new(ConditionalExpr { condition, then, otherwise })), span })
    }

    /// A term and the operators behind it that bind at least as tightly as `floor`.
    fn binary(&mut self, floor: u8) -> Parsed<Expr> {
        let first = self.unary()?;
        self.operators(first, floor)
    }

    /// Operators that bind at least as tightly as `floor`, behind their first operand; all are left-associative.
    fn operators(&mut self, first: Expr, floor: u8) -> Parsed<Expr> {
        let mut left = first;
        while let Some((op, tightness)) = binary_op(self.tok.kind) {
            if tightness < floor {
                break;
            }
            let height = self.height;
            let operator = self.tok;
            self.bump();
            if self.at(Kind::Newline) {
                self.operator_at_line_end();
            }
            let right = self.binary(tightness + 1)?;
            self.raise(height.max(self.height), operator.start)?;
            let span = left.span.to(right.span);
            left = Expr { kind: ExprKind::Binary(op, Box::new(Operands { left, right })), span };
        }
        Ok(left)
    }

    /// A term with its operators in front and its traversals behind.
    #[inline(always)]
    fn unary(&mut self) -> Parsed<Expr> {
        if matches!(self.tok.kind, Kind::Minus | Kind::Bang) {
            return self.negation();
        }
        let mut parsed = self.term();
        if matches!(self.tok.kind, Kind::Dot | Kind::OpenBracket) {
            parsed = self.traversals(parsed);
        }
        parsed
    }

    /// `-` or `!`, the current token, and its operand.
    fn negation(&mut self) -> Parsed<Expr> {
        let op = if self.at(Kind::Minus) { UnaryOp::Negate } else { UnaryOp::Not };
        let start = self.tok;
        self.enter()?;
        self.bump();
        let operand = self.unary();
        self.leave();
        let operand = operand?;
        self.raise(self.height, start.start)?;
        let span = self.token_span(start).to(operand.span);
        Ok(Expr { kind: ExprKind::Unary(op, Box::new(operand)), span })
    }

    #[inline(never)]
    fn term(&mut self) -> Parsed<Expr> {
        let token = self.tok;
        match token.kind {
            Kind::Ident => self.ident_term(),
            Kind::Number => {
                self.bump();
                self.number(token)
            }
            Kind::Quote => self.quoted_string(),
            Kind::Heredoc => self.heredoc(),
            Kind::OpenBracket => self.tuple(),
            Kind::OpenBrace => self.object(),
            Kind::OpenParen => self.parentheses(),
            _ => self.no_term(),
        }
    }

    fn ident_term(&mut self) -> Parsed<Expr> {
        let token = self.tok;
        let text = self.name(token);
        self.bump();
        if matches!(self.tok.kind, Kind::OpenParen | Kind::DoubleColon) {
            return self.call(token, text);
        }
        self.height = 1;
        let span = self.token_span(token);
        match self.slice(token) {
            "true" => Ok(Expr { kind: ExprKind::Bool(true), span }),
            "false" => Ok(Expr { kind: ExprKind::Bool(false), span }),
            "null" => Ok(Expr { kind: ExprKind::Null, span }),
            _ => Ok(Expr { kind: ExprKind::Variable(text), span }),
        }
    }

    /// The value of a number token that was just passed.
    fn number(&mut self, token: Token) -> Parsed<Expr> {
        let Some(text) = number_text(self.slice(token)) else {
            let message = format!("`{}` is not a number", self.slice(token));
            let span = self.token_span(token);
            let problem = Problem::error(ProblemKind::Syntax, span, message, "digits, one point at most, an exponent");
            self.report(problem.with_help("a version or an address is text: write it in double quotes"));
            return Ok(self.invalid(token.start, token.end));
        };
        self.height = 1;
        let text = match text {
            Cow::Borrowed(_) => self.name(token),
            Cow::Owned(text) => text.into(),
        };
        Ok(Expr { kind: ExprKind::Number(text), span: self.token_span(token) })
    }

    fn parentheses(&mut self) -> Parsed<Expr> {
        let start = self.tok.start;
        self.open(Kind::CloseParen, false);
        let inner = match self.expr() {
            Ok(inner) if self.at(Kind::CloseParen) => inner,
            parsed => {
                if parsed.is_ok() {
                    self.bracket_not_closed("an operator or `)`");
                }
                return Ok(self.recover_bracket(start));
            }
        };
        self.close();
        self.raise(self.height, start)?;
        Ok(Expr { kind: ExprKind::Paren(Box::new(inner)), span: self.span(start, self.prev_end) })
    }

    /// What follows a term, as long as it does.
    fn traversals(&mut self, term: Parsed<Expr>) -> Parsed<Expr> {
        let mut expr = term?;
        loop {
            let mut height = self.height;
            let at = self.tok.start;
            expr = match self.tok.kind {
                Kind::Dot => {
                    self.bump();
                    match self.tok.kind {
                        // Nearly all are that: nothing is returned that would have to be copied.
                        Kind::Ident => self.attribute_of(expr),
                        Kind::Star => self.attribute_splat(expr)?,
                        _ => self.step(expr)?,
                    }
                }
                Kind::OpenBracket => self.bracket(expr)?,
                _ => return Ok(expr),
            };
            height = height.max(self.height);
            self.raise(height, at)?;
        }
    }

    /// What stands behind a dot in a plain traversal: `name` or a number. Leaves `height` at that of the part read
    /// besides `base`.
    fn step(&mut self, base: Expr) -> Parsed<Expr> {
        let token = self.tok;
        match token.kind {
            Kind::Ident => Ok(self.attribute_of(base)),
            Kind::Number => {
                self.bump();
                let key = if self.slice(token).contains('.') { self.double_index(token) } else { self.number(token)? };
                let span = base.span.to(key.span);
                Ok(Expr { kind: ExprKind::Index(Box::new(base), Box::new(key)), span })
            }
            _ => Err(self.missing_attribute_name()),
        }
    }

    /// The attribute of a base whose name is the current token.
    #[inline(always)]
    fn attribute_of(&mut self, base: Expr) -> Expr {
        let name = self.pass_name();
        let span = base.span.to(name.span);
        self.height = 1;
        Expr { kind: ExprKind::Attr(Box::new(AttrExpr { base, name })), span }
    }

    /// `.0.1` reads as a dot and a fraction.
    fn double_index(&mut self, token: Token) -> Expr {
        let text = self.slice(token);
        let indexes = text.split('.').map(|n| format!("[{n}]")).collect::<String>();
        let span = self.token_span(token);
        let message = format!("`.{text}` does not index twice");
        let problem = Problem::error(ProblemKind::Syntax, span, message, "reads as one number");
        self.report(problem.with_help(format!("write `{indexes}`")));
        self.invalid(token.start, token.end)
    }

    /// `.*` and the names and numbers behind it.
    fn attribute_splat(&mut self, base: Expr) -> Parsed<Expr> {
        let star = self.tok;
        self.bump();
        let mut each = Expr { kind: ExprKind::SplatElement, span: self.token_span(star) };
        let mut height = 1;
        while self.at(Kind::Dot) {
            self.bump();
            if self.at(Kind::Star) {
                return Err(self.nested_attribute_splat());
            }
            each = self.step(each)?;
            self.raise(height, star.start)?;
            height = self.height;
        }
        let span = base.span.to(each.span);
        self.height = height;
        Ok(Expr { kind: ExprKind::Splat { base: Box::new(base), each: Box::new(each) }, span })
    }

    /// `[key]` or `[*]` and all that follows it.
    fn bracket(&mut self, base: Expr) -> Parsed<Expr> {
        let start = self.tok.start;
        // Line breaks keep their meaning up to a star: only a key may stand on a line of its own.
        let newlines = self.newlines;
        self.open(Kind::CloseBracket, newlines);
        if self.at(Kind::Star) {
            return self.full_splat(base, start);
        }
        if self.at(Kind::Newline) {
            self.newlines = false;
            self.bump();
        }
        self.newlines = false;
        let key = match self.expr() {
            Ok(key) if self.at(Kind::CloseBracket) => key,
            parsed => {
                if parsed.is_ok() {
                    self.bracket_not_closed("an operator or `]`");
                }
                let span = base.span.to(self.recover_bracket(start).span);
                return Ok(Expr { kind: ExprKind::Invalid, span });
            }
        };
        self.close();
        let span = base.span.to(self.span(start, self.prev_end));
        Ok(Expr { kind: ExprKind::Index(Box::new(base), Box::new(key)), span })
    }

    fn full_splat(&mut self, base: Expr, start: usize) -> Parsed<Expr> {
        self.bump();
        if !self.at(Kind::CloseBracket) {
            self.bracket_not_closed("`]` right behind the `*`");
            let invalid = self.recover_bracket(start);
            let span = base.span.to(invalid.span);
            return Ok(Expr { kind: ExprKind::Invalid, span });
        }
        self.close();
        let element = Expr { kind: ExprKind::SplatElement, span: self.span(start, self.prev_end) };
        self.height = 1;
        self.enter()?;
        let each = self.traversals(Ok(element));
        self.leave();
        let each = each?;
        let span = base.span.to(each.span);
        Ok(Expr { kind: ExprKind::Splat { base: Box::new(base), each: Box::new(each) }, span })
    }
}

/// Whether no operator, index or the like can be this token.
fn ends_expression(kind: Kind) -> bool {
    matches!(kind, Kind::Newline | Kind::Comma | Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::End)
}

fn binary_op(kind: Kind) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        Kind::Or => (BinaryOp::Or, 1),
        Kind::And => (BinaryOp::And, 2),
        Kind::EqualEqual => (BinaryOp::Equal, 3),
        Kind::NotEqual => (BinaryOp::NotEqual, 3),
        Kind::Greater => (BinaryOp::Greater, 4),
        Kind::GreaterEqual => (BinaryOp::GreaterEqual, 4),
        Kind::Less => (BinaryOp::Less, 4),
        Kind::LessEqual => (BinaryOp::LessEqual, 4),
        Kind::Plus => (BinaryOp::Add, 5),
        Kind::Minus => (BinaryOp::Subtract, 5),
        Kind::Star => (BinaryOp::Multiply, 6),
        Kind::Slash => (BinaryOp::Divide, 6),
        Kind::Percent => (BinaryOp::Modulo, 6),
        _ => return None,
    })
}
