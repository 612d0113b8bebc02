//! Elements and attributes: `a[key]` and `a.name`, also of values that are unknown or open.

use std::cell::RefCell;
use std::hash::BuildHasher as _;

use rustc_hash::FxBuildHasher;

use super::convert::{convert, with_article};
use super::iterate::secret;
use super::set::length_range;
use super::union::{is_watched, lift, one_of, unless_any_failed, unless_failed};
use super::{Cause, EvalError, Fields, Kind, Node, Number, ReferenceKind, Seq, Step, Type, Unknown, Value};
use crate::config::nearest_within;
use crate::syntax::Text;

/// `collection[key]`. A secret key is part of no reference, and no error quotes it.
pub fn index(collection: &Value, key: &Value) -> Result<Value, EvalError> {
    let found = lift(&[collection.clone(), key.clone()], &Type::Any, &mut |args| element(&args[0], &args[1]));
    found.map_err(|error| error.about(&[key], "this index"))
}

/// `value.name`
pub fn attribute(value: &Value, name: &str) -> Result<Value, EvalError> {
    if let Kind::Map(fields) | Kind::Object(fields) = &value.kind {
        return Ok(unless_any_failed(field(value, fields, name)?, [value]));
    }
    lift(std::slice::from_ref(value), &Type::Any, &mut |args| match &args[0].kind {
        Kind::Map(f) | Kind::Object(f) => field(&args[0], f, name),
        Kind::Unknown(u) => unknown_field(&args[0], u, name, Step::Name(name.into())),
        Kind::Null => Err(EvalError::new(format!("a null value has no attribute `{name}`"))),
        _ => {
            let ty = with_article(&args[0].type_named());
            Err(EvalError::new(format!("{ty} has no attributes, so there is no `{name}`")))
        }
    })
}

fn element(collection: &Value, key: &Value) -> Result<Value, EvalError> {
    if collection.is_null() {
        return Err(EvalError::new("a null value has no elements"));
    }
    if key.is_null() {
        return Err(EvalError::new("an index must not be null"));
    }
    match &collection.kind {
        Kind::List(s) | Kind::Tuple(s) => {
            let key = convert(key, &Type::Number)?;
            match &key.kind {
                Kind::Number(n) => Ok(item(collection, s, position(n)?)?.from_parts([&key])),
                _ => Ok(some_item(collection, s, &key)),
            }
        }
        Kind::Map(f) | Kind::Object(f) => {
            let key = convert(key, &Type::String)?;
            match &key.kind {
                Kind::String(name) => Ok(keyed(collection, f, name, &key)?.from_parts([&key])),
                _ => Ok(some_field(collection, f, &key)),
            }
        }
        Kind::Unknown(u) => unknown_element(collection, u, key),
        Kind::Set(_) => Err(EvalError::new("elements of a set have no index")
            .with_help("convert it with `tolist`, or iterate over it with `for`")),
        _ => Err(EvalError::new(format!("{} has no elements", with_article(&collection.type_named())))),
    }
}

/// A position in a list: a whole number that is not negative.
fn position(n: &Number) -> Result<usize, EvalError> {
    if n.is_negative() && !n.is_zero() {
        return Err(EvalError::new(format!("an index must not be negative: {n}"))
            .with_help("`element(list, -1)` gives the last element"));
    }
    n.to_usize().ok_or_else(|| EvalError::new(format!("an index must be a whole number: {n}")))
}

/// The element at a position; what a further one looks like beyond the known ones.
pub(super) fn item(collection: &Value, seq: &Seq, at: usize) -> Result<Value, EvalError> {
    if let Some(value) = seq.fixed().get(at) {
        return Ok(inherit(value, collection));
    }
    match seq.rest.is_some() || at < seq.items.len() {
        true => {
            let possible = seq.unfixed().map(|v| inherit(v, collection)).collect();
            let found = one_of(possible, collection.cause().unwrap_or_else(Cause::how_many), []);
            Ok(if at < seq.items.len() { found } else { unless_failed(found) })
        }
        false => {
            let count = seq.items.len();
            let there = if count == 1 { "is 1 element".into() } else { format!("are {count} elements") };
            Err(EvalError::new(format!("index {at} is out of range: there {there}")))
        }
    }
}

/// The element as something taken out of its collection, with what the collection as a whole carries.
pub fn inherit(element: &Value, collection: &Value) -> Value {
    element.clone().from_parts([collection])
}

