//! Collections taken apart into their elements, also those of which only some are known.

use super::{Cause, EvalError, Kind, Marks, Type, Value};

/// One element of a collection that is iterated.
pub struct Entry {
    /// `each.key`: the position, the name, or for a set the element itself.
    pub key: Value,
    /// The element.
    pub value: Value,
    /// False where there may be none or many of it.
    pub certain: bool,
    /// Whether its place among the elements is certain.
    pub placed: bool,
}

/// The elements of a collection in Terraform's order; an unknown collection gives one element that may not be there.
///
/// # Errors
/// Where the value is null or not a collection.
pub fn iterate(collection: &Value) -> Result<Vec<Entry>, EvalError> {
    let mut entries = entries_of(collection)?;
    if collection.marks != Marks::NONE {
        let marks = collection.marks.without(Marks::PROVIDER_DEFAULT);
        for entry in &mut entries {
            entry.key.marks = entry.key.marks.union(marks);
            entry.value.marks = entry.value.marks.union(marks);
        }
    }
    Ok(entries)
}

/// Whether a value must not be quoted.
pub(super) fn secret(value: &Value) -> bool {
    value.deep_marks().are_secret()
}

fn entries_of(collection: &Value) -> Result<Vec<Entry>, EvalError> {
    let entry = |key, value: &Value| Entry { key, value: value.clone(), certain: true, placed: true };
    let further = |key, value: &Value| Entry { key, value: value.clone(), certain: false, placed: false };
    let unknown_key = |ty| Value::unknown_from([collection], ty, true);
    match &collection.kind {
        Kind::List(seq) | Kind::Tuple(seq) => {
            let (fixed, loose) = seq.items.split_at(seq.fixed().len());
            let fixed = fixed.iter().enumerate().map(|(i, v)| entry((i as i64).into(), v));
            // One position that is not known is like another.
            let unplaced = !loose.is_empty() || seq.rest.is_some();
            let position = if unplaced { unknown_key(Type::Number) } else { Value::NULL };
            let loose = loose.iter().map(|v| Entry { placed: false, ..entry(position.clone(), v) });
            let rest = seq.rest.iter().map(|v| further(position.clone(), v));
            // What has no place may stand before or behind the rest: it comes first, so that it stays certain.
            Ok(fixed.chain(loose).chain(rest).collect())
        }
        Kind::Set(seq) => {
            let placed = collection.is_wholly_known();
            let items = seq.items.iter().map(|v| Entry { placed, ..entry(v.clone(), v) });
            Ok(items.chain(seq.rest.iter().map(|v| further(v.clone(), v))).collect())
        }
        Kind::Map(fields) | Kind::Object(fields) => {
            let placed = fields.rest.is_none();
            let items = fields.entries.iter().map(|(k, v)| Entry { placed, ..entry(k.clone().into(), v) });
            Ok(items.chain(fields.rest.iter().map(|v| further(unknown_key(Type::String), v))).collect())
        }
        Kind::Unknown(u) if u.ty.is_primitive() => Err(not_iterable(&u.ty.friendly_name())),
        Kind::Unknown(u) => {
            let known = match &u.ty {
                Type::List(_) | Type::Tuple(_) => super::open::elements(collection).map(|seq| Kind::Tuple(seq.into())),
                Type::Object(_) => super::open::entries(collection).map(|fields| Kind::Object(fields.into())),
                _ => None,
            };
            if let Some(known) = known {
                return entries_of(&known.into());
            }
            let element = super::some_element(collection);
            let key = match &u.ty {
                Type::Set(_) => element.clone(),
                Type::Map(_) => unknown_key(Type::String),
                _ => unknown_key(Type::Any),
            };
            Ok(vec![further(key, &element)])
        }
        Kind::Null => Err(EvalError::new("cannot iterate over null").with_label("null")),
        _ => Err(not_iterable(&collection.type_of().friendly_name())),
    }
}

/// What a further element looks like when one more of a different look is possible.
pub(super) fn join(rest: Option<Value>, value: Value) -> Value {
    match rest {
        None => value,
        Some(rest) => {
            let cause = rest.cause().or_else(|| value.cause()).unwrap_or(Cause::Limit);
            super::union::either(&rest, &value, &cause, &[])
        }
    }
}

/// A tuple as a list, its elements unified.
pub(super) fn as_list(tuple: Value) -> Result<Value, EvalError> {
    let element = match tuple.as_seq() {
        Some(seq) => {
            let types: Vec<Type> = seq.items.iter().chain(&seq.rest).map(Value::type_of).collect();
            super::unify::unify(&types)
        }
        None => None,
    };
    match element {
        Some(element) => super::convert(&tuple, &Type::list(element)),
        None => Ok(tuple),
    }
}

fn not_iterable(what: &str) -> EvalError {
    EvalError::new(format!("cannot iterate over a {what}"))
        .with_label("not a collection")
        .with_help("only lists, tuples, sets, maps and objects can be iterated")
}
