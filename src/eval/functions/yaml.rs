//! `yamlencode` and `yamldecode`.
//!
//! As with JSON, unknown parts stay where they stand in both directions.

use super::args::function;
use super::types::{ANY, STRING, any, string};
use super::{Function, Host, yaml_decode, yaml_encode};
use crate::eval::holes::Substituted;
use crate::eval::text::segments;
use crate::eval::texts::{self, Format};
use crate::eval::{EvalError, Kind, Type, Value};

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    // The parts of a text carry their references themselves, so that each stays where it stood.
    Function { transparent: true, ..function("yamldecode", &[STRING.or_unknown()], any, decode) },
    function("yamlencode", &[ANY.or_null().or_unknown()], string, |_, args| yaml_encode::encode(&args[0])),
];

fn decode(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    if let Kind::String(text) = &args[0].kind {
        let read = |text: &str| yaml_decode::decode(&Substituted::known(text));
        return texts::read(Format::Yaml, text, read).map(|value| value.from_parts(args));
    }
    let unknown = || Value::unknown_from(args, Type::Any, false);
    let Some(text) = segments(&args[0]).and_then(|parts| Substituted::new(&parts)) else { return Ok(unknown()) };
    // What stands in the holes may be what makes it valid. What is marked may be any of the known parts.
    Ok(yaml_decode::decode(&text).unwrap_or_else(|_| unknown()).with_marks(args[0].marks.secret()))
}
