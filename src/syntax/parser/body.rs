//! Bodies: arguments, blocks and their labels.

use std::sync::Arc;

use super::{Broken, Kind, Parsed, Parser, Token};
use crate::source::{Problem, ProblemKind};
use crate::syntax::ast::{Block, Body, ExprKind, Ident};
use crate::syntax::items::{Items, take};

impl<'a> Parser<'a> {
    /// The whole text as a body.
    pub(super) fn file_body(&mut self) -> Body {
        let mut items = Items::default();
        self.bump();
        loop {
            self.items(&mut items);
            if self.at(Kind::End) {
                break;
            }
            self.stray_brace(&mut items);
        }
        let span = self.span(0, self.text.len());
        items.take_body(span, self.lost || self.lost_outward)
    }

    /// A `}` that closes nothing: what stands before and behind it may belong together.
    fn stray_brace(&mut self, items: &mut Items) {
        let span = self.token_span(self.tok);
        let last_block = items.blocks.last().map_or(0, |b| b.span.start as usize);
        if self.failed_at.take().is_none_or(|at| at < last_block) {
            let problem = Problem::error(ProblemKind::Syntax, span, "this `}` closes nothing", "no `{` is open here");
            self.report(problem.with_help("remove it, or look for a `}` too many above"));
        }
        self.lost = true;
        if let Some(body) = items.blocks.last_mut().and_then(|b| Arc::get_mut(&mut b.body)) {
            body.incomplete = true;
        }
        self.bump();
    }

    /// Items up to the `}` of the body, or the end of the text.
    fn items(&mut self, items: &mut Items) {
        loop {
            self.poisoned = false;
            match self.tok.kind {
                Kind::Newline => self.bump(),
                Kind::End | Kind::CloseBrace => return,
                Kind::Ident if self.depth > 0 && self.at_top_block() => return,
                _ if self.continues_expression() => {
                    self.line_goes_on();
                    items.doubt_last();
                }
                _ => match self.item(items) {
                    Ok(()) => self.end_of_item(items),
                    Err(Broken) => {
                        self.lost = true;
                        self.skip_item_of_body();
                    }
                },
            }
        }
    }

    /// One argument or block, up to what should be its line break.
    fn item(&mut self, items: &mut Items) -> Parsed<()> {
        let is_quoted = self.at(Kind::Quote);
        let name = match self.tok.kind {
            Kind::Ident => self.pass_name(),
            Kind::Quote => self.quoted_name()?,
            _ => return Err(self.no_item()),
        };
        match self.tok.kind {
            Kind::Equal => self.bump(),
            Kind::Colon | Kind::EqualEqual | Kind::FatArrow => self.mistaken_equals(),
            Kind::Quote | Kind::OpenBrace | Kind::Ident => {
                let block = self.block(name)?;
                items.blocks.push(block);
                return Ok(());
            }
            _ => return Err(self.no_value(&name)),
        }
        self.attribute(name, is_quoted, items);
        Ok(())
    }

    /// `:`, `:=`, `==` or `=>` where `=` was meant.
    fn mistaken_equals(&mut self) {
        let first = self.tok;
        self.bump();
        let end = if first.kind == Kind::Colon && self.at(Kind::Equal) && first.end == self.tok.start {
            self.bump();
            self.prev_end
        } else {
            first.end
        };
        self.wrong_equals(first.start, end);
    }

    fn attribute(&mut self, name: Ident, is_quoted: bool, items: &mut Items) {
        let from = self.tok.start;
        let expr = match self.expr() {
            Ok(expr) => Arc::new(expr),
            Err(Broken) => {
                self.skip_item_of_body();
                Arc::new(self.invalid(from.min(self.prev_end), self.prev_end))
            }
        };
        // What has quotes may be meant for a block, of which there may be several.
        if let Some(problem) = items.add(name, expr).filter(|_| !is_quoted) {
            self.report(problem);
        }
    }

    /// Labels and body of a block whose type has been passed.
    fn block(&mut self, kind: Ident) -> Parsed<Block> {
        self.lists.labels.clear();
        let mut header = kind.span;
        loop {
            match self.tok.kind {
                Kind::OpenBrace => break,
                Kind::Ident => {
                    let label = self.pass_name();
                    self.lists.labels.push(label);
                }
                Kind::Quote => {
                    let label = self.label()?;
                    self.lists.labels.extend(label);
                }
                Kind::Equal if self.brace_follows() => {
                    self.equals_before_block();
                    self.bump();
                    break;
                }
                Kind::Newline if self.brace_follows() => {
                    self.brace_on_next_line();
                    while self.eat(Kind::Newline) {}
                    break;
                }
                _ => return Err(self.no_block_body(&kind)),
            }
            header = header.to(self.span(self.prev_end, self.prev_end));
        }
        let labels = take(&mut self.lists.labels, 0);
        let body = self.block_body()?;
        let span = header.to(body.span);
        Ok(Block { kind, labels, body: Arc::new(body), header, span })
    }

