//! The error-tolerant parser of HCL's native syntax: recursive descent over tokens cut on demand.
//!
//! [`parse`] reads a file. A mistake becomes one [`Problem`], and reading goes on behind it: at the next item of a
//! list, or at the next argument or block of the same body. Knows Terraform's top-level block types in one place
//! only, to find its feet again after a brace that is never closed.

mod body;
mod collection;
mod expr;
mod message;
mod message_body;
mod message_template;
mod number;
mod recover;
mod template;
mod template_scan;
mod template_tree;

use std::fmt::Display;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use self::template::Pieces;
use self::template_scan::ClosingLines;
use super::ast::{Body, Comment, Document, Expr, ExprKind, Ident, ObjectItem, TemplatePart, Text};
use super::items::Items;
use super::lexer::{Kind, Lexer, RawComment, Token};
use crate::source::{FileId, Problem, ProblemKind, Span};

/// How deep a tree may get; what walks or drops one may rely on it.
pub(super) const MAX_DEPTH: u32 = 250;
/// Lists seldom have more items.
const USUAL_ITEMS: usize = 16;
/// How many problems of one text are told.
pub(super) const MAX_PROBLEMS: usize = 100;

/// Parses a file of native syntax.
pub fn parse(file: FileId, text: &str) -> Document {
    if u32::try_from(text.len()).is_err() {
        return oversized(file);
    }
    parse_part(file, text, 0)
}

/// Parses arguments and blocks of a file as if they were all of it. Spans are moved by `offset`, the place of `text`
/// inside its file.
pub fn parse_part(file: FileId, text: &str, offset: u32) -> Document {
    let mut parser = Parser::new(file, text, Origin::Offset(offset));
    // About as many names as files of this length have.
    parser.names.reserve((text.len() / 64).min(256));
    parser.lists.reserve();
    parser.open.reserve(USUAL_ITEMS);
    let mut body = parser.file_body();
    if parser.unclosed {
        // Something swallowed the rest of the file. Read it again, this time trusting that what looks like the
        // start of a top-level block is one.
        parser = Parser { resync: true, ..Parser::new(file, text, Origin::Offset(offset)) };
        body = parser.file_body();
    }
    let comment = |c: &RawComment| Comment { span: parser.span(c.start, c.end), trailing: c.trailing };
    let comments = parser.lexer.comments.iter().map(comment).collect();
    Document { file, body: Arc::new(body), comments, problems: parser.problems, json: false }
}

/// Parses a lone expression, in which line breaks are blanks as inside parentheses. Spans are moved by `offset`, the
/// place of `text` inside its file.
pub fn parse_expression(file: FileId, text: &str, offset: u32) -> (Expr, Vec<Problem>) {
    expression_at(file, text, Origin::Offset(offset), 0)
}

/// Parses a whole text as a template, as the files given to `templatefile` are: no escapes but `$${` and `%%{`.
/// Spans are moved by `offset`, the place of `text` inside its file.
pub fn parse_template(file: FileId, text: &str, offset: u32) -> (Expr, Vec<Problem>) {
    template_at(file, text, Origin::Offset(offset), 0)
}

/// An expression that lies at some depth of a larger tree.
pub(super) fn expression_at(file: FileId, text: &str, origin: Origin<'_>, depth: u32) -> (Expr, Vec<Problem>) {
    let mut parser = Parser { depth, above: depth, ..Parser::new(file, text, origin) };
    parser.newlines = false;
    parser.bump();
    let expr = match parser.expr() {
        Ok(_) if parser.tok.kind != Kind::End => {
            parser.unexpected("the end of the expression");
            None
        }
        parsed => parsed.ok(),
    };
    let expr = expr.unwrap_or_else(|| parser.invalid(0, text.len()));
    (expr, parser.problems)
}

/// A template that lies at some depth of a larger tree.
pub(super) fn template_at(file: FileId, text: &str, origin: Origin<'_>, depth: u32) -> (Expr, Vec<Problem>) {
    let mut parser = Parser { depth, above: depth, ..Parser::new(file, text, origin) };
    parser.lexer.pos = 0;
    let expr = parser.bare_template();
    (expr, parser.problems)
}

fn oversized(file: FileId) -> Document {
    let span = Span::new(file, 0, 0);
    let problem = Problem::error(ProblemKind::Limit, span, "the file is larger than 4 GiB", "not read");
    let body = Body { attributes: Box::default(), blocks: Box::default(), span, incomplete: true };
    Document { file, body: Arc::new(body), comments: Vec::new(), problems: vec![problem], json: false }
}

/// A construct could not be read: a problem was recorded (or one before it explains this one), and the current
/// token is where it went wrong.
#[derive(Clone, Copy, Debug)]
struct Broken;

type Parsed<T> = Result<T, Broken>;

/// How offsets of the text become offsets of the file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin<'a> {
    /// The text stands in the file at this offset.
    Offset(u32),
    /// Where each byte of the text stands in the file, and where its end does.
    Map(&'a [u32]),
}

