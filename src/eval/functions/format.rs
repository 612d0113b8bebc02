//! `format` and `formatlist`.
//!
//! An argument that is not wholly known leaves a hole in the text and nothing more:
//! `format("%s/*", aws_s3_bucket.a.arn)` is known to end in `/*`.

use unicode_segmentation::UnicodeSegmentation;

use super::args::function;
use super::format_number;
use super::format_verb::{Piece, Verb, pieces};
use super::types::{ANY, STRING, string, strings};
use super::{Function, Host, Param};
use crate::eval::json;
use crate::eval::open::fixed_only;
use crate::eval::set::sequence;
use crate::eval::text::{self, TextBuilder};
use crate::eval::{EvalError, Kind, Node, Number, Rest, Seq, Type, Value};

/// Anything, null and unknowns included.
const ARGUMENT: Param = ANY.or_null().or_unknown();

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { variadic: Some(ARGUMENT), ..function("format", &[STRING.or_unknown()], string, format) },
    Function { variadic: Some(ARGUMENT), ..function("formatlist", &[STRING.or_unknown()], strings, format_list) },
];

fn format(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    match args[0].as_str() {
        Some(format) => formatted(&pieces(format)?, &args[1..]),
        None => Ok(Value::unknown_from(args, Type::String, true)),
    }
}

/// Formats once for each element of the sequences among the arguments; all else is the same in each round.
fn format_list(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let Some(format) = args[0].as_str() else { return Ok(Value::unknown_from(args, Type::list(Type::String), true)) };
    let pieces = pieces(format)?;
    let columns: Vec<Column<'_>> = args[1..].iter().map(Column::of).collect();
    let closed: Vec<usize> = columns.iter().filter_map(Column::length).collect();
    if let [first, others @ ..] = closed.as_slice()
        && let Some(other) = others.iter().find(|n| *n != first)
    {
        return Err(EvalError::new(format!("sequences of lengths {first} and {other} cannot be formatted together")));
    }
    let open = closed.is_empty() && columns.iter().any(|c| matches!(c, Column::Many { .. }));
    let known = columns.iter().filter_map(Column::known_length).min().unwrap_or(1);
    let rounds = closed.first().copied().unwrap_or(known);
    let round = |i| -> Result<Value, EvalError> {
        let row: Vec<Value> = columns.iter().map(|c| c.at(i)).collect();
        formatted(&pieces, &row)
    };
    let mut items = Vec::new();
    let mut length = 0;
    for i in 0..rounds {
        let item = round(i)?;
        length += item.as_str().map_or(0, str::len);
        text::check_length(length)?;
        items.push(item);
    }
    let rest = if open { Some(round(usize::MAX)?) } else { None };
    Ok(Kind::List(Node::new(Seq { items, element: Type::String, rest: rest.into(), loose: 0 })).into())
}

/// An argument of `formatlist`.
enum Column<'a> {
    /// The same in each round.
    One(&'a Value),
    /// An element for each round; beyond the known ones what `rest` says.
    Many { items: Vec<Value>, rest: Rest },
}

impl Column<'_> {
    fn of(value: &Value) -> Column<'_> {
        if let Some(seq) = sequence(value) {
            let seq = fixed_only(&seq);
            return Column::Many { items: seq.items, rest: seq.rest };
        }
        match value.as_unknown().map(|u| &u.ty) {
            Some(ty @ (Type::List(_) | Type::Set(_))) => {
                let element = Value::unknown_from([value], ty.element(), false);
                Column::Many { items: vec![], rest: element.into() }
            }
            Some(Type::Tuple(_)) => {
                Column::Many { items: vec![], rest: Value::unknown_from([value], Type::Any, false).into() }
            }
            _ => Column::One(value),
        }
    }

    /// How many rounds it makes, where that is certain.
    fn length(&self) -> Option<usize> {
        match self {
            Column::Many { items, rest } if rest.is_none() => Some(items.len()),
            _ => None,
        }
    }

    /// How many rounds it makes at least.
    fn known_length(&self) -> Option<usize> {
        match self {
            Column::Many { items, .. } => Some(items.len()),
            Column::One(_) => None,
        }
    }

    fn at(&self, round: usize) -> Value {
        match self {
            Column::One(value) => (*value).clone(),
            Column::Many { items, rest } => items.get(round).or(rest.as_ref()).cloned().unwrap_or(Value::NULL),
        }
    }
}

fn formatted(pieces: &[Piece<'_>], args: &[Value]) -> Result<Value, EvalError> {
    let mut out = TextBuilder::default();
    let mut used = 0;
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.push_str(text)?,
            Piece::Verb(verb) => {
                let argument = args.get(verb.argument).ok_or_else(|| {
                    let (raw, needed, given) = (verb.raw, verb.argument + 1, args.len());
                    EvalError::new(format!("not enough arguments for `{raw}`: it needs number {needed} of {given}"))
                })?;
                used = used.max(verb.argument + 1);
                push(&mut out, verb, argument)?;
            }
        }
    }
    match used < args.len() {
        true => Err(EvalError::new(format!("too many arguments: the format string uses {used} of {}", args.len()))),
        false => Ok(out.finish()),
    }
}

