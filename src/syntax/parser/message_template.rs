//! What is said about mistakes in strings and templates.

use super::{Broken, Kind, Parser, Token};
use crate::source::Problem;
use crate::source::ProblemKind::Syntax;

/// How far an unclosed string is searched for a quote on a later line.
const STRING_LOOKAHEAD: usize = 4096;
/// How often, on the average, each byte of a text may be read again because heredocs are not closed.
const MOST_AGAIN: usize = 16;

impl Parser<'_> {
    /// A string whose line ends before its quote. Returns where reading goes on: at the line's end, or, where the
    /// string seems to run over several lines, behind its quote.
    pub(super) fn string_not_closed(&mut self, start: usize, stop: usize) -> usize {
        let rest = &self.text[stop..];
        let line_end = stop + rest.find('\n').map_or(rest.len(), |n| if rest[..n].ends_with('\r') { n - 1 } else { n });
        let opening = self.span(start, start + 1);
        let (end, problem) = match self.quote_on_later_line(line_end) {
            Some(quote) => {
                let place = self.span(stop, stop);
                let problem = Problem::error(Syntax, place, "a quoted string can't hold a line break", "breaks here");
                let help = "write `\\n`, or use a heredoc for text of several lines";
                (quote + 1, problem.with_related(opening, "the string begins here").with_help(help))
            }
            None => {
                let line_end = self.before_block_brace(start + 1, line_end);
                let place = self.span(line_end, line_end);
                let problem = Problem::error(Syntax, place, "the string is not closed", "expected `\"`");
                (line_end, problem.with_related(opening, "opened here").with_help("write `\"` where it ends"))
            }
        };
        self.report(problem);
        self.failed_at = Some(start);
        end
    }

    /// Where the rest of a line ends without the `{` of a block at its end.
    fn before_block_brace(&self, from: usize, line_end: usize) -> usize {
        let line = self.text[from..line_end].trim_end();
        let in_body = self.open.last().is_none_or(|o| o.closer == Kind::CloseBrace) && self.newlines;
        match line.strip_suffix('{') {
            Some(rest) if in_body && !rest.contains(['{', '=']) => from + rest.trim_end().len(),
            _ => line_end,
        }
    }

    /// The quote that closes a string of several lines: the first line that holds quotes holds an odd number of them.
    fn quote_on_later_line(&self, from: usize) -> Option<usize> {
        let window = &self.text.as_bytes()[from..self.text.len().min(from + STRING_LOOKAHEAD)];
        let first = memchr::memchr(b'"', window)?;
        let line_end = memchr::memchr(b'\n', &window[first..]).map_or(window.len(), |n| first + n);
        let quotes = window[first..line_end].iter().filter(|b| **b == b'"').count();
        let earlier = memchr::memrchr(b'\n', &window[..first]).map_or(0, |n| n + 1);
        let opens_value = window[earlier..first].contains(&b'=');
        (quotes % 2 == 1 && !opens_value).then_some(from + first)
    }

    /// A heredoc without the line that closes it, whose text was read up to `reached`. Returns where reading goes on.
    pub(super) fn heredoc_not_closed(&mut self, intro: Token, marker: &str, reached: usize) -> usize {
        let span = self.token_span(intro);
        let message = format!("the heredoc is not closed by a line that holds `{marker}` only");
        let problem = Problem::error(Syntax, span, message, "opened here");
        let near = self.nearly_closing_line(intro.end, marker);
        let Some((from, to)) = near else {
            self.unclosed = true;
            self.lost_outward = true;
            let help = format!("write `{marker}` on a line of its own where the text ends");
            self.fail(problem.with_help(help));
            return self.next_top_block(intro.end);
        };
        let line = self.span(from, to);
        let (label, help) = if self.text[from..to].trim() == marker {
            ("the file ends on this line", "write a line break behind it".to_owned())
        } else {
            ("this line does not close it", format!("write `{marker}` alone on its line, and the rest on the next"))
        };
        self.report(problem.with_related(line, label).with_help(help));
        self.failed_at = Some(intro.start);
        // What such a heredoc holds may be others, whose texts were read again already.
        if self.reads_too_much_again(reached, to) {
            self.give_up(span, "too many heredocs hold others and are not closed");
            return self.text.len();
        }
        to
    }

    /// Takes note that text which was read up to `reached` is read again from `from` on; whether that was too often.
    pub(super) fn reads_too_much_again(&mut self, reached: usize, from: usize) -> bool {
        self.read_again = self.read_again.saturating_add(reached.saturating_sub(from));
        self.read_again / MOST_AGAIN > self.text.len()
    }

    /// The first line that begins with the marker of a heredoc.
    fn nearly_closing_line(&mut self, from: usize, marker: &str) -> Option<(usize, usize)> {
        if self.searched_in_vain / MOST_AGAIN > self.text.len() {
            return None;
        }
        let mut at = from;
        for line in self.text[from..].split_inclusive('\n') {
            let text = line.trim_start();
            let same = text.get(..marker.len()).is_some_and(|word| word.eq_ignore_ascii_case(marker));
            let goes_on = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            if same && !text[marker.len()..].starts_with(goes_on) {
                let start = at + line.len() - text.len();
                return Some((start, at + line.trim_end_matches(['\n', '\r']).len()));
            }
            at += line.len();
        }
        self.searched_in_vain = self.searched_in_vain.saturating_add(at - from);
        None
    }

    pub(super) fn lone_carriage_return(&mut self, at: usize) {
        let span = self.span(at, at + 1);
        let problem = Problem::error(Syntax, span, "a carriage return without its line feed", "here");
        self.report(problem.with_help("save the file with `\\n` or `\\r\\n` as its line breaks"));
    }

    /// The expression of a template sequence is followed by something else than its brace.
    pub(super) fn sequence_not_closed(&mut self, start: usize, quotes: bool) -> Broken {
        let opener = &self.text[start..start + 2];
        let opening = self.span(start, start + 2);
        let ended = self.ends_list() || (quotes && self.at(Kind::Quote));
        if ended {
            let message = format!("`{opener}` is not closed");
            let problem = Problem::error(Syntax, self.place(), message, "expected `}` before this");
            return self
                .fail(problem.with_related(opening, "opened here").with_help("write `}` behind the expression"));
        }
        let problem = self.expected("`}` behind the expression").with_related(opening, "opened here");
        let help =
            format!("if the text is meant for another program, such as a shell, write `{}{opener}`", &opener[..1]);
        self.fail(problem.with_help(help))
    }

    pub(super) fn unknown_directive(&mut self) -> Broken {
        let mut problem = self.expected("`if`, `else`, `endif`, `for` or `endfor` behind `%{`");
        if self.at(Kind::Ident) && matches!(self.slice(self.tok), "elseif" | "elsif" | "elif") {
            problem = problem.with_help("write `%{ else }%{ if … }`, and close both");
        } else if problem.help.is_none() {
            problem = problem.with_help("a text that is meant literally is written `%%{`");
        }
        self.fail(problem)
    }

    pub(super) fn bad_escape(&mut self, start: usize, end: usize) {
        let written = &self.text[start..end];
        let message = format!("`{written}` is not an escape");
        let help = match written.get(1..) {
            Some("u") => "write four hexadecimal digits, as in `\\u00e9`, and no surrogates".to_owned(),
            Some("U") => "write eight hexadecimal digits, as in `\\U0001f600`".to_owned(),
            Some("$") => "to get `${` as text write `$${`".to_owned(),
            Some("%") => "to get `%{` as text write `%%{`".to_owned(),
            _ => format!("to get a backslash write two: `\\{written}`"),
        };
        let label = "known are `\\n`, `\\r`, `\\t`, `\\\"`, `\\\\`, `\\uXXXX` and `\\UXXXXXXXX`";
        self.report(Problem::error(Syntax, self.span(start, end), message, label).with_help(help));
    }
}
