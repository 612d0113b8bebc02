//! Instances that are no resources: module calls, providers, variables, outputs, the `terraform` blocks.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::build::{Attributes, key_text};
use super::{Infra, Instance, InstanceKind, Lifecycle};
use crate::config::{
    COMPUTED_SOURCE, Child, Declared, Given, ModuleCall, ModuleNode, ModuleSource, folder_is_nonproduction,
    is_nonproduction,
};
use crate::eval::expand::InstanceSlot;
use crate::eval::program::{Frame, ModuleInstance, Program};
use crate::eval::{BlockSource, ByName, Value};
use crate::source::Span;
use crate::syntax::{BinaryOp, Body, Expr, ExprKind, Text};

/// Variables and tags that name an environment.
const ENVIRONMENT_NAMES: [&str; 3] = ["env", "environment", "stage"];

/// Whether the folders that a root lies in name such an environment, the innermost that names one: `live/dev/app`,
/// `accounts/acme-staging`.
pub(super) fn path_says_nonproduction(path: &str) -> bool {
    path.rsplit(['/', '\\']).find_map(folder_is_nonproduction).unwrap_or(false)
}

/// Whether the condition of a block's `count` holds in such environments only: `local.environment == "development" ? 1 : 0`
/// or `contains(["test", "development"], …) ? 1 : 0`.
pub(super) fn only_in_nonproduction(count: &Expr) -> bool {
    let ExprKind::Conditional(of) = &count.kind else { return false };
    matches!(&of.otherwise.kind, ExprKind::Number(n) if &**n == "0") && holds_in_nonproduction(&of.condition)
}

/// Whether a condition that holds says that the environment is such a one; `local.is_development` says so by its name.
fn holds_in_nonproduction(condition: &Expr) -> bool {
    let says = |e: &Expr| matches!(&e.kind, ExprKind::String(text) if is_nonproduction(text));
    match &condition.kind {
        ExprKind::Paren(inner) => holds_in_nonproduction(inner),
        ExprKind::Attr(attr) => is_nonproduction(&attr.name.text),
        ExprKind::Binary(BinaryOp::Equal, of) => says(&of.left) || says(&of.right),
        ExprKind::Binary(BinaryOp::Or, of) => holds_in_nonproduction(&of.left) && holds_in_nonproduction(&of.right),
        ExprKind::Binary(BinaryOp::And, of) => holds_in_nonproduction(&of.left) || holds_in_nonproduction(&of.right),
        ExprKind::Call(call) if &*call.name.text == "contains" => match call.args.first().map(|list| &list.kind) {
            Some(ExprKind::Tuple(items)) => !items.is_empty() && items.iter().all(says),
            _ => false,
        },
        _ => false,
    }
}

fn names_environment(key: &str) -> bool {
    ENVIRONMENT_NAMES.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Whether a variable, the workspace or the default tags of a module instance name such an environment.
pub(super) fn says_nonproduction(program: &Program<'_>, module: &Rc<ModuleInstance>) -> bool {
    let declared = module.module();
    let variables = declared.variables.each().filter(|variable| names_environment(variable.name));
    let mut values = variables.map(|variable| program.variable(module, variable));
    if values.any(|v| v.as_str().is_some_and(is_nonproduction)) {
        return true;
    }
    if module.id == 0 && program.workspace().as_str().is_some_and(is_nonproduction) {
        return true;
    }
    let frame = program.plain_frame(module);
    declared.providers.values().any(|provider| {
        let blocks = program.body_item(&provider.arguments, &"default_tags".into(), &frame);
        let first = blocks.as_ref().and_then(Value::as_seq).and_then(|s| s.items.first().cloned());
        first.as_ref().and_then(Value::as_fields).is_some_and(|f| tags_say_nonproduction(&f.entries))
    })
}

/// Whether the `tags`, or the `tag` blocks of an autoscaling group, among these attributes name such an environment.
pub(super) fn tags_say_nonproduction(attributes: &Attributes) -> bool {
    let says = |key: &str, value: &Value| names_environment(key) && value.as_str().is_some_and(is_nonproduction);
    let tags = attributes.get("tags").and_then(Value::as_fields);
    let blocks = attributes.get("tag").and_then(Value::as_seq);
    tags.is_some_and(|tags| tags.entries.iter().any(|(key, value)| says(key, value)))
        || blocks.is_some_and(|blocks| {
            blocks.items.iter().filter_map(Value::as_fields).any(|block| {
                let key = block.entries.get("key").and_then(Value::as_str);
                key.zip(block.entries.get("value")).is_some_and(|(key, value)| says(key, value))
            })
        })
}

/// Words that thousands of pseudo-instances share.
pub(super) struct Words {
    module: Text,
    variable: Text,
    output: Text,
    terraform: Text,
    of_variable: [Text; 9],
    of_output: [Text; 2],
    nothing: Value,
    /// Of blocks that write none.
    pub(super) lifecycle: Arc<Lifecycle>,
}

impl Default for Words {
    fn default() -> Words {
        // In order, so that nothing needs to be sorted.
        let of_variable = [
            "default",
            "description",
            "environments",
            "has_default",
            "nullable",
            "reaches",
            "sensitive",
            "type",
            "value",
        ];
        Words {
            module: "module".into(),
            variable: "variable".into(),
            output: "output".into(),
            terraform: "terraform".into(),
            of_variable: of_variable.map(Text::from),
            of_output: ["sensitive", "value"].map(Text::from),
            nothing: Value::tuple(Vec::new()),
            lifecycle: Arc::default(),
        }
    }
}

/// Attributes of these names.
fn named<const N: usize>(names: &[Text; N], values: [Value; N]) -> Attributes {
    names.iter().cloned().zip(values).collect()
}

/// What all pseudo-instances of one module share.
struct Maker<'a> {
    module: &'a ModuleInstance,
    frame: &'a Rc<Frame>,
    nonproduction: bool,
    words: &'a Words,
}

