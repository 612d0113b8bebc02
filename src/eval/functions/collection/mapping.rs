//! Functions of maps and objects.

use std::collections::BTreeMap;

use super::super::super::open::{Entries, Items, elements, entries, fixed_only};
use super::super::super::unify::unify_values;
use super::super::super::union::one_of;
use super::super::super::{
    ByName, Cause, EvalError, Fields, Kind, Marks, Node, Shape, Type, Value, convert, index, inherit,
};
use super::super::Host;
use super::super::args::text;
use super::{MAX_ELEMENTS, marked, too_many};
use crate::syntax::Text;

fn fields(value: &Value, name: &str) -> Result<Fields, EvalError> {
    entries(value).ok_or_else(|| EvalError::new(format!("`{name}` takes a map or an object")))
}

/// Whether a value is a map rather than an object; unknown values of unknown type may be either.
fn is_map(value: &Value) -> bool {
    value.shape() == Shape::Map
}

/// A map of these entries, made of one type.
fn map_of(fields: Fields) -> Result<Value, EvalError> {
    let open = fields.rest.is_some();
    let (names, mut values): (Vec<Text>, Vec<Value>) = fields.entries.into_iter().unzip();
    values.extend(fields.rest);
    let (element, mut values) = unify_values(values)?;
    let rest = if open { values.pop() } else { None };
    let entries = names.into_iter().zip(values).collect();
    Ok(Kind::Map(Node::new(Fields { entries, element, rest: rest.into(), ..Fields::default() })).into())
}

/// Sorted by name, so that further entries leave no position certain.
fn in_order(
    args: &[Value],
    fields: &Fields,
    element: Type,
    value: impl Fn(&Text, &Value) -> Value,
    further: impl Fn(&Value) -> Value,
) -> Value {
    let mut items = Items::default();
    if let Some(rest) = fields.rest.as_ref() {
        items.push_possible(further(rest), rest.cause());
    }
    for (name, entry) in &fields.entries {
        items.push(value(name, entry));
    }
    let mut seq = items.finish();
    let kind = match is_map(&args[0]) {
        true => {
            seq.element = element;
            Kind::List
        }
        false => Kind::Tuple,
    };
    marked(args, kind(seq.into()).into())
}

pub(super) fn keys(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let fields = fields(&args[0], "keys")?;
    let further = |rest: &Value| Value::unknown_from([rest], Type::String, true);
    Ok(in_order(args, &fields, Type::String, |name, _| Value::from(name.clone()), further))
}

pub(super) fn values(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let fields = fields(&args[0], "values")?;
    Ok(in_order(args, &fields, fields.element.clone(), |_, value| value.clone(), Value::clone))
}

pub(super) fn lookup(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let of_type = |default: &Value, element: &Type| {
        convert(default, element)
            .map_err(|e| EvalError::new(format!("the default is not of the map's type: {}", e.message)))
    };
    // Collections of settings are large and asked often: what is plainly there is not looked for in a copy.
    if let (Kind::Map(known) | Kind::Object(known), Kind::String(name)) = (&args[0].kind, &args[1].kind)
        && let Some(found) = known.entries.get(name)
    {
        if let Some(default) = args.get(2).filter(|_| is_map(&args[0])) {
            of_type(default, &known.element)?;
        }
        return Ok(marked(args, inherit(found, &args[0])));
    }
    let fields = fields(&args[0], "lookup")?;
    let default = match args.get(2) {
        Some(default) if is_map(&args[0]) => Some(of_type(default, &fields.element)?),
        default => default.cloned(),
    };
    if args[1].is_unknown() {
        let cause = args[1].cause().unwrap_or(Cause::Error);
        let all = fields.entries.into_values().chain(fields.rest).chain(default).collect();
        return Ok(marked(args, one_of(all, cause, [&args[1]])));
    }
    let name = text(&args[1])?;
    let found = match (fields.entries.get(name), fields.rest.as_ref()) {
        (Some(found), _) => found.clone(),
        (None, None) => default.ok_or_else(|| EvalError::new(format!("`lookup` finds no `{name}`")))?,
        (None, Some(rest)) => {
            let possible = if args[0].is_unknown() { index(&args[0], &args[1])? } else { rest.clone() };
            let cause = possible.cause().unwrap_or(Cause::Error);
            one_of([possible].into_iter().chain(default).collect(), cause, [])
        }
    };
    Ok(marked(args, found))
}

