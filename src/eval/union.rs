//! Values that are one of several: what a conditional gives whose condition is not known.
//!
//! [`one_of`] makes a union, [`either`] one that goes into objects and lists of the same shape, and [`lift`] carries an
//! operation over unions: it decides where all alternatives agree.

use std::cell::Cell;

use super::{Cause, EvalError, Fields, Hint, Kind, Marks, Node, Refs, Rest, Seq, Type, Unknown, Value, steps};

/// How many alternatives a union keeps before it is just unknown.
pub const MAX_ALTERNATIVES: usize = 8;
/// How many combinations of alternatives an operation tries before its result is just unknown.
const MAX_COMBINATIONS: usize = 64;

/// One of these values, for this reason; the single value where they are all the same. `parts` (the condition) adds
/// its marks and references.
pub fn one_of<'a>(alternatives: Vec<Value>, cause: Cause, parts: impl IntoIterator<Item = &'a Value>) -> Value {
    let mut distinct: Vec<Value> = Vec::with_capacity(alternatives.len());
    let mut add = |value: Value| {
        // Of more than are kept only marks, references and types count, which equal ones do not change.
        let enough = distinct.len() > MAX_ALTERNATIVES;
        match distinct.iter_mut().find(|v| !enough && v.kind == value.kind) {
            Some(known) => {
                known.marks = known.marks.union(value.marks);
                known.refs = known.refs.union(&value.refs);
            }
            None => distinct.push(value),
        }
    };
    steps::count(alternatives.len());
    for alternative in alternatives {
        // The alternatives of a union, each with what the union as a whole carries; any other value as it is.
        match self::alternatives(&alternative) {
            Some(inner) => inner.into_iter().for_each(&mut add),
            None => add(alternative),
        }
    }
    let single = if distinct.len() == 1 { distinct.pop() } else { None };
    single.unwrap_or_else(|| union_of(distinct, cause)).from_parts(parts)
}

/// The alternatives of a union as they are; `None` for any other value.
fn alternatives_of(value: &Value) -> Option<&[Value]> {
    match &value.as_unknown()?.hint {
        Hint::OneOf(values) => Some(values),
        _ => None,
    }
}

/// The alternatives of a union with its own marks and references; `None` for any other value.
pub fn alternatives(value: &Value) -> Option<Vec<Value>> {
    let values = alternatives_of(value)?;
    Some(values.iter().map(|v| v.clone().from_parts([value])).collect())
}

/// Whether a value is one of several.
pub(super) fn is_union(value: &Value) -> bool {
    alternatives_of(value).is_some()
}

fn union_of(values: Vec<Value>, cause: Cause) -> Value {
    let mut typed = values.iter().filter(|v| !v.is_null());
    let first = typed.next().map(Value::type_of).unwrap_or_default();
    let ty = if typed.all(|v| v.has_type(&first)) { first } else { Type::Any };
    let not_null = !values.is_empty() && values.iter().all(is_not_null);
    let marks = values.iter().fold(Marks::NONE, |m, v| m.union(v.marks)).without(Marks::PROVIDER_DEFAULT);
    // Two different bools are any bool: nothing is gained by listing them.
    let any_bool = ty == Type::Bool && not_null;
    let (hint, refs) = match values.len() > MAX_ALTERNATIVES || any_bool || values.is_empty() {
        true => (Hint::None, Refs::deep(&values)),
        false => (Hint::OneOf(values.into()), Refs::default()),
    };
    Value { kind: Kind::Unknown(Node::new(Unknown { not_null, hint, ..Unknown::new(ty, cause) })), marks, refs }
}

thread_local! {
    /// Whether something looks at failures: inside the arguments of `try` and `can`.
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// Evaluates with or without something that looks at failures.
///
/// What comes out of an expression is usually what it is worth if it does not fail: an alternative that fails cannot
/// be what happens. Where `try` or `can` looks on, failing is one of the outcomes, and [`unless_failed`] adds it.
pub fn watched<T>(watched: bool, evaluate: impl FnOnce() -> T) -> T {
    let before = WATCHED.replace(watched);
    let result = evaluate();
    WATCHED.set(before);
    result
}

/// Whether something looks at failures.
pub fn is_watched() -> bool {
    WATCHED.get()
}

/// A value that may instead be a failure. Where nothing looks at failures, it is the value.
pub(super) fn unless_failed(value: Value) -> Value {
    if !WATCHED.get() {
        return value;
    }
    let cause = value.cause().unwrap_or_else(Cause::how_many);
    let failure = Value::unknown(Type::Any, cause.clone());
    one_of(vec![value, failure], cause, [])
}

/// The result of an operation on values that may themselves be failures.
pub(super) fn unless_any_failed<'a>(result: Value, parts: impl IntoIterator<Item = &'a Value>) -> Value {
    match WATCHED.get() && parts.into_iter().any(may_be_failure) {
        true => unless_failed(result),
        false => result,
    }
}

