//! Conditions to verdicts: three-valued, with the reason for what is not known.

use crate::eval::{Cause, EvalError, Evaluation, Type, Value, convert};
use crate::syntax::{Expr, ExprKind};

/// What a condition says.
#[derive(Clone, Debug)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// Not known, for this reason.
    Unknown(Cause),
    /// It has no value.
    Failed(EvalError),
}

impl Truth {
    /// What a condition says.
    pub fn of(evaluation: &Evaluation<'_>, condition: &Expr) -> Truth {
        match evaluation.eval(condition) {
            Ok(value) => Truth::of_value(&value, condition),
            Err(error) => Truth::Failed(error),
        }
    }

    fn of_value(value: &Value, condition: &Expr) -> Truth {
        if let Some(holds) = value.as_bool() {
            return if holds { Truth::Yes } else { Truth::No };
        }
        if value.is_null() {
            let error = EvalError::new("the condition is null").with_label("neither true nor false");
            return Truth::Failed(error.at(condition.span));
        }
        match convert::convert(value, &Type::Bool) {
            Ok(converted) => match converted.as_bool() {
                Some(true) => Truth::Yes,
                Some(false) => Truth::No,
                None => Truth::Unknown(reason(value)),
            },
            Err(error) => Truth::Failed(error.at(condition.span)),
        }
    }

    /// Whether one of several conditions holds; of a list each element is one.
    pub fn any(evaluation: &Evaluation<'_>, condition: &Expr) -> Truth {
        let ExprKind::Tuple(items) = &condition.kind else { return Truth::of_list(evaluation, condition) };
        let mut doubt = Truth::No;
        for item in items {
            match Truth::of_list(evaluation, item) {
                Truth::Yes => return Truth::Yes,
                Truth::No => {}
                other => doubt = doubt.or(other),
            }
        }
        doubt
    }

    /// A condition that is a bool or evaluates to a list of them.
    fn of_list(evaluation: &Evaluation<'_>, condition: &Expr) -> Truth {
        let value = match evaluation.eval(condition) {
            Ok(value) => value,
            Err(error) => return Truth::Failed(error),
        };
        let Some(seq) = value.as_seq() else { return Truth::of_value(&value, condition) };
        let mut doubt = Truth::No;
        for item in &seq.items {
            match Truth::of_value(item, condition) {
                Truth::Yes => return Truth::Yes,
                Truth::No => {}
                other => doubt = doubt.or(other),
            }
        }
        match seq.rest.as_ref() {
            Some(rest) if matches!(doubt, Truth::No) => match Truth::of_value(rest, condition) {
                Truth::No => Truth::No,
                _ => Truth::Unknown(reason(&value)),
            },
            _ => doubt,
        }
    }

    /// The first doubt of two.
    fn or(self, other: Truth) -> Truth {
        match self {
            Truth::No => other,
            doubt => doubt,
        }
    }
}

/// Why a value is not known.
pub fn reason(value: &Value) -> Cause {
    value.cause().unwrap_or_else(Cause::how_many)
}
