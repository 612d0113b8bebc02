//! Terraform's configuration as typed modules: the blocks of a folder with its override files merged, the tree of module
//! calls, variable files, and which folders are roots. Knows nothing of AWS, of values or of evaluation: expressions
//! stay expressions. [`load()`] is the way in.

pub mod address;
pub mod version;

pub use address::{Address, AddressError, Key, Mode, ModuleAddress, ResourceName};
