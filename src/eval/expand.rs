//! Expansion: which instances a block with `count` or `for_each` has.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::slice;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::bindings::Binding;
use super::body;
use super::iterate::iterate;
use super::memo::{Arguments, Computed, Memo};
use super::program::{Frame, ModuleInstance, Program};
use super::room::Planned;
use super::{ByName, Cause, EvalError, Hint, Kind, Marks, Node, Number, Reference, Type, Unknown, Value, convert};
use crate::config::{Key, ModuleCall, Resource};
use crate::source::Span;
use crate::syntax::{Expr, ExprKind, Text};

/// How a block is repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repetition {
    /// `count`: instances by position.
    Count,
    /// `for_each`: instances by key.
    ForEach,
}

/// The instances of a block.
pub enum Expansion {
    /// Neither `count` nor `for_each`: one instance without a key, as most blocks have. With [`Key::Perhaps`] there may be
    /// none.
    Single(InstanceSlot),
    /// No instance: OpenTofu's `enabled` is false.
    Disabled,
    /// `count` or `for_each`.
    Repeated(Box<Repeated>),
}

/// The instances of a block that is repeated.
pub struct Repeated {
    /// How it is.
    pub(super) repetition: Repetition,
    /// The instances; one with [`Key::Any`] stands for instances whose number or keys are not known.
    slots: Vec<InstanceSlot>,
    /// Positions by key, where they are not in the order of their keys.
    by_key: Option<FxHashMap<Key, usize>>,
    /// All instances as one value, once something has asked for it.
    pub(super) whole: OnceCell<Value>,
    /// Attributes of all instances that something has asked for.
    pub(super) of_each: RefCell<Vec<(Text, Value)>>,
}

/// One instance of a block while it is evaluated.
pub struct InstanceSlot {
    /// Its key.
    pub key: Key,
    /// What its expressions see.
    pub frame: Rc<Frame>,
    /// The reference to it, once something has asked for it: of its many attributes each refers to it.
    reference: RefCell<Option<Reference>>,
    /// Values of its arguments and blocks, computed once.
    pub(super) attributes: Memo<Arguments>,
    /// What others see of it; nothing refers to most instances.
    outside: OnceCell<Box<Outside>>,
    /// For a module call: the instance of the module.
    pub(super) module: OnceCell<Rc<ModuleInstance>>,
}

/// What others see of an instance.
#[derive(Default)]
pub(super) struct Outside {
    /// Values of attributes that follow from its arguments, computed once.
    pub(super) computed: Memo<Computed>,
    /// Values of attributes as references to them see them.
    pub(super) referenced: RefCell<ByName<Value>>,
}

impl InstanceSlot {
    /// What others see of it.
    pub(super) fn outside(&self) -> &Outside {
        self.outside.get_or_init(Box::default)
    }

    /// The reference to it, made once.
    pub(super) fn reference(&self, make: impl FnOnce() -> Reference) -> Reference {
        self.reference.borrow_mut().get_or_insert_with(make).clone()
    }

    /// Gives back the values of its arguments and blocks and the reference to it: where something asks for one again, it is
    /// worked out again.
    pub(crate) fn forget_attributes(&self) {
        self.attributes.forget();
        self.reference.take();
    }
}

impl Expansion {
    fn repeated(repetition: Repetition, slots: Vec<InstanceSlot>) -> Expansion {
        let positions = || slots.iter().enumerate().map(|(i, slot)| (slot.key.clone(), i));
        let by_key = (!slots.is_sorted_by(|a, b| a.key < b.key)).then(|| positions().collect());
        let (whole, of_each) = (OnceCell::new(), RefCell::default());
        Expansion::Repeated(Box::new(Repeated { repetition, slots, by_key, whole, of_each }))
    }

    /// The instances; one with [`Key::Any`] stands for instances whose number or keys are not known.
    pub fn slots(&self) -> &[InstanceSlot] {
        match self {
            Expansion::Single(slot) => slice::from_ref(slot),
            Expansion::Disabled => &[],
            Expansion::Repeated(repeated) => &repeated.slots,
        }
    }

