//! What is said about mistakes in expressions: the message, the place, and how to repair it.

use super::{Broken, Expr, ExprKind, Kind, MAX_DEPTH, Parsed, Parser, Token};
use crate::source::ProblemKind::{Limit, Syntax};
use crate::source::{Problem, Span, char_boundary};

/// How far a string in wrong quotes is looked through for its end, on its line.
const QUOTE_LOOKAHEAD: usize = 4096;
/// What to do about an expression that goes on in another line.
pub(super) const LINE_ENDS: &str =
    "an expression ends with its line: put parentheses around it to write it over several";

impl<'a> Parser<'a> {
    /// The current token is not what the grammar wants here.
    pub(super) fn unexpected(&mut self, wanted: &str) -> Broken {
        let problem = self.expected(wanted);
        self.fail(problem)
    }

    /// `expected …, found …` at the current token.
    pub(super) fn expected(&self, wanted: &str) -> Problem {
        if self.at(Kind::OpenComment) {
            let problem = Problem::error(Syntax, self.place(), "the comment is not closed", "opened here");
            return problem.with_help("write `*/` where it ends");
        }
        let message = format!("expected {wanted}, found {}", self.found());
        let problem = Problem::error(Syntax, self.place(), message, format!("expected {wanted}"));
        match self.hint() {
            Some(hint) => problem.with_help(hint),
            None => problem,
        }
    }

    /// Where to point for the current token: at it, or behind the last one where a line or the text ends.
    pub(super) fn place(&self) -> Span {
        match self.tok.kind {
            Kind::Newline | Kind::End => self.span(self.prev_end, self.prev_end),
            _ => self.token_span(self.tok),
        }
    }

