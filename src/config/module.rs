//! One folder of configuration, its files merged: the typed declarations that evaluation and rules look at.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::address::ResourceName;
use super::declarations::{Declarations, HasName};
use super::decode::is_meta_of_call;
use super::settings::TerraformSettings;
use super::source_address::{COMPUTED_SOURCE, ModuleSource};
use crate::source::{Problem, Span};
use crate::syntax::{Attribute, Body, Document, Expr, Ident, Text};

/// The declarations of one folder. Maps are ordered by name, so that what is made from them never depends on hashing.
#[derive(Debug)]
pub struct Module {
    /// The folder: absolute and normal.
    pub dir: PathBuf,
    /// The folder as shown to people; `.` for the working directory.
    pub name: Text,
    /// Its files in the order of loading: primary ones, then override files.
    pub documents: Vec<Arc<Document>>,
    /// `variable` blocks.
    pub variables: Declarations<Variable>,
    /// The arguments of all `locals` blocks.
    pub locals: Declarations<Local>,
    /// `output` blocks.
    pub outputs: Declarations<Output>,
    /// `resource`, `data` and `ephemeral` blocks, those inside `check` blocks included.
    pub resources: Declarations<Resource>,
    /// `module` blocks.
    pub calls: Declarations<ModuleCall>,
    /// `provider` blocks.
    pub providers: Declarations<ProviderConfig>,
    /// The `terraform` blocks, merged.
    pub settings: TerraformSettings,
    /// `moved` blocks in order.
    pub moved: Vec<Moved>,
    /// `removed` blocks in order.
    pub removed: Vec<Removed>,
    /// `import` blocks in order.
    pub imports: Vec<Import>,
    /// `check` blocks.
    pub checks: BTreeMap<Text, Check>,
    /// What is wrong with its blocks and files; what the parser found is with the documents.
    pub problems: Vec<Problem>,
    /// Whether some of it was not understood or not read.
    pub incomplete: bool,
    /// Whether files may come into its folder that are not there now: written by Terragrunt, or made of a template that
    /// lies beside them.
    pub generated: bool,
    /// Whether files of OpenTofu's own (`.tofu`) are among its files.
    pub opentofu: bool,
    /// How it came to be read.
    pub provenance: Provenance,
}

/// Why a module was read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Provenance {
    /// It lies in a folder that was to be checked.
    Checked,
    /// A local call leads to it, out of the checked folders.
    Called,
    /// `terraform init` fetched it, or a fetched module calls it: its problems are not those of the user.
    Downloaded,
}

/// A `variable` block.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: Ident,
    /// The block's type and label.
    pub header: Span,
    /// `type`, an expression of the type language.
    pub type_expr: Option<Arc<Expr>>,
    /// `default`
    pub default: Option<Arc<Expr>>,
    /// `nullable`; true where it is not written.
    pub nullable: bool,
    /// `sensitive`
    pub sensitive: bool,
    /// `ephemeral`
    pub ephemeral: bool,
    /// `description`
    pub description: Option<Arc<Expr>>,
    /// `validation` blocks.
    pub validations: Vec<Condition>,
    /// The whole block's inside, override files merged.
    pub body: Arc<Body>,
}

impl HasName for Variable {
    type Name = Text;

    fn name(&self) -> &Text {
        &self.name.text
    }
}

/// One argument of a `locals` block.
#[derive(Debug)]
pub struct Local {
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub value: Arc<Expr>,
    /// From the name to the end of the value.
    pub span: Span,
}

impl HasName for Local {
    type Name = Text;

    fn name(&self) -> &Text {
        &self.name.text
    }
}

/// An `output` block.
#[derive(Debug)]
pub struct Output {
    /// Its name.
    pub name: Ident,
    /// The block's type and label.
    pub header: Span,
    /// `value`; a block without one is a problem of the module.
    pub value: Option<Arc<Expr>>,
    /// `sensitive`
    pub sensitive: bool,
    /// `ephemeral`
    pub ephemeral: bool,
    /// `description`
    pub description: Option<Arc<Expr>>,
    /// `depends_on`
    pub depends_on: Vec<Arc<Expr>>,
    /// `precondition` blocks.
    pub preconditions: Vec<Condition>,
    /// The whole block's inside, override files merged.
    pub body: Arc<Body>,
}

impl HasName for Output {
    type Name = Text;