    /// Whether there is `count` or `for_each`.
    pub fn is_repeated(&self) -> bool {
        matches!(self, Expansion::Repeated(_))
    }
}

impl Repeated {
    /// The instances whose keys are known.
    pub(super) fn known(&self) -> impl Iterator<Item = &InstanceSlot> {
        self.slots.iter().filter(|slot| slot.key != Key::Any)
    }

    /// How many instances there are.
    pub(super) fn count(&self) -> usize {
        self.slots.len()
    }

    /// The instance with this key.
    pub(super) fn get(&self, key: &Key) -> Option<&InstanceSlot> {
        let position = match &self.by_key {
            Some(by_key) => *by_key.get(key)?,
            None => self.slots.binary_search_by(|slot| slot.key.cmp(key)).ok()?,
        };
        self.slots.get(position)
    }

    /// The instance that stands for those not known.
    pub(super) fn open(&self) -> Option<&InstanceSlot> {
        self.get(&Key::Any)
    }
}

/// The repetition arguments of a block.
#[derive(Clone, Copy)]
pub(super) struct RepetitionArgs<'a> {
    pub(super) count: Option<&'a Arc<Expr>>,
    pub(super) for_each: Option<&'a Arc<Expr>>,
    /// `lifecycle { enabled = … }`
    pub(super) enabled: Option<&'a Arc<Expr>>,
    pub(super) header: Span,
    /// How many things the module declares that it calls.
    pub(super) inside: usize,
}

