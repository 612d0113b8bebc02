//! Makes an [`Infra`] from an evaluated program.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::addresses::ByAddress;
use super::fill::{Filler, facts_of};
use super::foreign;
use super::imported::Imported;
use super::pseudo;
use super::{
    HandedOut, Infra, Instance, InstanceId, InstanceKind, Lifecycle, NotOnDisk, Receiver, RootFacts, Wanted, Within,
};
use crate::clock::{Clock, Stage};
use crate::config::{Child, Declared, IgnoreChanges, Key, Mode, ProviderName, Resource, ResourceName};
use crate::eval::expand::InstanceSlot;
use crate::eval::program::{ModuleInstance, Program};
use crate::eval::{BlockSource, ByName, Kind, Reference, ReferenceKind, Step, Value};
use crate::source::{Problem, ProblemKind};
use crate::syntax::Text;

/// More module instances than this are not looked at.
const MODULE_LIMIT: usize = 100_000;

/// What was worked out of so many resources of a module is kept beyond what is read of them: others may refer to it.
const RESOURCES_KEPT: usize = 4096;
/// What was worked out of the calls, outputs and resources of so many module instances is kept.
const MODULES_KEPT: usize = 1024;

/// The instances of a program's root and of all modules it calls.
pub fn build(program: &Program<'_>, root: RootFacts, wanted: Wanted, clock: &Clock) -> Infra {
    let mut builder = Builder {
        program,
        infra: Infra { root, ..Infra::default() },
        filler: Filler::default(),
        wanted,
        words: Default::default(),
        foreign: Vec::new(),
        imported: Imported::of(&program.root_instance().module().imports),
    };
    clock.part(Stage::Evaluate, || {
        builder.modules();
        program.forget_resources();
    });
    clock.part(Stage::Infra, || {
        builder.sort();
        builder.handed_out();
        builder.state_buckets();
    });
    builder.infra
}

struct Builder<'p, 'c> {
    program: &'p Program<'c>,
    infra: Infra,
    filler: Filler,
    wanted: Wanted,
    words: pseudo::Words,
    /// The providers of the root that speak to something other than AWS.
    foreign: Vec<ProviderName>,
    imported: Imported,
}

impl Builder<'_, '_> {
    fn modules(&mut self) {
        let root = self.program.root_instance();
        let folder_says =
            self.infra.root.environment.is_none() && pseudo::path_says_nonproduction(&self.infra.root.path);
        let root_nonproduction = self.infra.root.nonproduction || folder_says;
        self.foreign = foreign::providers(self.program, &root);
        let mut todo = vec![(root, root_nonproduction)];
        let mut seen = 0;
        while let Some((module, inherited)) = todo.pop() {
            seen += 1;
            if seen > MODULE_LIMIT {
                self.too_many_modules(&module);
                return;
            }
            // An environment that was chosen for the run decides; otherwise the configuration may name one.
            let chosen = self.infra.root.environment.is_some();
            let nonproduction = inherited || (!chosen && pseudo::says_nonproduction(self.program, &module));
            if module.id == 0 {
                self.infra.root.nonproduction = nonproduction;
            }
            self.program.check_module(&module);
            self.resources(&module, nonproduction);
            let wanted = (self.wants(self.wanted.variables, &module), self.wants_outputs(&module));
            pseudo::declarations(self.program, &module, nonproduction, (&self.words, wanted), &mut self.infra);
            self.calls(&module, nonproduction, &mut todo);
            if seen > MODULES_KEPT {
                self.program.forget_some_of(&module);
            }
        }
    }

    fn wants(&self, within: Option<Within>, module: &ModuleInstance) -> bool {
        within.is_some_and(|within| within.holds(module.id == 0, self.infra.root.several_environments))
    }

    /// What a root module puts out leaves the configuration, whether or not a rule looks at it.
    fn wants_outputs(&self, module: &ModuleInstance) -> bool {
        module.id == 0 || self.wants(self.wanted.outputs, module)
    }