    fn name(&self) -> &Text {
        &self.name.text
    }
}

/// A `validation`, `precondition`, `postcondition` or `assert` block.
#[derive(Clone, Debug)]
pub struct Condition {
    /// `condition`
    pub condition: Option<Arc<Expr>>,
    /// `error_message`
    pub error_message: Option<Arc<Expr>>,
    /// The block's type.
    pub span: Span,
}

/// A `resource`, `data` or `ephemeral` block.
#[derive(Debug)]
pub struct Resource {
    /// Mode, type and name.
    pub name: ResourceName,
    /// The block's type and labels.
    pub header: Span,
    /// From the type to the closing brace.
    pub span: Span,
    /// `count`
    pub count: Option<Arc<Expr>>,
    /// `for_each`
    pub for_each: Option<Arc<Expr>>,
    /// `provider`
    pub provider: Option<Box<ProviderRef>>,
    /// `lifecycle`, where it is written.
    pub lifecycle: Option<Box<Lifecycle>>,
    /// The resource's own arguments and blocks: no meta arguments, no `lifecycle`, `provisioner`, `connection`.
    pub arguments: Arc<Body>,
    /// Everything in the block, override files merged.
    pub body: Arc<Body>,
}

impl HasName for Resource {
    type Name = ResourceName;

    fn name(&self) -> &ResourceName {
        &self.name
    }
}

impl Resource {
    /// `lifecycle { enabled = … }`, of OpenTofu
    pub fn enabled(&self) -> Option<&Arc<Expr>> {
        self.lifecycle.as_ref()?.enabled.as_ref()
    }
}

/// The `lifecycle` block of a resource or module call; expressions that were not written are none.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    /// The block's type.
    pub header: Span,
    /// `create_before_destroy`
    pub create_before_destroy: Option<Arc<Expr>>,
    /// `prevent_destroy`
    pub prevent_destroy: Option<Arc<Expr>>,
    /// `destroy`, of OpenTofu
    pub destroy: Option<Arc<Expr>>,
    /// `enabled`, of OpenTofu
    pub enabled: Option<Arc<Expr>>,
    /// `ignore_changes`
    pub ignore_changes: IgnoreChanges,
    /// `replace_triggered_by`
    pub replace_triggered_by: Vec<Arc<Expr>>,
    /// `precondition` blocks.
    pub preconditions: Vec<Condition>,
    /// `postcondition` blocks.
    pub postconditions: Vec<Condition>,
}

/// Which changes Terraform leaves alone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum IgnoreChanges {
    /// None.
    #[default]
    Nothing,
    /// `ignore_changes = all`
    All(Span),
    /// `ignore_changes = [tags, a[0].b]`
    Paths(Vec<IgnoredPath>),
}

/// One element of `ignore_changes`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IgnoredPath {
    /// The argument that the path begins with: `tags` of `tags["Name"]`.
    pub argument: Text,
    /// Whether the path ends there, so that the whole argument is ignored.
    pub whole: bool,
    /// Where it is written.
    pub span: Span,
}

/// A provider configuration as a resource or a module call names it: `aws.west`.
#[derive(Clone, Debug)]
pub struct ProviderRef {
    /// The provider's local name.
    pub name: Text,
    /// The alias behind the dot.
    pub alias: Option<Text>,
    /// `aws.by_region["x"]`, of OpenTofu.
    pub key: Option<Arc<Expr>>,
    /// Where it is written.
    pub span: Span,
}

/// A `module` block.
#[derive(Debug)]
pub struct ModuleCall {
    /// Its name.
    pub name: Ident,
    /// The block's type and label.
    pub header: Span,
    /// From the type to the closing brace.
    pub span: Span,
    /// `source`, where it is plain text.
    pub source: Option<ModuleSource>,
    /// The folder that it names, where it is local.
    pub target: Option<PathBuf>,
    /// `source` as written.
    pub source_expr: Option<Arc<Expr>>,
    /// `version`
    pub version: Option<Arc<Expr>>,
    /// `count`
    pub count: Option<Arc<Expr>>,
    /// `for_each`
    pub for_each: Option<Arc<Expr>>,
    /// `lifecycle { enabled = … }`, of OpenTofu
    pub enabled: Option<Arc<Expr>>,
    /// `providers`: the name in the called module, and the configuration of this one that it stands for.
    pub providers: Box<[(ProviderRef, ProviderRef)]>,
    /// `depends_on`
    pub depends_on: Box<[Arc<Expr>]>,
    /// Everything in the block, override files merged.
    pub body: Arc<Body>,
}

