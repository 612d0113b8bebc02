//! What brackets hold: tuples, objects, `for` expressions and the arguments of calls.

use super::{Broken, Kind, Parsed, Parser, Token};
use crate::syntax::ast::{CallExpr, Expr, ExprKind, ForExpr, Ident, ObjectItem, Text};
use crate::syntax::items::take;

/// How a list of expressions in brackets ended.
enum ListEnd {
    /// At its closer, which is the current token.
    Closed {
        /// Whether the last item is followed by `...`.
        expand: bool,
    },
    /// Somewhere else; a problem says so.
    Broken,
}

impl<'a> Parser<'a> {
    /// `[a, b]` or `[for …]`
    pub(super) fn tuple(&mut self) -> Parsed<Expr> {
        let start = self.tok.start;
        self.open(Kind::CloseBracket, false);
        if self.at_word("for") {
            return Ok(self.for_expr(start));
        }
        let (items, end) = self.list(Kind::CloseBracket);
        if matches!(end, ListEnd::Broken) {
            return Ok(self.recover_bracket(start));
        }
        self.close();
        self.raise(self.height, start)?;
        Ok(Expr { kind: ExprKind::Tuple(items), span: self.span(start, self.prev_end) })
    }

    /// `name(a, b…)`; the first name has been passed.
    pub(super) fn call(&mut self, first: Token, text: Text) -> Parsed<Expr> {
        let name = self.function_name(first, text)?;
        let start = self.tok.start;
        self.open(Kind::CloseParen, false);
        let (args, end) = self.list(Kind::CloseParen);
        let ListEnd::Closed { expand: expand_final } = end else {
            let span = name.span.to(self.recover_bracket(start).span);
            return Ok(Expr { kind: ExprKind::Invalid, span });
        };
        self.close();
        self.raise(self.height, start)?;
        let span = self.span(first.start, self.prev_end);
        Ok(Expr { kind: ExprKind::Call(Box::new(CallExpr { name, args, expand_final })), span })
    }

    fn function_name(&mut self, first: Token, text: Text) -> Parsed<Ident> {
        if self.at(Kind::OpenParen) {
            return Ok(Ident { text, span: self.token_span(first) });
        }
        let mut text = self.slice(first).to_owned();
        while self.eat(Kind::DoubleColon) {
            if !self.at(Kind::Ident) {
                return Err(self.unexpected("the name of a function behind `::`"));
            }
            text.push_str("::");
            text.push_str(self.slice(self.tok));
            self.bump();
        }
        if !self.at(Kind::OpenParen) {
            return Err(self.unexpected("`(` behind the name of a function"));
        }
        Ok(Ident { text: text.into(), span: self.span(first.start, self.prev_end) })
    }

    /// Expressions between commas up to a closer; leaves `height` at that of the highest.
    fn list(&mut self, closer: Kind) -> (Box<[Expr]>, ListEnd) {
        let from = self.lists.exprs.len();
        let end = self.list_items(closer);
        (take(&mut self.lists.exprs, from), end)
    }

    fn list_items(&mut self, closer: Kind) -> ListEnd {
        let mut height = 0;
        let mut expand = false;
        while !self.at(closer) {
            let start = self.tok.start;
            match self.expr() {
                Ok(item) => self.lists.exprs.push(item),
                Err(Broken) => {
                    self.skip_item_of_list();
                    let invalid = self.invalid(start, self.prev_end);
                    self.lists.exprs.push(invalid);
                }
            }
            height = height.max(self.height);
            if closer == Kind::CloseParen && self.eat(Kind::Ellipsis) {
                expand = true;
                if !self.at(closer) {
                    self.bracket_not_closed("`)` behind `...`");
                    return ListEnd::Broken;
                }
            }
            if !self.at(closer) && !self.separator(closer) {
                return ListEnd::Broken;
            }
        }
        self.height = height;
        ListEnd::Closed { expand }
    }

    /// The comma behind an item of a list that goes on. False where the list can't be read on.
    fn separator(&mut self, closer: Kind) -> bool {
        if self.eat(Kind::Comma) {
            return true;
        }
        if self.ends_list() {
            self.not_closed();
            return false;
        }
        self.missing_comma(closer);
        if !self.starts_term() {
            self.skip_item_of_list();
            return self.at(closer) || self.eat(Kind::Comma);
        }
        true
    }

    /// `{ a = 1 }` or `{for …}`
    pub(super) fn object(&mut self) -> Parsed<Expr> {
        let start = self.tok.start;
        self.open(Kind::CloseBrace, false);
        if self.at_word("for") {
            return Ok(self.for_expr(start));
        }
        self.newlines = true;
        let from = self.lists.items.len();
        let height = self.object_items();
        let items = take(&mut self.lists.items, from);
        let Some(height) = height else { return Ok(self.recover_bracket(start)) };
        self.close();
        self.raise(height, start)?;
        Ok(Expr { kind: ExprKind::Object(items), span: self.span(start, self.prev_end) })
    }

