//! Finding the feet again after a mistake: skipping to a place from which reading can go on.

use memchr::{memchr, memrchr};

use super::{Expr, Kind, Parser, Token};

/// What a skip stops at, besides the closers of what is open.
#[derive(Clone, Copy)]
struct Stops {
    newline: bool,
    comma: bool,
}

impl Parser<'_> {
    /// Skips to the comma behind the current item of a list, or to what ends the list.
    pub(super) fn skip_item_of_list(&mut self) {
        self.skip(Stops { newline: false, comma: true });
    }

    /// Skips to the comma or line break behind the current item of an object, or to what ends the object.
    pub(super) fn skip_item_of_object(&mut self) {
        self.skip(Stops { newline: true, comma: true });
    }

    /// Skips to the line break behind the current argument or block, or to what ends the body.
    pub(super) fn skip_item_of_body(&mut self) {
        let from = self.tok.start;
        self.skip(Stops { newline: true, comma: false });
        if memchr(b'\n', &self.text.as_bytes()[from.min(self.tok.start)..self.tok.start]).is_some() {
            self.lost = true;
        }
    }

    /// Skips the rest of the innermost bracket, opened at `start`, and its closer if it is there.
    pub(super) fn recover_bracket(&mut self, start: usize) -> Expr {
        self.skip(Stops { newline: false, comma: false });
        if self.open.last().is_some_and(|o| self.at(o.closer)) {
            self.close();
            return self.invalid(start, self.prev_end);
        }
        self.abandon_bracket(start)
    }

    /// Gives up the innermost bracket, opened at `start`, where it stands: its closer is missing.
    fn abandon_bracket(&mut self, start: usize) -> Expr {
        if !self.at(Kind::Newline) && (self.at_body_item() || self.at_top_block()) {
            self.back_to_line_break();
        }
        if let Some(open) = self.open.pop() {
            self.newlines = open.newlines;
        }
        self.poisoned = true;
        self.invalid(start, self.prev_end)
    }

    fn skip(&mut self, stops: Stops) {
        let newlines = std::mem::replace(&mut self.newlines, true);
        let mut nested = Nested::default();
        loop {
            let top = nested.closers.is_empty();
            match self.tok.kind {
                Kind::End => break,
                Kind::Newline if top && stops.newline => break,
                Kind::Comma if top && stops.comma => break,
                Kind::OpenBrace => nested.push(Kind::CloseBrace),
                Kind::OpenBracket => nested.push(Kind::CloseBracket),
                Kind::OpenParen => nested.push(Kind::CloseParen),
                Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen => {
                    let closed = nested.close(self.tok.kind);
                    if !closed && self.awaited(self.tok.kind) {
                        break;
                    }
                }
                Kind::Quote => self.lexer.pos = self.raw_string_end(self.tok.end),
                Kind::Heredoc => self.lexer.pos = self.raw_heredoc_end(self.tok),
                Kind::Ident => {
                    let innermost = nested.closers.last().copied().or(self.open.last().map(|o| o.closer));
                    let in_list = innermost.is_some_and(|closer| closer != Kind::CloseBrace);
                    if (in_list && self.at_body_item()) || self.at_top_block() {
                        self.back_to_line_break();
                        break;
                    }
                }
                _ => {}
            }
            self.bump();
        }
        self.newlines = newlines;
    }

    /// Whether a bracket that is open waits for this closer.
    pub(super) fn awaited(&self, closer: Kind) -> bool {
        self.open.iter().any(|o| o.closer == closer)
    }

    /// Whether the current token can't belong to the list that is being read, as if its closer were missing.
    pub(super) fn ends_list(&self) -> bool {
        match self.tok.kind {
            Kind::End | Kind::Newline => true,
            Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen => self.awaited(self.tok.kind),
            Kind::StripEnd => true,
            Kind::Ident => self.at_body_item(),
            _ => false,
        }
    }

    /// The same for an object, whose items look like arguments.
    pub(super) fn ends_object(&self) -> bool {
        match self.tok.kind {
            Kind::End => true,
            Kind::CloseBracket | Kind::CloseParen => self.awaited(self.tok.kind),
            Kind::Ident => self.at_top_block(),
            _ => false,
        }
    }

    /// Whether the current token carries on an expression, and can begin nothing.
    pub(super) fn continues_expression(&self) -> bool {
        matches!(
            self.tok.kind,
            Kind::And
                | Kind::Or
                | Kind::Question
                | Kind::Colon
                | Kind::Dot
                | Kind::Plus
                | Kind::Star
                | Kind::Slash
                | Kind::Percent
                | Kind::EqualEqual
                | Kind::NotEqual
                | Kind::Greater
                | Kind::GreaterEqual
                | Kind::Less
                | Kind::LessEqual
        )
    }

    /// Whether an expression may begin with the current token.
    pub(super) fn starts_term(&self) -> bool {
        matches!(
            self.tok.kind,
            Kind::Ident
                | Kind::Number
                | Kind::Quote
                | Kind::Heredoc
                | Kind::OpenBrace
                | Kind::OpenBracket
                | Kind::OpenParen
        )
    }

    /// Whether the current token is the first on its line and reads as the start of an argument or block.
    pub(super) fn at_body_item(&self) -> bool {
        if !self.at(Kind::Ident) || !self.first_on_line(self.tok.start) {
            return false;
        }
        let rest = self.text[self.tok.end..].trim_start_matches([' ', '\t']);
        match rest.as_bytes() {
            [b'=', b'=' | b'>', ..] => false,
            [b'=' | b'{', ..] => true,
            [b'"', ..] => rest.lines().next().is_some_and(|line| line.trim_end().ends_with('{')),
            _ => false,
        }
    }

    /// Whether the current token reads as the start of a top-level block, where such are trusted.
    pub(super) fn at_top_block(&self) -> bool {
        self.resync && self.at(Kind::Ident) && is_top_block(self.text, self.tok.start)
    }

    /// Whether a `=` or `:` that gives a key its value follows at this offset.
    pub(super) fn key_ends_at(&self, at: usize) -> bool {
        let rest = self.text[at..].trim_start_matches([' ', '\t']).as_bytes();
        match rest {
            [b'=', b'=' | b'>', ..] | [b':', b':', ..] => false,
            [b'=' | b':', ..] => true,
            _ => false,
        }
    }

    fn first_on_line(&self, at: usize) -> bool {
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n')
    }

    /// Makes the line break before the current token the current token.
    pub(super) fn back_to_line_break(&mut self) {
        if let Some(at) = memrchr(b'\n', &self.text.as_bytes()[..self.tok.start]) {
            self.lexer.go_to(at);
            self.tok = self.lexer.next(true);
            self.prev_end = self.prev_end.min(at);
        }
    }

    /// Remembers a brace whose closer, the current token, is indented less than its line.
    pub(super) fn suspect(&mut self, opened_at: usize) {
        let closer = self.tok.start;
        if self.first_on_line(closer) && self.indentation(closer) < self.indentation(opened_at) {
            self.suspects.push(opened_at);
        }
    }

    fn indentation(&self, at: usize) -> usize {
        let line = memrchr(b'\n', &self.text.as_bytes()[..at]).map_or(0, |n| n + 1);
        self.text[line..].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count()
    }

    /// Where a string ends whose quote stands before `from`: behind its closing quote, or at the end of its line.
    fn raw_string_end(&mut self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let line_end = || memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |n| from + n);
        let mut nested = vec![Raw::Quote];
        let mut at = from;
        while let (Some(state), Some(byte)) = (nested.last().copied(), bytes.get(at)) {
            let after = bytes.get(at + 1);
            at += 1;
            match (state, byte) {
                (Raw::Quote, b'"') => {
                    nested.pop();
                    if nested.is_empty() {
                        return at;
                    }
                }
                (Raw::Quote, b'\\') if after.is_some_and(|b| *b != b'\n') => at += 1,
                (Raw::Quote, b'$' | b'%') if after == Some(&b'{') => nested.push(Raw::Brace),
                (Raw::Quote, b'\n') => {
                    self.raw_searched = self.raw_searched.saturating_add(at - from);
                    return line_end();
                }
                (Raw::Brace, b'"') => nested.push(Raw::Quote),
                (Raw::Brace, b'}') => {
                    nested.pop();
                }
                (Raw::Brace, b'\n') if self.raw_searched > bytes.len() => return line_end(),
                _ => {}
            }
        }
        // The rest of the text was looked at in vain; that is not done twice.
        self.raw_searched = usize::MAX;
        line_end()
    }

    /// Where a heredoc ends: at the end of the line that closes it, or where the text or a top-level block comes first.
    pub(super) fn raw_heredoc_end(&self, token: Token) -> usize {
        let marker = self.slice(token).trim_start_matches('<').trim_start_matches('-');
        match self.closing_lines.first(self.text, token.end, marker) {
            Some((_, end)) => end,
            None => self.next_top_block(token.end),
        }
    }

    /// The line break before the next top-level block where such are trusted, else the end of the text.
    pub(super) fn next_top_block(&self, from: usize) -> usize {
        let breaks = memchr::memchr_iter(b'\n', &self.text.as_bytes()[from..]).map(|n| from + n);
        let found = if self.resync { breaks.into_iter().find(|n| is_top_block(self.text, n + 1)) } else { None };
        found.unwrap_or(self.text.len())
    }
}

