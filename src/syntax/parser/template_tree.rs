//! The pieces of a template made into a tree: dedent, joined literals, nested directives.

use std::borrow::Cow;
use std::iter::Peekable;
use std::vec::Drain;

use unicode_segmentation::UnicodeSegmentation;

use super::template::{ForStart, Piece, Pieces};
use super::{Expr, ExprKind, MAX_DEPTH, Parser, normalised};
use crate::source::{Problem, ProblemKind, Span};
use crate::syntax::ast::{ForPart, IfPart, TemplatePart};
use crate::syntax::items::take;

impl Pieces<'_> {
    /// Takes from each line the indentation that all lines share, as `<<-` asks for. Blank lines neither count nor
    /// change; a line is one only where a literal begins it and the literal before it still ends in a line break.
    pub(super) fn dedent(&mut self) {
        let mut least = usize::MAX;
        let mut at_line_start = true;
        let mut lines = Vec::new();
        for (i, piece) in self.list.iter().enumerate() {
            let literal = match piece {
                Piece::Literal { text, .. } => Some(&**text),
                _ => None,
            };
            if at_line_start {
                at_line_start = false;
                let text = literal.unwrap_or_default();
                let blank = text.trim_start().is_empty() && text.ends_with('\n');
                if !blank {
                    let indentation = &text[..text.len() - text.trim_start().len()];
                    least = least.min(characters(indentation));
                    lines.push(i);
                }
            }
            at_line_start |= literal.is_some_and(|text| text.ends_with('\n'));
        }
        if least == 0 {
            return;
        }
        for i in lines {
            if let Piece::Literal { text, start, .. } = &mut self.list[i] {
                let cut = offset_of_character(text, least);
                *start += cut;
                *text = match std::mem::take(text) {
                    Cow::Borrowed(text) => text[cut..].into(),
                    Cow::Owned(text) => text[cut..].to_owned().into(),
                };
            }
        }
    }
}

fn characters(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\r') { text.len() } else { text.graphemes(true).count() }
}

fn offset_of_character(text: &str, n: usize) -> usize {
    // Indentation is plain nearly everywhere, and so is what stands behind it.
    if text.as_bytes().get(..=n).is_some_and(|head| head.is_ascii() && !head.contains(&b'\r')) {
        return n;
    }
    text.grapheme_indices(true).nth(n).map_or(text.len(), |(at, _)| at)
}

/// What ends a run of parts.
enum Stop {
    Template,
    Else { start: usize, end: usize },
    EndIf { start: usize, end: usize },
    EndFor { start: usize, end: usize },
}

type Source<'p, 'a> = Peekable<Drain<'p, Piece<'a>>>;

impl<'a> Parser<'a> {
    /// The expression that a template's pieces make.
    pub(super) fn template(&mut self, mut pieces: Pieces<'a>, span: Span) -> Expr {
        let expr = self.tree(&mut pieces, span);
        pieces.clear();
        self.lists.pieces.push(pieces);
        expr
    }

    fn tree(&mut self, pieces: &mut Pieces<'a>, span: Span) -> Expr {
        let count = pieces.list.len();
        if pieces.broken {
            self.height = 1;
            return Expr { kind: ExprKind::Invalid, span };
        }
        if pieces.list.iter().all(|p| matches!(p, Piece::Literal { .. })) {
            let text = match pieces.list.as_slice() {
                [Piece::Literal { text, .. }] => normalised(text),
                list => normalised(&list.iter().filter_map(literal_text).collect::<String>()),
            };
            self.height = 1;
            return Expr { kind: ExprKind::String(text), span };
        }
        let mut height = 0;
        let mut source = pieces.list.drain(..).peekable();
        let parts = match self.parts(&mut source, 0, &mut height) {
            Some((parts, Stop::Template)) => parts,
            other => {
                if let Some((_, end)) = other {
                    self.stray_end(&end);
                }
                self.height = 1;
                return Expr { kind: ExprKind::Invalid, span };
            }
        };
        // Beside literals that strip markers emptied, an interpolation is not alone: its value becomes text.
        let parts = match (count, parts) {
            (2.., parts) if matches!(&*parts, [TemplatePart::Interpolation(_)]) => {
                let nothing = TemplatePart::Literal("".into(), Span { end: span.start, ..span });
                [nothing].into_iter().chain(parts).collect()
            }
            (_, parts) => parts,
        };
        if self.raise(height, self.prev_end).is_err() {
            return Expr { kind: ExprKind::Invalid, span };
        }
        Expr { kind: ExprKind::Template(parts), span }
    }

    /// Parts up to a piece that ends the directive they stand in; `None` where a problem was reported.
    fn parts(
        &mut self,
        source: &mut Source<'_, 'a>,
        nesting: u32,
        height: &mut u32,
    ) -> Option<(Box<[TemplatePart]>, Stop)> {
        let from = self.lists.parts.len();
        let stop = self.parts_to_stop(source, nesting, height);
        let parts = take(&mut self.lists.parts, from);
        stop.map(|stop| (parts, stop))
    }

