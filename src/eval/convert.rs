//! Conversion of values to types, as Terraform does it for variables, parameters and operands. Keeps what is partly
//! known: elements stay unknown with their references, open collections stay open.

use std::sync::Arc;

use super::set::{make_set, sequence};
use super::steps;
use super::unify::{contains_any, unify, unify_values};
use super::union::{alternatives, one_of, unless_failed};
use super::{AttributeType, Cause, EvalError, Fields, Hint, Kind, Node, Number, ObjectType, Seq, Type, Unknown, Value};
use crate::syntax::Text;

/// The value as one of this type; an error where it has no such form. Null stays null, `any` changes nothing.
pub fn convert(value: &Value, ty: &Type) -> Result<Value, EvalError> {
    if is_already(value, ty) {
        return Ok(value.clone());
    }
    let kind = match (&value.kind, ty) {
        (Kind::Unknown(unknown), _) => return convert_unknown(value, unknown, ty),
        (Kind::Bool(b), Type::String) => Kind::String(if *b { "true" } else { "false" }.into()),
        (Kind::Number(n), Type::String) => Kind::String(n.to_string().into()),
        (Kind::String(s), Type::Bool) => Kind::Bool(parse_bool(s)?),
        (Kind::String(s), Type::Number) => Kind::Number(parse_number(s)?),
        (Kind::List(s) | Kind::Tuple(s), Type::List(t)) => Kind::List(Node::new(convert_items(s, t)?)),
        (Kind::Set(_), Type::List(t)) => {
            let items = sequence(value).unwrap_or_default();
            Kind::List(Node::new(convert_items(&items, t)?))
        }
        (Kind::List(s) | Kind::Set(s) | Kind::Tuple(s), Type::Set(t)) => {
            let set = make_set(convert_items(s, t)?);
            return Ok(with_own(set, value));
        }
        (Kind::Map(f) | Kind::Object(f), Type::Map(t)) => Kind::Map(Node::new(convert_entries(f, t)?)),
        (Kind::Map(f) | Kind::Object(f), Type::Object(o)) => Kind::Object(Node::new(convert_attributes(f, o)?)),
        (Kind::Tuple(s), Type::Tuple(ts)) => Kind::Tuple(Node::new(convert_tuple(s, ts)?)),
        (Kind::Handle(_), Type::Object(_)) => return Ok(value.clone()),
        _ => return Err(mismatch(&value.type_named(), ty)),
    };
    Ok(with_own(kind.into(), value))
}

/// Whether conversion to this type certainly changes nothing, as far as that is seen at a glance.
pub(super) fn is_already(value: &Value, ty: &Type) -> bool {
    match (&value.kind, ty) {
        (_, Type::Any) | (Kind::Null, _) => true,
        (Kind::Bool(_), Type::Bool) | (Kind::Number(_), Type::Number) | (Kind::String(_), Type::String) => true,
        (Kind::List(s), Type::List(t)) if **t == Type::Any => is_all_of(s, &s.element),
        (Kind::List(s), Type::List(t)) | (Kind::Set(s), Type::Set(t)) => s.element == **t && !contains_any(t),
        (Kind::Map(f), Type::Map(t)) => f.element == **t && !contains_any(t),
        (Kind::Tuple(_), Type::Tuple(_)) | (Kind::Object(_), Type::Object(_)) => {
            value.has_type(ty) && !contains_any(ty)
        }
        _ => false,
    }
}

/// Whether a list has elements of this primitive type only, at least one.
fn is_all_of(seq: &Seq, ty: &Type) -> bool {
    let mut typed = seq.items.iter().chain(&seq.rest).filter(|item| !item.is_null()).peekable();
    ty.is_primitive() && typed.peek().is_some() && typed.all(|item| item.has_type(ty))
}

/// The converted value with the marks and references of the one it was made from.
fn with_own(converted: Value, original: &Value) -> Value {
    converted.with_refs(&original.refs).with_marks(original.marks)
}

fn parse_bool(text: &str) -> Result<bool, EvalError> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(EvalError::new("a bool is required, and this string is neither `true` nor `false`")),
    }
}

fn parse_number(text: &str) -> Result<Number, EvalError> {
    Number::parse(text).ok_or_else(|| EvalError::new("a number is required, and this string is not one"))
}

fn convert_items(seq: &Seq, element: &Type) -> Result<Seq, EvalError> {
    steps::count(seq.items.len());
    let items = seq.items.iter().enumerate();
    let items: Result<Vec<Value>, EvalError> =
        items.map(|(i, v)| convert(v, element).map_err(|e| inside(e, &format!("element {i}")))).collect();
    let rest = seq.rest.as_ref().map(|rest| convert_rest(rest, element));
    let (element, items, rest) = settle(element, items?, rest)?;
    Ok(Seq { items, element, rest: rest.into(), loose: seq.loose })
}

