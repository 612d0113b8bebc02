//! Completes configured values by the provider's schema: nested blocks get the provider's defaults, scalars the types
//! that the provider converts them to, and single JSON objects become the lists that blocks are.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::imported;
use crate::eval::{
    ByName, Cause, Fields, Hint, Inner, Kind, Marks, Node, Number, Place, Reference, Rest, Seq, Type, Unknown, Value,
    convert,
};
use crate::facts::cache::Cache;
use crate::facts::{self, FactValue, Member, Schema};
use crate::syntax::Text;

/// A provider's default as a value that says so.
fn default_value(fact: &FactValue) -> Value {
    left_out(fact_value(fact))
}

/// A value that nobody wrote.
pub(super) fn left_out(value: Value) -> Value {
    value.with_marks(Marks::PROVIDER_DEFAULT)
}

fn fact_value(fact: &FactValue) -> Value {
    match fact {
        FactValue::Null => Value::NULL,
        FactValue::Bool(b) => (*b).into(),
        FactValue::Number(digits) => Number::parse(digits.trim_start_matches('-'))
            .map_or(Value::NULL, |n| if digits.starts_with('-') { n.negated().into() } else { n.into() }),
        FactValue::Text(text) => (*text).into(),
        FactValue::List(items) => Value::tuple(items.iter().map(fact_value).collect()),
    }
}

/// What completes instances.
#[derive(Default)]
pub(super) struct Filler {
    /// The type asked for last: instances of one type come one after the other.
    last: Option<(Text, Option<&'static Facts>)>,
}

static FACTS: Cache<Facts> = Cache::new();

/// What is known of one resource type.
pub struct Facts {
    /// What may stand in it.
    pub(super) schema: Option<&'static Schema>,
    /// Defaults of nested blocks as a tree.
    defaults: Defaults,
    /// The same for what is imported.
    of_imported: OnceLock<Defaults>,
    secrets: Vec<&'static str>,
}

/// Defaults below one block type.
#[derive(Default)]
struct Defaults {
    values: ByName<Value>,
    blocks: BTreeMap<Text, Defaults>,
}

impl Defaults {
    fn of(all: &facts::Defaults, imported: bool) -> Defaults {
        let mut root = Defaults::default();
        for (path, default) in all.iter() {
            let mut node = &mut root;
            let mut steps = path.split('.').peekable();
            while let Some(step) = steps.next() {
                match steps.peek() {
                    Some(_) => node = node.blocks.entry(step.into()).or_default(),
                    None => {
                        let keeps = imported && default.new_resource_only;
                        let value = if keeps { imported::kept(path) } else { default_value(&default.value) };
                        node.values.insert(step.into(), value);
                    }
                }
            }
        }
        root
    }
}

/// What is known of a type; `None` where that is nothing.
pub(super) fn facts_of(resource_type: &str) -> Option<&'static Facts> {
    FACTS.get(resource_type, || {
        let schema = facts::schema(resource_type);
        let defaults = facts::defaults(resource_type);
        let secrets: Vec<_> = facts::secret_paths(resource_type).collect();
        let is_known = schema.is_some() || defaults.is_some() || !secrets.is_empty();
        let made = || defaults.map(|all| Defaults::of(all, false)).unwrap_or_default();
        is_known.then(|| Facts { schema, defaults: made(), of_imported: OnceLock::new(), secrets })
    })
}

impl Facts {
    /// What an argument of the resource itself is worth that is left out; `None` where the provider's default is not known.
    pub(super) fn default(&self, name: &str) -> Option<&Value> {
        self.defaults.values.get(name)
    }
}

impl Filler {
    fn facts(&mut self, resource_type: &Text) -> Option<&'static Facts> {
        if let Some((_, facts)) = self.last.as_ref().filter(|(last, _)| last == resource_type) {
            return *facts;
        }
        let facts = facts_of(resource_type);
        self.last = Some((resource_type.clone(), facts));
        facts
    }

    /// Completes the configured attributes of an instance of a resource type; `reference` leads to the instance.
    pub(super) fn complete(
        &mut self,
        resource_type: &Text,
        (reference, imported): (&Reference, bool),
        mut attributes: ByName<Value>,
    ) -> ByName<Value> {
        // To what nothing is known of nothing is added.
        let Some(facts) = self.facts(resource_type) else { return attributes };
        let instance = Place::of(reference);
        let of_imported = || {
            let all = facts::defaults(resource_type);
            all.map(|all| Defaults::of(all, true)).unwrap_or_default()
        };
        let defaults = if imported { facts.of_imported.get_or_init(of_imported) } else { &facts.defaults };
        for (name, value) in attributes.iter_mut() {
            let written = std::mem::replace(value, Value::NULL);
            *value = entry(name, written, facts.schema, defaults, &instance.child(Inner::Name(name)));
        }
        for path in facts.secrets.iter().copied() {
            let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
            if let Some(value) = attributes.get_mut(first) {
                mark_secret(value, rest);
            }
        }
        attributes
    }
}

/// Marks what stands at this path of a value, in every block or object on the way, so that it is never shown.
fn mark_secret(value: &mut Value, path: Option<&str>) {
    let Some(path) = path else {
        value.marks = value.marks.union(Marks::SENSITIVE);
        return;
    };
    match &mut value.kind {
        Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) => {
            let seq = seq.make_mut();
            seq.items.iter_mut().chain(&mut seq.rest).for_each(|item| mark_secret(item, Some(path)));
        }
        Kind::Map(fields) | Kind::Object(fields) => {
            let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
            let fields = fields.make_mut();
            if let Some(inner) = fields.entries.get_mut(first) {
                mark_secret(inner, rest);
            }
        }
        _ => {}
    }
}

