//! Operations on texts that are not wholly known: what can be said, and what the result is made of.
//!
//! A wholly known text is the plain case, a single known part, so that the functions need no second way for it. An
//! unknown part may be any text, the empty one included; what is made from it refers to what it refers to.

use std::cmp::Ordering;

use crate::eval::text::{TextBuilder, check_count, derived, normalized};
use crate::eval::{EvalError, Segment, Type, Value};
use crate::syntax::Text;

/// The known text at the beginning.
pub(super) fn head(parts: &[Segment]) -> &str {
    match parts.first() {
        Some(Segment::Text(text)) => text,
        _ => "",
    }
}

/// The known text at the end.
pub(super) fn tail(parts: &[Segment]) -> &str {
    match parts.last() {
        Some(Segment::Text(text)) => text,
        _ => "",
    }
}

/// The whole text, where it is known.
pub(super) fn known(parts: &[Segment]) -> Option<&str> {
    match parts {
        [] => Some(""),
        [Segment::Text(text)] => Some(text),
        _ => None,
    }
}

/// Whether a text begins with another.
pub(super) fn starts_with(text: &[Segment], prefix: &[Segment]) -> Option<bool> {
    if text.starts_with(prefix) {
        return Some(true);
    }
    let whole = (known(text).is_some(), known(prefix).is_some());
    let (text, prefix) = (head(text), head(prefix));
    let common = text.len().min(prefix.len());
    match text.as_bytes()[..common].cmp(&prefix.as_bytes()[..common]) {
        Ordering::Equal if whole.1 && common == prefix.len() => Some(true),
        // Longer than all that there is.
        Ordering::Equal if whole.0 && common < prefix.len() => Some(false),
        Ordering::Equal => None,
        _ => Some(false),
    }
}

/// Whether a text ends with another.
pub(super) fn ends_with(text: &[Segment], suffix: &[Segment]) -> Option<bool> {
    if text.ends_with(suffix) {
        return Some(true);
    }
    let whole = (known(text).is_some(), known(suffix).is_some());
    let (text, suffix) = (tail(text), tail(suffix));
    let common = text.len().min(suffix.len());
    match text.as_bytes()[text.len() - common..] == suffix.as_bytes()[suffix.len() - common..] {
        true if whole.1 && common == suffix.len() => Some(true),
        true if whole.0 && common < suffix.len() => Some(false),
        true => None,
        false => Some(false),
    }
}

/// Texts of more parts than these are not looked for in each other: each may begin anywhere in the other.
const MOST_COMPARED: usize = 1 << 20;

/// Whether a text contains another.
pub(super) fn contains(text: &[Segment], inner: &[Segment]) -> Option<bool> {
    let found = match known(inner) {
        Some(inner) => inner.is_empty() || text.iter().any(|p| matches!(p, Segment::Text(t) if t.contains(inner))),
        None if text.len() * inner.len() > MOST_COMPARED => return None,
        None => text.windows(inner.len()).any(|window| window == inner),
    };
    match (found, known(text)) {
        (true, _) => Some(true),
        (false, Some(text)) => {
            // A known part that does not occur decides, whatever stands around it.
            let missing = inner.iter().any(|p| matches!(p, Segment::Text(t) if !text.contains(&**t)));
            missing.then_some(false)
        }
        (false, None) => None,
    }
}

/// The text with each known part mapped; what that makes of unknown parts is unknown.
pub(super) fn map(parts: &[Segment], map: &dyn Fn(&str) -> String) -> Result<Value, EvalError> {
    let mut out = TextBuilder::default();
    for part in parts {
        match part {
            Segment::Text(text) => out.push_str(&map(text))?,
            Segment::Unknown(value) => out.push_unknown(derived(value)),
        }
    }
    Ok(out.finish())
}

/// The text of these parts.
pub(super) fn build(parts: &[Segment]) -> Result<Value, EvalError> {
    let mut out = TextBuilder::default();
    push(&mut out, parts)?;
    Ok(out.finish())
}

/// Takes the characters of a set off the beginning.
pub(super) fn trim_start(parts: &mut Vec<Segment>, set: &dyn Fn(char) -> bool) {
    // An unknown part may be empty, so that trimming may go on behind it.
    for part in parts {
        match part {
            Segment::Unknown(_) => *part = loosened(part),
            Segment::Text(text) => {
                let trimmed: Text = text.trim_start_matches(set).into();
                *text = trimmed.clone();
                if !trimmed.is_empty() {
                    return;
                }
            }
        }
    }
}

