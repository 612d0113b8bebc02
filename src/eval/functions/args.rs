//! Reading arguments that [`super::call`] has already converted and found to be known; a short form for the tables.

use super::super::text::segments;
use super::super::{EvalError, Kind, Number, Segment, Type, Value};
use super::{Function, Host, Param};

/// A function of exactly these parameters.
pub(super) const fn function(
    name: &'static str,
    params: &'static [Param],
    result: fn(&[Value]) -> Type,
    run: fn(&dyn Host, &[Value]) -> Result<Value, EvalError>,
) -> Function {
    Function { name, params, optional: 0, variadic: None, result, run, transparent: false }
}

/// The text of a string argument.
pub(super) fn text(value: &Value) -> Result<&str, EvalError> {
    value.as_str().ok_or_else(|| EvalError::new("a string is required"))
}

/// The parts of a string argument that may be unknown, wholly or in parts.
pub(super) fn parts(value: &Value) -> Vec<Segment> {
    segments(value).unwrap_or_else(|| vec![Segment::Unknown(value.clone())])
}

/// The number of a number argument.
pub(super) fn number(value: &Value) -> Result<&Number, EvalError> {
    match &value.kind {
        Kind::Number(n) => Ok(n),
        _ => Err(EvalError::new("a number is required")),
    }
}

/// The number of a number argument that must be whole.
pub(super) fn integer(value: &Value) -> Result<i64, EvalError> {
    let n = number(value)?;
    n.to_i64().ok_or_else(|| match n.is_integer() {
        true => EvalError::new(format!("{n} is too large")),
        false => EvalError::new(format!("a whole number is required, not {n}")),
    })
}
