//! Cutting templates into pieces: quoted strings, heredocs and bare template texts.
//!
//! The pieces are HCL's tokens: strip markers act on one of them at a time, so where a literal is cut matters.
//! [`super::template_tree`] makes the tree of them.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3};

use super::template_scan::{closes_heredoc, escape, line_end, plain_string_end, quoted_literal_end, sequence_start};
use super::{Expr, ExprKind, Kind, Parsed, Parser, Token, normalised};
use crate::syntax::ast::Ident;

/// One token of a template. Offsets are of the text.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    Literal { text: Cow<'a, str>, start: usize, end: usize },
    Interpolation { expr: Expr, height: u32 },
    If { condition: Expr, height: u32, start: usize },
    Else { start: usize, end: usize },
    EndIf { start: usize, end: usize },
    For(Box<ForStart>),
    EndFor { start: usize, end: usize },
}

/// `%{for k, v in c}`; kept apart, since it is large and rare among many pieces.
#[derive(Debug)]
pub(super) struct ForStart {
    pub(super) key_var: Option<Ident>,
    pub(super) value_var: Ident,
    pub(super) collection: Expr,
    pub(super) height: u32,
    pub(super) start: usize,
}

/// The pieces of one template.
#[derive(Default, Debug)]
pub(super) struct Pieces<'a> {
    pub(super) list: Vec<Piece<'a>>,
    /// Whether a literal was not understood, so that the whole is worth nothing.
    pub(super) broken: bool,
    /// Whether the next piece, if it is a literal, loses its leading blanks.
    trim_next: bool,
}

impl<'a> Pieces<'a> {
    /// Empties it for another template.
    pub(super) fn clear(&mut self) {
        self.list.clear();
        (self.broken, self.trim_next) = (false, false);
    }

    fn literal(&mut self, text: impl Into<Cow<'a, str>>, start: usize, end: usize) {
        let mut text = text.into();
        if std::mem::take(&mut self.trim_next) {
            text = match text {
                Cow::Borrowed(text) => text.trim_start().into(),
                Cow::Owned(text) => text.trim_start().to_owned().into(),
            };
        }
        self.list.push(Piece::Literal { text, start, end });
    }

    fn trim_last(&mut self) {
        if let Some(Piece::Literal { text, .. }) = self.list.last_mut() {
            match text {
                Cow::Borrowed(text) => *text = text.trim_end(),
                Cow::Owned(text) => text.truncate(text.trim_end().len()),
            }
        }
    }
}

/// What a template stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    Quotes,
    Heredoc,
    Bare,
}

/// The line in which a template is cut that may hold very many sequences.
struct Line {
    end: usize,
    /// Where the template ends.
    limit: usize,
}

impl Line {
    fn within(limit: usize) -> Line {
        Line { end: 0, limit }
    }

    /// Behind the break of the line of this offset; offsets only grow.
    fn end(&mut self, text: &str, at: usize) -> usize {
        if self.end <= at {
            self.end = line_end(text, at).min(self.limit);
        }
        self.end
    }
}

/// Where a template goes on behind a sequence.
enum Resume {
    /// Its text goes on here.
    At(usize),
    /// Its closing quote was met inside the sequence and ends here.
    Ended(usize),
}

impl<'a> Parser<'a> {
    /// A string in double quotes, the current token.
    pub(super) fn quoted_string(&mut self) -> Parsed<Expr> {
        let start = self.tok.start;
        let from = self.tok.end;
        if let Some((end, ascii)) = plain_string_end(self.text.as_bytes(), from) {
            let text = &self.text[from..end];
            let text = if ascii { text.into() } else { normalised(text) };
            self.end_at(start, end + 1);
            self.height = 1;
            return Ok(Expr { kind: ExprKind::String(text), span: self.span(start, end + 1) });
        }
        self.enter()?;
        let expr = self.quoted_template(start);
        self.leave();
        Ok(expr)
    }

    /// Makes `start..end` the current token, and goes past it.
    fn end_at(&mut self, start: usize, end: usize) {
        self.tok = Token { kind: Kind::Quote, start, end };
        self.lexer.go_to(end);
        self.bump();
    }

    fn quoted_template(&mut self, start: usize) -> Expr {
        let bytes = self.text.as_bytes();
        let mut pieces = self.lists.pieces.pop().unwrap_or_default();
        let mut at = start + 1;
        let end = loop {
            let stop = quoted_literal_end(bytes, at);
            if stop > at {
                let text = self.unescape(at, stop, true, &mut pieces.broken);
                pieces.literal(text, at, stop);
            }
            match bytes.get(stop) {
                Some(b'"') => break stop + 1,
                Some(b'$' | b'%') => match self.sequence(&mut pieces, stop, Home::Quotes) {
                    Resume::At(place) => at = place,
                    Resume::Ended(end) => break end,
                },
                _ => {
                    pieces.broken = true;
                    break self.string_not_closed(start, stop);
                }
            }
        };
        self.end_at(start, end);
        let span = self.span(start, end);
        self.template(pieces, span)
    }

