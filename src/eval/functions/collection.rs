//! Lists, sets, maps and objects.
//!
//! Most functions look at unknown and open collections themselves and keep what is certain. Those that pass elements
//! through leave references and marks on them, so that `concat(a, b)[0]` refers to what `a[0]` refers to.

mod choose;
mod mapping;
mod members;
mod sequence;
mod setwise;

use super::super::union::alternatives;
use super::super::{EvalError, Hint, Kind, Marks, Number, Type, Value};
use super::types::{self, ANY, LIST, NUMBER, SET, STRING, STRINGS};
use super::{Function, Host, Param};
use crate::source::ProblemKind;

/// How many elements a function makes at most.
const MAX_ELEMENTS: usize = 100_000;

/// Anything, unknown or not.
const VALUE: Param = ANY.or_unknown();
/// Anything, unknown or null or not.
const OPTIONAL: Param = VALUE.or_null();
/// A list, unknown or not.
const ITEMS: Param = LIST.or_unknown();
/// A set, unknown or not.
const MEMBERS: Param = SET.or_unknown();
/// A list of bools, unknown or not.
const BOOLS: Param = Param::of(|| Type::list(Type::Bool)).or_unknown();
/// A list of strings, unknown or not.
const TEXTS: Param = STRINGS.or_unknown();
/// A map of lists of strings.
const TEXT_LISTS: Param = Param::of(|| Type::map(Type::list(Type::String)));

type Run = fn(&dyn Host, &[Value]) -> Result<Value, EvalError>;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { params: &[BOOLS], result: types::bool, ..computing("alltrue", choose::alltrue) },
    Function { params: &[BOOLS], result: types::bool, ..computing("anytrue", choose::anytrue) },
    Function { params: &[ITEMS, NUMBER], ..passing("chunklist", sequence::chunklist) },
    Function { params: &[OPTIONAL], variadic: Some(OPTIONAL), ..passing("coalesce", choose::coalesce) },
    Function { params: &[OPTIONAL], variadic: Some(OPTIONAL), ..passing("coalescelist", choose::coalescelist) },
    Function { params: &[TEXTS], result: types::strings, ..passing("compact", sequence::compact) },
    Function { params: &[VALUE], variadic: Some(VALUE), ..passing("concat", sequence::concat) },
    Function { params: &[VALUE, OPTIONAL], result: types::bool, ..computing("contains", choose::contains) },
    Function { params: &[ITEMS], ..passing("distinct", sequence::distinct) },
    Function { params: &[VALUE, NUMBER.or_unknown()], ..passing("element", choose::element) },
    Function { params: &[VALUE], ..passing("flatten", sequence::flatten) },
    Function { params: &[VALUE, VALUE], result: types::number, ..computing("index", choose::index) },
    Function { params: &[VALUE], ..passing("keys", mapping::keys) },
    Function { params: &[VALUE], result: types::number, ..passing("length", length) },
    Function { params: &[VALUE, STRING.or_unknown(), OPTIONAL], optional: 1, ..passing("lookup", mapping::lookup) },
    Function { params: &[ITEMS, ITEMS, ITEMS], ..passing("matchkeys", sequence::matchkeys) },
    Function { variadic: Some(OPTIONAL), ..passing("merge", mapping::merge) },
    Function { params: &[VALUE], ..passing("one", choose::one) },
    Function { params: &[VALUE], ..passing("reverse", sequence::reverse) },
    Function { params: &[MEMBERS], variadic: Some(MEMBERS), ..passing("setintersection", setwise::intersection) },
    Function { params: &[VALUE, VALUE], variadic: Some(VALUE), ..passing("setproduct", setwise::product) },
    Function { params: &[MEMBERS, MEMBERS], ..passing("setsubtract", setwise::subtract) },
    Function { params: &[MEMBERS], variadic: Some(MEMBERS), ..passing("setunion", setwise::union) },
    Function { params: &[VALUE, NUMBER.or_unknown(), NUMBER.or_unknown()], ..passing("slice", sequence::slice) },
    Function { params: &[TEXTS], result: types::strings, ..passing("sort", sequence::sort) },
    Function { params: &[TEXT_LISTS], result: text_lists, ..computing("transpose", mapping::transpose) },
    Function { params: &[VALUE], ..passing("values", mapping::values) },
    Function { params: &[TEXTS, VALUE], ..passing("zipmap", mapping::zipmap) },
];

/// A function that makes something new of its arguments.
const fn computing(name: &'static str, run: Run) -> Function {
    Function { name, params: &[], optional: 0, variadic: None, result: types::any, run, transparent: false }
}

/// A function that passes elements of its arguments through.
const fn passing(name: &'static str, run: Run) -> Function {
    Function { transparent: true, ..computing(name, run) }
}

fn text_lists(_: &[Value]) -> Type {
    Type::map(Type::list(Type::String))
}

/// The result with the marks that the arguments as a whole carry.
fn marked(args: &[Value], result: Value) -> Value {
    let marks = args.iter().fold(Marks::NONE, |marks, arg| marks.union(arg.marks));
    result.with_marks(marks.without(Marks::PROVIDER_DEFAULT))
}

fn too_many() -> EvalError {
    EvalError::new(format!("the result would have more than {MAX_ELEMENTS} elements")).of_kind(ProblemKind::Limit)
}

fn length(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let value = &args[0];
    if let Kind::String(text) = &value.kind {
        let count = unicode_segmentation::UnicodeSegmentation::graphemes(&**text, true).count();
        return Ok(marked(args, Value::from(count as i64)).with_refs(&value.refs));
    }
    let range = match &value.kind {
        Kind::Unknown(u) if u.ty == Type::String => Some((0, None)),
        Kind::Unknown(_) if alternatives(value).is_some() => Some((0, None)),
        _ => super::super::set::length_range(value),
    };
    let Some((min, max)) = range else {
        return Err(EvalError::new("`length` takes a list, set, tuple, map, object or string"));
    };
    let number = |n: u64| Number::from(i64::try_from(n).unwrap_or(i64::MAX));
    let length = match max {
        Some(max) if max == min => Value::from(number(min)),
        _ => {
            let hint = Hint::Range(Some(number(min)), max.map(number));
            super::super::ops::with_hint(Value::unknown_from(args, Type::Number, true), hint)
        }
    };
    Ok(marked(args, length))
}

#[cfg(test)]
mod tests;
