//! Values with unknowns and references, Terraform's operators and functions, expansion of count, for_each and dynamic
//! blocks. Knows nothing of AWS and of rules.

mod access;
mod block;
mod body;
mod by_name;
mod call;
mod check;
mod common;
pub mod convert;
mod data;
pub mod display;
pub mod equality;
mod error;
pub mod expand;
pub mod expr;
pub mod functions;

mod holes;
mod host;
pub mod inputs;
pub mod json;
mod memo;
mod number;
pub mod open;
pub mod ops;
pub mod program;
mod reference;
mod resources;
mod scope;
pub mod set;
mod shared;
mod template;
pub mod text;
mod trail;
mod type_expr;
mod types;
pub mod unify;
pub mod union;
mod value;

pub use access::{attribute, index, inherit, some_element};
pub use block::BlockSource;
pub use by_name::ByName;
pub use call::nearest;
pub use common::Common;
pub use convert::{apply_defaults, convert};
pub use error::EvalError;
pub use expr::{Evaluation, Hop, Resolved, Scope, spend};
pub use host::RootHost;
pub use number::{Decimal, Number};
pub use program::{Input, Inputs, Program};
pub use reference::{Inner, Place, Reference, ReferenceKind, Step};
pub use scope::NoScope;
pub use trail::{Decider, Steps};
pub use type_expr::parse as parse_type;
pub use types::{AttributeType, ObjectType, Type};
pub use value::{Cause, Children, Fields, Hint, Kind, Marks, Refs, Segment, Seq, Shape, Unknown, Value};