impl Maker<'_> {
    fn instance(
        &self,
        kind: InstanceKind,
        (type_name, name): (&Text, &Text),
        parts: [&str; 3],
        (header, span, body): (Span, Span, &Arc<Body>),
        attributes: Attributes,
    ) -> Instance {
        let address = Text::from([&*self.module.prefix, parts[0], parts[1], parts[2]].concat());
        Instance {
            id: 0,
            block_address: address.clone(),
            address,
            kind,
            type_name: type_name.clone(),
            name: name.clone(),
            module: self.module.name.clone(),
            key: None,
            open: self.module.address.steps().iter().any(|(_, key)| key.is_open()),
            attributes,
            block: BlockSource { header, body: body.clone(), frame: self.frame.id },
            span,
            lifecycle: self.words.lifecycle.clone(),
            foreign: false,
            imported: false,
            on_disk: false,
            nonproduction: self.nonproduction,
        }
    }
}

/// Adds a module instance's providers, variables and outputs as far as they are wanted, and the root's `terraform` blocks.
pub(super) fn declarations(
    program: &Program<'_>,
    module: &Rc<ModuleInstance>,
    nonproduction: bool,
    (words, (variables, outputs)): (&Words, (bool, bool)),
    infra: &mut Infra,
) {
    let declared = module.node.module.clone();
    let frame = program.plain_frame(module);
    let maker = Maker { module, frame: &frame, nonproduction, words };
    for (name, provider) in &declared.providers {
        let before = program.problem_count();
        let mut attributes = program.block_attributes(&provider.body, &frame);
        // In one with `for_each`, of OpenTofu, `each` differs from one configuration to the next.
        let is_at_fault = program.problem_count() > before;
        if is_at_fault && (provider.for_each.is_some() || !declared.uses(name)) {
            program.forgive(before, provider.span);
        }
        attributes.insert("alias".into(), name.alias.clone().map_or(Value::NULL, Value::from));
        let suffix = name.alias.as_ref().map(|a| format!(".{a}")).unwrap_or_default();
        let local = ["provider.", &name.name, &suffix];
        let place = (provider.header, provider.span, &provider.body);
        let named = (&name.name, &name.name);
        infra.instances.push(maker.instance(InstanceKind::Provider, named, local, place, attributes));
    }
    let sets = Sets::of(program, module);
    for each in declared.variables.each().filter(|_| variables) {
        let value = program.variable(module, each);
        let Declared { name, declared: variable, .. } = each;
        let text =
            |expr: &Option<Arc<crate::syntax::Expr>>| expr.as_ref().map_or(Value::NULL, |e| program.eval(e, &frame));
        let (environments, reaches) = match &sets {
            Some(sets) => (sets.values(program, name, variable), sets.reached(name)),
            None => (words.nothing.clone(), words.nothing.clone()),
        };
        let values = [
            text(&variable.default),
            text(&variable.description),
            environments,
            variable.default.is_some().into(),
            variable.nullable.into(),
            reaches,
            variable.sensitive.into(),
            program.shown_type(variable).into(),
            value,
        ];
        let attributes = named(&words.of_variable, values);
        let place = (variable.header, variable.header, &variable.body);
        let (named, local) = ((&words.variable, name), ["var.", &**name, ""]);
        infra.instances.push(maker.instance(InstanceKind::Variable, named, local, place, attributes));
    }
    for each in declared.outputs.each().filter(|_| outputs) {
        let value = program.output(module, each);
        let Declared { name, declared: output, .. } = each;
        let attributes = named(&words.of_output, [output.sensitive.into(), value]);
        let place = (output.header, output.header, &output.body);
        let (named, local) = ((&words.output, name), ["output.", &**name, ""]);
        infra.instances.push(maker.instance(InstanceKind::Output, named, local, place, attributes));
    }
    if module.id == 0 {
        terraform(program, &maker, infra);
    }
}

