//! Functions of sets.

use super::super::super::open::{Items, elements};
use super::super::super::set::make_set;
use super::super::super::unify::unify_values;
use super::super::super::union::one_of;
use super::super::super::{Cause, EvalError, Kind, Seq, Shape, Type, Value, inherit};
use super::super::Host;
use super::members::Members;
use super::sequence::as_list;
use super::{MAX_ELEMENTS, marked, too_many};

/// The arguments as sets of one type, as sequences of their elements. Empty sets have no say in the type.
fn unified(args: &[Value]) -> Result<(Type, Vec<Seq>), EvalError> {
    let empty = |set: &Value| set.as_seq().is_some_and(|s| s.items.is_empty() && s.rest.is_none());
    let (ty, filled) = unify_values(args.iter().filter(|set| !empty(set)).cloned().collect())?;
    let mut filled = filled.iter();
    let sets =
        args.iter().map(|set| if empty(set) { Seq::default() } else { filled.next().map(members).unwrap_or_default() });
    Ok((ty.element(), sets.collect()))
}

/// The elements of a set; unlike those of a list they need no positions.
fn members(set: &Value) -> Seq {
    match set.as_seq() {
        Some(seq) => seq.map(|item| inherit(item, set)),
        None => elements(set).unwrap_or_default(),
    }
}

fn set_of(args: &[Value], element: Type, items: Items) -> Value {
    marked(args, make_set(Seq { element, ..items.finish() }))
}

pub(super) fn union(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let (element, sets) = unified(args)?;
    let mut items = Items::default();
    let (certain, possible): (Vec<_>, Vec<_>) = sets.into_iter().map(|s| (s.items, s.rest)).unzip();
    certain.into_iter().flatten().for_each(|item| items.push(item));
    possible.into_iter().flatten().for_each(|item| items.push_possible(item, None));
    Ok(set_of(args, element, items))
}

pub(super) fn intersection(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let (element, sets) = unified(args)?;
    let Some((first, others)) = sets.split_first() else { return Ok(Value::NULL) };
    let others: Vec<Members> = others.iter().map(Members::of).collect();
    Ok(set_of(
        args,
        element,
        kept(args, first, |item| {
            let found: Vec<Option<bool>> = others.iter().map(|set| set.has(item)).collect();
            match (found.contains(&Some(false)), found.contains(&None)) {
                (true, _) => Some(false),
                (false, true) => None,
                (false, false) => Some(true),
            }
        }),
    ))
}

pub(super) fn subtract(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let (element, sets) = unified(args)?;
    let [from, without] = sets.as_slice() else { return Ok(Value::NULL) };
    let without = Members::of(without);
    Ok(set_of(args, element, kept(args, from, |item| without.has(item).map(|found| !found))))
}

/// The elements that are kept, certainly or possibly.
fn kept(args: &[Value], set: &Seq, keep: impl Fn(&Value) -> Option<bool>) -> Items {
    let cause = args.iter().find_map(Value::cause);
    let mut possible: Vec<&Value> = set.rest.iter().filter(|rest| keep(rest) != Some(false)).collect();
    let mut items = Items::default();
    for item in &set.items {
        match keep(item) {
            Some(true) => items.push(item.clone()),
            Some(false) => {}
            None => possible.push(item),
        }
    }
    possible.into_iter().for_each(|item| items.push_possible(item.clone(), cause.clone()));
    items
}

pub(super) fn product(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let mut ordered = true;
    let mut factors = Vec::with_capacity(args.len());
    for arg in args {
        let set = arg.shape() == Shape::Set;
        ordered &= !set;
        if !arg.is_unknown() && arg.as_seq().is_none() {
            return Err(EvalError::new("`setproduct` takes lists, sets and tuples"));
        }
        factors.push(if set { members(arg) } else { members(&as_list(arg)?) });
    }
    let count = factors.iter().try_fold(1usize, |n, factor| n.checked_mul(factor.items.len()));
    let count = count.filter(|n| *n <= MAX_ELEMENTS).ok_or_else(too_many)?;
    let element = Type::tuple(factors.iter().map(|f| f.element.clone()));
    let mut items = Items::default();
    let some_empty = factors.iter().any(|f| f.items.is_empty() && f.rest.is_none());
    // Sets have no positions to lose.
    let open = |f: &Seq| f.rest.is_some() || ordered && f.loose > 0;
    if factors.iter().any(open) && !some_empty {
        let cause = args.iter().find_map(Value::cause).unwrap_or(Cause::Error);
        let any = |f: &Seq| one_of(f.items.iter().chain(&f.rest).cloned().collect(), cause.clone(), []);
        items.push_possible(Value::tuple(factors.iter().map(any).collect()), Some(cause.clone()));
    } else {
        (0..count).for_each(|i| items.push(combination(&factors, i)));
    }
    let seq = Seq { element, ..items.finish() };
    Ok(marked(args, if ordered { Kind::List(seq.into()).into() } else { make_set(seq) }))
}

/// The combination of that number: the last factor changes fastest.
fn combination(factors: &[Seq], number: usize) -> Value {
    let mut left = number;
    let mut chosen: Vec<Value> = Vec::with_capacity(factors.len());
    for factor in factors.iter().rev() {
        chosen.push(factor.items[left % factor.items.len()].clone());
        left /= factor.items.len();
    }
    chosen.reverse();
    Value::tuple(chosen)
}