/// One argument or the blocks of one type.
fn entry(name: &str, value: Value, schema: Option<&Schema>, defaults: &Defaults, place: &Place<'_>) -> Value {
    let defaults = || defaults.blocks.get(name);
    match schema.and_then(|s| s.member(name)) {
        None => blocks(value, None, defaults(), place),
        Some(Member::Argument(argument)) => {
            let value = scalar(value, &argument.ty);
            match argument.ty.object() {
                Some(body) => blocks(value, Some(body), defaults(), place),
                None => value,
            }
        }
        Some(Member::Block(block)) => {
            // A block type in JSON syntax, or given as an argument: one object is a list of one.
            let single = matches!(value.kind, Kind::Object(_) | Kind::Map(_));
            let value = if single { Value::tuple(vec![value]) } else { value };
            blocks(value, Some(block.body.schema()), defaults(), place)
        }
    }
}

/// What the provider makes of text for a number or bool, and the other way round.
fn scalar(value: Value, ty: &facts::Type) -> Value {
    let target = match ty {
        facts::Type::Bool => Type::Bool,
        facts::Type::Number => Type::Number,
        facts::Type::String => Type::String,
        _ => return value,
    };
    match value.kind {
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) if value.type_of() != target => {
            convert::convert(&value, &target).unwrap_or(value)
        }
        _ => value,
    }
}

/// A list of objects that blocks became.
fn blocks(value: Value, schema: Option<&'static Schema>, defaults: Option<&Defaults>, place: &Place<'_>) -> Value {
    let complete = |seq: &Seq| {
        let items =
            seq.items.iter().enumerate().map(|(i, item)| object(item, schema, defaults, &place.child(Inner::Index(i))));
        let rest = seq.rest.as_ref().map(|rest| object(rest, schema, defaults, &place.child(Inner::Any)));
        Node::new(Seq { items: items.collect(), element: seq.element.clone(), rest: rest.into(), loose: seq.loose })
    };
    let kind = match &value.kind {
        Kind::List(seq) => Kind::List(complete(seq)),
        Kind::Tuple(seq) => Kind::Tuple(complete(seq)),
        Kind::Set(seq) => Kind::Set(complete(seq)),
        _ => return value,
    };
    Value { kind, ..value }
}

fn object(value: &Value, schema: Option<&'static Schema>, defaults: Option<&Defaults>, place: &Place<'_>) -> Value {
    let fields = match &value.kind {
        Kind::Object(fields) => fields,
        // A block that is one of several.
        Kind::Unknown(unknown) => {
            let Hint::OneOf(choices) = &unknown.hint else { return value.clone() };
            let choices = choices.iter().map(|choice| object(choice, schema, defaults, place)).collect();
            let unknown = Unknown { hint: Hint::OneOf(choices), ..Unknown::clone(unknown) };
            return Value { kind: Kind::Unknown(Node::new(unknown)), ..value.clone() };
        }
        _ => return value.clone(),
    };
    if fields.block.is_none() && schema.is_none() {
        return value.clone();
    }
    let none = Defaults::default();
    let defaults = defaults.unwrap_or(&none);
    let written = fields.entries.map(|name, inner| {
        let place = place.child(Inner::Name(name));
        entry(name, inner.clone(), schema, defaults, &place)
    });
    let nothing_at = |name: &str| written.get(name).is_none_or(Value::is_null);
    let filled = defaults.values.iter().filter(|(name, _)| nothing_at(name));
    let mut added: Vec<(Text, Value)> = filled.map(|(name, default)| (name.clone(), default.clone())).collect();
    if let Some(schema) = schema {
        let known = |name: &str| written.contains_key(name) || defaults.values.contains_key(name);
        missing(&mut added, &known, schema, place);
    }
    let mut entries = written;
    entries.extend(added);
    // What a block does not write is null, not unknown; other objects keep what they may hold besides.
    let rest = if fields.block.is_some() { Rest::NONE } else { fields.rest.clone() };
    let fields =
        Fields { entries, element: fields.element.clone(), rest, block: fields.block.clone(), ..Fields::default() };
    Value { kind: Kind::Object(Node::new(fields)), ..value.clone() }
}

/// Adds what a block has although the configuration does not write it: no blocks of a type, attributes that the
/// provider alone sets.
fn missing(added: &mut Vec<(Text, Value)>, known: &dyn Fn(&str) -> bool, schema: &Schema, place: &Place<'_>) {
    let blocks = schema.blocks.iter().filter(|block| !known(block.name));
    added.extend(blocks.map(|block| (block.name.into(), Value::tuple(Vec::new()))));
    for argument in &schema.arguments {
        if argument.mode == facts::Mode::Computed && !known(argument.name) {
            let place = place.child(Inner::Name(argument.name));
            added.push((argument.name.into(), computed(place.reference())));
        }
    }
}

/// An attribute that only the provider sets.
pub(super) fn computed(reference: Reference) -> Value {
    let cause = Cause::Attribute(reference.clone());
    Value::unknown_reference(reference, Type::Any, true, cause)
}