/// The variable files of a root's environments, for comparing what they set.
struct Sets<'c> {
    environments: &'c [crate::config::RootEnvironment],
    /// What each of them sets, once something has asked.
    given: OnceCell<Vec<Given<'c>>>,
    reach: BTreeMap<Text, BTreeSet<Text>>,
}

impl<'c> Sets<'c> {
    /// Those of the root module; modules that are called have none.
    fn of(program: &Program<'c>, module: &ModuleInstance) -> Option<Sets<'c>> {
        let environments = &program.root().environments[..];
        let several = module.id == 0 && environments.len() > 1;
        several.then(|| Sets { environments, given: OnceCell::new(), reach: super::reach::reached(&module.node) })
    }

    /// What a variable is worth in each environment.
    fn values(&self, program: &Program<'_>, name: &Text, variable: &crate::config::Variable) -> Value {
        program.in_all_environments(variable, || {
            let ty = program.variable_type(variable);
            let given = self
                .given
                .get_or_init(|| self.environments.iter().map(|environment| environment.file.by_name()).collect());
            let values = self.environments.iter().zip(given).map(|(environment, given)| {
                let given = given.get(&**name).map(|(_, expr)| expr);
                let worth = given.or(variable.default.as_ref()).map_or(Value::NULL, |expr| program.literal(expr, &ty));
                Value::object(ByName::from([
                    ("name".into(), environment.name.clone().into()),
                    ("nonproduction".into(), is_nonproduction(&environment.name).into()),
                    ("given".into(), given.is_some().into()),
                    ("value".into(), worth),
                ]))
            });
            Value::tuple(values.collect())
        })
    }

    /// The arguments of resources that a variable is passed to unchanged.
    fn reached(&self, name: &Text) -> Value {
        let names = self.reach.get(name).into_iter().flatten();
        Value::tuple(names.map(|n| n.clone().into()).collect())
    }
}

/// The `terraform` blocks of the root, with what rules about roots ask for.
fn terraform(program: &Program<'_>, maker: &Maker<'_>, infra: &mut Infra) {
    let declared = maker.module.node.module.clone();
    let settings = &declared.settings;
    let eval = |expr: &Arc<crate::syntax::Expr>| program.eval(expr, maker.frame);
    let block_object = |header, body: &Arc<Body>, kind: Option<&Text>| {
        let mut entries = program.block_attributes(body, maker.frame);
        if let Some(kind) = kind {
            entries.insert("type".into(), kind.clone().into());
        }
        let block = Some(Arc::new(BlockSource { header, body: body.clone(), frame: maker.frame.id }));
        let fields = crate::eval::Fields { entries, block, ..Default::default() };
        Value::from(crate::eval::Kind::Object(fields.into()))
    };
    let backend = settings.backend.iter().map(|b| block_object(b.header, &b.body, Some(&b.kind.text)));
    let cloud = settings.cloud.iter().map(|b| block_object(b.header, &b.body, None));
    let required = settings.required_providers.iter().map(|(name, required)| {
        let part = |expr: &Option<Arc<crate::syntax::Expr>>| expr.as_ref().map_or(Value::NULL, eval);
        let entries =
            ByName::from([("source".into(), part(&required.source)), ("version".into(), part(&required.version))]);
        (name.clone(), Value::object(entries))
    });
    let mut tree = Tree::default();
    tree.visit(program, &maker.module.node, 0);
    let texts = |set: &BTreeSet<Text>| Value::tuple(set.iter().map(|t| t.clone().into()).collect());
    let constraints = tree.constraints.iter().map(|(name, all)| (name.clone(), texts(all)));
    let root = &infra.root;
    let attributes = ByName::from([
        ("required_version".into(), Value::tuple(settings.required_versions.iter().map(eval).collect())),
        ("required_providers".into(), Value::object(required.collect())),
        ("backend".into(), Value::tuple(backend.collect())),
        ("cloud".into(), Value::tuple(cloud.collect())),
        ("constraints".into(), Value::object(constraints.collect())),
        ("providers_used".into(), texts(&tree.used)),
        ("providers_configured".into(), texts(&declared.providers.keys().map(|p| p.name.clone()).collect())),
        ("providers_in_modules".into(), texts(&tree.configured_below)),
        ("managed_types".into(), texts(&tree.managed_types)),
        ("unseen_modules".into(), Value::from(tree.unseen)),
        ("folder".into(), root.folder.clone().into()),
        ("path".into(), root.path.clone().into()),
        ("backend_elsewhere".into(), root.backend_elsewhere.into()),
        ("backend_usual".into(), root.backend_usual.into()),
        ("first".into(), root.first.into()),
        ("library".into(), root.library.into()),
        ("generated".into(), root.generated.into()),
        ("has_lock_file".into(), root.has_lock_file.into()),
    ]);
    let empty = Arc::new(Body {
        attributes: Box::default(),
        blocks: Box::default(),
        span: first_span(&declared),
        incomplete: false,
    });
    let body = settings.body.as_ref().unwrap_or(&empty);
    let header = settings.headers.first().copied().unwrap_or_else(|| first_span(&declared));
    let place = (header, header, body);
    let named = (&maker.words.terraform, &maker.words.terraform);
    infra.instances.push(maker.instance(InstanceKind::Terraform, named, ["terraform", "", ""], place, attributes));
}

/// The header of the first block of a module: where a finding about something that is nowhere points.
fn first_span(module: &crate::config::Module) -> Span {
    let documents = module.documents.iter();
    let blocks = documents.flat_map(|d| d.body.blocks.iter().map(|b| b.header));
    let fallback = || module.documents.first().map(|d| Span { end: d.body.span.start, ..d.body.span });
    blocks.min().or_else(fallback).unwrap_or(Span { file: crate::source::FileId(0), start: 0, end: 0 })
}

/// What a root's tree of modules uses.
#[derive(Default)]
struct Tree<'n> {
    used: BTreeSet<Text>,
    configured_below: BTreeSet<Text>,
    constraints: BTreeMap<Text, BTreeSet<Text>>,
    managed_types: BTreeSet<Text>,
    unseen: bool,
    /// The folders of the modules that were visited.
    seen: FxHashSet<&'n OsStr>,
}