/// A bracket that is open, from the outermost to the innermost.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// What closes it.
    closer: Kind,
    /// Where it was opened.
    at: usize,
    /// Whether line breaks counted outside of it.
    newlines: bool,
}

/// Items of the lists that are being read, those of the innermost list last. A list that is complete leaves for a
/// place of just its size, so that none grows step by step.
#[derive(Default, Debug)]
struct Lists<'a> {
    exprs: Vec<Expr>,
    items: Vec<ObjectItem>,
    parts: Vec<TemplatePart>,
    labels: Vec<Ident>,
    /// Empty ones to be used again.
    bodies: Vec<Items>,
    /// Empty ones to be used again.
    pieces: Vec<Pieces<'a>>,
}

impl Lists<'_> {
    /// Makes room for what most files hold, so that little grows while one is read.
    fn reserve(&mut self) {
        self.exprs.reserve(USUAL_ITEMS);
        self.items.reserve(USUAL_ITEMS);
        self.parts.reserve(USUAL_ITEMS);
        self.labels.reserve(2);
    }
}

#[derive(Debug)]
struct Parser<'a> {
    file: FileId,
    text: &'a str,
    origin: Origin<'a>,
    lexer: Lexer<'a>,
    /// The current token.
    tok: Token,
    /// Where the token before it ends.
    prev_end: usize,
    /// Whether line breaks are tokens here.
    newlines: bool,
    /// Whether the text is nothing but ASCII: then no name of it need be looked at for that.
    is_ascii: bool,
    open: Vec<Open>,
    names: FxHashMap<&'a str, Text>,
    lists: Lists<'a>,
    closing_lines: ClosingLines<'a>,
    problems: Vec<Problem>,
    /// Set once there were too many problems: all further text is skipped.
    stopped: bool,
    /// Set after a mistake that left the current item in doubt: what follows from it is not told.
    poisoned: bool,
    /// Set where something was dropped from the current body.
    lost: bool,
    /// Set where something was dropped that may have belonged to any enclosing body.
    lost_outward: bool,
    /// Set where the end of the text came inside something.
    unclosed: bool,
    /// Bytes in which the ends of strings that are skipped were looked for in vain. Once these are as many as the text
    /// has, strings are looked for on one line only.
    raw_searched: usize,
    /// Bytes behind heredocs and sequences that were not closed which are read once more.
    read_again: usize,
    /// Bytes in which lines that nearly close heredocs were looked for in vain.
    searched_in_vain: usize,
    /// Tokens so far, to be sure that they are as many as the text is long and not as ways lead through it.
    #[cfg(debug_assertions)]
    tokens: usize,
    /// Whether what looks like a top-level block in the first column ends everything that is open.
    resync: bool,
    /// Braces closed by a brace of less indentation.
    suspects: Vec<usize>,
    /// Where an unclosed bracket was last noticed.
    unclosed_at: Option<usize>,
    /// Where an item was last given up. A brace too many or too few near it is no mistake of its own.
    failed_at: Option<usize>,
    /// Nesting of the constructs that are being read.
    depth: u32,
    /// Levels of a larger tree that lie above what is read.
    above: u32,
    /// Height of the tree that was read last.
    height: u32,
}

