//! Terraform's configuration as typed modules: the blocks of a folder with its override files merged, the tree of module
//! calls, variable files, and which folders are roots. Knows nothing of AWS, of values or of evaluation: expressions
//! stay expressions. [`load()`] is the way in.

pub mod address;
mod assemble;
mod body;
mod declarations;
mod decode;
mod environments;
mod folder;
mod load;
mod manifest;
mod merge;
mod module;
mod named;
mod names;
mod neighbours;
mod parsing;
mod reference;
mod root;
mod roots;
mod scope;
mod settings;
mod settings_builder;
mod source_address;
mod suggest;
mod terragrunt;
mod terragrunt_files;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tree;
mod variables;
pub mod version;

pub use address::{Address, AddressError, Key, Mode, ModuleAddress, ResourceName};
pub use declarations::{Declarations, Declared, HasName};
pub(crate) use decode::is_meta_of_call;
pub use environments::{
    MOST_ENVIRONMENTS, NONPRODUCTION_WORDS, RootEnvironment, folder_is_nonproduction, is_nonproduction,
};
pub use load::{Config, Inputs, LoadError, LoadOptions, load};
pub use module::{
    Check, Condition, IgnoreChanges, IgnoredPath, Import, Lifecycle, Local, Module, ModuleCall, Moved, Output,
    Provenance, ProviderConfig, ProviderName, ProviderRef, Removed, Resource, Variable,
};
pub use names::Dialect;
pub use neighbours::Neighbours;
pub use root::Root;
pub use roots::RootStanding;
pub use settings::{Backend, RequiredProvider, TerraformSettings};
pub use source_address::{COMPUTED_SOURCE, ModuleSource};
pub use suggest::{nearest, nearest_within};
pub use tree::{Child, MAX_DEPTH, ModuleNode};
pub use variables::{Given, Input, InputArgument, VariableFile, VariableText};
