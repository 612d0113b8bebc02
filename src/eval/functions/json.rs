//! `jsonencode`, `jsondecode`, and the JSON that `format` prints.
//!
//! Both directions keep unknown parts: encoding leaves them as parts of the text, decoding puts them back where they
//! stood, so that `jsondecode(jsonencode(x))` is `x` even where `x` is partly unknown.

use super::args::function;
use super::json_decode;
use super::placeholder::Substituted;
use super::types::{ANY, STRING, any, string};
use super::{Function, Host};
use crate::eval::text::{self, TextBuilder};
use crate::eval::{Cause, EvalError, Fields, Hint, Kind, Segment, Seq, Type, Value};

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    // The parts of a text carry their references themselves, so that each stays where it stood.
    Function { transparent: true, ..function("jsondecode", &[STRING.or_unknown()], any, decode) },
    function("jsonencode", &[ANY.or_null().or_unknown()], string, encode),
];

fn encode(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let mut out = TextBuilder::default();
    push(&mut out, &args[0])?;
    Ok(out.finish())
}

fn decode(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    if let Some(text) = args[0].as_str() {
        return json_decode::decode(&Substituted::known(text)).map(|value| value.from_parts(args));
    }
    let unknown = || Value::unknown_from(args, Type::Any, false);
    let Some(text) = text::segments(&args[0]).and_then(|parts| Substituted::new(&parts)) else { return Ok(unknown()) };
    // What stands in the holes may be what makes it valid.
    Ok(json_decode::decode(&text).unwrap_or_else(|_| unknown()))
}

/// Adds the JSON of a value.
pub(super) fn push(out: &mut TextBuilder, value: &Value) -> Result<(), EvalError> {
    match &value.kind {
        Kind::Null => out.push_str("null"),
        Kind::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Kind::Number(n) if n.is_infinite() => Err(EvalError::new("infinity cannot be written as JSON")),
        Kind::Number(n) => out.push_str(&n.to_string()),
        Kind::String(s) => {
            out.push_str("\"")?;
            push_escaped(out, s)?;
            out.push_str("\"")
        }
        Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => push_seq(out, s),
        Kind::Map(f) | Kind::Object(f) => push_fields(out, f),
        Kind::Unknown(u) if u.ty == Type::String => {
            out.push_str("\"")?;
            match &u.hint {
                Hint::Text(parts) => {
                    for part in parts.iter() {
                        match part {
                            Segment::Text(text) => push_escaped(out, text)?,
                            Segment::Unknown(value) => out.push_encoded(value.clone()),
                        }
                    }
                }
                _ => out.push_encoded(value.clone()),
            }
            out.push_str("\"")
        }
        Kind::Unknown(_) => {
            out.push_encoded(value.clone());
            Ok(())
        }
        Kind::Handle(_) => {
            out.push_encoded(Value::unknown(Type::Any, Cause::Function("jsonencode".into())));
            Ok(())
        }
    }
}

fn push_seq(out: &mut TextBuilder, seq: &Seq) -> Result<(), EvalError> {
    out.push_str("[")?;
    for (i, item) in seq.items.iter().enumerate() {
        if i > 0 {
            out.push_str(",")?;
        }
        push(out, item)?;
    }
    if let Some(rest) = &seq.rest {
        // An unknown text in the place of an element stands for any number of them, commas included.
        out.push_encoded(text::derived(rest));
    }
    out.push_str("]")
}

fn push_fields(out: &mut TextBuilder, fields: &Fields) -> Result<(), EvalError> {
    out.push_str("{")?;
    for (i, (name, value)) in fields.entries.iter().enumerate() {
        out.push_str(if i > 0 { ",\"" } else { "\"" })?;
        push_escaped(out, name)?;
        out.push_str("\":")?;
        push(out, value)?;
    }
    if let Some(rest) = &fields.rest {
        out.push_encoded(text::derived(rest));
    }
    out.push_str("}")
}

/// Adds text as it stands between the quotes of a JSON string, with the characters escaped that HTML gives a meaning.
fn push_escaped(out: &mut TextBuilder, text: &str) -> Result<(), EvalError> {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || "\"\\<>&\u{2028}\u{2029}".contains(c)) {
        let c = rest[at..].chars().next().unwrap_or_default();
        out.push_str(&rest[..at])?;
        match c {
            '"' => out.push_str("\\\"")?,
            '\\' => out.push_str("\\\\")?,
            '\n' => out.push_str("\\n")?,
            '\r' => out.push_str("\\r")?,
            '\t' => out.push_str("\\t")?,
            '\x08' => out.push_str("\\b")?,
            '\x0c' => out.push_str("\\f")?,
            _ => out.push_str(&format!("\\u{:04x}", u32::from(c)))?,
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.push_str(rest)
}
