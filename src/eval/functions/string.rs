//! Strings: case, trimming, cutting, splitting and joining.
//!
//! Texts come as parts that may be unknown; [`super::partial`] says what can be said of them then.

use rustc_hash::FxHashSet;
use unicode_segmentation::UnicodeSegmentation;

use super::args::{function, integer, parts, text};
use super::types::{NUMBER, STRING, STRINGS, bool, string, strings};
use super::{Function, Host, Param, case, partial, regex};
use crate::eval::open::fixed_only;
use crate::eval::text::{TextBuilder, check_count, check_length, derived, normalized};
use crate::eval::{EvalError, Kind, Node, Segment, Seq, Type, Value};

/// A string of which the function makes what it can where it is not wholly known.
const PARTIAL: Param = STRING.or_unknown();

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    function("chomp", &[PARTIAL], string, |_, args| {
        let mut text = parts(&args[0]);
        partial::trim_end(&mut text, &|c| c == '\r' || c == '\n');
        partial::build(&text)
    }),
    function("endswith", &[PARTIAL, PARTIAL], bool, |_, args| tested(args, partial::ends_with)),
    function("indent", &[NUMBER, PARTIAL], string, indent),
    Function { variadic: Some(STRINGS.or_unknown()), ..function("join", &[PARTIAL], string, join) },
    function("lower", &[PARTIAL], string, |_, args| partial::map(&parts(&args[0]), &case::lower)),
    function("replace", &[PARTIAL, PARTIAL, PARTIAL], string, replace),
    function("split", &[PARTIAL, PARTIAL], strings, split),
    function("startswith", &[PARTIAL, PARTIAL], bool, |_, args| tested(args, partial::starts_with)),
    function("strcontains", &[PARTIAL, PARTIAL], bool, |_, args| tested(args, partial::contains)),
    function("strrev", &[PARTIAL], string, |_, args| {
        let reversed: Vec<Segment> = parts(&args[0]).into_iter().rev().collect();
        partial::map(&reversed, &|text| text.graphemes(true).rev().collect())
    }),
    function("substr", &[PARTIAL, NUMBER, NUMBER], string, substr),
    function("title", &[STRING], string, |_, args| Ok(normalized(case::title(text(&args[0])?)).into())),
    function("trim", &[PARTIAL, STRING], string, |_, args| {
        let set: FxHashSet<char> = text(&args[1])?.chars().collect();
        trimmed(args, &|c| set.contains(&c))
    }),
    function("trimprefix", &[PARTIAL, PARTIAL], string, |_, args| {
        partial::build(&partial::trim_prefix(parts(&args[0]), &parts(&args[1])))
    }),
    function("trimspace", &[PARTIAL], string, |_, args| trimmed(args, &char::is_whitespace)),
    function("trimsuffix", &[PARTIAL, PARTIAL], string, |_, args| {
        partial::build(&partial::trim_suffix(parts(&args[0]), &parts(&args[1])))
    }),
    function("upper", &[PARTIAL], string, |_, args| partial::map(&parts(&args[0]), &case::upper)),
];

fn tested(args: &[Value], test: fn(&[Segment], &[Segment]) -> Option<bool>) -> Result<Value, EvalError> {
    match test(&parts(&args[0]), &parts(&args[1])) {
        Some(answer) => Ok(answer.into()),
        None => Ok(Value::unknown_from(args, Type::Bool, true)),
    }
}

fn trimmed(args: &[Value], set: &dyn Fn(char) -> bool) -> Result<Value, EvalError> {
    let mut text = parts(&args[0]);
    partial::trim_start(&mut text, set);
    partial::trim_end(&mut text, set);
    partial::build(&text)
}

fn indent(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let spaces = integer(&args[0])?;
    let spaces = usize::try_from(spaces).map_err(|_| EvalError::new("the number of spaces must not be negative"))?;
    let text = parts(&args[1]);
    let newlines = text.iter().map(|p| if let Segment::Text(t) = p { t.matches('\n').count() } else { 0 });
    check_length(newlines.sum::<usize>().saturating_mul(spaces))?;
    let padding = ["\n", &" ".repeat(spaces)].concat();
    partial::map(&text, &|text| text.replace('\n', &padding))
}

