//! Other instances: by type, by reference, by being referred to.

use smallvec::SmallVec;

use super::{Call, OwnFunction, unknown_bool, written_out, written_text};
use crate::eval::union::{self, either};
use crate::eval::{ByName, Cause, EvalError, Hint, Kind, Number, ReferenceKind, Step, Type, Value};
use crate::infra::{Candidates, Infra, InstanceId, InstanceKind};
use crate::syntax::Text;

/// Shorter lists take no more than the call that they are made for.
const FEW: usize = 16;

pub(super) const FUNCTIONS: &[OwnFunction] = &[
    OwnFunction {
        name: "resources",
        params: "type…",
        arity: (1, super::MANY),
        description: "All resource instances of these types. The list is open where count or for_each of one is not known.",
        run: |call| of_types(call, InstanceKind::Resource),
    },
    OwnFunction {
        name: "data_sources",
        params: "type…",
        arity: (1, super::MANY),
        description: "All data source instances of these types.",
        run: |call| of_types(call, InstanceKind::Data),
    },
    OwnFunction {
        name: "modules",
        params: "",
        arity: (0, 0),
        description: "All instances of module calls, those of modules that are not on disk included.",
        run: |call| of_kind(call, InstanceKind::Module),
    },
    OwnFunction {
        name: "providers",
        params: "name…",
        arity: (0, super::MANY),
        description: "The `provider` blocks of these local names, or all; aliased ones included.",
        run: |call| of_kind(call, InstanceKind::Provider),
    },
    OwnFunction {
        name: "terraform_blocks",
        params: "",
        arity: (0, 0),
        description: "The `terraform` blocks, merged: one for each module.",
        run: |call| of_kind(call, InstanceKind::Terraform),
    },
    OwnFunction {
        name: "referenced",
        params: "value, type…",
        arity: (1, super::MANY),
        description: "The instances, of these types if any are given, that a value refers to: by a reference in it, or by a \
                      literal that equals an instance's name, id or ARN. The list is open where something in the value \
                      leads to what cannot be seen: a variable without value, a data source, a module that is not on disk.",
        run: |call| paid_for(call, call.run.infra.referenced(&call.value(0)?, &borrowed(&call.texts_from(1)?))),
    },
    OwnFunction {
        name: "referrers",
        params: "instance, type or types, attribute or attributes",
        arity: (2, 3),
        description: "The instances of these types whose attributes (or one of the given ones, as paths such as \
                      `vpc_config.subnet_ids`) refer to the instance. The list is open where an unseen one is possible.",
        run: referrers,
    },
    OwnFunction {
        name: "source_attribute",
        params: "value",
        arity: (1, 1),
        description: "The attribute of a resource that a value is, unchanged, as an object of `instance` and `attribute` (a \
                      name such as `arn`); null where the value refers to no resource. Not known where it may be computed from one.",
        run: source_attribute,
    },
    OwnFunction {
        name: "passed_to_unseen",
        params: "instance, attribute…",
        arity: (1, super::MANY),
        description: "Whether a module that is not on disk receives a reference to the instance (to one of the attributes).",
        run: |call| about_one(call, |infra, id, attributes| infra.passed_to_unseen(id, attributes)),
    },
    OwnFunction {
        name: "exported",
        params: "instance, attribute…",
        arity: (1, super::MANY),
        description: "Whether an output of the root module hands out a reference to the instance (to one of the attributes).",
        run: |call| about_one(call, |infra, id, attributes| infra.exported(id, attributes)),
    },
    OwnFunction {
        name: "earlier",
        params: "instances, instance",
        arity: (2, 2),
        description: "Those of the instances that come before another one in the order of names and keys: of a pair of which \
                      only one is to be reported, the other.",
        run: earlier,
    },
    OwnFunction {
        name: "some_of",
        params: "list, count",
        arity: (2, 2),
        description: "A list of no more than so many elements as it is; of a longer one the first ones, and that there are \
                      others. For what is compared with each of thousands: `some_of(referrers(bucket, type, \"bucket\"), 20)`.",
        run: some_of,
    },
    OwnFunction {
        name: "same",
        params: "a, b",
        arity: (2, 2),
        description: "Whether two values are the same instance; unknown where one of them is, or is one of an unknown number.",
        run: same,
    },
];

