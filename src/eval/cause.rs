//! Why values are unknown.

use super::{Reference, ReferenceKind, Step};
use crate::syntax::Text;

/// Why a value is unknown: the root of the chain, for the list of what is undecided.
#[derive(Clone, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Cause {
    /// A variable that nothing sets (address of the variable as text: `var.env`, `module.a.var.env`).
    Variable(Text),
    /// A variable of a reusable module without callers, whose default proves nothing.
    Caller(Text),
    /// An attribute that AWS decides at apply (`aws_vpc.main.id`).
    Attribute(Reference),
    /// What a data source reads (`data.aws_ami.x.id`).
    Data(Reference),
    /// An output of a module that is not on disk (`module.vpc.private_subnets`).
    Module(Text),
    /// An impure or unsupported function (`timestamp`).
    Function(Text),
    /// An expression with an error, reported elsewhere.
    Error,
    /// A cycle, reported elsewhere.
    Cycle,
    /// A bound of tfcheck's own was reached.
    Limit,
    /// `self`, `path.cwd`, the workspace: known only to the run (`terraform.workspace`).
    Runtime(Text),
    /// Something of which only another configuration could tell, in words (`what module.backup selects`).
    Unseen(Text),
}

impl Cause {
    /// An attribute of the resource at that address.
    pub fn attribute(address: impl Into<Text>, attribute: &str) -> Cause {
        Cause::Attribute(Reference::to(ReferenceKind::Resource, address).child(Step::Name(attribute.into())))
    }

    /// Of some elements it is not known whether they exist, although all else is.
    pub fn how_many() -> Cause {
        Cause::Runtime("how many of them there are".into())
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cause::Variable(v) => write!(f, "{v} has no value"),
            Cause::Caller(v) => write!(f, "{v} is for the callers of this module to set"),
            Cause::Attribute(a) => write!(f, "{a} is known only after apply"),
            Cause::Data(d) => write!(f, "{d} is read from AWS"),
            Cause::Module(m) => write!(f, "{m} comes from a module that is not on disk"),
            Cause::Function(n) => write!(f, "{n}() is not evaluated"),
            Cause::Error => f.write_str("it could not be evaluated"),
            Cause::Cycle => f.write_str("it depends on itself"),
            Cause::Limit => f.write_str("it is too large to be evaluated"),
            Cause::Runtime(n) => write!(f, "{n} is known only when Terraform runs"),
            Cause::Unseen(n) => write!(f, "{n} cannot be seen from here"),
        }
    }
}