/// Makes the elements of one type where the collection's type left it open.
fn settle(
    element: &Type,
    mut items: Vec<Value>,
    rest: Option<Value>,
) -> Result<(Type, Vec<Value>, Option<Value>), EvalError> {
    if !contains_any(element) {
        return Ok((element.clone(), items, rest));
    }
    let open = rest.is_some();
    items.extend(rest);
    let (element, mut items) = unify_values(items)?;
    let rest = if open { items.pop() } else { None };
    Ok((element, items, rest))
}

/// What further elements look like. One that does not convert is no error, since it need not exist.
fn convert_rest(rest: &Value, ty: &Type) -> Value {
    convert(rest, ty).unwrap_or_else(|_| Value::unknown_from([rest], ty.clone(), false))
}

fn convert_tuple(seq: &Seq, types: &[Type]) -> Result<Seq, EvalError> {
    steps::count(seq.items.len());
    let fits = match seq.rest.is_some() {
        true => seq.items.len() <= types.len(),
        false => seq.items.len() == types.len(),
    };
    if !fits {
        let message = format!("a tuple of {} elements is required, not of {}", types.len(), seq.items.len());
        return Err(EvalError::new(message));
    }
    let items = seq.fixed().iter().zip(types).enumerate();
    let items: Result<Vec<Value>, EvalError> =
        items.map(|(i, (v, ty))| convert(v, ty).map_err(|e| inside(e, &format!("element {i}")))).collect();
    let mut items = items?;
    let cause = seq.unfixed().find_map(Value::cause).unwrap_or_else(Cause::how_many);
    for ty in types.iter().skip(items.len()) {
        let possible = seq.unfixed().map(|value| convert_rest(value, ty)).collect();
        items.push(one_of(possible, cause.clone(), []));
    }
    Ok(Seq { items, ..Seq::default() })
}

fn convert_entries(fields: &Fields, element: &Type) -> Result<Fields, EvalError> {
    steps::count(fields.entries.len());
    let of_element = |name: &Text, v: &Value| convert(v, element).map_err(|e| inside(e, &format!("element `{name}`")));
    let entries = fields.entries.try_map(of_element)?;
    let rest = fields.rest.as_ref().map(|rest| convert_rest(rest, element));
    if !contains_any(element) {
        return Ok(Fields { entries, element: element.clone(), rest: rest.into(), ..Fields::default() });
    }
    let (names, values): (Vec<Text>, Vec<Value>) = entries.into_iter().unzip();
    let (element, values, rest) = settle(element, values, rest)?;
    Ok(Fields { entries: names.into_iter().zip(values).collect(), element, rest: rest.into(), ..Fields::default() })
}

fn convert_attributes(fields: &Fields, ty: &ObjectType) -> Result<Fields, EvalError> {
    steps::count(fields.entries.len());
    let attribute = |name: &Text, attribute: &AttributeType| match (fields.entries.get(name), fields.rest.as_ref()) {
        (Some(value), _) => convert(value, &attribute.ty).map_err(|e| inside(e, &format!("attribute `{name}`"))),
        (None, Some(rest)) => Ok(convert_rest(rest, &attribute.ty)),
        (None, None) if attribute.optional => Ok(Value::NULL),
        (None, None) => Err(EvalError::new(format!("attribute `{name}` is required"))),
    };
    let entries = ty.attributes.try_map(attribute)?;
    Ok(Fields { entries, block: fields.block.clone(), ..Fields::default() })
}

fn convert_unknown(value: &Value, unknown: &Unknown, ty: &Type) -> Result<Value, EvalError> {
    if let Some(alternatives) = alternatives(value) {
        return convert_alternatives(value, unknown, alternatives, ty);
    }
    let Some(converted) = converted_type(&unknown.ty, ty) else { return Err(mismatch(&unknown.ty, ty)) };
    if converted == unknown.ty {
        return Ok(value.clone());
    }
    // A number is not equal to its text, so that identity does not survive.
    let same = unknown.ty == Type::Any || !unknown.ty.is_primitive();
    let origin = if same { unknown.origin.clone() } else { None };
    let hint = converted_hint(unknown, &converted);
    let safe = always_converts(&unknown.ty, &converted);
    let converted = Unknown { ty: converted, hint, origin, ..unknown.clone() };
    let converted = Value { kind: Kind::Unknown(Node::new(converted)), ..value.clone() };
    Ok(if safe { converted } else { unless_failed(converted) })
}

