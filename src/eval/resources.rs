//! Values of resources, data sources and module calls, as references to them see them.

use std::rc::Rc;

use super::body::{self, Written};
use super::expand::{Expansion, InstanceSlot, Repeated, Repetition, RepetitionArgs};
use super::memo::State;
use super::names::Hop;
use super::program::{Expansions, ModuleInstance, Program};
use super::room;
use super::{
    ByName, Cause, EvalError, Fields, Inner, Kind, Marks, Node, Place, Reference, ReferenceKind, Refs, Seq, Step, Type,
    Unknown, Value,
};
use crate::config::{Child, Declared, Key, Mode, ModuleCall, Output, Resource, ResourceName};
use crate::source::ProblemKind;
use crate::syntax::{Expr, ExprKind, Text};

/// Evaluates the key of an index.
pub(super) type EvalKey<'a> = dyn Fn(&Expr) -> Result<Value, EvalError> + 'a;

/// Module calls nested deeper than this are not followed.
const CALL_DEPTH: usize = 64;

impl<'c> Program<'c> {
    /// The instances of a resource; `None` while they are being worked out (a cycle).
    pub(crate) fn resource_expansion(
        &self,
        module: &Rc<ModuleInstance>,
        resource: Declared<'_, Resource>,
    ) -> Option<Rc<Expansion>> {
        self.expansion(module, &module.resources, resource.at, RepetitionArgs::of_resource(resource.declared))
    }

    fn expansion(
        &self,
        module: &Rc<ModuleInstance>,
        of: &Expansions,
        at: usize,
        args: RepetitionArgs<'_>,
    ) -> Option<Rc<Expansion>> {
        match &of.borrow()[at] {
            State::Known(expansion) => return Some(expansion.clone()),
            State::Busy => return None,
            State::New => {}
        }
        of.borrow_mut()[at] = State::Busy;
        let expansion = Rc::new(self.expand(module, args));
        of.borrow_mut()[at] = State::Known(expansion.clone());
        Some(expansion)
    }