    fn found(&self) -> String {
        match self.tok.kind {
            Kind::End => "the end of the text".to_owned(),
            Kind::Newline => "the end of the line".to_owned(),
            Kind::Quote => "a string".to_owned(),
            Kind::Heredoc => "a heredoc".to_owned(),
            Kind::Stray => match self.stray() {
                '\r' => "a carriage return without its line feed".to_owned(),
                c if c.is_control() || c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}' => {
                    format!("an invisible character (U+{:04X})", u32::from(c))
                }
                c => format!("`{c}`"),
            },
            _ => format!("`{}`", self.shown(self.slice(self.tok))),
        }
    }

    /// A name as messages show it: not longer than a line can bear.
    pub(super) fn shown(&self, name: &str) -> String {
        match name.char_indices().nth(60) {
            Some((at, _)) => format!("{}…", &name[..at]),
            None => name.to_owned(),
        }
    }

    fn stray(&self) -> char {
        self.slice(self.tok).chars().next().unwrap_or(' ')
    }

    /// What people who write the current token here usually have in mind.
    fn hint(&self) -> Option<String> {
        let rest = &self.text[self.tok.start..];
        let hint = match self.tok.kind {
            Kind::Equal => "to compare write `==`",
            Kind::Less if rest.starts_with("<<") => {
                "the marker of a heredoc is a name, alone on the rest of its line: `<<EOT`"
            }
            Kind::Ident => match self.slice(self.tok) {
                "and" | "AND" => "write `&&`",
                "or" | "OR" => "write `||`",
                "not" => "write `!`",
                "else" | "then" => "write `condition ? value : other`",
                _ => return None,
            },
            Kind::Stray => match self.stray() {
                '\'' | '`' => "strings are written in double quotes: `\"text\"`",
                '“' | '”' | '„' | '‘' | '’' | '«' | '»' => {
                    "these are typographic quotes: replace them by `\"`"
                }
                '&' => "write `&&`",
                '|' => "write `||`",
                ';' => "remove it: arguments end at the end of their line",
                '\r' => "save the file with `\\n` or `\\r\\n` as its line breaks",
                '$' => "`${…}` belongs inside of double quotes; elsewhere the expression stands alone",
                '^' => "use `pow(a, b)` for powers",
                c if c.is_whitespace() => "replace it by an ordinary space",
                c if c.is_control() || c == '\u{feff}' || c == '\u{200b}' => "delete it",
                _ => return None,
            },
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// The current token begins no expression.
    pub(super) fn no_term(&mut self) -> Parsed<Expr> {
        let token = self.tok;
        if token.kind == Kind::Stray {
            match self.stray() {
                '\'' => return self.wrong_quotes('\''),
                '`' => return self.wrong_quotes('`'),
                '“' | '”' => return self.wrong_quotes('”'),
                '$' if self.text[token.end..].starts_with('{') => return self.bare_interpolation(),
                _ => {}
            }
        }
        let list = self.open.last().is_some_and(|o| o.closer != Kind::CloseBrace && o.closer != token.kind);
        if list && token.kind != Kind::Newline && self.ends_list() {
            return Err(self.not_closed());
        }
        let mut problem = self.expected("an expression");
        if matches!(token.kind, Kind::Newline | Kind::End) && self.text[..self.prev_end].ends_with('=') {
            let help = "write a value behind `=`, on the same line; `null` stands for an argument that is not set";
            problem = self.expected("a value").with_help(help);
        }
        Err(self.fail(problem))
    }

    /// `'text'`: told once, and read as the string that was meant, but its value is not relied on.
    fn wrong_quotes(&mut self, closer: char) -> Parsed<Expr> {
        let token = self.tok;
        let near = &self.text[token.end..char_boundary(self.text, token.end + QUOTE_LOOKAHEAD)];
        let length = near.find(['\n', closer]).filter(|at| near[*at..].starts_with(closer));
        let Some(length) = length else {
            return Err(self.unexpected("an expression"));
        };
        let end = token.end + length + closer.len_utf8();
        let message = format!("`{}` does not quote a string", self.stray());
        let help = self.hint().unwrap_or_default();
        self.report(Problem::error(Syntax, self.span(token.start, end), message, "not a string").with_help(help));
        self.lexer.go_to(end);
        self.tok = Token { end, ..token };
        self.bump();
        Ok(self.invalid(token.start, end))
    }

    /// `${a}` outside of a string: told, and read as `a`.
    fn bare_interpolation(&mut self) -> Parsed<Expr> {
        let start = self.tok.start;
        let problem = Problem::error(Syntax, self.token_span(self.tok), "`${` stands outside of a string", "not here");
        self.report(problem.with_help("write the expression without `${` and `}`, or put double quotes around it"));
        self.bump();
        self.open(Kind::CloseBrace, false);
        match self.expr() {
            Ok(inner) if self.at(Kind::CloseBrace) => {
                self.close();
                Ok(inner)
            }
            parsed => {
                if parsed.is_ok() {
                    self.bracket_not_closed("`}`");
                }
                Ok(self.recover_bracket(start))
            }
        }
    }

    /// An operator whose line ends behind it, where a line break counts. Reading goes on at the next line unless an
    /// argument or block begins there.
    pub(super) fn operator_at_line_end(&mut self) {
        let problem = self.expected("an expression").with_help(LINE_ENDS);
        self.report(problem);
        self.poisoned = true;
        let rest = self.text[self.tok.end..].trim_start();
        self.bump();
        if rest.starts_with('}') || self.at_body_item() {
            self.back_to_line_break();
        }
    }

    pub(super) fn too_deep(&mut self, span: Span) -> Broken {
        let message = format!("this is nested more than {MAX_DEPTH} levels deep");
        let problem = Problem::error(Limit, span, message, "not read from here on");
        self.fail(problem.with_help("split it: give parts of it names in `locals`"))
    }

    pub(super) fn missing_colon(&mut self, question: Token) -> Broken {
        let related = self.token_span(question);
        let problem = self.expected("`:` and the value for when the condition does not hold");
        let problem = problem.with_related(related, "the condition ends here");
        self.fail(problem.with_help("a conditional has both branches: `condition ? value : other`"))
    }

    /// The innermost bracket should end here, or go on with what is wanted.
    pub(super) fn bracket_not_closed(&mut self, wanted: &str) -> Broken {
        if self.ends_list() {
            return self.not_closed();
        }
        let problem = match self.open.last() {
            Some(open) => {
                let related = self.span(open.at, open.at + 1);
                self.expected(wanted).with_related(related, "opened here")
            }
            None => self.expected(wanted),
        };
        self.fail(problem)
    }

    /// The innermost bracket has no closer.
    pub(super) fn not_closed(&mut self) -> Broken {
        let place = self.tok.start;
        self.unclosed |= self.at(Kind::End);
        let told = |at: usize| self.unclosed_at == Some(place) || self.failed_at.is_some_and(|failed| failed > at);
        let Some(open) = self.open.last().copied().filter(|open| !told(open.at)) else {
            self.poisoned = true;
            return Broken;
        };
        self.unclosed_at = Some(place);
        let (opener, closer) = brackets(open.closer);
        let length = self.text[open.at..].bytes().take_while(|b| !opener.ends_with(char::from(*b))).count();
        let opening = self.span(open.at, open.at + length + 1);
        let message = format!("`{opener}` is not closed");
        let label = format!("expected `{closer}` before {}", self.found());
        let mut problem = Problem::error(Syntax, self.place(), message, label).with_related(opening, "opened here");
        if let Some(at) = self.suspects.iter().copied().find(|at| *at > open.at) {
            let suspect = self.span(at, at + 1);
            problem = problem.with_related(suspect, "its `}` is indented less than its line: perhaps it is this one");
        }
        self.fail(problem.with_help(format!("write `{closer}` where it ends")))
    }

    pub(super) fn missing_comma(&mut self, closer: Kind) {
        let (_, closing) = brackets(closer);
        let mut problem = self.expected(&format!("`,` or `{closing}`"));
        if problem.help.is_none() && self.starts_term() {
            problem = problem.with_help("write a comma between the two");
        }
        self.report(problem);
        self.poisoned = true;
    }

    /// An item of an object is followed by neither line break nor comma nor brace.
    pub(super) fn object_separator(&mut self) {
        if self.ends_object() {
            return;
        }
        let mut problem = self.expected("a line break, `,` or `}`");
        if problem.help.is_none() && self.starts_term() {
            problem = problem.with_help("write a comma between the two, or a line for each");
        }
        self.report(problem);
        self.poisoned = true;
        if !matches!(self.tok.kind, Kind::Ident | Kind::Quote | Kind::OpenParen) {
            self.skip_item_of_object();
        }
    }

    /// `:=`, `==` or `=>` where an equals sign was meant.
    pub(super) fn wrong_equals(&mut self, start: usize, end: usize) {
        let written = &self.text[start..end];
        let message = format!("`{written}` does not set a value");
        self.report(Problem::error(Syntax, self.span(start, end), message, "expected `=`").with_help("write `=`"));
    }

    pub(super) fn missing_item_value(&mut self, key: &Expr) -> Broken {
        let mut problem = self.expected("`=` and a value");
        if matches!(self.tok.kind, Kind::OpenBrace | Kind::Quote) && matches!(key.kind, ExprKind::String(_)) {
            problem = problem.with_help("this is an object, not a block: its items are written `name = { … }`");
        } else if matches!(self.tok.kind, Kind::Comma | Kind::CloseBrace) {
            problem = problem.with_help("an object's items are written `name = value`; a list is written `[a, b]`");
        }
        self.fail(problem.with_related(key.span, "the item's key"))
    }

    pub(super) fn for_not_closed(&mut self, closer: Kind) {
        let wanted = match closer {
            Kind::CloseBrace => "`if`, `...` or `}`",
            _ => "`if` or `]`",
        };
        self.bracket_not_closed(wanted);
    }

    pub(super) fn for_key_in_tuple(&mut self, arrow: Token) -> Broken {
        let span = self.token_span(arrow);
        let problem = Problem::error(Syntax, span, "a `for` in `[ ]` makes a list, which has no keys", "not in a list");
        self.fail(problem.with_help("write `{for … : key => value}` for an object, or leave out the key"))
    }

    pub(super) fn for_key_missing(&mut self, introduction: Token) -> Broken {
        let related = self.token_span(introduction);
        let problem = self.expected("`=>` and a value").with_related(related, "a `for` in `{ }` makes an object");
        self.fail(problem.with_help("write `{for … : key => value}`, or `[for … : value]` for a list"))
    }

    pub(super) fn for_group_in_tuple(&mut self) -> Broken {
        let span = self.token_span(self.tok);
        let problem =
            Problem::error(Syntax, span, "`...` gathers values by key, and a list has no keys", "not in a list");
        self.fail(problem.with_help("remove it, or write `{for … : key => value...}`"))
    }

    pub(super) fn missing_attribute_name(&mut self) -> Broken {
        let mut problem = self.expected("a name behind `.`");
        if self.at(Kind::Quote) || self.at(Kind::OpenBracket) {
            problem = problem.with_help("a key that is no name is written `[\"key\"]`, without the point");
        } else if self.at(Kind::Newline) {
            problem = problem.with_help("keep the reference on one line, or put parentheses around it");
        }
        self.fail(problem)
    }

    pub(super) fn nested_attribute_splat(&mut self) -> Broken {
        let span = self.token_span(self.tok);
        let problem = Problem::error(Syntax, span, "`.*` can't be used inside another `.*`", "the second splat");
        self.fail(problem.with_help("write `[*]` for both"))
    }
}

/// How a bracket is written that ends with this token.
fn brackets(closer: Kind) -> (&'static str, &'static str) {
    match closer {
        Kind::CloseParen => ("(", ")"),
        Kind::CloseBracket => ("[", "]"),
        _ => ("{", "}"),
    }
}
