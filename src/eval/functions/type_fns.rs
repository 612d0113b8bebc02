//! Conversion and marks.

use super::super::{EvalError, Fields, Kind, Marks, Node, Seq, Type, Value, convert};
use super::types::{self, ANY};
use super::{Function, Host, Param};
use crate::source::ProblemKind;

/// Anything, unknown or null or not.
const VALUE: Param = ANY.or_unknown().or_null();

type Run = fn(&dyn Host, &[Value]) -> Result<Value, EvalError>;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    function("ephemeralasnull", |_, args| Ok(without_ephemeral(&args[0]))),
    function("issensitive", |_, args| Ok(args[0].marks.contains(Marks::SENSITIVE).into())),
    function("nonsensitive", nonsensitive),
    function("sensitive", |_, args| Ok(args[0].clone().with_marks(Marks::SENSITIVE))),
    function("tobool", |_, args| convert(&args[0], &Type::Bool)),
    function("tolist", |_, args| convert(&args[0], &Type::list(Type::Any))),
    function("tomap", |_, args| convert(&args[0], &Type::map(Type::Any))),
    function("tonumber", |_, args| convert(&args[0], &Type::Number)),
    function("toset", |_, args| convert(&args[0], &Type::set(Type::Any))),
    function("tostring", |_, args| convert(&args[0], &Type::String)),
    Function { params: &[], variadic: Some(VALUE), ..function("list", |_, _| Err(removed("list", "tolist([…])"))) },
    Function { params: &[], variadic: Some(VALUE), ..function("map", |_, _| Err(removed("map", "tomap({…})"))) },
];

const fn function(name: &'static str, run: Run) -> Function {
    Function { name, params: &[VALUE], optional: 0, variadic: None, result: types::any, run, transparent: true }
}

fn removed(name: &str, instead: &str) -> EvalError {
    let error = EvalError::new(format!("`{name}` was removed from the language")).with_label("not a function any more");
    // Unlike a function that never was, it fails only where it is called: `try` and `can` get to see it.
    error.with_help(format!("write `{instead}`")).of_kind(ProblemKind::UndeclaredName)
}

fn nonsensitive(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    Ok(Value { marks: args[0].marks.without(Marks::SENSITIVE), ..args[0].clone() })
}

/// The value with null in place of everything ephemeral.
fn without_ephemeral(value: &Value) -> Value {
    if value.marks.contains(Marks::EPHEMERAL) {
        return Value { kind: Kind::Null, marks: value.marks.without(Marks::EPHEMERAL), refs: value.refs.clone() };
    }
    if !value.deep_marks().contains(Marks::EPHEMERAL) {
        return value.clone();
    }
    let kind = match &value.kind {
        Kind::List(s) => Kind::List(stored_items(s)),
        Kind::Set(s) => Kind::Set(stored_items(s)),
        Kind::Tuple(s) => Kind::Tuple(stored_items(s)),
        Kind::Map(f) => Kind::Map(stored_entries(f)),
        Kind::Object(f) => Kind::Object(stored_entries(f)),
        other => other.clone(),
    };
    Value { kind, ..value.clone() }
}

fn stored_items(seq: &Seq) -> Node<Seq> {
    seq.map(without_ephemeral).into()
}

fn stored_entries(fields: &Fields) -> Node<Fields> {
    let entries = fields.entries.iter().map(|(name, v)| (name.clone(), without_ephemeral(v))).collect();
    let rest = fields.rest.as_ref().map(without_ephemeral);
    Node::new(Fields {
        entries,
        element: fields.element.clone(),
        rest: rest.into(),
        block: fields.block.clone(),
        ..Fields::default()
    })
}