pub(super) fn merge(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let mut merged = Entries::default();
    let given: Vec<&Value> = args.iter().filter(|arg| !arg.is_null()).collect();
    for arg in &given {
        merged.extend(fields(arg, "merge")?);
    }
    let fields = merged.finish();
    let maps = !given.is_empty() && given.iter().all(|arg| is_map(arg));
    let same = || given.windows(2).all(|pair| pair[0].type_of() == pair[1].type_of());
    let result = if maps && same() { map_of(fields)? } else { Kind::Object(Node::new(fields)).into() };
    Ok(marked(args, result))
}

pub(super) fn zipmap(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let keys = fixed_only(&elements(&args[0]).unwrap_or_default());
    let set = args[1].shape() == Shape::Set;
    let values = if set { None } else { elements(&args[1]) };
    let values = values.ok_or_else(|| EvalError::new("the values of `zipmap` must be a list or a tuple"))?;
    let values = fixed_only(&values);
    let closed = keys.rest.is_none() && values.rest.is_none();
    if closed && keys.items.len() != values.items.len() {
        let (keys, values) = (keys.items.len(), values.items.len());
        return Err(EvalError::new(format!(
            "`zipmap` takes as many values as keys, not {keys} keys and {values} values"
        )));
    }
    let mut zipped = Entries::default();
    for (i, key) in keys.items.iter().enumerate() {
        let known = values.items.get(i).or(values.rest.as_ref());
        let value = known.cloned().ok_or_else(|| EvalError::new("`zipmap` takes as many values as keys"))?;
        match &key.kind {
            Kind::String(name) => zipped.insert(name.clone(), value),
            Kind::Null => return Err(EvalError::new(format!("key {i} of `zipmap` is null"))),
            _ => zipped.insert_unknown(value, key.cause().unwrap_or(Cause::Error), &ByName::new()),
        }
    }
    if let Some(rest) = keys.rest.as_ref() {
        let cause = rest.cause().unwrap_or(Cause::Error);
        let left = values.items.iter().skip(keys.items.len()).chain(&values.rest);
        left.for_each(|value| zipped.insert_unknown(value.clone(), cause.clone(), &ByName::new()));
    }
    let list = args[1].shape() == Shape::List;
    let result = if list { map_of(zipped.finish())? } else { zipped.into_object() };
    // Names of entries carry no marks of their own.
    let names = args[0].deep_marks().without(Marks::PROVIDER_DEFAULT);
    Ok(marked(args, result).with_marks(names))
}

pub(super) fn transpose(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let given = args[0].as_fields().map(|f| &f.entries).into_iter().flatten();
    let mut transposed: BTreeMap<Text, Vec<Value>> = BTreeMap::new();
    let mut left = MAX_ELEMENTS;
    for (name, list) in given {
        let list = list.as_seq().ok_or_else(|| EvalError::new("`transpose` takes lists, not null"))?;
        for item in &list.items {
            let Kind::String(key) = &item.kind else {
                return Err(EvalError::new("`transpose` takes strings, not null"));
            };
            left = left.checked_sub(1).ok_or_else(too_many)?;
            transposed.entry(key.clone()).or_default().push(Value::from(name.clone()));
        }
    }
    let lists = transposed.into_iter().map(|(key, names)| (key, Value::list(Type::String, names)));
    Ok(Value::map(Type::list(Type::String), lists.collect()))
}