fn push(out: &mut TextBuilder, verb: &Verb<'_>, value: &Value) -> Result<(), EvalError> {
    if verb.mode != 'v' && value.is_null() {
        return Err(unsupported(verb, "null has no text"));
    }
    match verb.mode {
        'v' => push_any(out, verb, value),
        't' | 'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' | 's' | 'q' if value.is_unknown() => {
            push_unknown(out, verb, value)
        }
        't' => push_bool(out, verb, value),
        'b' | 'd' | 'o' | 'x' | 'X' => {
            let number = number(verb, value)?;
            let integer = number.to_bigint().filter(|_| number.is_integer());
            let integer = integer.ok_or_else(|| unsupported(verb, "an integer is required"))?;
            out.push_str(&format_number::integer(verb, &integer))
        }
        'e' | 'E' | 'f' | 'g' | 'G' => out.push_str(&format_number::float(verb, &number(verb, value)?)),
        's' | 'q' => push_string(out, verb, value),
        mode => Err(unsupported(verb, &format!("there is no verb `{mode}`"))),
    }
}

fn unsupported(verb: &Verb<'_>, reason: &str) -> EvalError {
    EvalError::new(format!("unsupported value for `{}`: {reason}", verb.raw))
}

/// `%v`: strings and numbers as they are, all else as JSON.
fn push_any(out: &mut TextBuilder, verb: &Verb<'_>, value: &Value) -> Result<(), EvalError> {
    match &value.kind {
        Kind::String(text) if !verb.sharp => out.push_str(&padded(verb, text)),
        Kind::Number(number) if !verb.sharp => out.push_str(&padded(verb, &format_number::general(number))),
        Kind::Unknown(_) if !verb.sharp && verb.width.is_none() && text::segments(value).is_some() => {
            out.push_value(value).map(|_| ())
        }
        _ => {
            let mut json = TextBuilder::default();
            json::push(&mut json, value)?;
            let json = json.finish();
            match (json.as_str(), verb.width) {
                (Some(text), _) => out.push_str(&padded(verb, text)),
                (None, Some(_)) => {
                    out.push_unknown(text::derived(&json));
                    Ok(())
                }
                (None, None) => out.push_value(&json).map(|_| ()),
            }
        }
    }
}

/// A value that is not known under a verb other than `%v`.
fn push_unknown(out: &mut TextBuilder, verb: &Verb<'_>, value: &Value) -> Result<(), EvalError> {
    let ty = value.type_of();
    let plain = verb.width.is_none() && verb.precision.is_none() && !verb.plus && !verb.space && !verb.sharp;
    match (verb.mode, &ty) {
        (_, Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Tuple(_) | Type::Object(_)) => {
            Err(unsupported(verb, &format!("{} has no text", ty.friendly_name())))
        }
        ('s', _) if plain => out.push_value(value).map(|_| ()),
        ('q', _) if plain => {
            let mut text = TextBuilder::default();
            text.push_value(value)?;
            json::push(out, &text.finish())
        }
        ('d', Type::Number) | ('t', Type::Bool) if plain => out.push_value(value).map(|_| ()),
        _ => {
            out.push_unknown(text::derived(value));
            Ok(())
        }
    }
}

fn push_bool(out: &mut TextBuilder, verb: &Verb<'_>, value: &Value) -> Result<(), EvalError> {
    match (&value.kind, value.as_str()) {
        (Kind::Bool(true), _) | (_, Some("true" | "1")) => out.push_str("true"),
        (Kind::Bool(false), _) | (_, Some("false" | "0")) => out.push_str("false"),
        _ => Err(unsupported(verb, "a bool is required")),
    }
}

fn number(verb: &Verb<'_>, value: &Value) -> Result<Number, EvalError> {
    let number = match &value.kind {
        Kind::Number(number) => Some(number.clone()),
        Kind::String(text) => Number::parse(text),
        _ => None,
    };
    number.ok_or_else(|| unsupported(verb, "a number is required"))
}

fn push_string(out: &mut TextBuilder, verb: &Verb<'_>, value: &Value) -> Result<(), EvalError> {
    let as_text = match &value.kind {
        Kind::String(text) => text.clone(),
        Kind::Number(number) => number.to_string().into(),
        Kind::Bool(bool) => bool.to_string().into(),
        _ => return Err(unsupported(verb, "a string is required")),
    };
    let cut = match verb.precision {
        Some(clusters @ 1..) => {
            as_text.grapheme_indices(true).nth(clusters).map_or(&*as_text, |(end, _)| &as_text[..end])
        }
        _ => &as_text,
    };
    if verb.mode == 's' {
        return out.push_str(&padded(verb, cut));
    }
    let mut json = TextBuilder::default();
    json::push(&mut json, &cut.into())?;
    let json = json.finish();
    out.push_str(&padded(verb, json.as_str().unwrap_or_default()))
}

/// Text filled up to the verb's width, which is counted in grapheme clusters.
fn padded(verb: &Verb<'_>, text: &str) -> String {
    let Some(width) = verb.width else { return text.to_owned() };
    let padding = width.saturating_sub(text.graphemes(true).count());
    let padding = (if verb.zero { "0" } else { " " }).repeat(padding);
    if verb.minus { [text, &padding].concat() } else { [&padding, text].concat() }
}