/// An alternative that does not convert cannot be what the value is, unless none converts.
fn convert_alternatives(
    value: &Value,
    unknown: &Unknown,
    alternatives: Vec<Value>,
    ty: &Type,
) -> Result<Value, EvalError> {
    let mut converted = Vec::with_capacity(alternatives.len());
    let mut failure = None;
    for alternative in &alternatives {
        match convert(alternative, ty) {
            Ok(value) => converted.push(value),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    match failure {
        Some(error) if converted.is_empty() => Err(error),
        failure => {
            let converted = one_of(converted, unknown.cause.clone(), [value]);
            Ok(if failure.is_some() { unless_failed(converted) } else { converted })
        }
    }
}

fn converted_hint(unknown: &Unknown, to: &Type) -> Hint {
    match (&unknown.hint, to) {
        (Hint::Text(_), Type::String) | (Hint::Range(..), Type::Number) => unknown.hint.clone(),
        (Hint::Length(..), Type::String) if unknown.ty == Type::Any => unknown.hint.clone(),
        (Hint::Length(..), Type::List(_) | Type::Map(_)) => unknown.hint.clone(),
        // Equal elements of a set become one.
        (Hint::Length(min, max), Type::Set(_)) => Hint::Length((*min).min(1), *max),
        (Hint::None, Type::List(_)) => match &unknown.ty {
            Type::Tuple(ts) => Hint::Length(ts.len() as u64, Some(ts.len() as u64)),
            _ => Hint::None,
        },
        (Hint::None, Type::Set(_)) => match &unknown.ty {
            Type::Tuple(ts) => Hint::Length(ts.len().min(1) as u64, Some(ts.len() as u64)),
            _ => Hint::None,
        },
        _ => Hint::None,
    }
}

/// Whether no value of one type fails to convert to the other, which some do.
fn always_converts(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (_, Type::Any) => true,
        (Type::Bool | Type::Number | Type::String, Type::String) => true,
        (Type::List(f) | Type::Set(f), Type::List(t) | Type::Set(t)) | (Type::Map(f), Type::Map(t)) => {
            always_converts(f, t)
        }
        (Type::Tuple(fs), Type::List(t) | Type::Set(t)) => fs.iter().all(|f| always_converts(f, t)),
        (Type::Object(f), Type::Map(t)) => f.attributes.values().all(|a| always_converts(&a.ty, t)),
        _ => from == to,
    }
}

/// The type that values of one type have after conversion to another; `None` where none of them converts.
pub(super) fn converted_type(from: &Type, to: &Type) -> Option<Type> {
    use Type::{Any, Bool, List, Map, Number, Object, Set, String, Tuple};
    Some(match (from, to) {
        (_, Any) => from.clone(),
        (Any, _) => to.clone(),
        (Bool | String, Bool) | (Number | String, Number) | (Bool | Number | String, String) => to.clone(),
        (List(f) | Set(f), List(t)) => Type::list(converted_type(f, t)?),
        (List(f) | Set(f), Set(t)) => Type::set(converted_type(f, t)?),
        (Map(f), Map(t)) => Type::map(converted_type(f, t)?),
        (Tuple(fs), List(t)) => Type::list(converted_elements(fs.iter(), t)?),
        (Tuple(fs), Set(t)) => Type::set(converted_elements(fs.iter(), t)?),
        (Object(f), Map(t)) => Type::map(converted_elements(f.attributes.values().map(|a| &a.ty), t)?),
        (Tuple(fs), Tuple(ts)) if fs.len() == ts.len() => {
            let types: Option<Vec<Type>> = fs.iter().zip(ts.iter()).map(|(f, t)| converted_type(f, t)).collect();
            Tuple(types?.into())
        }
        (Map(f), Object(o)) => converted_object(|_| Some(f), o)?,
        (Object(f), Object(o)) => converted_object(|name| f.attributes.get(name).map(|a| &a.ty), o)?,
        _ => return None,
    })
}

fn converted_elements<'a>(from: impl Iterator<Item = &'a Type>, to: &Type) -> Option<Type> {
    let types: Option<Vec<Type>> = from.map(|f| converted_type(f, to)).collect();
    if contains_any(to) { unify(&types?) } else { types.map(|_| to.clone()) }
}

fn converted_object<'a>(from: impl Fn(&str) -> Option<&'a Type>, to: &ObjectType) -> Option<Type> {
    let mut converted = to.clone();
    for (name, attribute) in converted.attributes.iter_mut() {
        match from(name) {
            Some(from) => attribute.ty = converted_type(from, &attribute.ty)?,
            None if attribute.optional => {}
            None => return None,
        }
    }
    Some(Type::Object(Arc::new(converted)))
}

