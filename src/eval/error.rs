//! Errors of evaluation.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use super::Value;
use crate::source::{Problem, ProblemKind, Span};
use crate::syntax::Text;

/// Why an expression has no value, and where. Caught by `try` and `can` unless it is about an undeclared name; else
/// reported once, and the value is unknown.
///
/// Most errors are never shown: `try` catches them, or they belong to the arm of a conditional that is not taken. They
/// are small, and what would take long to say is said only when they are reported.
#[derive(Clone, PartialEq, Debug)]
pub struct EvalError(Box<Details>);

/// What an error says.
#[derive(Clone, PartialEq, Debug)]
pub struct Details {
    /// The kind of problem it becomes.
    pub kind: ProblemKind,
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// What is seen at the place.
    pub label: Cow<'static, str>,
    /// The innermost place; `None` until the caller that knows the place has set it.
    pub span: Option<Span>,
    /// How to repair it.
    pub help: Option<Help>,
    /// Undeclared names are not caught by `try` and `can`.
    pub uncatchable: bool,
}

/// How an error may be repaired.
#[derive(Clone, PartialEq, Debug)]
pub enum Help {
    /// In words.
    Words(Cow<'static, str>),
    /// By the name of an attribute or element of this value that is like the one that it does not have.
    NameIn(Value, Text),
}

impl Deref for EvalError {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for EvalError {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl EvalError {
    /// An error of evaluation whose place is not known yet.
    pub fn new(message: impl Into<Cow<'static, str>>) -> EvalError {
        EvalError(Box::new(Details {
            kind: ProblemKind::Evaluation,
            message: message.into(),
            label: "here".into(),
            span: None,
            help: None,
            uncatchable: false,
        }))
    }

    /// A bound of tfcheck's own was reached: nothing catches that.
    pub(super) fn too_large(message: String) -> EvalError {
        EvalError::new(message).with_label("too large").of_kind(ProblemKind::Limit).uncatchable()
    }

    /// The same as a problem of another kind.
    #[must_use]
    pub fn of_kind(mut self, kind: ProblemKind) -> EvalError {
        self.kind = kind;
        self
    }

    /// The same, but neither `try` nor `can` catches it.
    #[must_use]
    pub fn uncatchable(mut self) -> EvalError {
        self.uncatchable = true;
        self
    }

    /// The same with other words, made of those that it has.
    #[must_use]
    pub fn reworded(mut self, message: impl FnOnce(&str) -> String) -> EvalError {
        self.message = message(&self.message).into();
        self
    }

    /// The same with a place, unless it has one.
    #[must_use]
    pub fn at(mut self, span: Span) -> EvalError {
        self.span.get_or_insert(span);
        self
    }

    /// The same with words for the place.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Cow<'static, str>>) -> EvalError {
        self.label = label.into();
        self
    }

    /// The same with a line on how to repair it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> EvalError {
        self.help = Some(Help::Words(help.into()));
        self
    }

    /// The same with the name that was probably meant, where there is one.
    #[must_use]
    pub fn did_you_mean(self, near: Option<&str>) -> EvalError {
        match near {
            Some(near) => self.with_help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// The same, asking for the name in a value that was probably meant.
    #[must_use]
    pub(super) fn without_name_in(mut self, value: &Value, name: &str) -> EvalError {
        self.help = Some(Help::NameIn(value.clone(), name.into()));
        self
    }

    /// The same without what it may quote of these values, if one of them must not be shown.
    #[must_use]
    pub(super) fn about(self, values: &[&Value], what: &str) -> EvalError {
        if values.iter().any(|value| super::iterate::secret(value)) { self.about_secret(what) } else { self }
    }

    /// The same without what it may quote of a secret.
    #[must_use]
    pub(crate) fn about_secret(mut self, what: &str) -> EvalError {
        self.message = format!("{what} fails with a sensitive value; the reason would show it").into();
        self.label = "here".into();
        self.help = None;
        self
    }

    /// The same with other words that say nothing of the reason.
    #[must_use]
    pub(super) fn without_reason(mut self, message: String) -> EvalError {
        self.message = message.into();
        self.help = None;
        self
    }

    /// The problem to report: a warning, since tfcheck goes on.
    pub fn into_problem(self, fallback: Span) -> Problem {
        let Details { kind, message, label, span, help, .. } = *self.0;
        let problem = Problem::warning(kind, span.unwrap_or(fallback), message.into_owned(), label.into_owned());
        let help = help.and_then(|help| match help {
            Help::Words(words) => Some(words.into_owned()),
            Help::NameIn(value, name) => Some(format!("did you mean `{}`?", super::access::near_name(&value, &name)?)),
        });
        Problem { help, ..problem }
    }
}
