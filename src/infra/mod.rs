//! The resource instances of one root module, whichever front end made them, and how they refer to each other.
//!
//! Built once for a root and immutable afterwards, so rules may look at it from several threads. Knows nothing of
//! where instances came from beyond the spans they carry.

mod addresses;
mod analysis;
mod build;
mod fill;
mod foreign;
mod imported;
mod names;
mod pseudo;
mod query;
mod reach;
mod trace;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use addresses::ByAddress;
pub use analysis::{AnalysisOptions, Wanted, Within, analyze, analyze_beside, sandbox};
pub use build::build;
use fill::Facts;
pub use query::Candidates;

pub use crate::config::is_nonproduction;
use crate::eval::{BlockSource, ByName, Value};
use crate::facts::Schema;
use crate::source::Span;
use crate::syntax::Text;

/// Names an instance of one [`Infra`]; the payload of [`crate::eval::Kind::Handle`] in the values rules see.
pub type InstanceId = u32;

/// What an instance is an instance of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum InstanceKind {
    /// A managed resource.
    Resource,
    /// A data source.
    Data,
    /// A `module` call (one for each instance of the call, also of calls whose module is not on disk).
    Module,
    /// The `terraform` blocks of one module, merged; type name `terraform`.
    Terraform,
    /// A `provider` block; type name is the provider's local name.
    Provider,
    /// A `variable` block.
    Variable,
    /// An `output` block.
    Output,
}

/// One instance.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its position in the infra.
    pub id: InstanceId,
    /// The printed address: `module.db["a"].aws_db_instance.this[0]`, `module.vpc`, `var.x`, `terraform`.
    pub address: Text,
    /// The address without instance keys, which all instances of one block share.
    pub block_address: Text,
    /// What it is.
    pub kind: InstanceKind,
    /// The resource type (`aws_db_instance`), the provider's name, or the name of the pseudo-kind.
    pub type_name: Text,
    /// The name in the block's last label.
    pub name: Text,
    /// The address of the module instance it belongs to; empty for the root.
    pub module: Text,
    /// `each.key`, `count.index` as text, or `None`.
    pub key: Option<Text>,
    /// True where count or for_each is not known: there may be none or many of it.
    pub open: bool,
    /// Its attributes by name: what the configuration sets, nested blocks as lists of objects with the provider's
    /// defaults filled in. Defaults of its own arguments are added when they are asked for, and so is what is known of a
    /// module call beside its arguments: see [`Infra::attribute`].
    pub attributes: ByName<Value>,
    /// The block it was made from.
    pub block: BlockSource,
    /// The whole block.
    pub span: Span,
    /// The `lifecycle` block.
    pub lifecycle: Arc<Lifecycle>,
    /// Whether its provider speaks to something that is not AWS, such as LocalStack or another store of objects.
    pub foreign: bool,
    /// Whether an `import` block brings it in: what it leaves to the provider has values that it had before.
    pub imported: bool,
    /// Of a module call: whether the module is on disk.
    pub on_disk: bool,
    /// Whether its module instance, or a tag of its own, says development, test, staging and the like.
    pub nonproduction: bool,
}

/// The `lifecycle` block, as far as rules ask for it.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// `ignore_changes = all`
    pub ignores_all: bool,
    /// The attributes named in `ignore_changes` (the first step of each path).
    pub ignore_changes: Vec<Text>,
    /// The value of `prevent_destroy`, where it is written.
    pub prevent_destroy: Option<Value>,
    /// The value of `create_before_destroy`, where it is written.
    pub create_before_destroy: Option<Value>,
    /// OpenTofu's `destroy`, where it is written.
    pub destroy: Option<Value>,
}

/// Who may use what it is handed in ways that are not seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Receiver {
    /// Whoever reads an output of the root module.
    Output,
    /// A module that is not on disk.
    Unseen,
}

/// References that leave the configuration: of each kind the first one is enough.
#[derive(Default)]
pub(crate) struct HandedOut {
    /// By the instance referred to: to whom, which attribute of it (`id`, `arn`; where known), and by which instance.
    by_target: FxHashMap<InstanceId, FxHashMap<(Receiver, Option<Text>), InstanceId>>,
}

impl HandedOut {
    fn add(&mut self, target: InstanceId, to: Receiver, attribute: Option<Text>, by: InstanceId) {
        let first = self.by_target.entry(target).or_default().entry((to, attribute)).or_insert(by);
        *first = by.min(*first);
    }

    /// The first instance that hands a reference to `target` on, to one of these attributes of it (to any where none is
    /// named).
    fn first(&self, target: InstanceId, to: Receiver, attributes: &[&str]) -> Option<InstanceId> {
        let wanted = |attribute: &Option<Text>| {
            attributes.is_empty() || attribute.as_ref().is_none_or(|a| attributes.contains(&&**a))
        };
        let handed = self.by_target.get(&target)?.iter();
        handed.filter(|((receiver, attribute), _)| *receiver == to && wanted(attribute)).map(|(_, by)| *by).min()
    }
}

/// Who decided a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Nobody wrote it: the provider's default.
    ProviderDefault,
    /// A variable's `default`.
    VariableDefault,
    /// A variable file, `--var` or the environment.
    Tfvars,
    /// An argument of a module call.
    ModuleCall,
    /// Written where it is used.
    Literal,
    /// Computed from something else.
    Expression,
    /// The block that would hold it is not there.
    MissingBlock,
}

