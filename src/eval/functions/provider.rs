//! Functions of providers that are pure: those of the AWS provider on ARNs.

use super::args::{function, parts, text};
use super::types::{STRING, any, string};
use super::{Function, Host, Param, partial};
use crate::eval::text::{TextBuilder, derived};
use crate::eval::{EvalError, Segment, Value};

const PARTIAL: Param = STRING.or_unknown();

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    function("provider::aws::arn_build", &[PARTIAL; 5], string, build),
    Function { transparent: true, ..function("provider::aws::arn_parse", &[PARTIAL], any, parse) },
    function("provider::aws::trim_iam_role_path", &[STRING], string, trim_role_path),
];

/// The sections behind `arn`, in order.
const SECTIONS: [&str; 5] = ["partition", "service", "region", "account_id", "resource"];

fn build(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let mut out = TextBuilder::default();
    out.push_str("arn")?;
    for section in args {
        out.push_str(":")?;
        out.push_value(section)?;
    }
    Ok(out.finish())
}

fn parse(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let mut arn = parts(&args[0]);
    let head = partial::head(&arn).to_owned();
    let known = partial::known(&arn).is_some();
    let mut sections = head.splitn(6, ':');
    let first = sections.next().unwrap_or_default();
    let complete: Vec<&str> = sections.collect();
    let is_arn = first == "arn" || !known && complete.is_empty() && "arn".starts_with(first);
    if !is_arn || known && complete.len() < SECTIONS.len() {
        return Err(EvalError::new(format!("`{head}` is not an ARN")));
    }
    let values = SECTIONS.iter().enumerate().map(|(i, name)| {
        let value = match complete.get(i) {
            Some(resource) if i == SECTIONS.len() - 1 => {
                // All of the rest, colons and unknown parts included.
                let resource = Segment::Text((*resource).into());
                let others = arn.drain(..).skip(1);
                partial::build(&std::iter::once(resource).chain(others).collect::<Vec<_>>())?
            }
            // A section is complete where another follows it.
            Some(section) if i + 1 < complete.len() => Value::from(*section),
            _ => derived(&args[0]),
        };
        Ok(((*name).into(), value))
    });
    let object = Value::object(values.collect::<Result<_, EvalError>>()?);
    Ok(if known { object.from_parts(args) } else { object })
}

fn trim_role_path(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let arn = text(&args[0])?;
    let not_a_role = || EvalError::new(format!("`{arn}` is not the ARN of an IAM role"));
    let sections: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = sections.as_slice() else { return Err(not_a_role()) };
    let path = resource.strip_prefix("role/").ok_or_else(not_a_role)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    Ok(format!("arn:{partition}:iam::{account}:role/{name}").into())
}
