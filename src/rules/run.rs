//! One run of rules over one infra: what all rules share, and what they have worked out already.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use super::answers::{Answers, Calls, Indexes};
use super::catalog::Catalog;
use super::functions::merged_tags;
use super::network::{Subnets, Tables};
use super::settings::Selection;
use super::verdict::Truth;
use crate::eval::functions::Host;
use crate::eval::union::is_watched;
use crate::eval::{ByName, EvalError, Kind, Value};
use crate::infra::{Candidates, Infra, Instance, InstanceId, InstanceKind, Lifecycle};
use crate::source::Span;
use crate::syntax::{AttrExpr, Expr, ExprKind, Text};

/// Who spends a fourth of what it may is near its limit: others may have paid for answers that it asked for as well.
const NEAR_A_LIMIT: usize = 4;

/// What the rules of one run see.
pub struct Run<'a> {
    /// The rules and the functions they declare.
    pub catalog: &'a Catalog<'a>,
    /// Which of them run, and their thresholds.
    pub selection: &'a Selection,
    /// What they look at.
    pub infra: &'a Infra,
    /// The files that functions may read.
    pub host: &'a (dyn Host + Sync),
    /// What is known of all its subnets.
    pub subnets: Subnets,
    /// What is known of its route tables.
    pub tables: Tables,
    calls: Calls,
    /// Of lists that many loops go through.
    pub(super) indexes: Indexes,
    values: Answers<(usize, bool), Result<Value, EvalError>>,
    truths: Answers<usize, Truth>,
    by_place: Answers<Span, Result<Value, EvalError>>,
    by_type: Answers<(InstanceKind, Text), Value>,
    candidates: Answers<Span, Result<Candidates, EvalError>>,
    /// How many elements were made for what is the same for all instances.
    made_for_all: AtomicUsize,
    near_a_limit: AtomicBool,
}