    /// A heredoc, whose introduction is the current token.
    pub(super) fn heredoc(&mut self) -> Parsed<Expr> {
        self.enter()?;
        let expr = self.heredoc_template();
        self.leave();
        Ok(expr)
    }

    fn heredoc_template(&mut self) -> Expr {
        let intro = self.tok;
        let flush = self.text.as_bytes()[intro.start + 2] == b'-';
        let marker = &self.text[intro.start + 2 + usize::from(flush)..intro.end];
        let mut pieces = self.lists.pieces.pop().unwrap_or_default();
        let mut at = line_end(self.text, intro.end);
        let mut line_start = true;
        let mut line = Line::within(self.text.len());
        // The line that closes it, unless that line belongs to an interpolation.
        let closing = self.closing_lines.first(self.text, intro.end, marker).map(|(start, _)| start);
        let end = loop {
            let Some(closing) = closing.filter(|_| at < self.text.len()) else {
                pieces.broken = true;
                break self.heredoc_not_closed(intro, marker, at);
            };
            if line_start
                && at >= closing
                && let Some(end) = closes_heredoc(self.text, at, marker)
            {
                break end;
            }
            (at, line_start) = self.line_piece(&mut pieces, at, &mut line, Home::Heredoc);
        };
        self.end_at(intro.start, end);
        if flush {
            pieces.dedent();
        }
        let span = self.span(intro.start, end);
        self.template(pieces, span)
    }

    /// The whole text as a template.
    pub(super) fn bare_template(&mut self) -> Expr {
        let mut pieces = Pieces::default();
        let mut at = 0;
        let literal_from = self.first_lone_carriage_return();
        let mut line = Line::within(literal_from);
        while at < literal_from {
            (at, _) = self.line_piece(&mut pieces, at, &mut line, Home::Bare);
        }
        if at < self.text.len() {
            pieces.literal(&self.text[at..], at, self.text.len());
        }
        let span = self.span(0, self.text.len());
        self.template(pieces, span)
    }

    /// Behind a carriage return without its line feed HCL's scanner takes all text as it is. The end where all have one.
    fn first_lone_carriage_return(&self) -> usize {
        let bytes = self.text.as_bytes();
        let mut returns = memchr::memchr_iter(b'\r', bytes);
        returns.find(|at| bytes.get(at + 1) != Some(&b'\n')).unwrap_or(bytes.len())
    }

    /// One piece of a template that is cut at its line breaks: the rest of a line up to a sequence, or a sequence. Returns
    /// where it ends, and whether that is the start of a line.
    fn line_piece(&mut self, pieces: &mut Pieces<'a>, at: usize, line: &mut Line, home: Home) -> (usize, bool) {
        let bytes = self.text.as_bytes();
        let end = line.end(self.text, at);
        let stop = sequence_start(bytes, at, end).unwrap_or(end);
        if stop > at {
            if home == Home::Heredoc {
                self.check_carriage_returns(at, stop, pieces);
            }
            let text = self.unescape(at, stop, false, &mut pieces.broken);
            pieces.literal(text, at, stop);
            return (stop, stop == end && bytes[stop - 1] == b'\n');
        }
        match self.sequence(pieces, at, home) {
            Resume::At(place) | Resume::Ended(place) => (place.max(at + 2), false),
        }
    }

    fn check_carriage_returns(&mut self, from: usize, to: usize, pieces: &mut Pieces<'a>) {
        let line = &self.text[from..to];
        let body = line.strip_suffix("\r\n").unwrap_or(line);
        if let Some(at) = memchr(b'\r', body.as_bytes()) {
            self.lone_carriage_return(from + at);
            pieces.broken = true;
        }
    }

    /// `${…}` or `%{…}` at this offset.
    fn sequence(&mut self, pieces: &mut Pieces<'a>, start: usize, home: Home) -> Resume {
        let bytes = self.text.as_bytes();
        let strip = bytes.get(start + 2) == Some(&b'~');
        if strip {
            pieces.trim_last();
        }
        pieces.trim_next = false;
        self.tok = Token { kind: Kind::OpenBrace, start, end: start + 2 + usize::from(strip) };
        self.lexer.go_to(self.tok.end);
        self.open(Kind::CloseBrace, false);
        let content = if bytes[start] == b'$' { self.interpolation() } else { self.directive(start) };
        let closed = matches!(self.tok.kind, Kind::CloseBrace | Kind::StripEnd);
        if content.is_ok() && !closed {
            self.sequence_not_closed(start, home == Home::Quotes);
        }
        if let Some(open) = self.open.pop() {
            self.newlines = open.newlines;
        }
        match content {
            Ok(piece) if closed => pieces.list.push(piece.ending_at(self.tok.end)),
            _ => pieces.broken = true,
        }
        if !closed {
            return self.leave_sequence(start, home);
        }
        pieces.trim_next = self.at(Kind::StripEnd);
        Resume::At(self.tok.end)
    }

