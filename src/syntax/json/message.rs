//! What is said about mistakes in JSON text.

use std::ops::Range;

use super::reader::{Broken, Reader};
use crate::source::ProblemKind::{Limit, Syntax};
use crate::source::{Problem, Span};
use crate::syntax::parser::{MAX_DEPTH, MAX_PROBLEMS};

impl Reader<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    /// The current character.
    fn here(&self) -> Span {
        let length = self.text[self.pos..].chars().next().map_or(0, char::len_utf8);
        self.span(self.pos, self.pos + length)
    }

    fn found(&self) -> String {
        match self.text[self.pos..].chars().next() {
            Some(c) => format!("`{c}`"),
            None => "the end of the text".to_owned(),
        }
    }

    fn expected(&self, wanted: &str) -> Problem {
        let message = format!("expected {wanted}, found {}", self.found());
        Problem::error(Syntax, self.here(), message, format!("expected {wanted}"))
    }

    fn fail(&mut self, problem: Problem) -> Broken {
        self.report(problem);
        Broken
    }

    /// There is no value here, but perhaps a word of that length.
    pub(super) fn no_value(&mut self, word: usize) -> Broken {
        let found = &self.text[self.pos..self.pos + word];
        let problem = if found.is_empty() {
            self.expected("a value")
        } else {
            let message = format!("`{found}` is not a value in JSON");
            Problem::error(Syntax, self.span(self.pos, self.pos + word), message, "expected a value")
        };
        let help = match (self.peek(), found) {
            (Some(b'\''), _) => "strings are written in double quotes",
            (Some(b',' | b'}' | b']'), _) => "remove the comma before this, or write the value that is missing",
            (None, _) => "a configuration in JSON is one object: `{ … }`",
            (_, "True" | "TRUE" | "False" | "FALSE" | "None" | "nil" | "NULL") => {
                "the words are `true`, `false` and `null`, in lower case"
            }
            _ => "text and references are written in double quotes: `\"text\"`, `\"${var.name}\"`",
        };
        self.fail(problem.with_help(help))
    }

    pub(super) fn bad_number(&mut self, start: usize) -> Broken {
        let raw = &self.text[start..self.pos];
        let message = format!("`{raw}` is not a number in JSON");
        let problem = Problem::error(Syntax, self.span(start, self.pos), message, "not a number");
        self.fail(problem.with_help("a number has no leading zeros and a digit on both sides of its point"))
    }

    pub(super) fn string_not_closed(&mut self, start: usize) -> Broken {
        let place = self.span(self.pos, self.pos);
        let problem = Problem::error(Syntax, place, "the string is not closed", "expected `\"`");
        let opening = self.span(start, start + 1);
        self.fail(
            problem.with_related(opening, "opened here").with_help("a line break inside a string is written `\\n`"),
        )
    }

    pub(super) fn bad_escape(&mut self, range: Range<usize>) -> Broken {
        let written = &self.text[range.clone()];
        let message = format!("`{written}` is not an escape in JSON");
        let help = match written {
            "\\u" => "write four hexadecimal digits, as in `\\u00e9`".to_owned(),
            _ => format!("to get a backslash write two: `\\{written}`"),
        };
        let span = self.span(range.start, range.end);
        self.fail(Problem::error(Syntax, span, message, "not an escape").with_help(help))
    }

    /// Told, and read as what was meant.
    pub(super) fn raw_control(&mut self, at: usize) {
        let c = self.text.as_bytes()[at];
        let escape = if c == b'\t' { "\\t".to_owned() } else { format!("\\u{c:04x}") };
        let message = format!("the control character U+{c:04X} stands in a string as it is");
        let problem = Problem::error(Syntax, self.span(at, at + 1), message, "not allowed in JSON");
        self.report(problem.with_help(format!("write it `{escape}`")));
    }

    pub(super) fn no_property_name(&mut self) -> Broken {
        let problem = self.expected("the name of a property in double quotes");
        self.fail(problem.with_help("a property is written `\"name\": value`"))
    }

    pub(super) fn no_colon(&mut self) -> Broken {
        let problem = self.expected("`:` and a value");
        self.fail(problem.with_help("a property is written `\"name\": value`"))
    }

    pub(super) fn equals_for_colon(&mut self) {
        let problem = self.expected("`:`").with_help("in JSON a property is written `\"name\": value`");
        self.report(problem);
    }

    pub(super) fn no_comma(&mut self, closer: u8) {
        let problem = self.expected(&format!("`,` or `{}`", char::from(closer)));
        let problem = match self.peek() {
            Some(b'"' | b'{' | b'[') => problem.with_help("write a comma before this"),
            _ => problem,
        };
        self.report(problem);
    }

    pub(super) fn comma_before_closer(&mut self, comma: usize) {
        let message = "JSON has no comma behind the last element";
        let problem = Problem::error(Syntax, self.span(comma, comma + 1), message, "remove this");
        self.report(problem.with_help("remove the comma"));
    }

    pub(super) fn wrong_closer(&mut self, open: usize) {
        let opener = &self.text[open..open + 1];
        let closer = if opener == "{" { "}" } else { "]" };
        let problem = self.expected(&format!("`,` or `{closer}`"));
        let opening = self.span(open, open + 1);
        self.report(problem.with_related(opening, "opened here").with_help(format!("write `{closer}` in its place")));
    }

    pub(super) fn not_closed(&mut self, open: usize) {
        if self.ended {
            return;
        }
        self.ended = true;
        let opener = &self.text[open..open + 1];
        let closer = if opener == "{" { "}" } else { "]" };
        let end = self.span(self.pos, self.pos);
        let message = format!("`{opener}` is not closed");
        let problem = Problem::error(Syntax, end, message, format!("expected `{closer}` before the end of the text"));
        let opening = self.span(open, open + 1);
        self.report(problem.with_related(opening, "opened here").with_help(format!("write `{closer}` where it ends")));
    }

    pub(super) fn text_behind_document(&mut self) {
        let problem = self.expected("the end of the text");
        self.report(problem.with_help("a configuration in JSON is one object: `{ … }`"));
    }

    /// A comment of that length was just passed.
    pub(super) fn comment_in_json(&mut self, length: usize) {
        let span = self.span(self.pos - length, self.pos);
        let problem = Problem::error(Syntax, span, "JSON has no comments", "not allowed here");
        self.report(problem.with_help("write a property `\"//\": \"text\"` instead; Terraform ignores it in blocks"));
    }

    pub(super) fn too_deep(&mut self) -> Broken {
        let message = format!("this is nested more than {MAX_DEPTH} levels deep");
        self.fail(Problem::error(Limit, self.here(), message, "not read from here on"))
    }

    pub(super) fn too_many(&mut self) {
        let message = format!("more than {MAX_PROBLEMS} problems; the rest of the file was not read");
        self.problems.push(Problem::error(Limit, self.here(), message, "given up here"));
    }
}