    /// The value of `TYPE.NAME` followed by `hops`; says how many hops it took.
    pub(super) fn resource_value(
        &self,
        module: &Rc<ModuleInstance>,
        declared: Declared<'_, Resource>,
        hops: &[Hop<'_>],
        key: &EvalKey<'_>,
    ) -> Result<(Value, usize), EvalError> {
        let Declared { name: id, declared: resource, .. } = declared;
        let Some(expansion) = self.resource_expansion(module, declared) else {
            return Ok((self.cycle(resource.header, &format!("{}.{}", id.type_name, id.name)), 0));
        };
        let attribute = |slot: &InstanceSlot, name: &Text| {
            if let Some(known) = slot.outside().referenced.borrow().get(name) {
                return Ok(known.clone());
            }
            let (value, lasts) = self.worth(|| self.referenced_attribute(slot, id, resource, name));
            if lasts {
                let mut referenced = slot.outside().referenced.borrow_mut();
                // Of most one attribute is asked for.
                if referenced.is_empty() {
                    referenced.reserve_one();
                }
                referenced.insert(name.clone(), value.clone());
            }
            Ok(value)
        };
        let whole = |slot: &InstanceSlot| self.referenced_object(slot, id, resource);
        self.select(&expansion, hops, key, &attribute, &whole)
    }

    /// Chooses the instance that the hops name and reads it: one attribute where the next hop names one.
    fn select(
        &self,
        expansion: &Expansion,
        hops: &[Hop<'_>],
        key: &EvalKey<'_>,
        attribute: &dyn Fn(&InstanceSlot, &Text) -> Result<Value, EvalError>,
        whole: &dyn Fn(&InstanceSlot) -> Value,
    ) -> Result<(Value, usize), EvalError> {
        let read = |slot: &InstanceSlot, taken: usize| match hops.get(taken) {
            Some(Hop::Attr(name)) => Ok((attribute(slot, &name.text).map_err(|e| e.at(name.span))?, taken + 1)),
            _ => Ok((whole(slot), taken)),
        };
        let repeated = match expansion {
            Expansion::Repeated(repeated) => repeated,
            // To read an attribute of it is an error, as it is of any null.
            Expansion::Disabled => return Ok((Value::NULL, 0)),
            Expansion::Single(slot) => {
                return match hops.first() {
                    // A key that is computed is the name of an output or attribute.
                    Some(Hop::Index(index)) if !matches!(index.kind, ExprKind::String(_) | ExprKind::Number(_)) => {
                        Ok((super::index(&whole(slot), &key(index)?).map_err(|e| e.at(index.span))?, 1))
                    }
                    Some(Hop::Index(index)) => {
                        let error =
                            EvalError::new("this block has neither `count` nor `for_each`, so it takes no index");
                        Err(error.with_label("not repeated").with_help("leave the index out").at(index.span))
                    }
                    // What is no list counts as a list of one, and null as an empty one.
                    Some(Hop::Each(name)) => {
                        let value = attribute(slot, &name.text).map_err(|e| e.at(name.span))?;
                        let list = match slot.key {
                            Key::Perhaps => Value::open_tuple(Vec::new(), Some(value)),
                            _ => Value::tuple(vec![value]),
                        };
                        Ok((list, 1))
                    }
                    _ => read(slot, 0),
                };
            }
        };
        if let (Some(Hop::Each(name)), Repetition::Count) = (hops.first(), repeated.repetition) {
            self.spent.spend(repeated.count())?;
            let read = |slot: &InstanceSlot| attribute(slot, &name.text).map_err(|e| e.at(name.span));
            return Ok((self.of_each(repeated, &name.text, &read)?, 1));
        }
        if let Some(Hop::Index(index)) = hops.first() {
            let value = key(index)?;
            if let Some(known) = known_key(&value, repeated.repetition) {
                return match repeated.get(&known).or(repeated.open()) {
                    Some(slot) => read(slot, 1).map(|(found, taken)| (chosen_by(found, &value), taken)),
                    None => Err(EvalError::new(format!(
                        "there is no instance with the key {}",
                        super::display::short(&value)
                    ))
                    .with_label("not among the instances")
                    .at(index.span)),
                };
            }
        }
        Ok((self.collection(repeated, whole), 0))
    }

    /// One attribute of all instances, gathered once: each of many instances may ask for it.
    fn of_each(
        &self,
        repeated: &Repeated,
        name: &Text,
        read: &dyn Fn(&InstanceSlot) -> Result<Value, EvalError>,
    ) -> Result<Value, EvalError> {
        if let Some((_, known)) = repeated.of_each.borrow().iter().find(|(known, _)| known == name) {
            return Ok(known.clone());
        }
        let gather = || -> Result<Value, EvalError> {
            let items = repeated.known().map(read).collect::<Result<Vec<_>, _>>()?;
            let rest = repeated.open().map(read).transpose()?;
            Ok(Kind::Tuple(Node::new(Seq { items, rest: rest.into(), ..Seq::default() })).into())
        };
        let (value, lasts) = self.worth(gather);
        let value = value?;
        if lasts {
            repeated.of_each.borrow_mut().push((name.clone(), value.clone()));
        }
        Ok(value)
    }

    /// All instances as one value, made once: each of many instances may ask for it.
    fn collection(&self, repeated: &Repeated, whole: &dyn Fn(&InstanceSlot) -> Value) -> Value {
        if let Some(known) = repeated.whole.get() {
            return known.clone();
        }
        let (value, lasts) = self.worth(|| whole_collection(repeated, whole));
        if lasts {
            // Whoever asked meanwhile got the same.
            let _ = repeated.whole.set(value.clone());
        }
        value
    }

    /// What an instance's references are made of: its printed address and what it is.
    pub(crate) fn instance_reference(&self, slot: &InstanceSlot, id: &ResourceName) -> Reference {
        let make = || {
            let kind = match id.mode {
                Mode::Managed => ReferenceKind::Resource,
                Mode::Data => ReferenceKind::Data,
                Mode::Ephemeral => ReferenceKind::Ephemeral,
            };
            let block = id.text(&slot.frame.module.prefix);
            Reference::to(kind, if slot.key == Key::None { block } else { format!("{block}{}", slot.key) })
        };
        slot.reference(make)
    }

    /// The configured values of all that the resource writes, by name; of too many the first.
    pub(super) fn all_configured(&self, slot: &InstanceSlot, id: &ResourceName, resource: &Resource) -> ByName<Value> {
        let read = |written: Written<'_>| (written.name.clone(), self.configured_as(slot, id, resource, written));
        body::written(&resource.arguments).into_iter().map(read).collect()
    }

    /// The configured value of something that the resource writes.
    fn configured_as(
        &self,
        slot: &InstanceSlot,
        id: &ResourceName,
        resource: &Resource,
        written: Written<'_>,
    ) -> Value {
        // What is written as it is needs no remembering, and asks for nothing.
        if let Some(word) = written.argument.and_then(|argument| super::expr::word(&argument.expr)) {
            return word;
        }
        let name = written.name;
        let compute = || self.item(&resource.arguments, written, &slot.frame, 0);
        let cycle = || self.cycle(resource.header, &format!("{}.{}.{name}", id.type_name, id.name));
        slot.attributes.get(&written.place, compute, cycle)
    }

    fn referenced_attribute(&self, slot: &InstanceSlot, id: &ResourceName, resource: &Resource, name: &Text) -> Value {
        let instance = self.instance_reference(slot, id);
        let reference = instance.child(Step::Name(name.clone()));
        let marks = match id.mode {
            Mode::Managed => self.host.marks_of(&id.type_name, name),
            Mode::Data => Marks::NONE,
            Mode::Ephemeral => Marks::EPHEMERAL,
        };
        let written = body::find(&resource.arguments, name);
        let written_as_blocks = written.is_some_and(|written| written.argument.is_none());
        let configured = written.map(|written| {
            let value = self.configured_as(slot, id, resource, written);
            // The provider may add to an object whose type is not known, and to what a data source was asked for.
            let is_known = self.host.knows(&id.type_name);
            let is_whole = is_known && id.mode == Mode::Managed;
            match written.argument {
                Some(_) if is_whole => value,
                // Whether a block is one or one of several is not known either; `timeouts` is one.
                None if !is_known || **name == *"timeouts" => Value::NULL,
                _ => body::with_rest(value, &Place::of(&instance).child(Inner::Name(name)), !is_whole),
            }
        });
        // A `dynamic` block that makes none is as good as none that is written.
        let is_written = |value: &Value| !(value.is_null() || written_as_blocks && body::is_nothing(value));
        if let Some(value) = configured.filter(is_written) {
            return value.with_marks(marks).with_refs(&Refs::one(reference));
        }
        if !super::data::is_computed(id, name) {
            return unset(reference, id.mode, name).with_marks(marks);
        }
        let compute = || match super::data::computed(self, slot, id, resource, name) {
            Some(value) => value.with_refs(&Refs::one(reference)),
            None => unset(reference, id.mode, name),
        };
        let cycle = || {
            let what = format!("data.{}.{}.{name}", id.type_name, id.name);
            match super::data::asks_provider(id) {
                true => self.data_cycle(slot, resource.header, &what),
                false => self.cycle(resource.header, &what),
            }
        };
        slot.outside().computed.get(name, compute, cycle).with_marks(marks)
    }

    fn referenced_object(&self, slot: &InstanceSlot, id: &ResourceName, resource: &Resource) -> Value {
        let reference = self.instance_reference(slot, id);
        if slot.key == Key::Perhaps {
            return perhaps(reference);
        }
        let read = |written: Written<'_>| {
            let value = self.referenced_attribute(slot, id, resource, written.name);
            (written.name.clone(), value)
        };
        let entries = body::written(&resource.arguments).into_iter().map(read).collect();
        let rest = Some(unset(reference.child(Step::Any), id.mode, "*"));
        let fields = Fields { entries, rest: rest.into(), ..Fields::default() };
        // Its parts refer to it, each to its own attribute; the whole adds nothing to them.
        Kind::Object(Node::new(fields)).into()
    }

    /// The instances of a module call; `None` while they are being worked out (a cycle).
    pub(crate) fn call_expansion(
        &self,
        module: &Rc<ModuleInstance>,
        call: Declared<'_, ModuleCall>,
    ) -> Option<Rc<Expansion>> {
        let inside = match module.node.children.get(call.name) {
            Some(Child::Loaded(node)) => room::declarations(node),
            _ => 0,
        };
        self.expansion(module, &module.calls, call.at, RepetitionArgs::of_call(call.declared, inside))
    }

    /// The module instance behind one instance of a call; `None` where the module is not on disk, or where there is no
    /// room for it.
    pub(crate) fn called_module(&self, slot: &InstanceSlot, name: &Text) -> Option<Rc<ModuleInstance>> {
        if let Some(module) = slot.module.get() {
            return Some(module.clone());
        }
        let caller = &slot.frame.module;
        let Some(Child::Loaded(node)) = caller.node.children.get(name) else { return None };
        if caller.address.steps().len() >= CALL_DEPTH || !self.takes_room_of_module(caller, name, node) {
            return None;
        }
        let address = caller.address.child(name.clone(), slot.key.clone());
        let module = self.add_module(address, node.clone(), Some((slot.frame.clone(), name.clone())));
        Some(slot.module.get_or_init(|| module).clone())
    }

    /// The value of `module.NAME` followed by `hops`; says how many hops it took.
    pub(super) fn call_value(
        &self,
        module: &Rc<ModuleInstance>,
        call: Declared<'_, ModuleCall>,
        hops: &[Hop<'_>],
        key: &EvalKey<'_>,
    ) -> Result<(Value, usize), EvalError> {
        let name = call.name;
        let Some(expansion) = self.call_expansion(module, call) else {
            return Ok((self.cycle(call.declared.header, &format!("module.{name}")), 0));
        };
        let attribute = |slot: &InstanceSlot, output: &Text| self.call_output(slot, name, output);
        let whole = |slot: &InstanceSlot| self.call_object(slot, name);
        self.select(&expansion, hops, key, &attribute, &whole)
    }

    /// The reference to one instance of a module call.
    pub(crate) fn call_reference(&self, slot: &InstanceSlot, name: &Text) -> Reference {
        let address = || format!("{}module.{name}{}", slot.frame.module.prefix, slot.key);
        slot.reference(|| Reference::to(ReferenceKind::Module, address()))
    }

    fn not_on_disk(&self, slot: &InstanceSlot, name: &Text) -> Value {
        let reference = self.call_reference(slot, name);
        let cause = Cause::Module(reference.target.clone());
        Value::unknown_reference(reference, Type::Any, true, cause)
    }

    fn call_output(&self, slot: &InstanceSlot, name: &Text, output: &Text) -> Result<Value, EvalError> {
        let Some(module) = self.called_module(slot, name) else {
            return Ok(super::scope::child(&self.not_on_disk(slot, name), output));
        };
        if let Some(declared) = module.module().outputs.find(output) {
            return Ok(self.output(&module, declared));
        }
        if module.module().may_declare_more() {
            return Ok(Value::unknown(Type::Any, Cause::Error));
        }
        let near = super::nearest(output, module.module().outputs.keys().map(|n| &**n));
        let message = format!("`module.{name}` has no output `{output}`");
        let error = EvalError::new(message).with_label("not an output").did_you_mean(near);
        // Terraform looks at the outputs of a call only when it evaluates: `try` and `can` get to see it.
        Err(error.of_kind(ProblemKind::UndeclaredName))
    }

    fn call_object(&self, slot: &InstanceSlot, name: &Text) -> Value {
        let Some(module) = self.called_module(slot, name) else { return self.not_on_disk(slot, name) };
        if slot.key == Key::Perhaps {
            return perhaps(self.call_reference(slot, name));
        }
        let read = |output: Declared<'_, Output>| (output.name.clone(), self.output(&module, output));
        Value::object(module.module().outputs.each().map(read).collect())
    }
}

/// An instance as a whole that may be null.
fn perhaps(reference: Reference) -> Value {
    let cause = Cause::Runtime(format!("whether {} is there", reference.target).into());
    Value::unknown_reference(reference, Type::Any, false, cause)
}

/// What was found behind a key. By what it is, something that is not known would tell the key.
fn chosen_by(found: Value, key: &Value) -> Value {
    match &found.kind {
        Kind::Unknown(unknown) if key.marks.are_secret() => {
            let cause = Cause::Unseen("what a sensitive index names".into());
            let unnamed = Unknown { not_null: unknown.not_null, ..Unknown::new(unknown.ty.clone(), cause) };
            let unnamed = Value::from(Kind::Unknown(Node::new(unnamed)));
            unnamed.from_parts([&found]).with_marks(key.marks.secret())
        }
        _ => found.with_marks(key.marks.secret()),
    }
}

/// All instances as one value: a tuple for `count`, an object for `for_each`.
fn whole_collection(repeated: &Repeated, whole: &dyn Fn(&InstanceSlot) -> Value) -> Value {
    let rest = repeated.open().map(whole);
    match repeated.repetition {
        Repetition::ForEach => {
            let entry = |slot: &InstanceSlot| match &slot.key {
                Key::Str(key) => Some((key.clone(), whole(slot))),
                _ => None,
            };
            let entries = repeated.known().filter_map(entry).collect();
            Kind::Object(Node::new(Fields { entries, rest: rest.into(), ..Fields::default() })).into()
        }
        Repetition::Count => {
            let items = repeated.known().map(whole).collect();
            Kind::Tuple(Node::new(Seq { items, element: Type::Any, rest: rest.into(), loose: 0 })).into()
        }
    }
}

fn known_key(value: &Value, repetition: Repetition) -> Option<Key> {
    let target = if repetition == Repetition::Count { Type::Number } else { Type::String };
    let value = super::convert::convert(value, &target).ok()?;
    match value.kind {
        Kind::Number(n) => n.to_i64().map(Key::Int),
        Kind::String(s) => Some(Key::Str(s)),
        _ => None,
    }
}

/// An attribute that the configuration does not set: decided by AWS at apply, or read by a data source.
fn unset(reference: Reference, mode: Mode, name: &str) -> Value {
    // Names that every provider uses for what identifies an object; such an attribute is never null.
    let identifies = matches!(name, "id" | "arn");
    let cause = match mode {
        Mode::Managed => Cause::Attribute(reference.clone()),
        Mode::Data | Mode::Ephemeral => Cause::Data(reference.clone()),
    };
    let ty = if identifies { Type::String } else { Type::Any };
    Value::unknown_reference(reference, ty, identifies, cause)
}
