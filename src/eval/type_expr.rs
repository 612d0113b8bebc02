//! Type expressions: `list(string)`, `object({ a = optional(number, 1) })`.

use std::sync::Arc;

use super::{AttributeType, ByName, EvalError, NoScope, ObjectType, Type};
use crate::source::ProblemKind;
use crate::syntax::{CallExpr, Expr, ExprKind, ObjectItem, Text};

/// The type that an expression names; `literals` evaluates the defaults in it.
///
/// # Errors
/// Where it is not a type; the error points at the part that is not.
pub(super) fn parse(expr: &Expr, literals: &NoScope<'_>) -> Result<Type, EvalError> {
    match &expr.kind {
        ExprKind::Paren(inner) => parse(inner, literals),
        ExprKind::Variable(name) => named(name).ok_or_else(|| not_a_type(expr, name)),
        ExprKind::Call(call) => constructor(expr, call, literals),
        // Terraform 0.11 wrote types as text, and the two bare words are still accepted by old modules.
        ExprKind::String(text) if matches!(&**text, "string" | "list" | "map") => {
            named(text).ok_or_else(|| not_a_type(expr, text))
        }
        _ => Err(not_a_type(expr, "")),
    }
}

fn named(name: &str) -> Option<Type> {
    Some(match name {
        "any" => Type::Any,
        "bool" => Type::Bool,
        "number" => Type::Number,
        "string" => Type::String,
        "list" => Type::list(Type::Any),
        "map" => Type::map(Type::Any),
        "set" => Type::set(Type::Any),
        _ => return None,
    })
}

fn constructor(expr: &Expr, call: &CallExpr, literals: &NoScope<'_>) -> Result<Type, EvalError> {
    let parse = |expr: &Expr| parse(expr, literals);
    let name = &*call.name.text;
    match (name, &*call.args) {
        ("list", [of]) => Ok(Type::list(parse(of)?)),
        ("set", [of]) => Ok(Type::set(parse(of)?)),
        ("map", [of]) => Ok(Type::map(parse(of)?)),
        ("tuple", [Expr { kind: ExprKind::Tuple(items), .. }]) => {
            Ok(Type::Tuple(Arc::new(items.iter().map(parse).collect::<Result<_, _>>()?)))
        }
        ("object", [Expr { kind: ExprKind::Object(items), .. }]) => {
            let attributes = items.iter().map(|item| attribute(item, literals)).collect::<Result<ByName<_>, _>>()?;
            Ok(Type::Object(Arc::new(ObjectType { attributes })))
        }
        ("list" | "set" | "map" | "tuple" | "object", _) => {
            Err(invalid(expr, format!("`{name}` needs one type argument")))
        }
        ("optional", _) => Err(invalid(expr, "`optional` is only for the attributes of an object".into())),
        _ => Err(not_a_type(expr, name)),
    }
}

fn attribute(item: &ObjectItem, literals: &NoScope<'_>) -> Result<(Text, AttributeType), EvalError> {
    let parse = |expr: &Expr| parse(expr, literals);
    let ExprKind::String(name) = &item.key.kind else {
        return Err(invalid(&item.key, "an attribute's name must be a bare name".into()));
    };
    let ExprKind::Call(call) = &item.value.kind else {
        return Ok((name.clone(), AttributeType { ty: parse(&item.value)?, optional: false, default: None }));
    };
    if &*call.name.text != "optional" {
        return Ok((name.clone(), AttributeType { ty: parse(&item.value)?, optional: false, default: None }));
    }
    let (ty, default) = match &*call.args {
        [ty] => (parse(ty)?, None),
        [ty, default] => (parse(ty)?, Some(default)),
        _ => return Err(invalid(&item.value, "`optional` takes a type and possibly a default".into())),
    };
    let default = match default {
        None => None,
        Some(expr) => {
            let value = super::Evaluation::new(literals).eval(expr)?;
            let value = super::convert::apply_defaults(&value, &ty);
            Some(super::convert::convert(&value, &ty).map_err(|e| e.at(expr.span))?)
        }
    };
    Ok((name.clone(), AttributeType { ty, optional: true, default }))
}

fn not_a_type(expr: &Expr, name: &str) -> EvalError {
    let known = ["any", "bool", "number", "string", "list", "map", "set", "tuple", "object"];
    let error = match name {
        "" => invalid(expr, "this is not a type".into()),
        name => invalid(expr, format!("`{name}` is not a type")),
    };
    match super::nearest(name, known) {
        Some(near) => error.with_help(format!("did you mean `{near}`?")),
        None => error.with_help(
            "types are `string`, `number`, `bool`, `any`, `list(…)`, `set(…)`, `map(…)`, `tuple([…])`, `object({…})`",
        ),
    }
}

fn invalid(expr: &Expr, message: String) -> EvalError {
    EvalError::new(message).with_label("not a type").at(expr.span).of_kind(ProblemKind::Configuration)
}
