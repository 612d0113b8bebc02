//! Finding one type for several values: what the arms of a conditional, the elements of a list and the arguments of
//! set functions become. Knows types only; the conversion itself is [`super::convert()`]'s.

use super::convert::{convert, converted_type};
use super::{EvalError, Kind, Type, Value, steps};

/// Among more different types none is looked for that all others convert to, since each is compared with each: what they
/// become stays open, `Any`.
const MOST_TYPES: usize = 64;

/// The one type that values of all these types are converted to; `None` where there is none. What is not known (`Any`:
/// the type of null, or of the elements of an empty list) has no say; `Any` where nothing else is there.
///
/// Where the known ones have no common type, what is not known may still give them one: then `Any`, too.
pub fn unify(types: &[Type]) -> Option<Type> {
    let known: Vec<&Type> = types.iter().filter(|t| **t != Type::Any).collect();
    unify_known(&known).or_else(|| (known.len() < types.len()).then_some(Type::Any))
}

fn unify_known(known: &[&Type]) -> Option<Type> {
    let Some(first) = known.first() else { return Some(Type::Any) };
    if known.iter().all(|t| t == first) {
        return Some((*first).clone());
    }
    let all = |test: fn(&Type) -> bool| known.iter().all(|t| test(t));
    if all(is_object) {
        return unify_objects(known);
    }
    if all(is_tuple) {
        return unify_tuples(known);
    }
    if all(|t| is_object(t) || matches!(t, Type::Map(_))) {
        return Some(Type::map(unify_elements(known)?));
    }
    if all(|t| is_tuple(t) || matches!(t, Type::List(_))) {
        return Some(Type::list(unify_elements(known)?));
    }
    if all(|t| matches!(t, Type::Set(_))) {
        return Some(Type::set(unify_elements(known)?));
    }
    // One of the types itself, if all others convert to it: strings before other primitives, lists before sets.
    let Some(mut candidates) = distinct(known) else { return Some(Type::Any) };
    let known = candidates.clone();
    candidates.sort_by_key(|t| {
        let rank = match t {
            Type::String => 0,
            Type::List(_) => 1,
            Type::Set(_) => 2,
            _ => 3,
        };
        (contains_any(t), rank)
    });
    candidates.into_iter().find(|target| known.iter().all(|t| converted_type(t, target).is_some())).cloned()
}

/// Each type once; `None` where there are more than anybody tries.
fn distinct<'t>(types: &[&'t Type]) -> Option<Vec<&'t Type>> {
    let mut distinct: Vec<&Type> = Vec::new();
    for ty in types {
        if !distinct.contains(ty) {
            distinct.push(ty);
        }
        if distinct.len() > MOST_TYPES {
            return None;
        }
    }
    Some(distinct)
}

fn is_object(ty: &Type) -> bool {
    matches!(ty, Type::Object(_))
}

fn is_tuple(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(_))
}

/// Objects of the same attributes stay objects, others become maps of one element type.
fn unify_objects(types: &[&Type]) -> Option<Type> {
    let objects: Vec<_> = types.iter().filter_map(|t| if let Type::Object(o) = t { Some(o) } else { None }).collect();
    let first = objects.first()?;
    if !objects.iter().all(|o| o.attributes.keys().eq(first.attributes.keys())) {
        return Some(Type::map(unify_elements(types)?));
    }
    let mut attributes = Vec::with_capacity(first.attributes.len());
    let mut columns: Vec<_> = objects.iter().map(|o| o.attributes.values()).collect();
    for name in first.attributes.keys() {
        let types: Vec<Type> = columns.iter_mut().filter_map(|c| c.next()).map(|a| a.ty.clone()).collect();
        attributes.push((name.clone(), unify(&types)?));
    }
    Some(Type::object(attributes))
}

/// Tuples of the same length stay tuples, others become lists of one element type.
fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let tuples: Vec<_> = types.iter().filter_map(|t| if let Type::Tuple(ts) = t { Some(ts) } else { None }).collect();
    let length = tuples.first()?.len();
    if tuples.iter().any(|t| t.len() != length) {
        return Some(Type::list(unify_elements(types)?));
    }
    let columns = (0..length).map(|i| tuples.iter().map(|t| t[i].clone()).collect::<Vec<_>>());
    let types: Option<Vec<Type>> = columns.map(|column| unify(&column)).collect();
    Some(Type::tuple(types?))
}

/// One type for all elements of all these collections; empty ones have no say.
fn unify_elements(types: &[&Type]) -> Option<Type> {
    let mut elements = Vec::new();
    for ty in types {
        match ty {
            Type::List(t) | Type::Set(t) | Type::Map(t) => elements.push((**t).clone()),
            Type::Tuple(ts) => elements.extend(ts.iter().cloned()),
            Type::Object(o) => elements.extend(o.attributes.values().map(|a| a.ty.clone())),
            _ => return None,
        }
    }
    unify(&elements)
}

/// Values converted to one type, and that type. Nulls have no say in it. It stays open where something unknown may
/// turn out to make strings of numbers and bools.
pub fn unify_values(values: Vec<Value>) -> Result<(Type, Vec<Value>), EvalError> {
    let mut typed = values.iter().filter(|v| !v.is_null());
    if let Some(first) = typed.next().map(Value::type_of)
        && !contains_any(&first)
        && typed.all(|value| value.has_type(&first))
    {
        return Ok((first, values));
    }
    // What follows goes through all of them, and often through their types.
    steps::count(values.iter().map(|value| value.digest().size() as usize).sum());
    if values.iter().any(holds_open) {
        return Ok((Type::Any, values));
    }
    let types: Vec<Type> = values.iter().filter(|v| !v.is_null()).map(Value::type_of).collect();
    let ty = match unify(&types) {
        ty if types.contains(&Type::Any) => {
            // Beside a string, everything that has a common type at all becomes a string.
            let strings = (ty == Some(Type::String)).then(|| convert_all(&values, &Type::String).ok()).flatten();
            return Ok(strings.map_or((Type::Any, values), |strings| (Type::String, strings)));
        }
        None => return Err(no_common_type(&types)),
        Some(ty) if values.iter().any(holds_untyped) => widened(&ty),
        Some(ty) => ty,
    };
    let values = convert_all(&values, &ty)?;
    Ok((ty, values))
}