/// How a value came to be: the steps from the attribute outwards.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trail {
    /// Who decided it.
    pub origin: Origin,
    /// The steps, nearest first: a place and a note (`var.multi_az is false by default`).
    pub steps: Vec<TrailStep>,
    /// The root module's variable whose default decided (`var.multi_az`): a run may set it from elsewhere.
    pub variable: Option<Text>,
}

/// One step of a trail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrailStep {
    /// The place.
    pub span: Span,
    /// What happens there.
    pub note: String,
}

/// Walks expressions again to say how an attribute's value came to be.
pub trait Tracer {
    /// The trail of one argument (a name, written or not) of a block. Where the argument is `secret`, its notes quote no
    /// values.
    fn trail(&self, block: &BlockSource, attribute: &str, secret: bool) -> Trail;
}

/// A module call whose module is not on disk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotOnDisk {
    /// The call's address without keys: `module.vpc`, `module.a.module.b`.
    pub address: Text,
    /// Its source as written.
    pub source: Text,
    /// Where the call stands.
    pub span: Span,
}

/// What is known of the root module as a whole.
#[derive(Clone, Debug, Default)]
pub struct RootFacts {
    /// The folder as shown to people; `.` for the working directory.
    pub folder: Text,
    /// A reusable module without callers: its variables are unknown, and rules about roots do not apply.
    pub library: bool,
    /// A `cloud` block or a `remote` backend: the workspace may set variables that we cannot see.
    pub remote_variables: bool,
    /// Whether a backend other than `local` or a `cloud` block is configured.
    pub has_backend: bool,
    /// Whether a lock file lies beside it.
    pub has_lock_file: bool,
    /// The folder's path below the folder that was searched; `.` for that folder itself.
    pub path: Text,
    /// Whether another root below the searched folder keeps its state elsewhere than in a local file.
    pub backend_elsewhere: bool,
    /// Whether at least half of the roots there do so.
    pub backend_usual: bool,
    /// Whether it is the first root below the searched folder: for what is said once for all of them.
    pub first: bool,
    /// The buckets that roots below the searched folder keep their state in, as far as they are written literally.
    pub state_buckets: Arc<[Text]>,
    /// Whether something writes files into the folder before Terraform runs, which may hold backend, providers and versions:
    /// Terragrunt, whoever fills in a template, a script whose backend git ignores.
    pub generated: bool,
    /// Whether there are variable files of several environments beside it.
    pub several_environments: bool,
    /// The environment of this evaluation, where one was chosen or read from the configuration (`prod`).
    pub environment: Option<Text>,
    /// Whether that environment is one of development, test, staging and the like.
    pub nonproduction: bool,
}

/// The instances of one root. Made by [`build()`].
#[derive(Default)]
pub struct Infra {
    /// The root as a whole.
    pub root: RootFacts,
    /// Calls whose modules are not on disk.
    pub not_on_disk: Vec<NotOnDisk>,
    pub(crate) instances: Vec<Instance>,
    pub(crate) by_type: FxHashMap<InstanceKind, FxHashMap<Text, Vec<InstanceId>>>,
    by_address: ByAddress,
    /// What is known of the types of the resources among the instances, by their ids.
    facts: Vec<Option<&'static Facts>>,
    /// What leaves the configuration.
    pub(crate) handed_out: HandedOut,
    /// Who holds which references in one attribute of one type; made when first asked for.
    pub(crate) holders: query::Holders,
}

impl Infra {
    /// All instances in the order of their ids: by module, kind, type, name and key, wherever they are written.
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// One instance.
    ///
    /// # Panics
    /// Where the id comes from another infra.
    pub fn get(&self, id: InstanceId) -> &Instance {
        &self.instances[id as usize]
    }

    fn facts_of(&self, id: InstanceId) -> Option<&'static Facts> {
        *self.facts.get(id as usize)?
    }

    /// The schema of a resource's type; none where that is not known, and for whatever is no resource.
    pub fn schema_of(&self, id: InstanceId) -> Option<&'static Schema> {
        self.facts_of(id)?.schema
    }

    /// The instance with this printed address.
    pub fn by_address(&self, address: &str) -> Option<&Instance> {
        self.by_address.get(address, &self.instances).map(|id| self.get(id))
    }

    /// The instances of a type, open ones included.
    pub fn of_type(&self, kind: InstanceKind, type_name: &str) -> &[InstanceId] {
        self.by_type.get(&kind).and_then(|types| types.get(type_name)).map_or(&[], Vec::as_slice)
    }

    /// The types that there are instances of, each with its kind and instances, in no order.
    pub fn types(&self) -> impl Iterator<Item = (InstanceKind, &Text, &[InstanceId])> {
        self.by_type.iter().flat_map(|(kind, types)| types.iter().map(|(name, ids)| (*kind, name, ids.as_slice())))
    }

    /// The instances of a kind, in order.
    pub fn of_kind(&self, kind: InstanceKind) -> Vec<InstanceId> {
        let mut ids: Vec<InstanceId> =
            self.by_type.get(&kind).into_iter().flat_map(|types| types.values()).flatten().copied().collect();
        ids.sort_unstable();
        ids
    }
}