impl<'a> RepetitionArgs<'a> {
    pub(super) fn of_resource(resource: &'a Resource) -> RepetitionArgs<'a> {
        let Resource { count, for_each, header, .. } = resource;
        let (count, for_each, enabled) = (count.as_ref(), for_each.as_ref(), resource.enabled());
        RepetitionArgs { count, for_each, enabled, header: *header, inside: 0 }
    }

    pub(super) fn of_call(call: &'a ModuleCall, inside: usize) -> RepetitionArgs<'a> {
        let ModuleCall { count, for_each, enabled, header, .. } = call;
        let (count, for_each, enabled) = (count.as_ref(), for_each.as_ref(), enabled.as_ref());
        RepetitionArgs { count, for_each, enabled, header: *header, inside }
    }
}

impl<'c> Program<'c> {
    /// Works out the instances of a block in a module instance.
    pub(super) fn expand(&self, module: &Rc<ModuleInstance>, args: RepetitionArgs<'_>) -> Expansion {
        match (args.count, args.for_each, args.enabled) {
            (Some(count), ..) => self.expand_count(module, count, &args),
            (None, Some(for_each), _) => self.expand_for_each(module, for_each, &args),
            (None, None, Some(enabled)) => self.expand_enabled(module, enabled),
            (None, None, None) => Expansion::Single(slot(Key::None, self.plain_frame(module))),
        }
    }

    fn expand_enabled(&self, module: &Rc<ModuleInstance>, enabled: &Arc<Expr>) -> Expansion {
        let plain = self.plain_frame(module);
        let value = self.eval(enabled, &plain);
        let converted = convert::convert(&value, &Type::Bool).ok().filter(|converted| !converted.is_null());
        match &converted {
            Some(Value { kind: Kind::Bool(true), .. }) => Expansion::Single(slot(Key::None, plain)),
            Some(Value { kind: Kind::Bool(false), .. }) => Expansion::Disabled,
            _ => {
                if converted.is_none() {
                    let what = if value.is_null() { "null".into() } else { value.type_of().friendly_name() };
                    let error = EvalError::new(format!("`enabled` must be true or false, not {what}"));
                    self.failed(error.with_label("whether there is an instance").at(enabled.span), enabled.span);
                }
                Expansion::Single(slot(Key::Perhaps, self.open_frame(module, Vec::new(), None)))
            }
        }
    }

    fn expand_count(&self, module: &Rc<ModuleInstance>, count: &Arc<Expr>, args: &RepetitionArgs<'_>) -> Expansion {
        let plain = self.plain_frame(module);
        let value = self.eval(count, &plain);
        let known = match self.count_number(&value, count.span) {
            Some(n) if self.takes_room(module, &Planned::counted(n), args, count.span) => Some(n),
            _ => None,
        };
        let instance = |key: Key, index: Value| {
            let bindings = vec![Binding::count(index)];
            match key {
                Key::Any => slot(key, self.open_frame(module, bindings, None)),
                _ => slot(key, self.frame(module, bindings, None)),
            }
        };
        let instances = match known {
            Some(n) => (0..n as i64).map(|i| instance(Key::Int(i), i.into())).collect(),
            None => vec![instance(Key::Any, open_index(&value))],
        };
        Expansion::repeated(Repetition::Count, instances)
    }

    /// The number of instances; `None` where it is not known or not a number (which is reported).
    fn count_number(&self, value: &Value, span: Span) -> Option<usize> {
        let report = |message: String| {
            let error = EvalError::new(message).with_label("the number of instances").at(span);
            self.failed(error, span);
            None
        };
        match &value.kind {
            Kind::Unknown(_) => None,
            Kind::Null => report("`count` cannot be null".into()),
            _ => match convert::convert(value, &Type::Number).ok().and_then(|v| v.as_number().cloned()) {
                Some(n) => match n.to_usize() {
                    Some(n) => Some(n),
                    None if n.is_integer() && n > Number::from(0) => Some(usize::MAX),
                    None => {
                        let shown = super::display::short(value);
                        report(format!("`count` must be a whole number of at least 0, not {shown}"))
                    }
                },
                None => report(format!("`count` must be a number, not a {}", value.type_of().friendly_name())),
            },
        }
    }

    fn expand_for_each(
        &self,
        module: &Rc<ModuleInstance>,
        for_each: &Arc<Expr>,
        args: &RepetitionArgs<'_>,
    ) -> Expansion {
        let plain = self.plain_frame(module);
        let value = self.eval(for_each, &plain);
        let open = value.is_unknown()
            || value.as_seq().is_some_and(|seq| seq.rest.is_some())
            || value.as_fields().is_some_and(|fields| fields.rest.is_some());
        // Of what is not known the mark may be that of a part; names that may be secret are not shown either way.
        let veiled = open && value.marks.are_secret();
        let public = if veiled { Ok(()) } else { self.public(&value) };
        let is_none = body::is_nothing(&value) && self.may_be_typed(for_each, &plain);
        let entries = if is_none { Ok(Vec::new()) } else { self.for_each_entries(&value) };
        let entries = match public.and(entries) {
            Ok(entries) => entries,
            Err(error) => {
                self.failed(error, for_each.span);
                vec![(Key::Any, Value::unknown(Type::String, Cause::Error), Value::unknown(Type::Any, Cause::Error))]
            }
        };
        let planned = Planned::keyed(entries.iter().map(|(key, ..)| key));
        let entries = match !veiled && self.takes_room(module, &planned, args, for_each.span) {
            true => entries,
            false => entries.into_iter().take(1).map(|(_, k, v)| (Key::Any, widened(&k), widened(&v))).collect(),
        };
        let source = Some((for_each.clone(), plain));
        let instances = entries.into_iter().map(|(key, each_key, each_value)| {
            let bindings = vec![Binding::element("each".into(), each_key, each_value)];
            match key {
                Key::Any => slot(key, self.open_frame(module, bindings, source.clone())),
                _ => slot(key, self.frame(module, bindings, source.clone())),
            }
        });
        Expansion::repeated(Repetition::ForEach, instances.collect())
    }

    /// Whether an empty tuple may be an empty set or map when Terraform runs: another arm of its conditional, of which not
    /// even the type may be known, gives it that type.
    fn may_be_typed(&self, expr: &Expr, frame: &Rc<Frame>) -> bool {
        match &expr.kind {
            ExprKind::Paren(inner) => self.may_be_typed(inner, frame),
            ExprKind::Tuple(_) | ExprKind::For(_) => false,
            ExprKind::Conditional(of) => {
                [&of.then, &of.otherwise].into_iter().any(|arm| match self.try_eval(arm, frame) {
                    Ok(value) => value.is_unknown() || value.is_null() || matches!(value.kind, Kind::Set(_)),
                    Err(_) => true,
                })
            }
            // It may come from such a conditional.
            _ => true,
        }
    }

    /// Keys of instances are part of their addresses, which everybody sees; `count` may be sensitive.
    fn public(&self, value: &Value) -> Result<(), EvalError> {
        if value.marks.contains(Marks::SENSITIVE) {
            let error = EvalError::new("`for_each` must not be sensitive: addresses would show it");
            return Err(error.with_label("a sensitive value").with_help("use `nonsensitive` where it is no secret"));
        }
        if value.marks.contains(Marks::EPHEMERAL) {
            let error = EvalError::new("`for_each` must not be ephemeral: addresses would show and keep it");
            return Err(error.with_label("an ephemeral value"));
        }
        Ok(())
    }

    fn for_each_entries(&self, value: &Value) -> Result<Vec<(Key, Value, Value)>, EvalError> {
        let wrong = |what: &str, help: &'static str| {
            let message = format!("`for_each` must be a map, an object or a set of strings, not {what}");
            Err(EvalError::new(message).with_label("cannot be iterated here").with_help(help))
        };
        match &value.kind {
            Kind::Null => return wrong("null", "use `{}` or `toset([])` for no instances"),
            Kind::List(_) => return wrong("a list", "wrap it in `toset(…)`"),
            Kind::Tuple(_) => return wrong("a tuple", "wrap it in `toset(…)`"),
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                return wrong(&format!("a {}", value.type_of().friendly_name()), "wrap it in `toset([…])`");
            }
            _ => {}
        }
        let is_set = matches!(value.kind, Kind::Set(_));
        let all = iterate(value)?;
        let mut entries = Vec::with_capacity(all.len());
        let mut open: Option<(Value, Value)> = None;
        for entry in all {
            let key = match is_set {
                true => convert::convert(&entry.key, &Type::String)?,
                false => entry.key,
            };
            if is_set && entry.certain && !key.is_unknown() {
                self.public(&key)?;
            }
            match (&key.kind, entry.certain) {
                (Kind::Null, _) => return wrong("a set that holds null", "leave null out"),
                (Kind::String(text), true) => entries.push((Key::Str(text.clone()), key.clone(), entry.value)),
                _ => {
                    open = Some(match open {
                        None => (key, entry.value),
                        Some((k, v)) => (widened(&k), super::iterate::join(Some(v), entry.value)),
                    });
                }
            }
        }
        entries.extend(open.map(|(key, value)| (Key::Any, key, value)));
        Ok(entries)
    }
}

fn slot(key: Key, frame: Rc<Frame>) -> InstanceSlot {
    let (reference, outside, module) = (RefCell::default(), OnceCell::new(), OnceCell::new());
    InstanceSlot { key, frame, reference, attributes: Default::default(), outside, module }
}

/// A value of which only type and references are kept.
fn widened(value: &Value) -> Value {
    Value::unknown_from([value, &Value::unknown(Type::Any, Cause::Limit)], value.type_of(), !value.is_null())
}

/// `count.index` where the number of instances is not known: 0 where there is at most one, else at least 0.
fn open_index(count: &Value) -> Value {
    let at_most_one = count.as_unknown().is_some_and(|u| match &u.hint {
        Hint::OneOf(alternatives) => {
            alternatives.iter().all(|a| a.as_number().and_then(Number::to_i64).is_some_and(|n| n <= 1))
        }
        _ => false,
    });
    if at_most_one {
        return 0.into();
    }
    let cause = count.cause().unwrap_or(Cause::Limit);
    let hint = Hint::Range(Some(Number::from(0)), None);
    Value::from(Kind::Unknown(Node::new(Unknown { not_null: true, hint, ..Unknown::new(Type::Number, cause) })))
}
