//! Values with unknowns and references, Terraform's operators and functions, expansion of count, for_each and dynamic
//! blocks. Knows nothing of AWS and of rules.

mod access;
mod block;
pub mod convert;
pub mod equality;
mod error;
pub mod functions;
pub mod json;
mod number;
pub mod ops;
mod reference;
pub mod set;
pub mod text;
mod types;
pub mod unify;
pub mod union;
mod value;

pub use access::{attribute, index, inherit, some_element};
pub use block::BlockSource;
pub use convert::{apply_defaults, convert};
pub use error::EvalError;
pub use number::{Decimal, Number};
pub use reference::{Reference, ReferenceKind, Step};
pub use types::{AttributeType, ObjectType, Type};
pub use value::{Cause, Fields, Hint, Kind, Marks, Refs, Segment, Seq, Unknown, Value};
