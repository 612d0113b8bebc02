//! What is said about mistakes in bodies: arguments, blocks and what separates them.

use super::message::LINE_ENDS;
use super::{Broken, ExprKind, Kind, Parsed, Parser, Token};
use crate::source::ProblemKind::Syntax;
use crate::source::{Problem, Span};
use crate::syntax::ast::Ident;

impl Parser<'_> {
    /// The current token begins neither an argument nor a block.
    pub(super) fn no_item(&mut self) -> Broken {
        let mut problem = self.expected("the name of an argument or block");
        if self.at(Kind::OpenBracket) {
            problem = problem.with_help("write `name = [ … ]`");
        }
        self.fail(problem)
    }

    /// `"name" = value`: told, and read without the quotes.
    pub(super) fn quoted_name(&mut self) -> Parsed<Ident> {
        let start = self.tok.start;
        let expr = self.quoted_string()?;
        let span = self.span(start, self.prev_end);
        let ExprKind::String(text) = expr.kind else {
            return Err(self.fail(Problem::error(
                Syntax,
                span,
                "expected the name of an argument or block, found a string",
                "not a name",
            )));
        };
        let problem = Problem::error(Syntax, span, "names of arguments and blocks have no quotes", "quoted name");
        let help = if self.at(Kind::Equal) && self.brace_follows() {
            format!(
                "write `{text} {{ … }}` where it is a block, else `{text} = …`; Terraform before 0.12 took quotes here"
            )
        } else if matches!(self.tok.kind, Kind::Colon | Kind::Equal) {
            format!("write `{text} = …`; keys with other characters belong into a map: `name = {{ \"key\" = … }}`")
        } else {
            "write it without the quotes".to_owned()
        };
        self.report(problem.with_help(help));
        Ok(Ident { text, span })
    }

    /// A line that begins with an operator, and those below it that do.
    pub(super) fn line_goes_on(&mut self) {
        let problem = self.expected("the name of an argument or block").with_help(LINE_ENDS);
        self.fail(problem);
        while self.continues_expression() {
            self.skip_item_of_body();
            self.eat(Kind::Newline);
        }
    }

    /// A name with nothing of use behind it.
    pub(super) fn no_value(&mut self, name: &Ident) -> Broken {
        let text = self.shown(&name.text);
        let mut problem = self.expected(&format!("`=` or `{{` behind `{text}`"));
        let help = match self.tok.kind {
            Kind::Newline | Kind::End | Kind::CloseBrace => {
                Some(format!("an argument is written `{text} = value`, a block `{text} {{ … }}`"))
            }
            Kind::Dot | Kind::OpenBracket => Some("an argument's name is one plain name".to_owned()),
            Kind::OpenParen => Some("a call is a value: write `name = function(…)`".to_owned()),
            _ => None,
        };
        if let (None, Some(help)) = (&problem.help, help) {
            problem = problem.with_help(help);
        }
        self.fail(problem)
    }

    pub(super) fn equals_before_block(&mut self) {
        let span = self.token_span(self.tok);
        let problem = Problem::error(Syntax, span, "`=` between the labels and the body of a block", "not here");
        self.report(problem.with_help("remove the `=`: a block is written `type \"label\" { … }`"));
    }

    pub(super) fn brace_on_next_line(&mut self) {
        let problem = Problem::error(Syntax, self.place(), "the `{` of a block stands on the line of its type", "here");
        self.report(problem.with_help("move the `{` up to this line"));
    }

    /// A type and labels without a body.
    pub(super) fn no_block_body(&mut self, kind: &Ident) -> Broken {
        let text = self.shown(&kind.text);
        let mut problem = self.expected("`{` or a label in double quotes");
        if self.at(Kind::Equal) {
            let help = format!("an argument is written `name = value`, a block `{text} \"label\" {{ … }}`");
            problem = problem.with_help(help);
        } else if problem.help.is_none() {
            problem = problem.with_help(format!("a block is written `{text} \"label\" {{ … }}`"));
        }
        self.fail(problem.with_related(kind.span, "read as a block of this type"))
    }

    pub(super) fn template_in_label(&mut self, span: Span) -> Broken {
        let problem = Problem::error(Syntax, span, "the label of a block is fixed text", "holds a template");
        self.fail(problem.with_help("write the name itself; for several instances use `for_each` or `count`"))
    }

    /// A block that begins on the line of its brace holds more than one argument.
    pub(super) fn not_one_line(&mut self, open: Token) {
        let opening = self.token_span(open);
        let message = "a block on one line holds one argument, and no block";
        let label = match self.tok.kind {
            Kind::Newline => "expected `}` before the end of the line",
            _ => "more than one argument",
        };
        let problem = Problem::error(Syntax, self.place(), message, label).with_related(opening, "opened here");
        self.report(problem.with_help("write a line for each argument, and `{` and `}` on other lines than these"));
    }

    pub(super) fn brace_behind_item(&mut self) {
        let span = self.token_span(self.tok);
        let problem = Problem::error(Syntax, span, "`}` on the line of an argument or block", "expected a line break");
        self.report(problem.with_help("move the `}` to the next line"));
        self.failed_at = Some(self.tok.start);
    }

    pub(super) fn comma_behind_item(&mut self) {
        let span = self.token_span(self.tok);
        let problem = Problem::error(Syntax, span, "arguments are separated by line breaks, not by commas", "remove");
        self.report(problem.with_help("remove the comma, and write a line for each argument"));
    }

    pub(super) fn missing_line_break(&mut self) {
        let problem = self.expected("a line break");
        let problem = match &problem.help {
            None => problem.with_help("write a line for each argument and block"),
            Some(_) => problem,
        };
        self.report(problem);
    }

    /// Something follows an argument or block on its line.
    pub(super) fn junk_behind_item(&mut self) {
        let mut problem = self.expected("a line break");
        if problem.help.is_none() {
            let help = match self.tok.kind {
                Kind::CloseParen | Kind::CloseBracket => "this closes nothing: remove it, or look for its opening",
                Kind::Colon => "a conditional is written `condition ? value : other`",
                Kind::Quote => "to join texts write `\"${a}${b}\"`",
                _ => "an argument is one expression",
            };
            problem = problem.with_help(help);
        }
        self.fail(problem);
    }
}