    /// Items up to the `}`, the current token then; their height. Nothing where the end of the object can't be found.
    fn object_items(&mut self) -> Option<u32> {
        let mut height = 0;
        loop {
            while self.eat(Kind::Newline) {}
            if self.at(Kind::CloseBrace) {
                return Some(height);
            }
            if self.ends_object() {
                self.not_closed();
                return None;
            }
            let from = self.tok.start;
            match self.object_item(&mut height) {
                Ok(item) => self.lists.items.push(item),
                Err(Broken) => {
                    self.skip_item_of_object();
                    let (key, value) = (self.invalid(from, self.prev_end), self.invalid(from, self.prev_end));
                    self.lists.items.push(ObjectItem { key, value });
                }
            }
            if !self.at(Kind::CloseBrace) && !self.eat(Kind::Comma) && !self.eat(Kind::Newline) {
                self.object_separator();
            }
        }
    }

    fn object_item(&mut self, height: &mut u32) -> Parsed<ObjectItem> {
        let key = self.object_key()?;
        *height = (*height).max(self.height);
        match self.tok.kind {
            Kind::Equal | Kind::Colon => {
                let first = self.tok;
                self.bump();
                if first.kind == Kind::Colon && self.at(Kind::Equal) && first.end == self.tok.start {
                    self.wrong_equals(first.start, self.tok.end);
                    self.bump();
                }
            }
            Kind::FatArrow | Kind::EqualEqual => {
                self.wrong_equals(self.tok.start, self.tok.end);
                self.bump();
            }
            _ => return Err(self.missing_item_value(&key)),
        }
        let from = self.tok.start;
        let value = match self.expr() {
            Ok(value) => value,
            Err(Broken) => {
                self.skip_item_of_object();
                self.invalid(from, self.prev_end)
            }
        };
        *height = (*height).max(self.height);
        Ok(ObjectItem { key, value })
    }

    /// A bare name is text, whatever it means elsewhere.
    fn object_key(&mut self) -> Parsed<Expr> {
        if self.at(Kind::Ident) && self.key_ends_at(self.tok.end) {
            let token = self.tok;
            self.bump();
            self.height = 1;
            let text = self.name(token);
            return Ok(Expr { kind: ExprKind::String(text), span: self.token_span(token) });
        }
        let mut key = self.expr()?;
        let word: Option<Text> = match &key.kind {
            ExprKind::Variable(name) => Some(name.clone()),
            ExprKind::Null => Some("null".into()),
            ExprKind::Bool(true) => Some("true".into()),
            ExprKind::Bool(false) => Some("false".into()),
            _ => None,
        };
        if let Some(word) = word {
            key.kind = ExprKind::String(word);
        }
        Ok(key)
    }

    /// `for …` up to the closer of the bracket that was opened at `start`.
    fn for_expr(&mut self, start: usize) -> Expr {
        let closer = self.open.last().map_or(Kind::CloseBracket, |o| o.closer);
        let parts = self.for_parts(closer);
        match parts {
            Ok(parts) if self.at(closer) => {
                self.close();
                let span = self.span(start, self.prev_end);
                if self.raise(self.height, start).is_err() {
                    return Expr { kind: ExprKind::Invalid, span };
                }
                Expr { kind: ExprKind::For(Box::new(parts)), span }
            }
            Ok(_) => {
                self.for_not_closed(closer);
                self.recover_bracket(start)
            }
            Err(Broken) => self.recover_bracket(start),
        }
    }

    fn for_parts(&mut self, closer: Kind) -> Parsed<ForExpr> {
        let object = closer == Kind::CloseBrace;
        let introduction = self.tok;
        self.bump();
        let (key_var, value_var) = self.for_variables()?;
        let collection = self.expr()?;
        let mut height = self.height;
        if !self.eat(Kind::Colon) {
            return Err(self.unexpected("`:` behind the collection of a `for` expression"));
        }
        let mut value = self.expr()?;
        height = height.max(self.height);
        let mut key = None;
        if self.at(Kind::FatArrow) {
            let arrow = self.tok;
            if !object {
                return Err(self.for_key_in_tuple(arrow));
            }
            self.bump();
            key = Some(std::mem::replace(&mut value, self.expr()?));
            height = height.max(self.height);
        } else if object {
            return Err(self.for_key_missing(introduction));
        }
        let group = self.at(Kind::Ellipsis);
        if group {
            if !object {
                return Err(self.for_group_in_tuple());
            }
            self.bump();
        }
        let mut condition = None;
        if self.at_word("if") {
            self.bump();
            condition = Some(self.expr()?);
            height = height.max(self.height);
        }
        self.height = height;
        Ok(ForExpr { key_var, value_var, collection, key, value, group, condition })
    }

    /// `v in` or `k, v in`
    pub(super) fn for_variables(&mut self) -> Parsed<(Option<Ident>, Ident)> {
        let first = self.for_variable()?;
        let second = if self.eat(Kind::Comma) { Some(self.for_variable()?) } else { None };
        if !self.at_word("in") {
            return Err(self.unexpected("`in` behind the variables of a `for`"));
        }
        self.bump();
        Ok(match second {
            Some(value) => (Some(first), value),
            None => (None, first),
        })
    }

    fn for_variable(&mut self) -> Parsed<Ident> {
        if !self.at(Kind::Ident) {
            return Err(self.unexpected("the name of a variable for the `for`"));
        }
        Ok(self.pass_name())
    }
}
