//! Evaluates templates: text with interpolations and directives.

use super::expr::{Evaluation, iterate};
use super::text::from_segments;
use super::{EvalError, Kind, Segment, Type, Value, convert, ops};
use crate::source::Span;
use crate::syntax::{Expr, Ident, TemplatePart};

/// The value of a template. One that is a lone interpolation is the interpolated value, unchanged.
pub(super) fn eval(evaluation: &Evaluation<'_>, parts: &[TemplatePart]) -> Result<Value, EvalError> {
    if let [TemplatePart::Interpolation(only)] = parts {
        return evaluation.eval(only);
    }
    let mut segments = Vec::with_capacity(parts.len());
    let mut sources = Vec::new();
    collect(evaluation, parts, &mut segments, &mut sources)?;
    Ok(from_segments(segments).from_parts(&sources))
}

/// Evaluates parts to segments; `sources` gathers the values whose marks and references the text inherits.
fn collect(
    evaluation: &Evaluation<'_>,
    parts: &[TemplatePart],
    segments: &mut Vec<Segment>,
    sources: &mut Vec<Value>,
) -> Result<(), EvalError> {
    let length = segments.iter().map(|s| if let Segment::Text(t) = s { t.len() } else { 0 }).sum();
    super::text::check_length(length)?;
    for part in parts {
        match part {
            TemplatePart::Literal(text, _) => segments.push(Segment::Text(text.clone())),
            TemplatePart::Interpolation(expr) => {
                let value = evaluation.eval(expr)?;
                push_value(&value, expr, segments)?;
                sources.push(value);
            }
            TemplatePart::If { condition, then, otherwise, .. } => {
                directive_if(evaluation, condition, then, otherwise, segments, sources)?;
            }
            TemplatePart::For { key_var, value_var, collection, body, span } => {
                let vars = (key_var.as_ref(), value_var);
                directive_for(evaluation, vars, collection, body, *span, segments, sources)?;
            }
        }
    }
    Ok(())
}

fn push_value(value: &Value, expr: &Expr, segments: &mut Vec<Segment>) -> Result<(), EvalError> {
    if value.is_null() {
        let error = EvalError::new("null cannot be part of a string").with_label("this is null");
        return Err(error.with_help("give it a value, or choose one with `coalesce()`").at(expr.span));
    }
    let unconvertible = |_| {
        let what = value.type_of().friendly_name();
        EvalError::new(format!("a {what} cannot be part of a string"))
            .with_label(format!("this is a {what}"))
            .with_help("use `jsonencode()` or `join()`")
            .at(expr.span)
    };
    let text = convert::convert(value, &Type::String).map_err(unconvertible)?;
    segments.push(match text.kind {
        Kind::String(s) => Segment::Text(s),
        _ => Segment::Unknown(text),
    });
    Ok(())
}

fn directive_if(
    evaluation: &Evaluation<'_>,
    condition: &Expr,
    then: &[TemplatePart],
    otherwise: &[TemplatePart],
    segments: &mut Vec<Segment>,
    sources: &mut Vec<Value>,
) -> Result<(), EvalError> {
    let value = evaluation.eval(condition)?;
    if value.is_null() {
        let error = EvalError::new("the condition of a template's `if` cannot be null");
        return Err(error.with_label("this is null").at(condition.span));
    }
    let decided = ops::to_bool(&value).map_err(|e| e.at(condition.span))?;
    match decided {
        Some(holds) => collect(evaluation, if holds { then } else { otherwise }, segments, sources)?,
        None => {
            let branch = |parts| -> Result<Value, EvalError> {
                let (mut segments, mut sources) = (Vec::new(), Vec::new());
                collect(evaluation, parts, &mut segments, &mut sources)?;
                Ok(from_segments(segments).from_parts(&sources))
            };
            let either = ops::conditional(&value, branch(then), branch(otherwise))?;
            segments.push(match either.kind {
                Kind::String(s) => Segment::Text(s),
                _ => Segment::Unknown(either),
            });
        }
    }
    sources.push(value);
    Ok(())
}

fn directive_for(
    evaluation: &Evaluation<'_>,
    (key_var, value_var): (Option<&Ident>, &Ident),
    collection: &Expr,
    body: &[TemplatePart],
    span: Span,
    segments: &mut Vec<Segment>,
    sources: &mut Vec<Value>,
) -> Result<(), EvalError> {
    let value = evaluation.eval(collection)?;
    for entry in iterate(&value).map_err(|e| e.at(collection.span))? {
        let keyed = key_var.map(|name| evaluation.bind(&name.text, entry.key));
        let scope = keyed.as_ref().unwrap_or(evaluation).bind(&value_var.text, entry.value);
        if entry.certain {
            collect(&scope, body, segments, sources)?;
            continue;
        }
        // Repeated an unknown number of times: some text that refers to what one repetition refers to.
        let (mut inner, mut inner_sources) = (Vec::new(), Vec::new());
        collect(&scope, body, &mut inner, &mut inner_sources)?;
        let once = from_segments(inner).from_parts(&inner_sources);
        segments.push(Segment::Unknown(Value::unknown_from([&value, &once], Type::String, true)));
    }
    sources.push(Value { kind: Kind::Null, ..value });
    super::text::check_length(segments.len()).map_err(|e| e.at(span))
}
