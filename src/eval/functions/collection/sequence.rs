//! Functions that make sequences of sequences.

use super::super::super::open::{Items, elements, fixed_only};
use super::super::super::set::compare;
use super::super::super::unify::unify_values;
use super::super::super::{
    EvalError, Hint, Kind, Node, ReferenceKind, Rest, Segment, Seq, Shape, Step, Type, Value, convert, inherit,
    some_element,
};
use super::super::Host;
use super::super::args::integer;
use super::members::Members;
use super::{MAX_ELEMENTS, marked, too_many};

/// A list of these elements, made of one type.
fn list_of(seq: Seq) -> Result<Value, EvalError> {
    let open = seq.rest.is_some();
    let mut items = seq.items;
    items.extend(seq.rest);
    let (element, mut items) = unify_values(items)?;
    let rest = if open { items.pop() } else { None };
    Ok(Kind::List(Node::new(Seq { items, element, rest: rest.into(), loose: seq.loose })).into())
}

/// The elements with their type, as a list.
fn typed_list(element: Type, items: Items) -> Value {
    Kind::List(Node::new(Seq { element, ..items.finish() })).into()
}

fn list_elements(value: &Value) -> Result<Seq, EvalError> {
    elements(value).ok_or_else(|| EvalError::new("a list is required"))
}

/// The elements of a list or tuple; sets have no positions and are refused.
pub(super) fn positioned(value: &Value, name: &str) -> Result<Seq, EvalError> {
    match value.shape() {
        Shape::Set => {
            Err(EvalError::new(format!("`{name}` takes lists and tuples, not sets"))
                .with_help("convert it with `tolist`"))
        }
        _ => elements(value).ok_or_else(|| EvalError::new(format!("`{name}` takes lists and tuples"))),
    }
}

/// Whether a value is a tuple rather than a list; unknown values of unknown type may be either.
fn is_tuple(value: &Value) -> bool {
    matches!(value.kind, Kind::Tuple(_)) || matches!(value.shape(), Shape::Tuple | Shape::Any)
}

pub(super) fn concat(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let mut items = Items::default();
    let mut count = 0usize;
    for arg in args {
        let seq = positioned(arg, "concat")?;
        count = count.saturating_add(seq.items.len());
        if count > MAX_ELEMENTS {
            return Err(too_many());
        }
        items.extend(seq);
    }
    let seq = items.finish();
    let tuple = || Value::from(Kind::Tuple(Node::new(seq.clone())));
    // Lists without a common type are joined like tuples.
    let result = if args.iter().any(is_tuple) { tuple() } else { list_of(seq.clone()).unwrap_or_else(|_| tuple()) };
    Ok(marked(args, result))
}

pub(super) fn flatten(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let Some(seq) = elements(&args[0]) else { return Err(EvalError::new("`flatten` takes a list, set or tuple")) };
    let mut items = Items::default();
    let mut left = MAX_ELEMENTS;
    flatten_into(seq, &mut items, false, &mut left)?;
    Ok(marked(args, items.into_tuple()))
}

fn flatten_into(seq: Seq, into: &mut Items, possible: bool, left: &mut usize) -> Result<(), EvalError> {
    let fixed = seq.fixed().len();
    let rest = seq.rest.into_iter().map(|v| (v, true));
    for (i, (item, open)) in seq.items.into_iter().map(|v| (v, possible)).chain(rest).enumerate() {
        if i >= fixed {
            into.loosen();
        }
        *left = left.checked_sub(1).ok_or_else(too_many)?;
        let may_be_element = match &item.kind {
            Kind::Unknown(u) => !matches!(u.ty, Type::List(_) | Type::Set(_) | Type::Tuple(_)),
            _ => item.as_seq().is_none(),
        };
        let may_be_sequence = match &item.kind {
            Kind::Unknown(u) => matches!(u.ty, Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_)),
            _ => item.as_seq().is_some(),
        };
        if may_be_element && !may_be_sequence && !open {
            into.push(item);
            continue;
        }
        if may_be_element {
            into.push_possible(item.clone(), None);
        }
        if may_be_sequence {
            let inner = elements(&item).unwrap_or_default();
            // What an unknown of unknown type holds is not looked into any further.
            match item.is_unknown() && item.shape() == Shape::Any {
                true => into.push_possible(some_element(&item), None),
                false => flatten_into(inner, into, open, left)?,
            }
        }
    }
    Ok(())
}