fn mismatch(from: &Type, to: &Type) -> EvalError {
    EvalError::new(format!("{} is required, not {}", with_article(to), with_article(from)))
}

/// A type's name for messages: "a string", "an object".
pub fn with_article(ty: &Type) -> String {
    let article = if matches!(ty, Type::Object(_)) { "an" } else { "a" };
    match ty {
        Type::Any => "a value of unknown type".into(),
        _ => format!("{article} {}", ty.friendly_name()),
    }
}

fn inside(error: EvalError, place: &str) -> EvalError {
    error.reworded(|why| format!("{place}: {why}"))
}

/// The value with the defaults of `optional(…)` attributes filled in, wherever the type has objects. Runs before
/// [`convert`]: an attribute that is missing or null takes its default, one that is unknown stays.
pub fn apply_defaults(value: &Value, ty: &Type) -> Value {
    if !has_defaults(ty) {
        return value.clone();
    }
    let kind = match (&value.kind, ty) {
        (Kind::List(s), Type::List(t) | Type::Set(t)) => Kind::List(default_items(s, |_| t)),
        (Kind::Set(s), Type::List(t) | Type::Set(t)) => Kind::Set(default_items(s, |_| t)),
        (Kind::Tuple(s), Type::List(t) | Type::Set(t)) => Kind::Tuple(default_items(s, |_| t)),
        (Kind::Tuple(s), Type::Tuple(ts)) => Kind::Tuple(default_items(s, |i| ts.get(i).unwrap_or(&Type::Any))),
        (Kind::Map(f), Type::Map(t)) => Kind::Map(default_entries(f, t)),
        (Kind::Object(f), Type::Map(t)) => Kind::Object(default_entries(f, t)),
        (Kind::Object(f) | Kind::Map(f), Type::Object(o)) => Kind::Object(default_attributes(f, o)),
        (Kind::Unknown(unknown), _) => match alternatives(value) {
            Some(values) => {
                let values = values.iter().map(|v| apply_defaults(v, ty)).collect();
                return one_of(values, unknown.cause.clone(), [value]);
            }
            None => return value.clone(),
        },
        _ => return value.clone(),
    };
    Value { kind, ..value.clone() }
}

fn has_defaults(ty: &Type) -> bool {
    match ty {
        Type::Any | Type::Bool | Type::Number | Type::String => false,
        Type::List(t) | Type::Set(t) | Type::Map(t) => has_defaults(t),
        Type::Tuple(ts) => ts.iter().any(has_defaults),
        Type::Object(o) => o.attributes.values().any(|a| a.default.is_some() || has_defaults(&a.ty)),
    }
}

fn default_items<'a>(seq: &Seq, ty: impl Fn(usize) -> &'a Type) -> Node<Seq> {
    let items = seq.items.iter().enumerate().map(|(i, v)| apply_defaults(v, ty(i))).collect();
    let rest = seq.rest.as_ref().map(|v| apply_defaults(v, ty(seq.items.len())));
    Node::new(Seq { items, element: Type::Any, rest: rest.into(), loose: seq.loose })
}

fn default_entries(fields: &Fields, ty: &Type) -> Node<Fields> {
    let entries = fields.entries.iter().map(|(n, v)| (n.clone(), apply_defaults(v, ty))).collect();
    let rest = fields.rest.as_ref().map(|v| apply_defaults(v, ty));
    Node::new(Fields {
        entries,
        element: Type::Any,
        rest: rest.into(),
        block: fields.block.clone(),
        ..Fields::default()
    })
}

fn default_attributes(fields: &Fields, ty: &ObjectType) -> Node<Fields> {
    let written = &fields.entries;
    let mut defaulted = Vec::with_capacity(ty.attributes.len());
    for (name, attribute) in &ty.attributes {
        let present = written.get(name).filter(|v| !v.is_null());
        let value = match (present, &attribute.default, fields.rest.as_ref()) {
            (Some(value), _, _) => apply_defaults(value, &attribute.ty),
            (None, Some(default), Some(rest)) if !written.contains_key(name) => {
                let cause = rest.cause().unwrap_or(Cause::Error);
                one_of(vec![rest.clone(), apply_defaults(default, &attribute.ty)], cause, [])
            }
            (None, Some(default), _) => apply_defaults(default, &attribute.ty),
            (None, None, _) => continue,
        };
        defaulted.push((name.clone(), value));
    }
    let mut entries = written.clone();
    entries.extend(defaulted);
    Node::new(Fields { entries, rest: fields.rest.clone(), block: fields.block.clone(), ..Fields::default() })
}
