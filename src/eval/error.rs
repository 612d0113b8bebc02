//! Errors of evaluation.

use super::Value;
use crate::source::{Problem, ProblemKind, Span};

/// Why an expression has no value, and where. Caught by `try` and `can` unless it is about an undeclared name; else
/// reported once, and the value is unknown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EvalError {
    /// The kind of problem it becomes.
    pub kind: ProblemKind,
    /// What is wrong.
    pub message: String,
    /// What is seen at the place.
    pub label: String,
    /// The innermost place; `None` until the caller that knows the place has set it.
    pub span: Option<Span>,
    /// How to repair it.
    pub help: Option<String>,
    /// Undeclared names are not caught by `try` and `can`.
    pub uncatchable: bool,
}

impl EvalError {
    /// An error of evaluation whose place is not known yet.
    pub fn new(message: impl Into<String>) -> EvalError {
        let message = message.into();
        let kind = ProblemKind::Evaluation;
        EvalError { kind, label: "here".into(), message, span: None, help: None, uncatchable: false }
    }

    /// The same with a place, unless it has one.
    #[must_use]
    pub fn at(mut self, span: Span) -> EvalError {
        self.span.get_or_insert(span);
        self
    }

    /// The same with words for the place.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> EvalError {
        self.label = label.into();
        self
    }

    /// The same with a line on how to repair it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> EvalError {
        self.help = Some(help.into());
        self
    }

    /// The same without what it may quote of these values, if one of them must not be shown.
    #[must_use]
    pub(super) fn about(self, values: &[&Value], what: &str) -> EvalError {
        if !values.iter().any(|value| super::expr::secret(value)) {
            return self;
        }
        let message = format!("{what} fails with a sensitive value; the reason would show it");
        EvalError { message, help: None, ..self }
    }

    /// The problem to report: a warning, since tfcheck goes on.
    pub fn into_problem(self, fallback: Span) -> Problem {
        let problem = Problem::warning(self.kind, self.span.unwrap_or(fallback), self.message, self.label);
        Problem { help: self.help, ..problem }
    }
}