pub(super) fn reverse(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let Some(mut seq) = elements(&args[0]) else {
        return Err(EvalError::new("`reverse` takes a list, set or tuple"));
    };
    let tuple = is_tuple(&args[0]);
    if seq.rest.is_some() || seq.loose > 0 {
        seq.loose = seq.items.len();
    }
    seq.items.reverse();
    let kind = if tuple { Kind::Tuple } else { Kind::List };
    Ok(marked(args, kind(seq.into()).into()))
}

pub(super) fn slice(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let seq = positioned(&args[0], "slice")?;
    let kind = if is_tuple(&args[0]) { Kind::Tuple } else { Kind::List };
    let bound = |value: &Value| match value.is_unknown() {
        true => Ok(None),
        false => {
            let n = integer(value)?;
            let n = usize::try_from(n).map_err(|_| EvalError::new(format!("{n} is negative")))?;
            Ok(Some(n))
        }
    };
    let (start, end) = (bound(&args[1])?, bound(&args[2])?);
    let (Some(start), Some(end)) = (start, end) else {
        let cause = args[1].cause().or(args[2].cause());
        let mut items = Items::default();
        seq.items.into_iter().chain(seq.rest).for_each(|item| items.push_possible(item, cause.clone()));
        return Ok(marked(args, kind(Node::new(Seq { element: seq.element, ..items.finish() })).into()));
    };
    let length = seq.items.len();
    if start <= end && end <= seq.fixed().len() {
        let items = seq.items[start..end].to_vec();
        return Ok(marked(args, kind(Node::new(Seq { items, loose: 0, rest: Rest::NONE, ..seq })).into()));
    }
    if start > end {
        return Err(EvalError::new(format!("the start {start} lies behind the end {end}")));
    }
    if end > length && seq.rest.is_none() {
        return Err(EvalError::new(format!("the end {end} is out of range: there are {length} elements")));
    }
    if end > MAX_ELEMENTS {
        return Err(too_many());
    }
    let items = (start..end).map(|i| taken(&args[0], &seq, i)).collect();
    Ok(marked(args, kind(Node::new(Seq { items, element: seq.element.clone(), rest: Rest::NONE, loose: 0 })).into()))
}

/// The element at a position that must exist.
fn taken(collection: &Value, seq: &Seq, at: usize) -> Value {
    if let Some(known) = seq.fixed().get(at) {
        return known.clone();
    }
    let found = super::super::super::index(collection, &Value::from(at as i64)).ok();
    found.or_else(|| seq.rest.as_ref().cloned()).unwrap_or(Value::NULL)
}

pub(super) fn chunklist(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let seq = fixed_only(&list_elements(&args[0])?);
    let size = integer(&args[1])?;
    let size = usize::try_from(size).map_err(|_| EvalError::new("the size of chunks must not be negative"))?;
    let chunk = |items: Vec<Value>, rest: Rest| {
        Value::from(Kind::List(Node::new(Seq { items, element: seq.element.clone(), rest, loose: 0 })))
    };
    let list = Type::list(seq.element.clone());
    let mut chunks = Items::default();
    if size == 0 && (!seq.items.is_empty() || seq.rest.is_some()) {
        // One chunk of everything, and none of nothing.
        let all = chunk(seq.items.clone(), seq.rest.clone());
        if seq.items.is_empty() {
            chunks.push_possible(all, args[0].cause())
        } else {
            chunks.push(all)
        }
        return Ok(marked(args, typed_list(list, chunks)));
    }
    for items in seq.items.chunks(size.max(1)) {
        let full = items.len() == size;
        chunks.push(chunk(items.to_vec(), if full { Rest::NONE } else { seq.rest.clone() }));
    }
    if let Some(rest) = seq.rest.as_ref() {
        chunks.push_possible(chunk(vec![], seq.rest.clone()), rest.cause());
    }
    Ok(marked(args, typed_list(list, chunks)))
}