impl<'a> Parser<'a> {
    fn new(file: FileId, text: &'a str, origin: Origin<'a>) -> Parser<'a> {
        Parser {
            file,
            text,
            origin,
            lexer: Lexer::new(text),
            tok: Token { kind: Kind::Newline, start: 0, end: 0 },
            prev_end: 0,
            newlines: true,
            is_ascii: text.is_ascii(),
            open: Vec::new(),
            names: FxHashMap::default(),
            lists: Lists::default(),
            closing_lines: ClosingLines::default(),
            problems: Vec::new(),
            stopped: false,
            poisoned: false,
            lost: false,
            lost_outward: false,
            unclosed: false,
            raw_searched: 0,
            read_again: 0,
            searched_in_vain: 0,
            #[cfg(debug_assertions)]
            tokens: 0,
            resync: false,
            suspects: Vec::new(),
            unclosed_at: None,
            failed_at: None,
            depth: 0,
            above: 0,
            height: 0,
        }
    }

    /// Goes to the next token.
    #[inline(never)]
    fn bump(&mut self) {
        self.prev_end = self.tok.end;
        #[cfg(debug_assertions)]
        {
            self.tokens += 1;
            assert!(self.tokens < 100 * (self.text.len() + 1000), "the text is read again and again");
        }
        if self.stopped {
            self.lexer.pos = self.text.len();
        }
        match self.lexer.plain(self.newlines) {
            // One by one: a copy of the whole reads at once what has been written in parts, and waits for it.
            Some(Token { kind, start, end }) => (self.tok.kind, self.tok.start, self.tok.end) = (kind, start, end),
            None => self.bump_other(),
        }
    }

    #[inline(never)]
    fn bump_other(&mut self) {
        let Token { kind, start, end } = self.lexer.other(self.newlines);
        (self.tok.kind, self.tok.start, self.tok.end) = (kind, start, end);
    }

    fn at(&self, kind: Kind) -> bool {
        self.tok.kind == kind
    }

    /// Goes past the current token if it is of this kind.
    fn eat(&mut self, kind: Kind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    fn at_word(&self, word: &str) -> bool {
        self.at(Kind::Ident) && self.slice(self.tok) == word
    }

    fn slice(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    /// A span of the file. Its numbers are chosen one by one: they stay in registers then.
    #[inline]
    fn span(&self, start: usize, end: usize) -> Span {
        let (start, end) = match self.origin {
            // No text is as long as that these would be cut: `parse` sees to it.
            Origin::Offset(offset) => (offset.wrapping_add(start as u32), offset.wrapping_add(end as u32)),
            Origin::Map(map) => (mapped(map, start), mapped(map, end)),
        };
        Span { file: self.file, start, end }
    }

    fn token_span(&self, token: Token) -> Span {
        self.span(token.start, token.end)
    }

    /// Goes past the current token, a name. The text is copied once more on its way out; that the next token is cut
    /// between keeps the copy from waiting until the text is written.
    #[inline(never)]
    fn pass_name(&mut self) -> Ident {
        let token = self.tok;
        let text = self.name(token);
        self.bump();
        Ident { text, span: self.token_span(token) }
    }

    /// The one text that all occurrences of a name in this file share.
    #[inline(never)]
    fn name(&mut self, token: Token) -> Text {
        let name = self.slice(token);
        match name.len() <= Text::INLINE_LIMIT && (self.is_ascii || name.is_ascii()) {
            true => Text::inline(name),
            false => self.shared(name),
        }
    }

    #[inline(never)]
    fn shared(&mut self, name: &'a str) -> Text {
        self.names.entry(name).or_insert_with(|| normalised(name)).clone()
    }

    fn invalid(&mut self, start: usize, end: usize) -> Expr {
        self.height = 1;
        Expr { kind: ExprKind::Invalid, span: self.span(start, end.max(start)) }
    }

    /// Counts one more level of nesting; every `Ok` is followed by one [`Parser::leave`].
    #[inline]
    fn enter(&mut self) -> Parsed<()> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep_here());
        }
        self.depth += 1;
        Ok(())
    }

    #[cold]
    fn too_deep_here(&mut self) -> Broken {
        self.too_deep(self.token_span(self.tok))
    }

    #[inline]
    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Makes the current tree one level higher than `below`.
    #[inline]
    fn raise(&mut self, below: u32, end: usize) -> Parsed<()> {
        self.height = below + 1;
        if self.height + self.above > MAX_DEPTH {
            return Err(self.too_deep(self.span(end, end)));
        }
        Ok(())
    }

    /// Opens a bracket, the current token.
    #[inline(never)]
    fn open(&mut self, closer: Kind, newlines: bool) {
        self.open.push(Open { closer, at: self.tok.start, newlines: self.newlines });
        self.newlines = newlines;
        self.bump();
    }

    /// Closes the innermost bracket, and goes past the current token, its closer.
    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.newlines = open.newlines;
            if self.resync && open.closer == Kind::CloseBrace {
                self.suspect(open.at);
            }
        }
        self.bump();
    }

    /// Records a problem, unless an earlier one explains it or there are too many.
    fn report(&mut self, problem: Problem) {
        if self.poisoned || self.stopped {
            return;
        }
        let span = problem.label.as_ref().map_or_else(|| self.span(0, 0), |l| l.span);
        self.problems.push(problem);
        if self.problems.len() == MAX_PROBLEMS {
            self.give_up(span, format!("more than {MAX_PROBLEMS} problems"));
        }
    }

    /// Reads no further.
    fn give_up(&mut self, span: Span, because: impl Display) {
        if self.stopped {
            return;
        }
        let message = format!("{because}; the rest of the file was not read");
        self.problems.push(Problem::error(ProblemKind::Limit, span, message, "given up here"));
        self.stopped = true;
        self.tok = Token { kind: Kind::End, start: self.text.len(), end: self.text.len() };
        self.lost = true;
        self.lost_outward = true;
    }

    /// Records a problem that leaves the current item in doubt.
    fn fail(&mut self, problem: Problem) -> Broken {
        self.report(problem);
        self.poisoned = true;
        self.failed_at = Some(self.tok.start);
        Broken
    }
}

/// The offset in the file of an offset in a text that is not as the file has it.
#[cold]
fn mapped(map: &[u32], at: usize) -> u32 {
    map.get(at).or(map.last()).copied().unwrap_or(0)
}

/// A text as Terraform holds it: normalised to composed characters.
pub(super) fn normalised(text: &str) -> Text {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}
