//! Evaluates templates: text with interpolations and directives.

use super::expr::Evaluation;
use super::iterate::iterate;
use super::text::TextBuilder;
use super::{EvalError, Hint, Kind, Segment, Type, Value, convert, ops};
use crate::syntax::{Expr, ForPart, Ident, IfPart, TemplatePart};

/// The value of a template. One that is a lone interpolation is the interpolated value, unchanged.
pub(super) fn eval(evaluation: &Evaluation<'_>, parts: &[TemplatePart]) -> Result<Value, EvalError> {
    if let [TemplatePart::Interpolation(only)] = parts {
        return evaluation.eval(only);
    }
    let mut gathered = Gathered::default();
    gathered.text.reserve(parts.iter().map(room).sum());
    collect(evaluation, parts, &mut gathered)?;
    // It is made of more than one part: no other value holds its text.
    evaluation.counted(gathered.text.finish(), &[])
}

/// The text so far.
#[derive(Default)]
struct Gathered {
    text: TextBuilder,
    size: usize,
}

/// What an unknown part counts for in the size of a text.
const UNKNOWN_SIZE: usize = 64;

/// The room that a part of a template needs at least: most interpolations are names.
fn room(part: &TemplatePart) -> usize {
    match part {
        TemplatePart::Literal(text, _) => text.len(),
        _ => 16,
    }
}

impl Gathered {
    fn count(&mut self, bytes: usize) -> Result<(), EvalError> {
        self.size += bytes;
        super::text::check_length(self.size)
    }

    fn literal(&mut self, text: &str) -> Result<(), EvalError> {
        self.count(text.len())?;
        self.text.push_str(text)
    }

    /// Adds the text of a value, known or not.
    fn value(&mut self, value: &Value) -> Result<(), EvalError> {
        self.count(match &value.kind {
            Kind::String(text) => text.len(),
            Kind::Unknown(unknown) => match &unknown.hint {
                Hint::Text(parts) => {
                    let size = |part: &Segment| if let Segment::Text(t) = part { t.len() } else { UNKNOWN_SIZE };
                    parts.iter().map(size).sum()
                }
                _ => UNKNOWN_SIZE,
            },
            _ => UNKNOWN_SIZE,
        })?;
        if !self.text.push_value(value)? {
            self.text.push_unknown(value.clone());
        }
        Ok(())
    }
}

fn collect(evaluation: &Evaluation<'_>, parts: &[TemplatePart], gathered: &mut Gathered) -> Result<(), EvalError> {
    for part in parts {
        match part {
            TemplatePart::Literal(text, _) => gathered.literal(text)?,
            TemplatePart::Interpolation(expr) => {
                let value = evaluation.eval(expr)?;
                push_value(&value, expr, gathered)?;
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
    gathered.value(&text).map_err(|e| e.at(expr.span))
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
                Ok(gathered.text.finish())
            };
            gathered.value(&ops::conditional(&value, branch(then), branch(otherwise))?)?;
        }
    }
    gathered.text.inherit_own(&value);
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
    let hole = || Value::unknown_from([&value], Type::String, true);
    let mut placed = true;
    for entry in entries {
        if !entry.placed {
            // Other elements may stand in between.
            placed = false;
            gathered.value(&hole())?;
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
        let once = inner.text.finish();
        gathered.value(&Value::unknown_from([&value, &once], Type::String, true))?;
    }
    if !placed {
        gathered.value(&hole())?;
    }
    gathered.text.inherit_own(&value);
    Ok(())
}
