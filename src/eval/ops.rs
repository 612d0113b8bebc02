//! Terraform's operators and the conditional, over values that may be partly known.
//!
//! Operators on unions are carried to the alternatives ([`super::union::lift`]); a side that decides `&&` or `||`
//! makes the other one irrelevant, even where that is an error, as in Terraform 1.12 and OpenTofu 1.10.

pub use super::access::{attribute, index};
use super::body;
use super::convert::convert;
use super::equality::{equal, number_range};
use super::unify::{holds_open, holds_untyped, unify, widened};
use super::union::{either, is_not_null, lift, unless_any_failed};
use super::{Cause, EvalError, Hint, Kind, Marks, Node, Number, Shape, Type, Unknown, Value};
use crate::syntax::{BinaryOp, UnaryOp};

/// The result of an operator with one operand.
pub fn unary(op: UnaryOp, value: &Value) -> Result<Value, EvalError> {
    if op == UnaryOp::Not && value.as_bool().is_some() {
        return not(value);
    }
    lift(std::slice::from_ref(value), &unary_type(op), &mut |args| match op {
        UnaryOp::Negate => negate(&operand(&args[0], &Type::Number)?),
        UnaryOp::Not => not(&operand(&args[0], &Type::Bool)?),
    })
}

fn unary_type(op: UnaryOp) -> Type {
    match op {
        UnaryOp::Negate => Type::Number,
        UnaryOp::Not => Type::Bool,
    }
}

fn negate(value: &Value) -> Result<Value, EvalError> {
    match &value.kind {
        Kind::Number(n) => Ok(Value::from(n.negated()).from_parts([value])),
        _ => {
            let (min, max) = number_range(value).unwrap_or_default();
            Ok(ranged([value], max.map(|n| n.negated()), min.map(|n| n.negated())))
        }
    }
}

fn not(value: &Value) -> Result<Value, EvalError> {
    match &value.kind {
        Kind::Bool(b) => Ok(Value::from(!b).from_parts([value])),
        _ => Ok(Value::unknown_from([value], Type::Bool, true)),
    }
}

/// The result of an operator with two operands.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, EvalError> {
    match op {
        BinaryOp::And | BinaryOp::Or => logical(op, Ok(a.clone()), Ok(b.clone())),
        BinaryOp::Equal => Ok(equals(a, b)),
        BinaryOp::NotEqual => not(&equals(a, b)),
        BinaryOp::Greater | BinaryOp::GreaterEqual | BinaryOp::Less | BinaryOp::LessEqual => {
            numeric(a, b, &Type::Bool, |a, b| ordering(op, a, b))
        }
        _ => numeric(a, b, &Type::Number, |a, b| arithmetic(op, a, b)),
    }
}

/// `a == b`: a bool, unknown where it is not decided.
pub fn equals(a: &Value, b: &Value) -> Value {
    match equal(a, b) {
        Some(result) if a.is_bare() && b.is_bare() => result.into(),
        Some(result) => {
            let marks = a.deep_marks().union(b.deep_marks());
            let result = Value::from(result).with_refs(&a.deep_refs()).with_refs(&b.deep_refs());
            result.with_marks(marks.without(Marks::PROVIDER_DEFAULT))
        }
        None => unless_any_failed(Value::unknown_from([a, b], Type::Bool, true), [a, b]),
    }
}

/// `a && b` or `a || b`, of sides that may have failed: one that decides makes the other irrelevant.
pub fn logical(op: BinaryOp, a: Result<Value, EvalError>, b: Result<Value, EvalError>) -> Result<Value, EvalError> {
    let decisive = op == BinaryOp::Or;
    let sides = [a, b].map(|side| side.and_then(|value| into_operand(value, &Type::Bool)));
    for value in sides.iter().flatten() {
        if matches!(value.kind, Kind::Bool(b) if b == decisive) {
            return Ok(Value::from(decisive).from_parts([value]));
        }
    }
    let [a, b] = sides;
    let (a, b) = (a?, b?);
    // A known side that does not decide leaves the other one as it is.
    Ok(match (&a.kind, &b.kind) {
        (Kind::Bool(_), _) => b.from_parts([&a]),
        (_, Kind::Bool(_)) => a.from_parts([&b]),
        _ => unless_any_failed(Value::unknown_from([&a, &b], Type::Bool, true), [&a, &b]),
    })
}

/// What `&&` or `||` is worth whatever stands on its right, where the left side says so.
pub fn decided_by(op: BinaryOp, left: &Value) -> Option<Value> {
    match to_bool(left).ok()?? {
        b if b == (op == BinaryOp::Or) => Some(Value::from(b).from_parts([left])),
        _ => None,
    }
}

/// The value as a condition: `None` where it is not known; an error where it is null or no bool.
pub fn to_bool(value: &Value) -> Result<Option<bool>, EvalError> {
    match value.kind {
        Kind::Bool(b) => Ok(Some(b)),
        _ => Ok(operand(value, &Type::Bool)?.as_bool()),
    }
}

