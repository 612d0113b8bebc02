//! Evaluates templates: text with interpolations and directives.

use super::expr::Evaluation;
use super::iterate::iterate;
use super::text::from_segments;
use super::{EvalError, Hint, Kind, Segment, Type, Value, convert, ops};
use crate::syntax::{Expr, ForPart, Ident, IfPart, TemplatePart};

/// The value of a template. One that is a lone interpolation is the interpolated value, unchanged.
pub(super) fn eval(evaluation: &Evaluation<'_>, parts: &[TemplatePart]) -> Result<Value, EvalError> {
    if let [TemplatePart::Interpolation(only)] = parts {
        return evaluation.eval(only);
    }
    let mut gathered = Gathered::default();
    collect(evaluation, parts, &mut gathered)?;
    let (value, sources) = gathered.into_parts();
    evaluation.counted(value, &sources)
}

/// The parts of a text so far, and the values whose marks and references the text inherits.
#[derive(Default)]
struct Gathered {
    segments: Vec<Segment>,
    sources: Vec<Value>,
    size: usize,
}

/// What an unknown part counts for in the size of a text.
const UNKNOWN_SIZE: usize = 64;

impl Gathered {
    fn push(&mut self, segment: Segment) -> Result<(), EvalError> {
        self.size += match &segment {
            Segment::Text(text) => text.len(),
            Segment::Unknown(value) => match value.as_unknown().map(|u| &u.hint) {
                Some(Hint::Text(parts)) => {
                    let size = |part: &Segment| if let Segment::Text(t) = part { t.len() } else { UNKNOWN_SIZE };
                    parts.iter().map(size).sum()
                }
                _ => UNKNOWN_SIZE,
            },
        };
        super::text::check_length(self.size)?;
        self.segments.push(segment);
        Ok(())
    }

    fn into_value(self) -> Value {
        self.into_parts().0
    }

    /// The value, and those that it is made from.
    fn into_parts(self) -> (Value, Vec<Value>) {
        (from_segments(self.segments).from_parts(&self.sources), self.sources)
    }
}

fn collect(evaluation: &Evaluation<'_>, parts: &[TemplatePart], gathered: &mut Gathered) -> Result<(), EvalError> {
    gathered.segments.reserve(parts.len());
    for part in parts {
        match part {
            TemplatePart::Literal(text, _) => gathered.push(Segment::Text(text.clone()))?,
            TemplatePart::Interpolation(expr) => {
                let value = evaluation.eval(expr)?;
                push_value(&value, expr, gathered)?;
                gathered.sources.push(value);
            }
            TemplatePart::If(part) => {
                let IfPart { condition, then, otherwise, .. } = &**part;
                directive_if(evaluation, condition, then, otherwise, gathered)?;
            }
            TemplatePart::For(part) => {
                let ForPart { key_var, value_var, collection, body, .. } = &**part;
                directive_for(evaluation, (key_var.as_ref(), value_var), collection, body, gathered)?;
            }
        }
    }
    Ok(())
}

fn push_value(value: &Value, expr: &Expr, gathered: &mut Gathered) -> Result<(), EvalError> {
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
    let segment = match text.kind {
        Kind::String(s) => Segment::Text(s),
        _ => Segment::Unknown(text),
    };
    gathered.push(segment).map_err(|e| e.at(expr.span))
}

fn directive_if(
    evaluation: &Evaluation<'_>,
    condition: &Expr,
    then: &[TemplatePart],
    otherwise: &[TemplatePart],
    gathered: &mut Gathered,
) -> Result<(), EvalError> {
    let value = evaluation.eval(condition)?;
    if value.is_null() {
        let error = EvalError::new("the condition of a template's `if` cannot be null");
        return Err(error.with_label("this is null").at(condition.span));
    }
    let decided = ops::to_bool(&value).map_err(|e| e.at(condition.span))?;
    match decided {
        Some(holds) => collect(evaluation, if holds { then } else { otherwise }, gathered)?,
        None => {
            let branch = |parts| -> Result<Value, EvalError> {
                let mut gathered = Gathered::default();
                collect(evaluation, parts, &mut gathered)?;
                Ok(gathered.into_value())
            };
            let either = ops::conditional(&value, branch(then), branch(otherwise))?;
            gathered.push(match either.kind {
                Kind::String(s) => Segment::Text(s),
                _ => Segment::Unknown(either),
            })?;
        }
    }
    gathered.sources.push(value);
    Ok(())
}

fn directive_for(
    evaluation: &Evaluation<'_>,
    (key_var, value_var): (Option<&Ident>, &Ident),
    collection: &Expr,
    body: &[TemplatePart],
    gathered: &mut Gathered,
) -> Result<(), EvalError> {
    let value = evaluation.eval(collection)?;
    let entries = iterate(&value).map_err(|e| e.at(collection.span))?;
    evaluation.scope().spend(entries.len())?;
    let hole = || Segment::Unknown(Value::unknown_from([&value], Type::String, true));
    let mut placed = true;
    for entry in entries {
        if !entry.placed {
            // Other elements may stand in between.
            placed = false;
            gathered.push(hole())?;
        }
        let keyed = key_var.map(|name| evaluation.bind(&name.text, entry.key));
        let scope = keyed.as_ref().unwrap_or(evaluation).bind(&value_var.text, entry.value);
        if entry.certain {
            collect(&scope, body, gathered)?;
            continue;
        }
        // Repeated an unknown number of times: some text that refers to what one repetition refers to.
        let mut inner = Gathered::default();
        collect(&scope, body, &mut inner)?;
        let once = inner.into_value();
        gathered.push(Segment::Unknown(Value::unknown_from([&value, &once], Type::String, true)))?;
    }
    if !placed {
        gathered.push(hole())?;
    }
    gathered.sources.push(Value { kind: Kind::Null, ..value });
    Ok(())
}