impl<'a> Run<'a> {
    /// A run that has worked out nothing yet.
    pub fn new(
        catalog: &'a Catalog<'a>,
        selection: &'a Selection,
        infra: &'a Infra,
        host: &'a (dyn Host + Sync),
    ) -> Run<'a> {
        Run {
            catalog,
            selection,
            infra,
            host,
            subnets: Subnets::default(),
            tables: Tables::default(),
            calls: Calls::default(),
            indexes: Indexes::default(),
            values: Answers::default(),
            truths: Answers::default(),
            by_place: Answers::default(),
            by_type: Answers::default(),
            candidates: Answers::default(),
            made_for_all: AtomicUsize::new(0),
            near_a_limit: AtomicBool::new(false),
        }
    }

    /// Takes note of elements that are made for what is the same for all instances; false where there are more than so
    /// many.
    pub fn spend_for_all(&self, elements: usize, limit: usize) -> bool {
        self.made_for_all.fetch_add(elements, Relaxed) <= limit
    }

    /// Takes note of elements that are made, up to a limit.
    ///
    /// # Errors
    /// Where there are more.
    pub fn spend(&self, work: &Cell<usize>, elements: usize, limit: usize) -> Result<(), EvalError> {
        let spent = crate::eval::spend(work, elements, limit);
        if work.get() > limit / NEAR_A_LIMIT {
            self.near_a_limit.store(true, Relaxed);
        }
        spent
    }

    /// Whether something has made, or would have made, so many elements that it might be more than it may if others had
    /// asked later.
    pub fn is_near_a_limit(&self) -> bool {
        self.near_a_limit.load(Relaxed)
    }

    /// What calls gave whose answers depend on the instances of the run.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// What an expression is worth that is worth the same for all instances, worked out once. Rules and their
    /// expressions outlive the run, so that each is known by its place.
    pub fn value(
        &self,
        expr: *const Expr,
        work_out: impl FnOnce() -> Result<Value, EvalError>,
    ) -> Result<Value, EvalError> {
        self.values.once((expr.addr(), is_watched()), work_out)
    }

    /// What the call at this place of a rule file gives, which gives the same for all instances; worked out once.
    pub fn call(&self, place: Span, work_out: impl FnOnce() -> Result<Value, EvalError>) -> Result<Value, EvalError> {
        self.by_place.once(place, work_out)
    }

    /// The list of all instances of a type, made once: several rules ask for it, and know what they did with it by its
    /// place.
    pub fn list_of(&self, kind: InstanceKind, ty: &Text, make: impl FnOnce() -> Value) -> Value {
        self.by_type.once((kind, ty.clone()), make)
    }

    /// Where the call of `referrers` at this place of a rule file looks, worked out once.
    ///
    /// # Errors
    /// Where that cannot be worked out.
    pub fn candidates(
        &self,
        place: Span,
        work_out: impl FnOnce() -> Result<Candidates, EvalError>,
    ) -> Result<Candidates, EvalError> {
        self.candidates.once(place, work_out)
    }

    /// What a condition says that says the same of all instances, worked out once.
    pub fn truth(&self, expr: *const Expr, work_out: impl FnOnce() -> Truth) -> Truth {
        self.truths.once(expr.addr(), work_out)
    }

    /// An attribute of an instance as rules read it: what is known of the instance itself, else what it is configured
    /// to. Where a type has an argument of its own called `name`, `type` or the like, that is what is meant.
    pub fn attribute(&self, id: InstanceId, name: &str) -> Value {
        let instance = self.infra.get(id);
        match name {
            "address" => return instance.address.clone().into(),
            "block_address" => return instance.block_address.clone().into(),
            "lifecycle" if matches!(instance.kind, InstanceKind::Resource | InstanceKind::Data) => {
                return lifecycle(&instance.lifecycle);
            }
            "depends_on" => return self.dependencies(instance),
            "resource_type" => return instance.type_name.clone().into(),
            "resource_name" => return instance.name.clone().into(),
            "instance_key" => return key(instance),
            _ => {}
        }
        let own: fn(&Run<'_>, &Instance) -> Value = match name {
            "type" => |_, instance| instance.type_name.clone().into(),
            "name" => |_, instance| instance.name.clone().into(),
            "key" => |_, instance| key(instance),
            "module" => |_, instance| instance.module.clone().into(),
            "kind" => |_, instance| kind(instance.kind).into(),
            "file" => |run, instance| run.file(instance).into(),
            _ => return self.infra.attribute(id, name),
        };
        if self.has_argument(instance, name) { self.infra.attribute(id, name) } else { own(self, instance) }
    }

    /// Whether the block may set, or does set, an argument of that name.
    fn has_argument(&self, instance: &Instance, name: &str) -> bool {
        let may_set = || self.infra.schema_of(instance.id).is_some_and(|schema| schema.attribute(name).is_some());
        instance.attributes.contains_key(name) || may_set()
    }

    /// The file of an instance's block, relative to the root module's folder.
    fn file(&self, instance: &Instance) -> String {
        let name = self.catalog.sources().file(instance.span.file).name.clone();
        let below = name.strip_prefix(&*self.infra.root.folder).and_then(|rest| rest.strip_prefix('/'));
        below.unwrap_or(&name).to_owned()
    }

    /// The instances that `depends_on` names.
    fn dependencies(&self, instance: &Instance) -> Value {
        let written = instance.block.body.attribute("depends_on").map(|a| &a.expr.kind);
        let Some(ExprKind::Tuple(items)) = written else { return Value::tuple(Vec::new()) };
        let dot = if instance.module.is_empty() { "" } else { "." };
        let of_block = |item: &Expr| {
            let steps = steps(item);
            let (kind, ty) = match steps.as_slice() {
                ["data", ty, ..] => (InstanceKind::Data, *ty),
                ["module", ..] => (InstanceKind::Module, "module"),
                [ty, ..] => (InstanceKind::Resource, *ty),
                [] => return Vec::new(),
            };
            let address = format!("{}{dot}{}", instance.module, steps.join("."));
            let ids = self.infra.of_type(kind, ty).iter();
            ids.filter(|id| *self.infra.get(**id).block_address == *address).copied().collect()
        };
        let ids = items.iter().flat_map(of_block);
        Value::tuple(ids.map(|id| Kind::Handle(id).into()).collect())
    }

    /// The tags of an instance, merged over the default tags of its provider.
    pub fn tags(&self, id: InstanceId) -> Value {
        let blocks = self.infra.attribute(id, "tag");
        let pair = |block: &Value| {
            let fields = block.as_fields()?;
            Some((fields.entries.get("key")?.as_str()?.into(), fields.entries.get("value")?.clone()))
        };
        let pairs = blocks.as_seq().map(|seq| seq.items.iter().filter_map(pair).collect::<ByName<Value>>());
        // What a block says by its name and value cannot be told from the rest any more.
        let written = pairs.map_or(Value::NULL, Value::object).with_marks(blocks.deep_marks());
        merged_tags([self.default_tags(id), self.infra.attribute(id, "tags"), written])
    }

    /// The `default_tags` of the provider that an instance belongs to: of its module, else of a module around it.
    fn default_tags(&self, id: InstanceId) -> Value {
        let instance = self.infra.get(id);
        let Some(provider) = provider_name(instance) else { return Value::NULL };
        let mut module = &*instance.module;
        let found = loop {
            let dot = if module.is_empty() { "" } else { "." };
            if let Some(found) = self.infra.by_address(&format!("{module}{dot}provider.{provider}")) {
                break found;
            }
            if module.is_empty() {
                return Value::NULL;
            }
            module = module.rfind(".module.").map_or("", |at| &module[..at]);
        };
        let blocks = self.infra.attribute(found.id, "default_tags");
        let first = blocks.as_seq().and_then(|seq| seq.items.first());
        first.and_then(|block| block.as_fields()?.entries.get("tags").cloned()).unwrap_or(Value::NULL)
    }
}

