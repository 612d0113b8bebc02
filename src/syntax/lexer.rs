//! Text to tokens, one at a time, as HCL's scanner cuts them. Templates are cut by the parser, which knows
//! where one begins and ends; the lexer knows no nesting. Collects comments on its way.

use memchr::{memchr, memmem};

use super::scan::{behind_spaces, name_end};

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A name; keywords are names.
    Ident,
    /// Digits with points and exponents; may still be malformed (`1.2.3`).
    Number,
    /// The `"` that opens a string.
    Quote,
    /// `<<MARKER` or `<<-MARKER` with a line break behind it, which is not part of the token.
    Heredoc,
    /// A line break.
    Newline,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Dot,
    Comma,
    Equal,
    Colon,
    DoubleColon,
    Question,
    Star,
    Slash,
    Percent,
    Plus,
    Minus,
    Bang,
    EqualEqual,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    And,
    Or,
    FatArrow,
    Ellipsis,
    /// `~}`, which ends a template sequence.
    StripEnd,
    /// `/*` without its `*/`.
    OpenComment,
    /// A character that begins no token.
    Stray,
    /// The end of the text.
    End,
}

/// A piece of the text; offsets count bytes of the lexer's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A comment as the lexer finds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawComment {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) trailing: bool,
}

/// How many tokens a text is cut into where nothing in it is a template: to measure the lexer by itself.
pub fn count_tokens(text: &str) -> usize {
    let mut lexer = Lexer::new(text);
    std::iter::from_fn(|| Some(lexer.next(true)).filter(|token| token.kind != Kind::End)).count()
}

/// Cuts tokens off the front of a text.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    /// Where the next token is looked for.
    pub(super) pos: usize,
    /// The comments passed so far.
    pub(super) comments: Vec<RawComment>,
}

impl<'a> Lexer<'a> {
    /// A lexer at the start of a text, behind its byte-order mark if it has one.
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        let pos = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Lexer { text, pos, comments: Vec::new() }
    }

    /// Goes to another offset; comments that reach behind it will be passed again, if they are any.
    pub(super) fn go_to(&mut self, pos: usize) {
        self.pos = pos;
        while self.comments.last().is_some_and(|c| c.end > pos) {
            self.comments.pop();
        }
    }

    /// The next token; line breaks are blanks unless `newlines` says that they count.
    pub(super) fn next(&mut self, newlines: bool) -> Token {
        self.plain(newlines).unwrap_or_else(|| self.other(newlines))
    }

    /// The next token if it is of those that most are: a name, a line break, or one or two characters that mean the
    /// same whatever stands around them. Apart from the others, so that it stays short and calls nothing.
    #[inline(always)]
    pub(super) fn plain(&mut self, newlines: bool) -> Option<Token> {
        let bytes = self.text.as_bytes();
        let start = behind_spaces(bytes, self.pos);
        self.pos = start;
        let byte = *bytes.get(start)?;
        let after = || bytes.get(start + 1);
        let kind = match FIRST[usize::from(byte)] {
            First::Name => {
                let end = name_end(bytes, start + 1);
                if bytes.get(end).is_some_and(|byte| !byte.is_ascii()) {
                    return None;
                }
                self.pos = end;
                return Some(Token { kind: Kind::Ident, start, end });
            }
            First::Alone => ALONE[usize::from(byte)],
            First::Newline if newlines => Kind::Newline,
            First::Equal if !matches!(after(), Some(b'=' | b'>')) => Kind::Equal,
            First::Dot if after() != Some(&b'.') => Kind::Dot,
            _ => return None,
        };
        self.pos = start + 1;
        Some(Token { kind, start, end: start + 1 })
    }

    /// The next token where it is none of the plain ones.
    #[inline(never)]
    pub(super) fn other(&mut self, newlines: bool) -> Token {
        loop {
            if let Some(token) = self.any(newlines).or_else(|| self.plain(newlines)) {
                return token;
            }
        }
    }

    /// The token at this offset, whatever it is; nothing where a comment or a blank was passed instead.
    fn any(&mut self, newlines: bool) -> Option<Token> {
        let bytes = self.text.as_bytes();
        let start = self.pos;
        let Some(&byte) = bytes.get(start) else {
            return Some(Token { kind: Kind::End, start, end: start });
        };
        let after = bytes.get(start + 1).copied().unwrap_or(0);
        let (kind, length) = match byte {
            b' ' | b'\t' => return self.pass(1),
            b'\n' if !newlines => return self.pass(1),
            b'\r' if after == b'\n' && !newlines => return self.pass(2),
            b'#' => return self.line_comment(),
            b'/' if after == b'/' => return self.line_comment(),
            b'/' if after == b'*' => return self.block_comment(),
            b'0'..=b'9' => return Some(self.number()),
            b'<' if after == b'<' => match self.heredoc() {
                Some(token) => return Some(token),
                None => (Kind::Less, 1),
            },
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => return Some(self.ident(start + 1, start)),
            0x80.. => return Some(self.unicode()),
            b'\n' => (Kind::Newline, 1),
            b'\r' if after == b'\n' => (Kind::Newline, 2),
            _ => punctuation(byte, after, bytes.get(start + 2).copied().unwrap_or(0)),
        };
        self.pos = start + length;
        Some(Token { kind, start, end: self.pos })
    }

    fn pass(&mut self, length: usize) -> Option<Token> {
        self.pos += length;
        None
    }

    fn ident(&mut self, from: usize, start: usize) -> Token {
        let bytes = self.text.as_bytes();
        let mut end = from;
        loop {
            end = name_end(bytes, end);
            match self.text[end..].chars().next() {
                Some(c) if !c.is_ascii() && unicode_ident::is_xid_continue(c) => end += c.len_utf8(),
                _ => break,
            }
        }
        self.pos = end;
        Token { kind: Kind::Ident, start, end }
    }

    fn unicode(&mut self) -> Token {
        let start = self.pos;
        let c = self.text[start..].chars().next().unwrap_or('\u{fffd}');
        let end = start + c.len_utf8();
        if unicode_ident::is_xid_start(c) {
            return self.ident(end, start);
        }
        self.pos = end;
        Token { kind: Kind::Stray, start, end }
    }

    /// A digit, then digits, points and exponents, but no point at the end.
    fn number(&mut self) -> Token {
        let bytes = self.text.as_bytes();
        let digit_at = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
        let start = self.pos;
        let mut end = start + 1;
        let mut at = end;
        loop {
            match bytes.get(at) {
                Some(b'0'..=b'9') => at += 1,
                Some(b'.') => {
                    at += 1;
                    continue;
                }
                Some(b'e' | b'E') if digit_at(at + 1) => at += 2,
                Some(b'e' | b'E') if matches!(bytes.get(at + 1), Some(b'+' | b'-')) && digit_at(at + 2) => at += 3,
                _ => break,
            }
            end = at;
        }
        self.pos = end;
        Token { kind: Kind::Number, start, end }
    }

    /// The introduction of a heredoc, unless the marker is not alone on the rest of its line.
    fn heredoc(&mut self) -> Option<Token> {
        let start = self.pos;
        let bytes = self.text.as_bytes();
        let mut at = start + 2;
        if bytes.get(at) == Some(&b'-') {
            at += 1;
        }
        let first = self.text[at..].chars().next()?;
        let token = if first == '_' || unicode_ident::is_xid_start(first) {
            self.ident(at + first.len_utf8(), start)
        } else {
            return None;
        };
        let rest = &bytes[token.end..];
        if rest.starts_with(b"\n") || rest.starts_with(b"\r\n") {
            return Some(Token { kind: Kind::Heredoc, ..token });
        }
        self.pos = start;
        None
    }

    fn line_comment(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        let start = self.pos;
        let stop = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n);
        let end = if stop < bytes.len() && bytes[stop - 1] == b'\r' { stop - 1 } else { stop };
        self.comment(start, end);
        self.pos = end;
        None
    }

    fn block_comment(&mut self) -> Option<Token> {
        let start = self.pos;
        let Some(length) = memmem::find(&self.text.as_bytes()[start + 2..], b"*/") else {
            let end = start + 2;
            self.pos = self.text.len();
            return Some(Token { kind: Kind::OpenComment, start, end });
        };
        let end = start + length + 4;
        self.comment(start, end);
        self.pos = end;
        None
    }

    fn comment(&mut self, start: usize, end: usize) {
        let before = self.text[..start].trim_end_matches([' ', '\t', '\u{feff}']);
        let trailing = !(before.is_empty() || before.ends_with('\n'));
        self.comments.push(RawComment { start, end, trailing });
    }
}