    fn too_many_modules(&self, module: &ModuleInstance) {
        let message = format!("more than {MODULE_LIMIT} module instances are not looked at");
        let problem = match module.module().variables.values().next() {
            Some(variable) => Problem::warning(ProblemKind::Limit, variable.header, message, "in this module"),
            None => Problem::about_file(ProblemKind::Limit, module.module().name.clone(), message),
        };
        self.program.report(problem);
    }

    fn resources(&mut self, module: &Rc<ModuleInstance>, nonproduction: bool) {
        // Most blocks have one instance each: where they are very many, room for twice as many would be much.
        let declared = module.module();
        let variables = if self.wants(self.wanted.variables, module) { declared.variables.len() } else { 0 };
        let outputs = if self.wants_outputs(module) { declared.outputs.len() } else { 0 };
        let others = declared.providers.len() + variables + outputs + declared.calls.len();
        self.infra.instances.reserve(declared.resources.len() + others + 1);
        for declared in module.module().resources.each() {
            let Some(expansion) = self.program.resource_expansion(module, declared) else { continue };
            let Declared { name, declared: resource, .. } = declared;
            if expansion.is_repeated() {
                self.infra.instances.reserve(expansion.slots().len() + others + 1);
            }
            let block_address: Option<Text> = expansion.is_repeated().then(|| name.text(&module.prefix).into());
            for slot in expansion.slots() {
                self.resource(module, name, (resource, block_address.as_ref()), slot, nonproduction);
                if expansion.slots().len() > RESOURCES_KEPT {
                    slot.forget_attributes();
                }
            }
            let done = declared.at + 1;
            if done.is_multiple_of(RESOURCES_KEPT) {
                self.program.forget_some(module, done - RESOURCES_KEPT..done);
            }
        }
    }

    fn resource(
        &mut self,
        module: &Rc<ModuleInstance>,
        name: &ResourceName,
        (resource, block_address): (&Resource, Option<&Text>),
        slot: &InstanceSlot,
        nonproduction: bool,
    ) {
        let reference = self.program.instance_reference(slot, name);
        let attributes = self.program.configured_attributes(slot, name, resource);
        let imported = self.imported.holds(&module.address, name, &slot.key);
        let attributes = match name.mode {
            Mode::Managed => self.filler.complete(&name.type_name, (&reference, imported), attributes),
            _ => attributes,
        };
        let kind = match name.mode {
            Mode::Managed => InstanceKind::Resource,
            Mode::Data | Mode::Ephemeral => InstanceKind::Data,
        };
        let block = BlockSource { header: resource.header, body: resource.body.clone(), frame: slot.frame.id };
        let chosen = self.infra.root.environment.is_some();
        let elsewhere =
            resource.count.as_ref().or(resource.enabled()).is_some_and(|there| pseudo::only_in_nonproduction(there));
        let nonproduction = nonproduction || (!chosen && (elsewhere || pseudo::tags_say_nonproduction(&attributes)));
        self.infra.instances.push(Instance {
            id: 0,
            address: reference.target.clone(),
            // What is not repeated has the address of its block.
            block_address: block_address.unwrap_or(&reference.target).clone(),
            kind,
            type_name: name.type_name.clone(),
            name: name.name.clone(),
            module: module.name.clone(),
            key: key_text(&slot.key),
            open: slot.key.is_open() || module.address.steps().iter().any(|(_, key)| key.is_open()),
            attributes,
            block,
            span: resource.span,
            lifecycle: self.lifecycle(resource, slot),
            foreign: foreign::is_foreign(&self.foreign, module, resource),
            imported,
            on_disk: false,
            nonproduction,
        });
    }