/// What the type would not change stays as it is: each conversion to a type that is open in part comes back here for what
/// is inside, so that lists in lists would be gone through twice as often with each level.
fn convert_all(values: &[Value], ty: &Type) -> Result<Vec<Value>, EvalError> {
    let stays = |value: &Value| {
        let own = value.type_of();
        converted_type(&own, ty).is_some_and(|converted| converted == own)
    };
    values.iter().map(|v| if stays(v) { Ok(v.clone()) } else { convert(v, ty) }).collect()
}

/// Whether a value is or holds something unknown of unknown type.
pub(super) fn holds_untyped(value: &Value) -> bool {
    match &value.kind {
        Kind::Unknown(unknown) => contains_any(&unknown.ty),
        _ => !value.is_wholly_known() && value.children().any(holds_untyped),
    }
}

/// Whether a value is or holds a tuple or object of which not all elements are known, and so not the type.
pub(super) fn holds_open(value: &Value) -> bool {
    match &value.kind {
        Kind::Tuple(_) | Kind::Object(_) if value.is_open() => true,
        _ => !value.is_wholly_known() && value.children().any(holds_open),
    }
}

/// The type with everything open that a string would absorb.
pub(super) fn widened(ty: &Type) -> Type {
    match ty {
        Type::Any | Type::Bool | Type::Number => Type::Any,
        Type::String => Type::String,
        Type::List(t) => Type::list(widened(t)),
        Type::Set(t) => Type::set(widened(t)),
        Type::Map(t) => Type::map(widened(t)),
        Type::Tuple(ts) => Type::tuple(ts.iter().map(widened)),
        Type::Object(o) => Type::object(o.attributes.iter().map(|(name, a)| (name.clone(), widened(&a.ty)))),
    }
}

/// Whether some part of a type is open.
pub(super) fn contains_any(ty: &Type) -> bool {
    match ty {
        Type::Any => true,
        Type::Bool | Type::Number | Type::String => false,
        Type::List(t) | Type::Set(t) | Type::Map(t) => contains_any(t),
        Type::Tuple(ts) => ts.iter().any(contains_any),
        Type::Object(o) => o.attributes.values().any(|a| contains_any(&a.ty)),
    }
}

fn no_common_type(types: &[Type]) -> EvalError {
    let mut names: Vec<String> = types.iter().map(Type::friendly_name).collect();
    names.dedup();
    names.truncate(4);
    EvalError::new(format!("there is no type that all of these convert to: {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(types: &[Type], expected: Option<Type>) {
        assert_eq!(unify(types), expected, "{types:?}");
    }

    fn tuple(types: &[Type]) -> Type {
        Type::tuple(types.iter().cloned())
    }

    fn object(attributes: &[(&str, Type)]) -> Type {
        Type::object(attributes.iter().map(|(n, t)| ((*n).into(), t.clone())))
    }

    #[test]
    fn primitives_become_strings() {
        check(&[Type::Number, Type::Number], Some(Type::Number));
        check(&[Type::Number, Type::String], Some(Type::String));
        check(&[Type::Bool, Type::String, Type::Number], Some(Type::String));
        check(&[Type::Number, Type::Bool], None);
        check(&[Type::Any, Type::Bool], Some(Type::Bool));
        check(&[Type::Any, Type::Bool, Type::Number], Some(Type::Any));
        check(&[], Some(Type::Any));
    }

    #[test]
    fn tuples_and_lists() {
        check(&[tuple(&[Type::Number]), tuple(&[Type::String])], Some(tuple(&[Type::String])));
        check(&[tuple(&[]), tuple(&[Type::Number])], Some(Type::list(Type::Number)));
        check(&[tuple(&[Type::Number, Type::String]), tuple(&[Type::Bool, Type::Number])], None);
        check(&[Type::list(Type::Number), tuple(&[Type::String])], Some(Type::list(Type::String)));
        check(&[Type::set(Type::Number), tuple(&[Type::Number])], Some(Type::set(Type::Number)));
        check(&[Type::set(Type::String), Type::list(Type::Number)], Some(Type::list(Type::Number)));
        check(&[Type::set(Type::Number), tuple(&[Type::String])], Some(Type::set(Type::Number)));
        check(&[tuple(&[Type::Any]), tuple(&[Type::String])], Some(tuple(&[Type::String])));
        check(&[Type::String, tuple(&[Type::String])], None);
    }

    #[test]
    fn objects_and_maps() {
        let (a, b) = (object(&[("a", Type::Number)]), object(&[("b", Type::String)]));
        check(&[a.clone(), object(&[("a", Type::String)])], Some(object(&[("a", Type::String)])));
        check(&[a.clone(), b], Some(Type::map(Type::String)));
        check(&[a.clone(), object(&[])], Some(Type::map(Type::Number)));
        check(&[Type::map(Type::String), a.clone()], Some(Type::map(Type::String)));
        check(&[Type::map(Type::String), object(&[])], Some(Type::map(Type::String)));
        check(&[a, tuple(&[Type::Number])], None);
    }
}