/// Whether a value may be a failure: something of which nothing is known, alone or as an alternative.
pub fn may_be_failure(value: &Value) -> bool {
    let nothing_known = value.as_unknown().is_some_and(|u| u.ty == Type::Any && !u.not_null && u.hint == Hint::None);
    nothing_known || value.digest().holds_failure()
}

/// Whether a value is certainly not null.
pub fn is_not_null(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => false,
        Kind::Unknown(u) => u.not_null,
        _ => true,
    }
}

/// Either of two values. Objects, maps, tuples and lists of the same shape are joined member by member.
pub fn either(a: &Value, b: &Value, cause: &Cause, parts: &[&Value]) -> Value {
    let kind = match (&a.kind, &b.kind) {
        (x, y) if x == y => x.clone(),
        (Kind::Object(x), Kind::Object(y)) if same_keys(x, y) => Kind::Object(join_fields(x, y, cause)),
        (Kind::Map(x), Kind::Map(y)) if same_keys(x, y) => Kind::Map(join_fields(x, y, cause)),
        (Kind::Tuple(x), Kind::Tuple(y)) if same_length(x, y) => Kind::Tuple(join_items(x, y, cause)),
        (Kind::List(x), Kind::List(y)) if same_length(x, y) => Kind::List(join_items(x, y, cause)),
        _ => return one_of(vec![a.clone(), b.clone()], cause.clone(), parts.iter().copied()),
    };
    let joined = Value::from(kind).from_parts([a, b]).from_parts(parts.iter().copied());
    let default = a.marks.contains(Marks::PROVIDER_DEFAULT) && b.marks.contains(Marks::PROVIDER_DEFAULT);
    joined.with_marks(if default { Marks::PROVIDER_DEFAULT } else { Marks::NONE })
}

fn same_keys(a: &Fields, b: &Fields) -> bool {
    a.rest.is_none() && b.rest.is_none() && a.entries.keys().eq(b.entries.keys())
}

fn same_length(a: &Seq, b: &Seq) -> bool {
    let closed = |seq: &Seq| seq.rest.is_none() && seq.loose == 0;
    closed(a) && closed(b) && a.items.len() == b.items.len()
}

fn join_fields(a: &Fields, b: &Fields, cause: &Cause) -> Node<Fields> {
    let joined = a.entries.iter().zip(b.entries.values());
    let entries = joined.map(|((name, x), y)| (name.clone(), either(x, y, cause, &[]))).collect();
    // Either is a block: what it does not write is null in both.
    let block = a.block.clone().filter(|_| b.block.is_some());
    Node::new(Fields { entries, element: a.element.clone(), block, ..Fields::default() })
}

fn join_items(a: &Seq, b: &Seq, cause: &Cause) -> Node<Seq> {
    let items = a.items.iter().zip(&b.items).map(|(x, y)| either(x, y, cause, &[])).collect();
    Node::new(Seq { items, element: a.element.clone(), rest: Rest::NONE, loose: 0 })
}

/// Runs an operation on every combination of alternatives of its arguments. Where all give the same that is the
/// result, else one of the results. A combination that fails cannot be what happens, unless all fail. `result` is
/// the type where there are too many combinations.
pub fn lift(
    args: &[Value],
    result: &Type,
    run: &mut dyn FnMut(&[Value]) -> Result<Value, EvalError>,
) -> Result<Value, EvalError> {
    let Some(first) = args.iter().position(is_union) else {
        return Ok(unless_any_failed(run(args)?, args));
    };
    let choices: Vec<Option<Vec<Value>>> = args.iter().map(alternatives).collect();
    let combinations = choices.iter().flatten().fold(1usize, |n, c| n.saturating_mul(c.len()));
    if combinations > MAX_COMBINATIONS {
        return Ok(Value::unknown_from(args, result.clone(), false));
    }
    let mut results = Vec::with_capacity(combinations);
    let mut failure = None;
    for combination in 0..combinations {
        let mut rest = combination;
        let chosen: Vec<Value> = args
            .iter()
            .zip(&choices)
            .map(|(arg, choice)| match choice {
                Some(values) => {
                    let value = values[rest % values.len()].clone();
                    rest /= values.len();
                    value
                }
                None => arg.clone(),
            })
            .collect();
        match run(&chosen) {
            Ok(value) => results.push(value),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    match failure {
        Some(error) if results.is_empty() => Err(error),
        failure => {
            let result = one_of(results, args[first].cause().unwrap_or(Cause::Error), []);
            Ok(if failure.is_some() { unless_failed(result) } else { unless_any_failed(result, args) })
        }
    }
}