fn some_item(collection: &Value, seq: &Seq, key: &Value) -> Value {
    let items = seq.items.iter().chain(&seq.rest).map(|v| inherit(v, collection)).collect();
    unless_failed(one_of(items, key.cause().unwrap_or(Cause::Error), [key]))
}

fn field(value: &Value, fields: &Fields, name: &str) -> Result<Value, EvalError> {
    match (fields.entries.get(name), fields.rest.as_ref()) {
        (Some(found), _) => Ok(inherit(found, value)),
        (None, Some(rest)) => Ok(unless_failed(inherit(&named(rest, name), value))),
        (None, None) => Err(missing(value, name)),
    }
}

/// The field that a key names: what is like any other is not called by a secret name.
fn keyed(value: &Value, fields: &Fields, name: &str, key: &Value) -> Result<Value, EvalError> {
    match fields.rest.as_ref().filter(|_| secret(key) && !fields.entries.contains_key(name)) {
        Some(rest) => Ok(unless_failed(inherit(rest, value))),
        None => field(value, fields, name),
    }
}

/// So many attributes are remembered.
const NAMED_KEPT: usize = 1 << 13;

thread_local! {
    /// Attributes that were asked for: the same ones of a map of resources may be asked for by each of very many
    /// expressions, which share them. Each stands where its rest and its name say, until another one takes its place; what
    /// is kept stays at its place.
    static NAMED: RefCell<Vec<Option<(Value, Text, Value)>>> = const { RefCell::new(Vec::new()) };
}

/// The same for an attribute of this name, made once.
fn named(rest: &Value, name: &str) -> Value {
    let Kind::Unknown(node) = &rest.kind else { return rest.clone() };
    let at = (node.place() / 16).wrapping_add(FxBuildHasher.hash_one(name) as usize) % NAMED_KEPT;
    let is_it = |(known, of, _): &&(Value, Text, Value)| {
        let is_same = matches!(&known.kind, Kind::Unknown(known) if Node::ptr_eq(known, node));
        is_same && **of == *name && known.marks == rest.marks && known.refs.place() == rest.refs.place()
    };
    let known = NAMED.with_borrow(|named| named.get(at)?.as_ref().filter(is_it).map(|(.., value)| value.clone()));
    known.unwrap_or_else(|| {
        let value = named_of(rest, name);
        NAMED.with_borrow_mut(|named| {
            named.resize(NAMED_KEPT, None);
            named[at] = Some((rest.clone(), name.into(), value.clone()));
        });
        value
    })
}

/// An attribute that a resource has besides those written: the reference to any of them becomes one to this one.
fn named_of(rest: &Value, name: &str) -> Value {
    let Kind::Unknown(unknown) = &rest.kind else { return rest.clone() };
    let of_resource = |r: &&super::Reference| matches!(r.kind, ReferenceKind::Resource | ReferenceKind::Data);
    let Some(origin) = unknown.origin.as_ref().filter(of_resource) else { return rest.clone() };
    match origin.path.split_last() {
        Some((Step::Any, before)) => {
            let path: smallvec::SmallVec<_> = before.iter().cloned().chain([Step::Name(name.into())]).collect();
            let origin = origin.with_path(path);
            let cause = match unknown.cause {
                Cause::Data(_) => Cause::Data(origin.clone()),
                _ => Cause::Attribute(origin.clone()),
            };
            let identifies = matches!(name, "id" | "arn");
            let ty = if identifies { Type::String } else { unknown.ty.clone() };
            Value::unknown_reference(origin, ty, identifies, cause)
        }
        _ => rest.clone(),
    }
}

fn missing(value: &Value, name: &str) -> EvalError {
    let noun = if matches!(value.kind, Kind::Map(_)) { "element" } else { "attribute" };
    let error = EvalError::new(format!("there is no {noun} `{name}`"));
    // What `try` or `can` catches is not shown to anybody.
    if is_watched() { error } else { error.without_name_in(value, name) }
}

/// The name in a value that is most like one that it does not have.
pub(super) fn near_name(value: &Value, name: &str) -> Option<Text> {
    let furthest = 2.min(name.chars().count().checked_sub(1)?);
    let near =
        |names: &mut dyn Iterator<Item = &Text>| nearest_within(furthest, name, names.map(|n| &**n)).map(Text::from);
    match &value.kind {
        Kind::Map(fields) | Kind::Object(fields) => near(&mut fields.entries.keys()),
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Object(object) => near(&mut object.attributes.keys()),
            _ => None,
        },
        _ => None,
    }
}