/// The names of a reference to a block, keys left out: `module.a[0]` is `module`, `a`.
fn steps(reference: &Expr) -> Vec<&str> {
    match &reference.kind {
        ExprKind::Variable(name) => vec![name],
        ExprKind::Attr(attr) => {
            let AttrExpr { base, name } = &**attr;
            let mut steps = steps(base);
            steps.push(&name.text);
            steps
        }
        ExprKind::Index(base, _) => steps(base),
        _ => Vec::new(),
    }
}

/// The provider of a resource as its block names it (`aws`, `aws.west`), else by the first word of its type.
fn provider_name(instance: &Instance) -> Option<String> {
    if !matches!(instance.kind, InstanceKind::Resource | InstanceKind::Data) {
        return None;
    }
    let written = instance.block.body.attribute("provider").map(|a| &a.expr.kind);
    match written {
        Some(ExprKind::Variable(name)) => Some(name.to_string()),
        Some(ExprKind::Attr(of)) => match &of.base.kind {
            ExprKind::Variable(name) => Some(format!("{name}.{}", of.name.text)),
            _ => None,
        },
        _ => instance.type_name.split('_').next().map(str::to_owned),
    }
}

fn key(instance: &Instance) -> Value {
    instance.key.clone().map_or(Value::NULL, Value::from)
}

fn kind(kind: InstanceKind) -> &'static str {
    match kind {
        InstanceKind::Resource => "resource",
        InstanceKind::Data => "data",
        InstanceKind::Module => "module",
        InstanceKind::Terraform => "terraform",
        InstanceKind::Provider => "provider",
        InstanceKind::Variable => "variable",
        InstanceKind::Output => "output",
    }
}

fn lifecycle(lifecycle: &Lifecycle) -> Value {
    let flag = |value: &Option<Value>| value.clone().unwrap_or(Value::NULL);
    let ignored = match lifecycle.ignores_all {
        true => vec![Value::from("all")],
        false => lifecycle.ignore_changes.iter().map(|name| Value::from(name.clone())).collect(),
    };
    let entries = [
        ("prevent_destroy", flag(&lifecycle.prevent_destroy)),
        ("create_before_destroy", flag(&lifecycle.create_before_destroy)),
        ("destroy", flag(&lifecycle.destroy)),
        ("ignore_changes", Value::tuple(ignored)),
    ];
    Value::object(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
}
