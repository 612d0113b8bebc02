//! Functions that find or choose something in their arguments.

use std::borrow::Cow;

use super::super::super::access::inherit;
use super::super::super::equality::equal;
use super::super::super::open::elements;
use super::super::super::ops::with_hint;
use super::super::super::set::length_range;
use super::super::super::unify::unify;
use super::super::super::union::{is_not_null, one_of};
use super::super::super::{Cause, EvalError, Hint, Kind, Number, Shape, Type, Unknown, Value, convert};
use super::super::Host;
use super::super::args::number;
use super::marked;
use super::sequence::{is_not_empty, positioned};

fn unknown_bool(args: &[Value]) -> Value {
    Value::unknown_from(args, Type::Bool, true)
}

/// Any known false decides, null counts as false.
pub(super) fn alltrue(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let seq = elements(&args[0]).unwrap_or_default();
    if seq.items.iter().any(|v| matches!(v.kind, Kind::Bool(false) | Kind::Null)) {
        return Ok(false.into());
    }
    // However many more there are, they look like the rest.
    let decided = seq.items.iter().chain(&seq.rest).all(|v| matches!(v.kind, Kind::Bool(true)));
    Ok(if decided { true.into() } else { unknown_bool(args) })
}

/// Any known true decides, null is skipped.
pub(super) fn anytrue(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let seq = elements(&args[0]).unwrap_or_default();
    if seq.items.iter().any(|v| matches!(v.kind, Kind::Bool(true))) {
        return Ok(true.into());
    }
    let decided = seq.items.iter().chain(&seq.rest).all(|v| matches!(v.kind, Kind::Bool(false) | Kind::Null));
    Ok(if decided { false.into() } else { unknown_bool(args) })
}

pub(super) fn contains(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    // The elements of a set need no positions here.
    let seq = args[0].as_seq().map(Cow::Borrowed).or_else(|| elements(&args[0]).map(Cow::Owned));
    let Some(seq) = seq else { return Err(EvalError::new("`contains` takes a list, set or tuple")) };
    let mut open = seq.rest.as_ref().is_some_and(|rest| equal(rest, &args[1]) != Some(false));
    for item in &seq.items {
        match equal(item, &args[1]) {
            Some(true) => return Ok(true.into()),
            Some(false) => {}
            None => open = true,
        }
    }
    Ok(if open { unknown_bool(args) } else { false.into() })
}

pub(super) fn index(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let seq = positioned(&args[0], "index")?;
    let fixed = seq.fixed().len();
    for (i, item) in seq.fixed().iter().enumerate() {
        match equal(item, &args[1]) {
            Some(true) => return Ok((i as i64).into()),
            Some(false) => {}
            None => return Ok(index_from(args, i)),
        }
    }
    match seq.unfixed().any(|item| equal(item, &args[1]) != Some(false)) {
        true => Ok(index_from(args, fixed)),
        false => Err(EvalError::new("`index` finds no such element")),
    }
}

fn index_from(args: &[Value], at: usize) -> Value {
    let unknown = Value::unknown_from(args, Type::Number, true);
    with_hint(unknown, Hint::Range(Some(Number::from(at as i64)), None))
}

pub(super) fn element(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    if let Some(element) = element_of_known(&args[0], &args[1]) {
        return Ok(marked(args, element));
    }
    let seq = positioned(&args[0], "element")?;
    let (length, fixed) = (seq.items.len(), seq.fixed().len());
    if length == 0 && seq.rest.is_none() {
        return Err(EvalError::new("`element` takes a list with at least one element"));
    }
    let any = |cause: Option<Cause>| {
        let all: Vec<Value> = seq.items.iter().chain(&seq.rest).cloned().collect();
        one_of(all, cause.unwrap_or(Cause::Error), [])
    };
    if args[1].is_unknown() {
        return Ok(marked(args, any(args[1].cause())).with_refs(&args[1].refs));
    }
    let wanted = number(&args[1])?;
    let at = wanted.to_i64();
    let at = at.ok_or_else(|| EvalError::new(format!("an index must be a whole number: {wanted}")))?;
    let at = match seq.rest.is_some() {
        false => Some(at.rem_euclid(length as i64) as usize),
        // In a list of unknown length only the head is reached without wrapping.
        true => usize::try_from(at).ok().filter(|at| *at < fixed),
    };
    let result = match (at, wanted.is_negative()) {
        (Some(at), _) if at < fixed => seq.items[at].clone(),
        // Where the index wraps, the plain index would fail.
        (None, false) if args[0].is_unknown() => super::super::super::index(&args[0], &args[1])?,
        _ => any(args[0].cause()),
    };
    Ok(marked(args, result))
}