    fn lifecycle(&self, resource: &Resource, slot: &InstanceSlot) -> Arc<Lifecycle> {
        let Some(written) = &resource.lifecycle else { return self.words.lifecycle.clone() };
        let exprs = [&written.prevent_destroy, &written.create_before_destroy, &written.destroy];
        if matches!(written.ignore_changes, IgnoreChanges::Nothing) && exprs.iter().all(|e| e.is_none()) {
            return self.words.lifecycle.clone();
        }
        let value = |expr: &Option<Arc<crate::syntax::Expr>>| expr.as_ref().map(|e| self.program.eval(e, &slot.frame));
        let (ignores_all, ignore_changes) = match &written.ignore_changes {
            IgnoreChanges::All(_) => (true, Vec::new()),
            IgnoreChanges::Paths(paths) => (false, paths.iter().map(|p| p.argument.clone()).collect()),
            IgnoreChanges::Nothing => (false, Vec::new()),
        };
        Arc::new(Lifecycle {
            ignores_all,
            ignore_changes,
            prevent_destroy: value(&written.prevent_destroy),
            create_before_destroy: value(&written.create_before_destroy),
            destroy: value(&written.destroy),
        })
    }

    fn calls(&mut self, module: &Rc<ModuleInstance>, nonproduction: bool, todo: &mut Vec<(Rc<ModuleInstance>, bool)>) {
        for declared in module.module().calls.each() {
            let Some(expansion) = self.program.call_expansion(module, declared) else { continue };
            let Declared { name, declared: call, .. } = declared;
            if let Some(Child::NotOnDisk { source, .. }) = module.node.children.get(name) {
                let address = module.address.child(name.clone(), Key::None).to_string();
                let source = source.to_string().into();
                self.infra.not_on_disk.push(NotOnDisk { address: address.into(), source, span: call.header });
            }
            for slot in expansion.slots() {
                let loaded = self.program.called_module(slot, name);
                pseudo::call(
                    self.program,
                    module,
                    (name, call),
                    slot,
                    loaded.as_ref(),
                    (nonproduction, &self.words),
                    &mut self.infra,
                );
                todo.extend(loaded.map(|called| (called, nonproduction)));
                if todo.len() > MODULES_KEPT {
                    slot.forget_attributes();
                }
            }
        }
    }

    /// Gives instances their ids. They stand in an order of their names alone: which of two equal instances a rule speaks
    /// of, and so what a baseline knows it by, must not change when blocks are moved about.
    fn sort(&mut self) {
        let instances = &mut self.infra.instances;
        let number = |key: &Option<Text>| key.as_ref().and_then(|k| k.parse::<i64>().ok());
        // Most instances share these texts with their neighbours.
        let by_text = |a: &Text, b: &Text| if std::ptr::eq(&**a, &**b) { Ordering::Equal } else { a.cmp(b) };
        let compare = |a: &Instance, b: &Instance| {
            by_text(&a.module, &b.module)
                .then_with(|| a.kind.cmp(&b.kind))
                .then_with(|| by_text(&a.type_name, &b.type_name))
                .then_with(|| by_text(&a.name, &b.name))
                .then_with(|| number(&a.key).cmp(&number(&b.key)))
                .then_with(|| (&a.address, a.span).cmp(&(&b.address, b.span)))
        };
        // Instances are large: their numbers are sorted, and each is moved once.
        let mut order: Vec<usize> = (0..instances.len()).collect();
        order.sort_by(|a, b| compare(&instances[*a], &instances[*b]));
        put_in_order(instances, order);
        for (id, instance) in instances.iter_mut().enumerate() {
            instance.id = id as InstanceId;
        }
        let Infra { instances, by_type, by_address, facts, .. } = &mut self.infra;
        *by_address = ByAddress::of(instances);
        facts.reserve_exact(instances.len());
        // Those of one type stand beside each other in each module.
        for of_type in instances.chunk_by(|a, b| a.kind == b.kind && a.type_name == b.type_name) {
            let (kind, name) = (of_type[0].kind, &of_type[0].type_name);
            let ids = by_type.entry(kind).or_default().entry(name.clone()).or_default();
            ids.extend(of_type.iter().map(|instance| instance.id));
            let known = if kind == InstanceKind::Resource { facts_of(name) } else { None };
            facts.extend(of_type.iter().map(|_| known));
        }
        self.infra.not_on_disk.sort_by(|a, b| a.address.cmp(&b.address));
        self.infra.not_on_disk.dedup_by(|a, b| a.address == b.address);
    }