    fn parts_to_stop(&mut self, source: &mut Source<'_, 'a>, nesting: u32, height: &mut u32) -> Option<Stop> {
        if nesting + self.depth > MAX_DEPTH {
            self.too_deep(self.span(self.prev_end, self.prev_end));
            return None;
        }
        loop {
            let part = match source.next() {
                None => return Some(Stop::Template),
                Some(Piece::Literal { text, start, end }) => match self.joined(source, text, start, end) {
                    Some(part) => part,
                    None => continue,
                },
                Some(Piece::Interpolation { expr, height: h }) => {
                    *height = (*height).max(h + nesting);
                    TemplatePart::Interpolation(expr)
                }
                Some(Piece::If { condition, height: h, start }) => {
                    *height = (*height).max(h + nesting + 1);
                    self.if_part(source, condition, start, nesting, height)?
                }
                Some(Piece::For(begin)) => {
                    let ForStart { key_var, value_var, collection, height: h, start } = *begin;
                    *height = (*height).max(h + nesting + 1);
                    let (body, end) = self.parts(source, nesting + 1, height)?;
                    let Stop::EndFor { end, .. } = end else {
                        self.directive_not_closed("for", "endfor", start, &end);
                        return None;
                    };
                    let span = self.span(start, end);
                    TemplatePart::For(Box::new(ForPart { key_var, value_var, collection, body, span }))
                }
                Some(Piece::Else { start, end }) => return Some(Stop::Else { start, end }),
                Some(Piece::EndIf { start, end }) => return Some(Stop::EndIf { start, end }),
                Some(Piece::EndFor { start, end }) => return Some(Stop::EndFor { start, end }),
            };
            self.lists.parts.push(part);
        }
    }

    fn if_part(
        &mut self,
        source: &mut Source<'_, 'a>,
        condition: Expr,
        start: usize,
        nesting: u32,
        height: &mut u32,
    ) -> Option<TemplatePart> {
        let (then, mut end) = self.parts(source, nesting + 1, height)?;
        let mut otherwise = Box::default();
        if let Stop::Else { .. } = end {
            (otherwise, end) = self.parts(source, nesting + 1, height)?;
        }
        let Stop::EndIf { end, .. } = end else {
            self.directive_not_closed("if", "endif", start, &end);
            return None;
        };
        let span = self.span(start, end);
        Some(TemplatePart::If(Box::new(IfPart { condition, then, otherwise, span })))
    }

    /// A literal with those that follow it; nothing where they hold no text.
    fn joined(
        &mut self,
        source: &mut Source<'_, 'a>,
        first: Cow<'a, str>,
        start: usize,
        mut end: usize,
    ) -> Option<TemplatePart> {
        let mut text = first;
        while let Some(Piece::Literal { .. }) = source.peek() {
            if let Some(Piece::Literal { text: more, end: place, .. }) = source.next() {
                text.to_mut().push_str(&more);
                end = place;
            }
        }
        let span = self.span(start, end);
        (!text.is_empty()).then(|| TemplatePart::Literal(normalised(&text), span))
    }

    fn stray_end(&mut self, end: &Stop) {
        let (word, opener, start, end) = match *end {
            Stop::Template => return,
            Stop::Else { start, end } => ("else", "if", start, end),
            Stop::EndIf { start, end } => ("endif", "if", start, end),
            Stop::EndFor { start, end } => ("endfor", "for", start, end),
        };
        let message = format!("`%{{ {word} }}` without its `%{{ {opener} }}`");
        let span = self.span(start, end);
        let problem = Problem::error(ProblemKind::Syntax, span, message, "nothing is open here");
        self.report(problem.with_help("a text that is meant literally is written `%%{`"));
    }

    fn directive_not_closed(&mut self, word: &str, closer: &str, start: usize, found: &Stop) {
        let opening = self.span(start, start + 2);
        let message = format!("`%{{ {word} }}` is not closed by `%{{ {closer} }}`");
        let problem = match found {
            Stop::Template => Problem::error(ProblemKind::Syntax, opening, message, "opened here"),
            Stop::Else { start, end } | Stop::EndIf { start, end } | Stop::EndFor { start, end } => {
                let place = self.span(*start, *end);
                let found = format!("`%{{ {closer} }}` was expected before this");
                Problem::error(ProblemKind::Syntax, place, message, found).with_related(opening, "opened here")
            }
        };
        self.report(problem.with_help(format!("write `%{{ {closer} }}` where it ends")));
    }
}

fn literal_text<'p>(piece: &'p Piece<'_>) -> Option<&'p str> {
    match piece {
        Piece::Literal { text, .. } => Some(text),
        _ => None,
    }
}