fn some_field(collection: &Value, fields: &Fields, key: &Value) -> Value {
    let values = fields.entries.values().chain(&fields.rest).map(|v| inherit(v, collection)).collect();
    unless_failed(one_of(values, key.cause().unwrap_or(Cause::Error), [key]))
}

fn unknown_element(collection: &Value, unknown: &Unknown, key: &Value) -> Result<Value, EvalError> {
    let (ty, step) = match &unknown.ty {
        Type::List(_) | Type::Tuple(_) => {
            let key = convert(key, &Type::Number)?;
            let at = if let Kind::Number(n) = &key.kind { Some(position(n)?) } else { None };
            let (_, max) = length_range(collection).unwrap_or((0, None));
            if let (Some(at), Some(max)) = (at, max)
                && at as u64 >= max
            {
                return Err(EvalError::new(format!("index {at} is out of range: there are at most {max} elements")));
            }
            let ty = match (&unknown.ty, at) {
                (Type::Tuple(ts), Some(at)) => ts.get(at).cloned().unwrap_or_default(),
                (ty, _) => ty.element(),
            };
            (ty, at.filter(|_| !secret(&key)).map_or(Step::Any, |at| Step::Index(at as i64)))
        }
        Type::Map(_) | Type::Object(_) => {
            let key = convert(key, &Type::String)?;
            match &key.kind {
                Kind::String(name) => {
                    let step = if secret(&key) { Step::Any } else { Step::Name(name.clone()) };
                    return Ok(unknown_field(collection, unknown, name, step)?.with_marks(key.marks.secret()));
                }
                _ => (unknown.ty.element(), Step::Any),
            }
        }
        Type::Any => (Type::Any, step_of(key)),
        Type::Set(_) => return Err(EvalError::new("elements of a set have no index")),
        ty => return Err(EvalError::new(format!("{} has no elements", with_article(ty)))),
    };
    Ok(unless_failed(child(collection, unknown, step, ty).from_parts([key])))
}

fn step_of(key: &Value) -> Step {
    match &key.kind {
        _ if secret(key) => Step::Any,
        Kind::Number(n) => n.to_i64().map_or(Step::Any, Step::Index),
        Kind::String(name) => Step::Name(name.clone()),
        _ => Step::Any,
    }
}

/// The field of that name; `step` leads there.
fn unknown_field(value: &Value, unknown: &Unknown, name: &str, step: Step) -> Result<Value, EvalError> {
    let ty = match &unknown.ty {
        Type::Any => Type::Any,
        Type::Map(t) => (**t).clone(),
        Type::Object(o) => match o.attributes.get(name) {
            Some(attribute) => attribute.ty.clone(),
            None => return Err(missing(value, name)),
        },
        ty => return Err(EvalError::new(format!("{} has no attributes, so there is no `{name}`", with_article(ty)))),
    };
    let found = child(value, unknown, step, ty);
    let certain = unknown.not_null && matches!(unknown.ty, Type::Object(_));
    Ok(if certain { found } else { unless_failed(found) })
}

/// What stands one step inside an unknown: unknown too, with a reference one step longer.
pub(super) fn child(value: &Value, unknown: &Unknown, step: Step, ty: Type) -> Value {
    match &unknown.origin {
        Some(origin) => {
            let child = Value::unknown_reference(origin.child(step), ty, false, unknown.cause.clone());
            // The longer reference stands for the shorter one, other references of the whole stay.
            let others = value.refs.without(origin);
            child.with_refs(&others).with_marks(value.marks.without(super::Marks::PROVIDER_DEFAULT))
        }
        None => {
            let kind = Kind::Unknown(Node::new(Unknown::new(ty, unknown.cause.clone())));
            Value::from(kind).from_parts([value])
        }
    }
}

/// What an element of something unknown looks like.
pub fn some_element(value: &Value) -> Value {
    match &value.kind {
        Kind::Unknown(unknown) => {
            let ty = match &unknown.ty {
                Type::Tuple(ts) => same(ts.iter()),
                Type::Object(o) => same(o.attributes.values().map(|a| &a.ty)),
                ty => ty.element(),
            };
            child(value, unknown, Step::Any, ty)
        }
        _ => value.clone(),
    }
}

/// The type, where all of these are the same.
fn same<'a>(mut types: impl Iterator<Item = &'a Type>) -> Type {
    match types.next() {
        Some(first) if types.all(|t| t == first) => first.clone(),
        _ => Type::Any,
    }
}