    /// What leaves the configuration: through outputs of the root module, and to modules that are not on disk.
    fn handed_out(&mut self) {
        let mut handed_out = HandedOut::default();
        for instance in &self.infra.instances {
            let receiver = match instance.kind {
                InstanceKind::Output if instance.module.is_empty() => Receiver::Output,
                InstanceKind::Module if !instance.on_disk => Receiver::Unseen,
                _ => continue,
            };
            let mut hand = |reference: &Reference| {
                if matches!(reference.kind, ReferenceKind::Variable | ReferenceKind::Runtime) {
                    return;
                }
                let attribute = reference.path.iter().find_map(|step| match step {
                    Step::Name(name) => Some(name.clone()),
                    _ => None,
                });
                let target = self.infra.by_address(&reference.target).map(|target| target.id);
                if let Some(id) = target.filter(|id| *id != instance.id) {
                    handed_out.add(id, receiver, attribute, instance.id);
                }
            };
            instance.attributes.values().for_each(|value| value.deep_refs().iter().for_each(&mut hand));
        }
        self.infra.handed_out = handed_out;
    }
}

impl Builder<'_, '_> {
    /// Tells `terraform` blocks which buckets of this root hold states: of thousands of roots each has a few buckets, and
    /// none should go through those of all others.
    fn state_buckets(&mut self) {
        let all = self.infra.root.state_buckets.clone();
        let buckets = self.infra.of_type(InstanceKind::Resource, "aws_s3_bucket").iter();
        let names = buckets.filter_map(|id| self.infra.get(*id).attributes.get("bucket"));
        let (mut here, mut any) = (BTreeSet::new(), false);
        for name in names {
            match &name.kind {
                Kind::String(name) => here.extend(all.binary_search(name).ok().map(|at| all[at].clone())),
                Kind::Null => {}
                // It may be each of them.
                _ => any = true,
            }
        }
        let here = if any { all.iter().cloned().collect() } else { here };
        let here = Value::tuple(here.into_iter().map(Value::from).collect());
        for id in self.infra.of_type(InstanceKind::Terraform, "terraform").to_vec() {
            self.infra.instances[id as usize].attributes.insert("state_buckets".into(), here.clone());
        }
    }
}

pub(super) fn key_text(key: &Key) -> Option<Text> {
    match key {
        Key::None | Key::Perhaps => None,
        Key::Int(n) => Some(n.to_string().into()),
        Key::Str(text) => Some(text.clone()),
        Key::Any => Some("*".into()),
    }
}

/// Attributes by name.
pub(super) type Attributes = ByName<Value>;

/// Moves to each place the item whose place `order` has there; the order names each place once.
fn put_in_order<T>(items: &mut [T], mut order: Vec<usize>) {
    for start in 0..items.len() {
        let mut place = start;
        // Around the circle of places that lead back to this one.
        while order[place] != place {
            let from = std::mem::replace(&mut order[place], place);
            if from == start {
                break;
            }
            items.swap(place, from);
            place = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_go_where_the_order_says() {
        for order in
            [vec![], vec![0], vec![1, 0], vec![0, 1, 2], vec![2, 0, 1], vec![1, 2, 0, 4, 3, 5], vec![4, 3, 2, 1, 0]]
        {
            let mut items: Vec<usize> = (0..order.len()).collect();
            put_in_order(&mut items, order.clone());
            assert_eq!(items, order);
        }
    }
}
