//! `jsonencode` and `jsondecode`.

use super::Function;
use super::args::function;
use super::types::{ANY, STRING, any, string};
use crate::eval::json;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    // The parts of a text carry their references themselves, so that each stays where it stood.
    Function {
        transparent: true,
        ..function("jsondecode", &[STRING.or_unknown()], any, |_, args| json::read_value(&args[0]))
    },
    function("jsonencode", &[ANY.or_null().or_unknown()], string, |_, args| json::write_value(&args[0])),
];