fn punctuation(byte: u8, after: u8, third: u8) -> (Kind, usize) {
    let alone = ALONE[usize::from(byte)];
    if alone != Kind::Stray {
        return (alone, 1);
    }
    match (byte, after) {
        (b'=', b'=') => (Kind::EqualEqual, 2),
        (b'=', b'>') => (Kind::FatArrow, 2),
        (b'=', _) => (Kind::Equal, 1),
        (b'.', b'.') if third == b'.' => (Kind::Ellipsis, 3),
        (b'.', _) => (Kind::Dot, 1),
        (b':', b':') => (Kind::DoubleColon, 2),
        (b':', _) => (Kind::Colon, 1),
        (b'/', _) => (Kind::Slash, 1),
        (b'!', b'=') => (Kind::NotEqual, 2),
        (b'!', _) => (Kind::Bang, 1),
        (b'>', b'=') => (Kind::GreaterEqual, 2),
        (b'>', _) => (Kind::Greater, 1),
        (b'<', b'=') => (Kind::LessEqual, 2),
        (b'<', _) => (Kind::Less, 1),
        (b'&', b'&') => (Kind::And, 2),
        (b'|', b'|') => (Kind::Or, 2),
        (b'~', b'}') => (Kind::StripEnd, 2),
        _ => (Kind::Stray, 1),
    }
}

/// What the first byte of a token says about it.
#[derive(Clone, Copy)]
enum First {
    /// A name begins.
    Name,
    /// A token of one character, whatever comes next.
    Alone,
    /// A line feed.
    Newline,
    Equal,
    Dot,
    /// Only a closer look tells.
    Other,
}

const FIRST: [First; 256] = {
    let mut table = [First::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'\n' => First::Newline,
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => First::Name,
            b'=' => First::Equal,
            b'.' => First::Dot,
            _ if !matches!(ALONE[byte], Kind::Stray) => First::Alone,
            _ => First::Other,
        };
        byte += 1;
    }
    table
};

/// The tokens that a character makes by itself, if no other character makes it longer.
const ALONE: [Kind; 256] = {
    let mut table = [Kind::Stray; 256];
    table[b'"' as usize] = Kind::Quote;
    table[b',' as usize] = Kind::Comma;
    table[b'{' as usize] = Kind::OpenBrace;
    table[b'}' as usize] = Kind::CloseBrace;
    table[b'[' as usize] = Kind::OpenBracket;
    table[b']' as usize] = Kind::CloseBracket;
    table[b'(' as usize] = Kind::OpenParen;
    table[b')' as usize] = Kind::CloseParen;
    table[b'?' as usize] = Kind::Question;
    table[b'*' as usize] = Kind::Star;
    table[b'%' as usize] = Kind::Percent;
    table[b'+' as usize] = Kind::Plus;
    table[b'-' as usize] = Kind::Minus;
    table
};