pub(super) fn compact(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let seq = list_elements(&args[0])?;
    let fixed = seq.fixed().len();
    let mut items = Items::default();
    for (i, item) in seq.items.into_iter().enumerate() {
        match &item.kind {
            Kind::Null => {}
            Kind::String(text) if text.is_empty() => {}
            Kind::Unknown(_) if !is_not_empty(&item) => items.push_possible(item, None),
            _ if i < fixed => items.push(item),
            _ => items.push_loose(item),
        }
    }
    seq.rest.into_iter().for_each(|rest| items.push_possible(rest, None));
    Ok(marked(args, typed_list(Type::String, items)))
}

/// Whether a string is certainly neither null nor empty, known or not.
pub(super) fn is_not_empty(value: &Value) -> bool {
    match &value.kind {
        Kind::String(text) => !text.is_empty(),
        Kind::Unknown(u) => match &u.hint {
            Hint::Text(parts) => parts.iter().any(|p| matches!(p, Segment::Text(text) if !text.is_empty())),
            Hint::OneOf(values) => values.iter().all(is_not_empty),
            Hint::Length(min, _) if *min > 0 => u.not_null,
            // A resource without an id does not exist.
            _ => {
                u.not_null
                    && u.origin.as_ref().is_some_and(|origin| {
                        origin.kind == ReferenceKind::Resource
                            && matches!(&*origin.path, [Step::Name(name)] if matches!(&**name, "id" | "arn"))
                    })
            }
        },
        _ => false,
    }
}

pub(super) fn distinct(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let seq = list_elements(&args[0])?;
    let mut items = Items::default();
    let mut seen = Members::default();
    let fixed = seq.fixed().len();
    for (i, item) in seq.items.into_iter().enumerate() {
        let found = seen.has(&item);
        if found == Some(true) {
            continue;
        }
        seen.add(&item);
        match (found, i < fixed) {
            (None, _) => {
                let cause = item.cause().or_else(|| seen.unknown().iter().find_map(Value::cause));
                items.push_possible(item, cause);
            }
            (_, true) => items.push(item),
            (_, false) => items.push_loose(item),
        }
    }
    seq.rest.into_iter().for_each(|rest| items.push_possible(rest, None));
    Ok(marked(args, typed_list(seq.element, items)))
}

pub(super) fn sort(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let mut seq = list_elements(&args[0])?;
    if seq.items.iter().any(Value::is_null) {
        return Err(EvalError::new("`sort` takes strings, not null"));
    }
    match seq.rest.is_none() && (seq.items.len() < 2 || seq.items.iter().all(Value::is_wholly_known)) {
        true => {
            seq.items.sort_by(compare);
            seq.loose = 0;
        }
        false => seq.loose = seq.items.len(),
    }
    Ok(marked(args, Kind::List(Node::new(Seq { element: Type::String, ..seq })).into()))
}

pub(super) fn matchkeys(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let (values, keys) = (fixed_only(&list_elements(&args[0])?), fixed_only(&list_elements(&args[1])?));
    let closed = values.rest.is_none() && keys.rest.is_none();
    if closed && values.items.len() != keys.items.len() {
        return Err(EvalError::new("`matchkeys` takes as many keys as values"));
    }
    let (_, unified) = unify_values(vec![args[1].clone(), args[2].clone()])?;
    let keys = fixed_only(&list_elements(&unified[0])?);
    let wanted = Members::of(&list_elements(&unified[1])?);
    let mut items = Items::default();
    for (value, key) in values.items.iter().zip(&keys.items) {
        match wanted.has(key) {
            Some(true) => items.push(value.clone()),
            None => {
                let cause = key.cause().or_else(|| args[2].cause());
                items.push_possible(value.clone(), cause);
            }
            Some(false) => {}
        }
    }
    if !closed {
        let cause = args[0].cause().or_else(|| args[1].cause());
        let left = values.items.iter().skip(keys.items.len()).chain(&values.rest);
        left.for_each(|value| items.push_possible(value.clone(), cause.clone()));
    }
    Ok(marked(args, typed_list(values.element, items)))
}

/// The elements of a collection as one type, each with what the collection as a whole carries.
pub(super) fn as_list(value: &Value) -> Result<Value, EvalError> {
    let list = convert(value, &Type::list(Type::Any))?;
    match list.as_seq() {
        Some(seq) => Ok(Kind::List(Node::new(seq.map(|item| inherit(item, &list)))).into()),
        None => Ok(list),
    }
}