/// Takes the characters of a set off the end.
pub(super) fn trim_end(parts: &mut [Segment], set: &dyn Fn(char) -> bool) {
    for part in parts.iter_mut().rev() {
        match part {
            Segment::Unknown(_) => *part = loosened(part),
            Segment::Text(text) => {
                let trimmed: Text = text.trim_end_matches(set).into();
                *text = trimmed.clone();
                if !trimmed.is_empty() {
                    return;
                }
            }
        }
    }
}

/// The text without a prefix, where it has it.
pub(super) fn trim_prefix(mut parts: Vec<Segment>, prefix: &[Segment]) -> Vec<Segment> {
    match (starts_with(&parts, prefix), known(prefix)) {
        (Some(false), _) => parts,
        (Some(true), Some(prefix)) => {
            if let Some(Segment::Text(text)) = parts.first() {
                parts[0] = Segment::Text(text[prefix.len()..].into());
            }
            parts
        }
        (Some(true), None) => parts.split_off(prefix.len()),
        (None, Some(prefix)) => {
            // The known beginning may or may not remain; what is behind the unknown part next to it does, unless the
            // prefix could reach as far.
            let at = parts.iter().position(|p| unknown(p).is_some()).unwrap_or(0);
            let behind = head(&parts[(at + 1).min(parts.len())..]);
            let reaches = behind.starts_with(prefix) || partial_at_start(behind, prefix) > 0 || prefix.contains(behind);
            if reaches && !behind.is_empty() {
                return one_unknown(&parts, &[]);
            }
            parts.drain(..at);
            parts[0] = loosened(&parts[0]);
            parts
        }
        (None, None) => one_unknown(&parts, prefix),
    }
}

/// The text without a suffix, where it has it.
pub(super) fn trim_suffix(mut parts: Vec<Segment>, suffix: &[Segment]) -> Vec<Segment> {
    match (ends_with(&parts, suffix), known(suffix)) {
        (Some(false), _) => parts,
        (Some(true), Some(suffix)) => {
            if let Some(Segment::Text(text)) = parts.last_mut() {
                *text = text[..text.len() - suffix.len()].into();
            }
            parts
        }
        (Some(true), None) => {
            parts.truncate(parts.len() - suffix.len());
            parts
        }
        (None, Some(suffix)) => {
            let at = parts.iter().rposition(|p| unknown(p).is_some()).unwrap_or(0);
            let before = tail(&parts[..at]);
            let reaches = before.ends_with(suffix) || partial_at_end(before, suffix) > 0 || suffix.contains(before);
            if reaches && !before.is_empty() {
                return one_unknown(&parts, &[]);
            }
            parts.truncate(at + 1);
            parts[at] = loosened(&parts[at]);
            parts
        }
        (None, None) => one_unknown(&parts, suffix),
    }
}

/// A text of which nothing is known but what it was made from.
fn one_unknown(parts: &[Segment], others: &[Segment]) -> Vec<Segment> {
    let unknowns: Vec<&Value> = parts.iter().chain(others).filter_map(unknown).collect();
    vec![Segment::Unknown(Value::unknown_from(unknowns, Type::String, true))]
}

/// An unknown part of which less is known: something may have been cut off or added.
fn loosened(part: &Segment) -> Segment {
    match part {
        Segment::Unknown(value) => Segment::Unknown(derived(value)),
        Segment::Text(_) => part.clone(),
    }
}

/// The pieces between occurrences of a separator that is not empty, as far as they are certain, and what stands for
/// all further ones where there may be any.
pub(super) fn split(parts: &[Segment], separator: &str) -> Result<(Vec<Value>, Option<Value>), EvalError> {
    let mut pieces: Vec<Value> = Vec::new();
    let Some(at) = parts.iter().position(|p| unknown(p).is_some()) else {
        let text = known(parts).unwrap_or_default();
        check_count(text.matches(separator).count())?;
        return Ok((text.split(separator).map(|piece| normalized(piece).into()).collect(), None));
    };
    let head = head(&parts[..at]);
    check_count(head.matches(separator).count())?;
    let mut known: Vec<&str> = head.split(separator).collect();
    let last = known.pop().unwrap_or_default();
    let last = &last[..last.len() - partial_at_end(last, separator)];
    pieces.extend(known.into_iter().map(|piece| Value::from(normalized(piece))));
    // The separator may stand in the unknown part too, so that nothing is certain behind it.
    let behind = build(&parts[at..])?;
    let mut open = TextBuilder::default();
    open.push_str(last)?;
    open.push_unknown(derived(&behind));
    pieces.push(open.finish());
    Ok((pieces, Some(derived(&behind))))
}