fn join(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let [separator, lists @ ..] = args else { return Err(EvalError::new("a separator is required")) };
    if lists.is_empty() {
        return Err(EvalError::new("at least one list is required"));
    }
    let mut out = TextBuilder::default();
    let mut first = true;
    for list in lists {
        let seq = match list.as_seq() {
            Some(seq) => fixed_only(seq),
            None => Seq { rest: list.clone().into(), ..Seq::default() },
        };
        for item in &seq.items {
            if item.is_null() {
                return Err(EvalError::new("an element is null, which has no text"));
            }
            if !std::mem::take(&mut first) {
                out.push_value(separator)?;
            }
            out.push_value(item)?;
        }
        if let Some(rest) = seq.rest.as_ref() {
            // An unknown number of elements, and the separators around them.
            out.push_unknown(derived(rest));
            first = true;
        }
    }
    Ok(out.finish())
}

/// What `replace` takes for a regular expression.
pub(super) fn slashed(old: &str) -> Option<&str> {
    old.strip_prefix('/').and_then(|pattern| pattern.strip_suffix('/'))
}

fn replace(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let unknown = || Ok(Value::unknown_from(args, Type::String, true));
    let Some(old) = args[1].as_str() else { return unknown() };
    let (text, new) = (parts(&args[0]), parts(&args[2]));
    if let Some(pattern) = slashed(old) {
        let pattern = regex::Pattern::compile(pattern)?;
        return match (partial::known(&text), partial::known(&new)) {
            (Some(text), Some(new)) => Ok(normalized(pattern.replace_all(text, new)?).into()),
            _ => unknown(),
        };
    }
    match partial::known(&text) {
        Some(text) => {
            let mut out = TextBuilder::default();
            partial::replace_known(&mut out, text, old, &new)?;
            Ok(out.finish())
        }
        None if old.is_empty() => unknown(),
        None => partial::replace(&text, old, &new),
    }
}

fn split(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let text = parts(&args[1]);
    let (items, rest) = match args[0].as_str() {
        None => (Vec::new(), Some(Value::unknown_from(args, Type::String, true))),
        Some("") => {
            check_count(partial::head(&text).len())?;
            let chars = partial::head(&text).chars().map(|c| Value::from(c.to_string())).collect();
            (chars, partial::known(&text).is_none().then(|| Value::unknown_from(args, Type::String, true)))
        }
        Some(separator) => partial::split(&text, separator)?,
    };
    Ok(Kind::List(Node::new(Seq { items, element: Type::String, rest: rest.into(), loose: 0 })).into())
}

fn substr(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let (offset, length) = (integer(&args[1])?, integer(&args[2])?);
    let text = parts(&args[0]);
    if let Some(text) = partial::known(&text) {
        return Ok(normalized(cut(text, offset, length)).into());
    }
    // A cluster at the border of an unknown part may not end there, so that one more must be known.
    let known = if offset < 0 { partial::tail(&text) } else { partial::head(&text) };
    let clusters = known.graphemes(true).count() as i64 - 1;
    match (offset, length) {
        (0.., 0..) if offset.saturating_add(length) <= clusters => Ok(cut(known, offset, length).into()),
        (0.., ..0) if offset <= clusters => {
            let mut out = TextBuilder::default();
            out.push_str(cut(known, offset, -1))?;
            partial::push(&mut out, &text[1..])?;
            Ok(out.finish())
        }
        (..0, _) if offset.saturating_neg() <= clusters => Ok(cut(known, offset, length).into()),
        _ => Ok(Value::unknown_from(args, Type::String, true)),
    }
}

/// The part of a text from one cluster on: so many of them, or all where the length is negative. A negative offset
/// counts from the end, and then a length of zero is no length at all, as in Terraform.
fn cut(text: &str, offset: i64, length: i64) -> &str {
    if offset >= 0 && length == 0 {
        return "";
    }
    let start = match usize::try_from(offset) {
        Ok(offset) => text.grapheme_indices(true).nth(offset).map_or(text.len(), |(at, _)| at),
        Err(_) => {
            let back = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX) - 1;
            text.grapheme_indices(true).rev().nth(back).map_or(0, |(at, _)| at)
        }
    };
    let rest = &text[start..];
    match usize::try_from(length) {
        Ok(length @ 1..) => rest.grapheme_indices(true).nth(length).map_or(rest, |(end, _)| &rest[..end]),
        _ => rest,
    }
}