/// Brackets that were opened in what is skipped, by what closes them.
#[derive(Default)]
struct Nested {
    closers: Vec<Kind>,
    /// How many there are of each: most of a long text may be closers of what nobody opened.
    braces: usize,
    brackets: usize,
    parens: usize,
}

impl Nested {
    fn push(&mut self, closer: Kind) {
        self.closers.push(closer);
        *self.count(closer) += 1;
    }

    /// Closes the innermost that this closes, and all inside it; false where there is none.
    fn close(&mut self, closer: Kind) -> bool {
        if *self.count(closer) == 0 {
            return false;
        }
        while let Some(innermost) = self.closers.pop() {
            *self.count(innermost) -= 1;
            if innermost == closer {
                break;
            }
        }
        true
    }

    fn count(&mut self, closer: Kind) -> &mut usize {
        match closer {
            Kind::CloseBrace => &mut self.braces,
            Kind::CloseBracket => &mut self.brackets,
            _ => &mut self.parens,
        }
    }
}

#[derive(Clone, Copy)]
enum Raw {
    Quote,
    Brace,
}

/// Whether a top-level block of Terraform seems to begin at this offset: one of its keywords in the first column,
/// with the label or brace that belongs to it.
fn is_top_block(text: &str, at: usize) -> bool {
    const LABELLED: [&str; 9] =
        ["resource", "data", "variable", "output", "module", "provider", "ephemeral", "check", "rule"];
    const PLAIN: [&str; 5] = ["locals", "terraform", "moved", "import", "removed"];
    if at != 0 && text.as_bytes()[at - 1] != b'\n' {
        return false;
    }
    let line = text[at..].lines().next().unwrap_or_default();
    let word_end = line.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(line.len());
    let (word, rest) = line.split_at(word_end);
    match rest.trim_start_matches([' ', '\t']).as_bytes().first() {
        Some(b'"') => LABELLED.contains(&word),
        Some(b'{') => PLAIN.contains(&word),
        _ => false,
    }
}