impl ModuleCall {
    /// The source as people should read it.
    pub fn source_text(&self) -> &str {
        self.source.as_ref().map_or(COMPUTED_SOURCE, ModuleSource::text)
    }

    /// What is passed to the module's variables, in the order of the text.
    pub fn arguments(&self) -> impl Iterator<Item = &Attribute> {
        self.passed().map(|(_, argument)| argument)
    }

    /// The same with their places in the body.
    pub(crate) fn passed(&self) -> impl Iterator<Item = (usize, &Attribute)> {
        self.body.attributes.iter().enumerate().filter(|(_, attribute)| !is_meta_of_call(&attribute.name.text))
    }

    /// What is passed to a variable.
    pub fn argument(&self, variable: &str) -> Option<&Attribute> {
        self.arguments().find(|attribute| *attribute.name.text == *variable)
    }
}

impl HasName for ModuleCall {
    type Name = Text;

    fn name(&self) -> &Text {
        &self.name.text
    }
}

impl Module {
    /// Whether it may declare more than what was read: a name without a declaration proves nothing then.
    pub fn may_declare_more(&self) -> bool {
        self.incomplete || self.generated
    }

    /// Whether Terraform evaluates a provider's configuration: one with an alias that nothing asks for it leaves alone.
    pub fn uses(&self, provider: &ProviderName) -> bool {
        let is_it = |of: &ProviderRef| of.name == provider.name && of.alias == provider.alias;
        provider.alias.is_none()
            || self.resources.values().any(|resource| resource.provider.as_deref().is_some_and(is_it))
            || self.calls.values().any(|call| call.providers.iter().any(|(_, passed)| is_it(passed)))
            // They name providers, too.
            || !self.imports.is_empty()
    }
}

/// What tells provider configurations of a module apart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ProviderName {
    /// The provider's local name: `aws`.
    pub name: Text,
    /// `alias`
    pub alias: Option<Text>,
}

/// A `provider` block.
#[derive(Debug)]
pub struct ProviderConfig {
    /// Local name and alias.
    pub name: ProviderName,
    /// The block's type and label.
    pub header: Span,
    /// From the type to the closing brace.
    pub span: Span,
    /// `for_each`, of OpenTofu
    pub for_each: Option<Arc<Expr>>,
    /// The provider's own arguments and blocks: neither `alias`, `version` nor `for_each`.
    pub arguments: Arc<Body>,
    /// Everything in the block, override files merged.
    pub body: Arc<Body>,
}

impl HasName for ProviderConfig {
    type Name = ProviderName;

    fn name(&self) -> &ProviderName {
        &self.name
    }
}

impl ProviderConfig {
    /// Whether it says anything, rather than standing in for a configuration that the caller passes.
    pub fn is_configured(&self) -> bool {
        !self.arguments.attributes.is_empty() || !self.arguments.blocks.is_empty()
    }
}

/// A `moved` block.
#[derive(Debug)]
pub struct Moved {
    /// The block's type.
    pub header: Span,
    /// The old address, a reference.
    pub from: Option<Arc<Expr>>,
    /// The new address, a reference.
    pub to: Option<Arc<Expr>>,
}

/// A `removed` block.
#[derive(Debug)]
pub struct Removed {
    /// The block's type.
    pub header: Span,
    /// The address that is given up, a reference.
    pub from: Option<Arc<Expr>>,
    /// `lifecycle { destroy = … }`
    pub destroy: Option<Arc<Expr>>,
}

/// An `import` block.
#[derive(Debug)]
pub struct Import {
    /// The block's type.
    pub header: Span,
    /// The address to import to, a reference.
    pub to: Option<Arc<Expr>>,
    /// `id`
    pub id: Option<Arc<Expr>>,
    /// `for_each`
    pub for_each: Option<Arc<Expr>>,
}

/// A `check` block. Its data source is among the module's resources.
#[derive(Debug)]
pub struct Check {
    /// Its name.
    pub name: Ident,
    /// The block's type and label.
    pub header: Span,
    /// `assert` blocks.
    pub asserts: Vec<Condition>,
}
