//! Values with unknowns and references, Terraform's operators and functions, expansion of count, for_each and dynamic
//! blocks. Knows nothing of AWS and of rules.

mod block;
mod error;
mod number;
mod reference;
pub mod text;
mod types;
mod value;

pub use block::BlockSource;
pub use error::EvalError;
pub use number::{Decimal, Number};
pub use reference::{Reference, ReferenceKind, Step};
pub use types::{AttributeType, ObjectType, Type};
pub use value::{Cause, Fields, Hint, Kind, Marks, Refs, Segment, Seq, Unknown, Value};