/// The element where all places are known: nothing else of a long list is touched.
fn element_of_known(list: &Value, index: &Value) -> Option<Value> {
    let (Kind::List(seq) | Kind::Tuple(seq)) = &list.kind else { return None };
    let known = seq.rest.is_none() && seq.loose == 0;
    let at = index.as_number()?.to_i64()?.checked_rem_euclid(seq.items.len() as i64)?;
    Some(inherit(seq.items.get(at as usize).filter(|_| known)?, list))
}

pub(super) fn one(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let Some(seq) = elements(&args[0]) else { return Err(EvalError::new("`one` takes a list, set or tuple")) };
    let (min, _) = length_range(&args[0]).unwrap_or((0, None));
    let result = match (seq.items.as_slice(), seq.rest.into_value()) {
        _ if min > 1 => {
            return Err(EvalError::new(format!("`one` takes at most one element, and there are at least {min}")));
        }
        ([], None) => Value::NULL,
        // Further elements would be an error.
        ([only, ..], _) => only.clone(),
        ([], Some(rest)) => {
            let cause = rest.cause().unwrap_or(Cause::Error);
            let only = match args[0].is_unknown() && args[0].shape() != Shape::Set {
                true => super::super::super::index(&args[0], &Value::from(0)).unwrap_or(rest),
                false => rest,
            };
            one_of(vec![only, Value::NULL], cause, [])
        }
    };
    Ok(marked(args, result))
}

pub(super) fn coalesce(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let types: Vec<Type> = args.iter().filter(|v| !v.is_null()).map(Value::type_of).collect();
    let open = types.contains(&Type::Any);
    let ty = match unify(&types) {
        _ if open => Type::Any,
        Some(ty) => ty,
        // A literal null leaves the common type open, and then nothing is converted.
        None if args.iter().any(Value::is_null) => Type::Any,
        None => return Err(EvalError::new("the arguments of `coalesce` have no common type")),
    };
    let empty = |v: &Value| v.is_null() || v.as_str().is_some_and(str::is_empty);
    let certain = |v: &Value| match v.type_of() {
        Type::String | Type::Any if v.is_unknown() => is_not_empty(v),
        _ => is_not_null(v),
    };
    choose(args, &ty, empty, certain)?
        .ok_or_else(|| EvalError::new("`coalesce` has no argument that is neither null nor empty"))
}

pub(super) fn coalescelist(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    for arg in args.iter().filter(|arg| !arg.is_null()) {
        positioned(arg, "coalescelist")?;
    }
    let range = |v: &Value| length_range(v).unwrap_or((0, None));
    let empty = |v: &Value| v.is_null() || range(v).1 == Some(0);
    let certain = |v: &Value| is_not_null(v) && range(v).0 > 0;
    choose(args, &Type::Any, empty, certain)?
        .ok_or_else(|| EvalError::new("`coalescelist` has no argument with elements"))
}

/// The first argument that is not empty, converted: one of several where it is not known which.
fn choose(
    args: &[Value],
    ty: &Type,
    empty: impl Fn(&Value) -> bool,
    certain: impl Fn(&Value) -> bool,
) -> Result<Option<Value>, EvalError> {
    let mut possible: Vec<Value> = Vec::new();
    for value in args.iter().filter(|v| !empty(v)) {
        // Something comes out that is not null, else the call fails.
        possible.push(not_null(convert(value, ty)?));
        if certain(value) {
            break;
        }
    }
    let Some(first) = possible.first() else { return Ok(None) };
    let cause = first.cause().unwrap_or(Cause::Error);
    Ok(Some(marked(args, one_of(possible, cause, []))))
}

fn not_null(value: Value) -> Value {
    match value.kind {
        Kind::Unknown(u) if !u.not_null => {
            let unknown = Unknown { not_null: true, ..u.unwrap_or_clone() };
            Value { kind: Kind::Unknown(unknown.into()), ..value }
        }
        _ => value,
    }
}