fn of_types(call: &Call<'_>, kind: InstanceKind) -> Result<Value, EvalError> {
    let types = call.texts_from(0)?;
    let mut ids = types.iter().flat_map(|ty| call.run.infra.of_type(kind, ty).iter().copied()).peekable();
    // In most configurations there is nothing of most types.
    if ids.peek().is_none() {
        return Ok(Value::tuple(Vec::new()));
    }
    match types.as_slice() {
        [ty] => Ok(call.run.list_of(kind, ty, || list(call, ids))),
        _ => call.in_run(|| Ok(list(call, ids))),
    }
}

fn of_kind(call: &Call<'_>, kind: InstanceKind) -> Result<Value, EvalError> {
    call.in_run(|| {
        let types = call.texts_from(0)?;
        let infra = call.run.infra;
        let found = infra.of_kind(kind);
        Ok(list(call, found.into_iter().filter(|id| types.is_empty() || types.contains(&infra.get(*id).type_name))))
    })
}

/// A list of instances: those that may not be there are what further elements look like.
fn list(call: &Call<'_>, ids: impl IntoIterator<Item = InstanceId>) -> Value {
    let (mut items, mut rest) = (Vec::new(), None);
    for id in ids {
        let handle = Value::from(Kind::Handle(id));
        match call.run.infra.get(id).open {
            true => {
                rest = Some(rest.map_or(handle.clone(), |rest| either(&rest, &handle, &Cause::how_many(), &[])));
            }
            false => items.push(handle),
        }
    }
    Value::open_tuple(items, rest)
}

fn borrowed(texts: &[Text]) -> SmallVec<[&str; 4]> {
    texts.iter().map(|text| &**text).collect()
}

fn referrers(call: &Call<'_>) -> Result<Value, EvalError> {
    let candidates = candidates(call)?;
    let value = call.value(0)?;
    let ask = |id| call.run.infra.referrers_among(id, &candidates);
    let is_handle = |value: &Value| matches!(value.kind, Kind::Handle(_));
    if union::alternatives(&value).is_some_and(|all| all.iter().all(is_handle)) {
        return paid_for(call, call.of_value(0, value, Type::Any, &ask)?);
    }
    match call.one_instance(0, value)? {
        Ok(id) => paid_for(call, ask(id)),
        Err(unknown) => {
            let cause = unknown.cause().unwrap_or(Cause::Error);
            Ok(Value::open_tuple(Vec::new(), Some(Value::unknown_not_null(Type::Any, cause))))
        }
    }
}

/// Where the types and attributes of a call lead. Where they are written out, that is worked out once.
fn candidates(call: &Call<'_>) -> Result<Candidates, EvalError> {
    let infra = call.run.infra;
    let work_out = || {
        let (types, attributes) = (call.texts(1)?, call.texts(2)?);
        Ok(infra.candidates(&borrowed(&types), &borrowed(&attributes)))
    };
    let written = |at: usize| call.args.get(at).map_or(Some(&[][..]), written_out);
    match (written(1), written(2)) {
        // In most configurations there is nothing of most types.
        (Some(types), Some(_)) if !types.iter().filter_map(written_text).any(|ty| infra.has_type(ty)) => {
            Ok(Candidates::default())
        }
        (Some(_), Some(_)) => call.run.candidates(call.place, work_out),
        _ => work_out(),
    }
}