/// Replaces each occurrence of a known text that is not empty. Occurrences may begin in a known part and end in an
/// unknown one, so that text next to an unknown part which could belong to one becomes unknown too.
pub(super) fn replace(parts: &[Segment], old: &str, new: &[Segment]) -> Result<Value, EvalError> {
    let mut out = TextBuilder::default();
    for (i, part) in parts.iter().enumerate() {
        match part {
            Segment::Unknown(value) => out.push_unknown(derived(value)),
            Segment::Text(text) => {
                let before = i.checked_sub(1).and_then(|i| unknown(&parts[i]));
                let after = parts.get(i + 1).and_then(unknown);
                replace_between(&mut out, text, (old, new), before, after)?;
            }
        }
    }
    Ok(out.finish())
}

fn unknown(part: &Segment) -> Option<&Value> {
    match part {
        Segment::Unknown(value) => Some(value),
        Segment::Text(_) => None,
    }
}

/// Replaces in a known text between its unknown neighbours, where it has any.
fn replace_between(
    out: &mut TextBuilder,
    text: &str,
    (old, new): (&str, &[Segment]),
    before: Option<&Value>,
    after: Option<&Value>,
) -> Result<(), EvalError> {
    let starts = before.map_or(0, |_| partial_at_start(text, old));
    let ends = after.map_or(0, |_| partial_at_end(text, old));
    // An occurrence may reach from one side to the other, and where the text sought overlaps with itself, one across a
    // border moves those behind it.
    let inside = before.is_some() && after.is_some() && old.contains(text);
    let unclear = inside || starts + ends > text.len() || starts + ends > 0 && partial_at_end(old, old) > 0;
    if let (true, Some(value)) = (unclear, before.or(after)) {
        out.push_unknown(derived(value));
        return Ok(());
    }
    if let (1.., Some(value)) = (starts, before) {
        out.push_unknown(derived(value));
    }
    replace_known(out, &text[starts..text.len() - ends], old, new)?;
    if let (1.., Some(value)) = (ends, after) {
        out.push_unknown(derived(value));
    }
    Ok(())
}

/// How many bytes at the end of a text could begin an occurrence of another that does not end there.
fn partial_at_end(text: &str, sought: &str) -> usize {
    let most = text.len().min(sought.len().saturating_sub(1));
    overlap(&text.as_bytes()[text.len() - most..], &sought.as_bytes()[..most])
}

/// How many bytes at the beginning of a text could end an occurrence of another that does not begin there.
fn partial_at_start(text: &str, sought: &str) -> usize {
    let most = text.len().min(sought.len().saturating_sub(1));
    overlap(&sought.as_bytes()[sought.len() - most..], &text.as_bytes()[..most])
}

/// How many bytes at the most one text ends in and another of the same length begins with. Parts of characters are no
/// matter: where one text ends or the other begins, a character does.
fn overlap(ending: &[u8], beginning: &[u8]) -> usize {
    // For each beginning of it, how many bytes that one ends in and begins with: what is still there after a difference.
    let mut borders = vec![0; beginning.len()];
    let mut same = 0;
    for at in 1..beginning.len() {
        same = further(&borders, beginning, same, beginning[at]);
        borders[at] = same;
    }
    ending.iter().fold(0, |same, byte| further(&borders, beginning, same, *byte))
}

/// How many bytes are the same after one more.
fn further(borders: &[usize], beginning: &[u8], mut same: usize, byte: u8) -> usize {
    while same > 0 && beginning.get(same) != Some(&byte) {
        same = borders[same - 1];
    }
    same + usize::from(beginning.get(same) == Some(&byte))
}

/// Replaces in known text.
pub(super) fn replace_known(out: &mut TextBuilder, text: &str, old: &str, new: &[Segment]) -> Result<(), EvalError> {
    let mut end = 0;
    for (at, found) in text.match_indices(old) {
        out.push_str(&text[end..at])?;
        push(out, new)?;
        end = at + found.len();
    }
    out.push_str(&text[end..])
}

/// Adds these parts.
pub(super) fn push(out: &mut TextBuilder, parts: &[Segment]) -> Result<(), EvalError> {
    for part in parts {
        match part {
            Segment::Text(text) => out.push_str(text)?,
            Segment::Unknown(value) => out.push_unknown(value.clone()),
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "partial_tests.rs"]
mod tests;