    /// Whether the next token but for line breaks is `{`; the current one has been looked at.
    pub(super) fn brace_follows(&self) -> bool {
        self.text[self.tok.end..].trim_start().starts_with('{')
    }

    /// A label in quotes; nothing where a stray quote stands.
    fn label(&mut self) -> Parsed<Option<Ident>> {
        let start = self.tok.start;
        let expr = self.quoted_string()?;
        let span = self.span(start, self.prev_end);
        match expr.kind {
            ExprKind::String(text) => Ok(Some(Ident { text, span })),
            ExprKind::Invalid => {
                let written = self.text[start..self.prev_end].trim_matches(['"', ' ', '\t']);
                Ok((!written.is_empty()).then(|| Ident { text: written.into(), span }))
            }
            _ => Err(self.template_in_label(span)),
        }
    }

    /// From the current token, `{`, to its `}`.
    fn block_body(&mut self) -> Parsed<Body> {
        let open: Token = self.tok;
        self.enter()?;
        let lost = std::mem::replace(&mut self.lost, false);
        let lost_outward = std::mem::replace(&mut self.lost_outward, false);
        self.open(Kind::CloseBrace, true);
        let mut items = self.lists.bodies.pop().unwrap_or_default();
        if !matches!(self.tok.kind, Kind::Newline | Kind::End | Kind::CloseBrace) {
            self.one_line(open, &mut items);
        }
        self.items(&mut items);
        if self.at(Kind::CloseBrace) {
            self.close();
        } else {
            self.not_closed();
            self.open.pop();
            self.lost_outward = true;
        }
        self.leave();
        let incomplete = self.lost || self.lost_outward;
        self.lost = lost || self.lost_outward;
        self.lost_outward |= lost_outward;
        let span = self.span(open.start, self.prev_end);
        let body = items.take_body(span, incomplete);
        self.lists.bodies.push(items);
        Ok(body)
    }

    /// The only argument of a block that closes on the line on which it opens. Where there is more, a problem says
    /// so and the rest is left to be read as usual.
    fn one_line(&mut self, open: Token, items: &mut Items) {
        self.poisoned = false;
        let blocks = items.blocks.len();
        if self.item(items).is_err() {
            self.lost = true;
            self.skip_item_of_body();
            return;
        }
        if self.at(Kind::CloseBrace) && blocks == items.blocks.len() {
            return;
        }
        if self.at(Kind::End) {
            return;
        }
        self.not_one_line(open);
        let quiet = std::mem::replace(&mut self.poisoned, true);
        while self.eat(Kind::Comma) || (!self.at(Kind::CloseBrace) && !self.at(Kind::End) && !self.at(Kind::Newline)) {
            let before = self.tok.start;
            if self.at(Kind::CloseBrace) || self.item(items).is_err() || self.tok.start == before {
                self.skip_item_of_body();
                break;
            }
        }
        self.poisoned = quiet;
    }

    /// The line break behind an item, or what stands there in its place.
    fn end_of_item(&mut self, items: &mut Items) {
        match self.tok.kind {
            Kind::Newline => self.bump(),
            Kind::End => {}
            Kind::CloseBrace if self.poisoned => {}
            Kind::CloseBrace => self.brace_behind_item(),
            Kind::Comma => {
                self.comma_behind_item();
                self.bump();
            }
            Kind::Ident if !self.poisoned && self.starts_item() => self.missing_line_break(),
            _ => {
                self.junk_behind_item();
                items.doubt_last();
                self.lost = true;
                self.skip_item_of_body();
            }
        }
    }

    /// Whether an argument or block seems to begin with the current token, a name.
    fn starts_item(&self) -> bool {
        let rest = self.text[self.tok.end..].trim_start_matches([' ', '\t']);
        let line = rest.lines().next().unwrap_or_default();
        match rest.as_bytes() {
            [b'=', b'=' | b'>', ..] => false,
            [b'=' | b'{', ..] => true,
            [b'"', ..] => line.contains('{'),
            _ => false,
        }
    }
}