fn source_attribute(call: &Call<'_>) -> Result<Value, EvalError> {
    let value = call.value(0)?;
    let infra = call.run.infra;
    // What is not known may be a reference as it stands; what is known equals what it refers to, or was computed.
    let origin = value.as_unknown().and_then(|unknown| unknown.origin.clone());
    let refs: Vec<_> = origin.map_or_else(|| value.deep_own_refs(), |origin| vec![origin]);
    let mut refs = refs.iter().filter(|reference| reference.kind == ReferenceKind::Resource);
    let Some(reference) = refs.next() else {
        return Ok(match value.as_unknown() {
            Some(_) => Value::unknown_from([&value], Type::Any, false),
            None => Value::NULL,
        });
    };
    let found = infra.resolve(&reference.target).zip(reference.path.first());
    Ok(match found {
        Some((id, Step::Name(name))) if refs.next().is_none() => {
            // Of an unknown without an origin only its known parts say whether it is the same.
            let tells = value.as_unknown().is_none_or(|unknown| unknown.hint != Hint::None);
            let is_reference = value.as_unknown().is_some_and(|unknown| unknown.origin.is_some());
            let is_unchanged = is_reference || (tells && infra.attribute(id, name).kind == value.kind);
            if !is_unchanged {
                let cause = value.cause().unwrap_or_else(|| Cause::Unseen("how the value was computed".into()));
                return Ok(Value::unknown_not_null(Type::Any, cause));
            }
            Value::object(ByName::from([
                ("instance".into(), Value::from(Kind::Handle(id))),
                ("attribute".into(), Value::from(name.clone())),
            ]))
        }
        _ => Value::unknown_not_null(Type::Any, value.cause().unwrap_or(Cause::Error)),
    })
}

/// A list that was made for a call. A long one takes as long as a loop through it does: thousands of resources may have one
/// name, and each of them be asked for all.
fn paid_for(call: &Call<'_>, list: Value) -> Result<Value, EvalError> {
    let choices = |rest: &Value| match rest.as_unknown().map(|unknown| &unknown.hint) {
        Some(Hint::OneOf(choices)) => choices.len(),
        _ => 0,
    };
    let length = list.as_seq().map_or(0, |seq| seq.items.len() + seq.rest.as_ref().map_or(0, choices));
    if length > FEW {
        call.evaluation.scope().spend(length)?;
    }
    Ok(list)
}

fn about_one(call: &Call<'_>, ask: fn(&Infra, InstanceId, &[&str]) -> bool) -> Result<Value, EvalError> {
    let attributes = call.texts_from(1)?;
    call.of_instance(0, Type::Bool, &|id| ask(call.run.infra, id, &borrowed(&attributes)).into())
}

fn earlier(call: &Call<'_>) -> Result<Value, EvalError> {
    let value = call.value(0)?;
    let id = match call.instance(1)? {
        Ok(id) => id,
        Err(unknown) => return Ok(Value::unknown_from([&unknown], Type::Any, true)),
    };
    let Some(seq) = value.as_seq() else {
        return match value.is_unknown() {
            true => Ok(Value::unknown_from([&value], Type::Any, true)),
            false => Err(call.at(0, EvalError::new("a list of instances is needed here").with_label("not a list"))),
        };
    };
    let before = |value: &Value| !matches!(value.kind, Kind::Handle(other) if other >= id);
    let items = seq.items.iter().filter(|item| before(item)).cloned().collect();
    Ok(Value::open_tuple(items, seq.rest.as_ref().filter(|rest| before(rest)).cloned()))
}

fn some_of(call: &Call<'_>) -> Result<Value, EvalError> {
    let (list, count) = (call.value(0)?, call.value(1)?);
    let count = count.as_number().and_then(Number::to_usize);
    let count =
        count.ok_or_else(|| call.at(1, EvalError::new("a known number is needed here").with_label("not a number")))?;
    let Some(seq) = list.as_seq().filter(|seq| seq.items.len() > count) else { return Ok(list) };
    let others = Value::unknown_not_null(Type::Any, Cause::how_many());
    Ok(Value::open_tuple(seq.items[..count].to_vec(), Some(others)).from_parts([&list]))
}

fn same(call: &Call<'_>) -> Result<Value, EvalError> {
    let (a, b) = (call.value(0)?, call.value(1)?);
    if a.is_unknown() || b.is_unknown() {
        return Ok(unknown_bool([&a, &b]));
    }
    let (Kind::Handle(a), Kind::Handle(b)) = (a.kind, b.kind) else { return Ok(false.into()) };
    let instance = call.run.infra.get(a);
    // Of an instance with an open key there may be several.
    if a == b && instance.open {
        return Ok(Value::unknown_not_null(Type::Bool, Cause::Runtime(instance.address.clone())));
    }
    Ok((a == b).into())
}