impl<'n> Tree<'n> {
    fn visit(&mut self, program: &Program<'_>, node: &'n ModuleNode, depth: usize) {
        let module = &node.module;
        if !self.seen.insert(module.dir.as_os_str()) {
            return;
        }
        let mut before = None;
        for resource in module.resources.values() {
            // They are sorted by type: most are like the one before.
            let kind = (resource.name.mode, &resource.name.type_name);
            if resource.provider.is_none() && before.replace(kind) == Some(kind) {
                continue;
            }
            let by_type = resource.name.type_name.split('_').next().unwrap_or_default();
            let provider = resource.provider.as_ref().map_or_else(|| by_type.into(), |p| p.name.clone());
            self.used.insert(provider);
            if resource.name.mode == crate::config::Mode::Managed {
                self.managed_types.insert(resource.name.type_name.clone());
            }
        }
        for (name, provider) in &module.providers {
            self.used.insert(name.name.clone());
            if depth > 0 && provider.is_configured() {
                self.configured_below.insert(name.name.clone());
            }
        }
        for (name, required) in &module.settings.required_providers {
            let version = required.version.as_ref().map(|e| program.eval(e, &program.root_frame()));
            if let Some(text) = version.as_ref().and_then(Value::as_str) {
                self.constraints.entry(name.clone()).or_default().insert(text.into());
            }
        }
        for child in node.children.values() {
            match child {
                Child::Loaded(node) => self.visit(program, node, depth + 1),
                _ => self.unseen = true,
            }
        }
    }
}

/// Adds one instance of a module call.
pub(super) fn call(
    program: &Program<'_>,
    module: &Rc<ModuleInstance>,
    (name, call): (&Text, &ModuleCall),
    slot: &InstanceSlot,
    called: Option<&Rc<ModuleInstance>>,
    (nonproduction, words): (bool, &Words),
    infra: &mut Infra,
) {
    let maker = Maker { module, frame: &slot.frame, nonproduction, words };
    // What a loaded module does with its arguments is seen inside it.
    let version = call.version.as_ref().map(|e| ("version".into(), program.eval(e, &slot.frame)));
    let attributes = program.call_arguments(call, &slot.frame, called, version);
    let place = (call.header, call.span, &call.body);
    let reference = program.call_reference(slot, name);
    let named = (&words.module, name);
    let instance = maker.instance(InstanceKind::Module, named, ["module.", &**name, ""], place, attributes);
    let open = instance.open || slot.key.is_open();
    let (address, key, on_disk) = (reference.target.clone(), key_text(&slot.key), called.is_some());
    infra.instances.push(Instance { address, key, open, on_disk, ..instance });
}

/// What is known of a module call beside its arguments.
pub(super) fn of_call(instance: &Instance, name: &str) -> Value {
    match name {
        "on_disk" => instance.on_disk.into(),
        "source" => {
            let source = instance.block.body.attribute("source").and_then(|source| ModuleSource::of(&source.expr));
            source.as_ref().map_or(COMPUTED_SOURCE, ModuleSource::text).to_owned().into()
        }
        _ => Value::NULL,
    }
}