    /// Finds where a template goes on behind a sequence that was not understood and is not closed here.
    fn leave_sequence(&mut self, start: usize, home: Home) -> Resume {
        let bytes = self.text.as_bytes();
        let next_line = self.tok.start > self.prev_end && bytes[self.prev_end..self.tok.start].contains(&b'\n');
        let from = if next_line { self.prev_end } else { self.tok.start };
        // A quote right behind the expression is that of the string around it.
        let stop = match home {
            Home::Quotes => memchr3(b'}', b'\n', b'"', &bytes[from..]),
            _ => memchr2(b'}', b'\n', &bytes[from..]),
        };
        let stop = stop.map_or(bytes.len(), |n| from + n);
        let place = match bytes.get(stop) {
            Some(b'}') => Resume::At(stop + 1),
            Some(b'"') => Resume::Ended(stop + 1),
            _ => Resume::At(stop),
        };
        let (Resume::At(at) | Resume::Ended(at)) = place;
        // What it holds may be others, whose texts were read again already.
        let span = self.span(start, start + 2);
        if self.reads_too_much_again(self.lexer.pos, at) {
            self.give_up(span, "too many sequences hold others and are not closed");
            return Resume::Ended(bytes.len());
        }
        self.lexer.go_to(at);
        place
    }

    fn interpolation(&mut self) -> Parsed<Piece<'a>> {
        let expr = self.expr()?;
        Ok(Piece::Interpolation { expr, height: self.height })
    }

    fn directive(&mut self, start: usize) -> Parsed<Piece<'a>> {
        let end = start;
        let word = if self.at(Kind::Ident) { self.slice(self.tok) } else { "" };
        let piece = match word {
            "if" => {
                self.bump();
                let condition = self.expr()?;
                return Ok(Piece::If { condition, height: self.height, start });
            }
            "for" => {
                self.bump();
                let (key_var, value_var) = self.for_variables()?;
                let collection = self.expr()?;
                let height = self.height;
                return Ok(Piece::For(Box::new(ForStart { key_var, value_var, collection, height, start })));
            }
            "else" => Piece::Else { start, end },
            "endif" => Piece::EndIf { start, end },
            "endfor" => Piece::EndFor { start, end },
            _ => return Err(self.unknown_directive()),
        };
        self.bump();
        Ok(piece)
    }

    /// The text of a literal: escapes undone, `$${` and `%%{` shortened.
    fn unescape(&mut self, from: usize, to: usize, quoted: bool, broken: &mut bool) -> Cow<'a, str> {
        let raw = &self.text[from..to];
        let bytes = raw.as_bytes();
        let escaped = |at: usize| bytes.get(at + 1) == bytes.get(at) && bytes.get(at + 2) == Some(&b'{');
        let mut out = String::new();
        let mut copied = 0;
        let mut at = 0;
        let special = |rest| if quoted { memchr3(b'\\', b'$', b'%', rest) } else { memchr2(b'$', b'%', rest) };
        while let Some(found) = special(&bytes[at..]) {
            at += found;
            match bytes[at] {
                b'\\' => {
                    out.push_str(&raw[copied..at]);
                    let (c, length) = match escape(&raw[at..]) {
                        Ok(found) => found,
                        Err(length) => {
                            if !*broken {
                                self.bad_escape(from + at, from + at + length);
                            }
                            *broken = true;
                            ('\u{fffd}', length)
                        }
                    };
                    out.push(c);
                    at += length;
                    copied = at;
                }
                b'$' | b'%' if escaped(at) => {
                    out.push_str(&raw[copied..=at]);
                    at += 2;
                    copied = at;
                }
                _ => at += 1,
            }
        }
        if copied == 0 {
            return raw.into();
        }
        out.push_str(&raw[copied..]);
        out.into()
    }
}

impl Piece<'_> {
    /// The same with its end, which is known only once it is closed.
    fn ending_at(mut self, place: usize) -> Self {
        if let Piece::Else { end, .. } | Piece::EndIf { end, .. } | Piece::EndFor { end, .. } = &mut self {
            *end = place;
        }
        self
    }
}