/// The same operand where it has the operator's type already.
fn into_operand(value: Value, ty: &Type) -> Result<Value, EvalError> {
    if value.has_type(ty) { Ok(value) } else { operand(&value, ty) }
}

/// An operand converted to the operator's type; null is an error.
fn operand(value: &Value, ty: &Type) -> Result<Value, EvalError> {
    match convert(value, ty)? {
        value if value.is_null() => {
            Err(EvalError::new(format!("{} is required, not null", super::convert::with_article(ty))))
        }
        value => Ok(value),
    }
}

fn numeric(
    a: &Value,
    b: &Value,
    result: &Type,
    run: impl Fn(&Value, &Value) -> Result<Value, EvalError>,
) -> Result<Value, EvalError> {
    if a.as_number().is_some() && b.as_number().is_some() {
        return run(a, b);
    }
    lift(&[a.clone(), b.clone()], result, &mut |args| {
        let (a, b) = (operand(&args[0], &Type::Number)?, operand(&args[1], &Type::Number)?);
        Ok(unless_any_failed(run(&a, &b)?, [&a, &b]))
    })
}

fn ordering(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, EvalError> {
    let ((a_min, a_max), (b_min, b_max)) = (number_range(a).unwrap_or_default(), number_range(b).unwrap_or_default());
    let decided = match op {
        BinaryOp::Less => less(&a_min, &a_max, &b_min, &b_max),
        BinaryOp::Greater => less(&b_min, &b_max, &a_min, &a_max),
        BinaryOp::LessEqual => less(&b_min, &b_max, &a_min, &a_max).map(|r| !r),
        _ => less(&a_min, &a_max, &b_min, &b_max).map(|r| !r),
    };
    Ok(match decided {
        Some(result) => Value::from(result).from_parts([a, b]),
        None => Value::unknown_from([a, b], Type::Bool, true),
    })
}

/// Whether a number in the first range is less than one in the second.
fn less(
    a_min: &Option<Number>,
    a_max: &Option<Number>,
    b_min: &Option<Number>,
    b_max: &Option<Number>,
) -> Option<bool> {
    match (a_max, b_min, a_min, b_max) {
        (Some(a_max), Some(b_min), ..) if a_max < b_min => Some(true),
        (_, _, Some(a_min), Some(b_max)) if a_min >= b_max => Some(false),
        _ => None,
    }
}

fn arithmetic(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, EvalError> {
    let (Kind::Number(x), Kind::Number(y)) = (&a.kind, &b.kind) else { return Ok(unknown_arithmetic(op, a, b)) };
    let result = match op {
        BinaryOp::Add => x.checked_add(y),
        BinaryOp::Subtract => x.checked_sub(y),
        BinaryOp::Multiply => x.checked_mul(y),
        BinaryOp::Divide => x.checked_div(y),
        _ => x.checked_rem(y),
    };
    match result {
        Some(n) => Ok(Value::from(n).from_parts([a, b])),
        None => Err(EvalError::new(format!("the result of calculating with {x} and {y} is not a number"))),
    }
}

/// Bounds survive addition, subtraction and multiplication.
fn unknown_arithmetic(op: BinaryOp, a: &Value, b: &Value) -> Value {
    let ((a_min, a_max), (b_min, b_max)) = (number_range(a).unwrap_or_default(), number_range(b).unwrap_or_default());
    let (min, max) = match op {
        BinaryOp::Add => (both(&a_min, &b_min, Number::checked_add), both(&a_max, &b_max, Number::checked_add)),
        BinaryOp::Subtract => (both(&a_min, &b_max, Number::checked_sub), both(&a_max, &b_min, Number::checked_sub)),
        BinaryOp::Multiply => {
            let corners = [(&a_min, &b_min), (&a_min, &b_max), (&a_max, &b_min), (&a_max, &b_max)];
            let products: Option<Vec<Number>> =
                corners.into_iter().map(|(x, y)| both(x, y, Number::checked_mul)).collect();
            let products = products.unwrap_or_default();
            (products.iter().min().cloned(), products.iter().max().cloned())
        }
        _ => (None, None),
    };
    ranged([a, b], min, max)
}

fn both(a: &Option<Number>, b: &Option<Number>, operation: fn(&Number, &Number) -> Option<Number>) -> Option<Number> {
    operation(a.as_ref()?, b.as_ref()?)
}

/// An unknown number between these bounds.
fn ranged<'a>(parts: impl IntoIterator<Item = &'a Value>, min: Option<Number>, max: Option<Number>) -> Value {
    let value = Value::unknown_from(parts, Type::Number, true);
    if min.is_none() && max.is_none() {
        return value;
    }
    with_hint(value, Hint::Range(min, max))
}

/// The same unknown with a hint; any other value as it is.
pub(super) fn with_hint(value: Value, hint: Hint) -> Value {
    match value.kind {
        Kind::Unknown(unknown) => {
            let unknown = Unknown { hint, ..unknown.unwrap_or_clone() };
            Value { kind: Kind::Unknown(Node::new(unknown)), ..value }
        }
        _ => value,
    }
}

/// `condition ? then : otherwise`, of arms that may have failed. Only the taken arm's failure counts; with an unknown
/// condition an arm that fails cannot be the one that is taken.
pub fn conditional(
    condition: &Value,
    then: Result<Value, EvalError>,
    otherwise: Result<Value, EvalError>,
) -> Result<Value, EvalError> {
    let decided = to_bool(condition)?;
    let left_marks = |arm: &Result<Value, EvalError>| arm.as_ref().map_or(Marks::NONE, |v| v.marks);
    // Terraform marks the result with the marks of both arms.
    let marks = condition.marks.union(left_marks(&then)).union(left_marks(&otherwise)).without(Marks::PROVIDER_DEFAULT);
    let (then, otherwise) = unified_arms(then, otherwise)?;
    let taken = match (decided, then, otherwise) {
        (Some(true), taken, _) | (Some(false), _, taken) => taken,
        (None, Ok(then), Ok(otherwise)) => {
            let cause = condition.cause().unwrap_or(Cause::Error);
            let condition = Value::unknown_from([condition], Type::Bool, true);
            Ok(either(&then, &otherwise, &cause, &[&condition]))
        }
        (None, then, otherwise) => then.or(otherwise),
    };
    Ok(unless_any_failed(taken?.with_marks(marks), [condition]))
}

/// The same where nothing is asked of the other arm.
pub fn taken(condition: &Value, arm: Value) -> Value {
    let marks = condition.marks.union(arm.marks).without(Marks::PROVIDER_DEFAULT);
    unless_any_failed(arm.with_marks(marks), [condition])
}

/// An empty collection as the type of the other arm, where that is not known whole: `[]` beside a set is an empty set.
fn typed_empty(empty: &Value, other: &Value) -> Option<Value> {
    let is_empty = match &empty.kind {
        Kind::Object(fields) => fields.entries.is_empty() && fields.rest.is_none() && fields.unnamed.is_empty(),
        _ => body::is_nothing(empty),
    };
    if !is_empty || !(other.is_unknown() || holds_open(other)) {
        return None;
    }
    let ty = other.type_of();
    matches!(ty, Type::Set(_) | Type::List(_) | Type::Map(_)).then(|| convert(empty, &ty).ok()).flatten()
}

/// Both arms as one type. An arm of unknown type, or one that failed, leaves the other as it is; a null arm takes the
/// other's type.
#[expect(clippy::type_complexity, reason = "two arms, each of which may have failed")]
fn unified_arms(
    then: Result<Value, EvalError>,
    otherwise: Result<Value, EvalError>,
) -> Result<(Result<Value, EvalError>, Result<Value, EvalError>), EvalError> {
    let (Ok(a), Ok(b)) = (&then, &otherwise) else { return Ok((then, otherwise)) };
    let same_primitive = matches!(
        (&a.kind, &b.kind),
        (Kind::Bool(_), Kind::Bool(_)) | (Kind::Number(_), Kind::Number(_)) | (Kind::String(_), Kind::String(_))
    );
    if same_primitive {
        return Ok((then, otherwise));
    }
    if let Some(typed) = typed_empty(a, b) {
        return Ok((Ok(typed), otherwise));
    }
    if let Some(typed) = typed_empty(b, a) {
        return Ok((then, Ok(typed)));
    }
    if holds_open(a) || holds_open(b) {
        return Ok((then, otherwise));
    }
    if a.shape() == Shape::Any || b.shape() == Shape::Any {
        // Beside a string, something unknown has to become one.
        let text = a.has_type(&Type::String) || b.has_type(&Type::String);
        if !text || !(a.is_unknown() || b.is_unknown()) {
            return Ok((then, otherwise));
        }
        return Ok(match (convert(a, &Type::String), convert(b, &Type::String)) {
            (Ok(a), Ok(b)) => (Ok(a), Ok(b)),
            _ => (then, otherwise),
        });
    }
    let types = [a.type_of(), b.type_of()];
    match unify(&types) {
        Some(ty) => {
            let ty = if holds_untyped(a) || holds_untyped(b) { widened(&ty) } else { ty };
            // Elements of a type that an empty collection leaves open need not be of one type.
            let open = types.iter().any(|t| super::unify::contains_any(&t.element()) && !matches!(t, Type::Any));
            let converted = (convert(a, &ty), convert(b, &ty));
            let fits = converted.0.is_ok() && converted.1.is_ok() && a.is_wholly_known() && b.is_wholly_known();
            Ok(if open && !fits { (then, otherwise) } else { converted })
        }
        None => {
            let [a, b] = types.map(|ty| super::convert::with_article(&ty));
            Err(EvalError::new(format!("the arms of this conditional have no common type: {a} and {b}")))
        }
    }
}

/// Whether a value is null: a bool, unknown where that is not known.
pub fn is_null(value: &Value) -> Option<bool> {
    match value.kind {
        Kind::Null => Some(true),
        _ => is_not_null(value).then_some(false),
    }
}

#[cfg(test)]
mod tests;
