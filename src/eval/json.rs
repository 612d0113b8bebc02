//! JSON: what `jsonencode` writes and `jsondecode` reads, also where parts are unknown, and a form of values for
//! people and tools that shows what is not known.
//!
//! Written text keeps unknown values as segments: a string's between its quotes, anything else in place of the
//! whole value. Text with such segments reads back as the structure around them, so that a policy document with an
//! unknown ARN in it is still a policy document.

mod read;
mod write;

use super::text::MAX_TEXT;
use super::{Kind, Value};

pub use read::{read, read_value};
pub use write::{push, write, write_value};

/// So many bytes are displayed; each value counts for [`VALUE`] and its text.
const MOST_DISPLAYED: usize = 2 * MAX_TEXT;
const VALUE: usize = 32;

/// A value for people and tools: what is unknown as `{"$unknown": …}` with what it stands for, what is sensitive as
/// `{"$sensitive": true}`, and further elements that may exist under `$more`. Values share their texts, what is written
/// does not: beyond [`MOST_DISPLAYED`] it says so instead.
pub fn display(value: &Value) -> serde_json::Value {
    let mut budget = MOST_DISPLAYED;
    display_within(value, &mut budget)
}

fn display_within(value: &Value, budget: &mut usize) -> serde_json::Value {
    use serde_json::Value as Json;
    let room = VALUE + value.as_str().map_or(0, str::len);
    let Some(left) = budget.checked_sub(room) else { return tagged("$unknown", "more than fits here") };
    *budget = left;
    if value.marks.are_secret() {
        return tagged("$sensitive", true);
    }
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(b) => Json::Bool(*b),
        Kind::Number(n) if n.is_infinite() => Json::String(n.to_string()),
        Kind::Number(n) => Json::Number(serde_json::Number::from_string_unchecked(n.to_string())),
        Kind::String(s) => Json::String(s.to_string()),
        Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => {
            let mut items: Vec<Json> = s.items.iter().map(|v| display_within(v, budget)).collect();
            items.extend(s.rest.iter().map(|v| tagged("$more", display_within(v, budget))));
            Json::Array(items)
        }
        Kind::Map(f) | Kind::Object(f) => {
            let entries = f.entries.iter();
            let mut entries: serde_json::Map<String, Json> =
                entries.map(|(n, v)| (n.to_string(), display_within(v, budget))).collect();
            if let Some(rest) = f.rest.as_ref() {
                entries.insert("$more".into(), display_within(rest, budget));
            }
            Json::Object(entries)
        }
        Kind::Unknown(u) => match &u.origin {
            Some(origin) => tagged("$unknown", origin.to_string()),
            None => tagged("$unknown", stands_for(value)),
        },
        Kind::Handle(id) => tagged("$handle", *id),
    }
}

/// What an unknown without a reference of its own was made from, or why it is unknown.
fn stands_for(value: &Value) -> String {
    let references: Vec<String> = value.deep_refs().iter().map(|r| r.to_string()).collect();
    match (references.is_empty(), value.cause()) {
        (true, Some(cause)) => cause.to_string(),
        _ => references.join(", "),
    }
}

fn tagged(tag: &str, value: impl Into<serde_json::Value>) -> serde_json::Value {
    serde_json::Value::Object([(tag.to_owned(), value.into())].into_iter().collect())
}

#[cfg(test)]
mod tests;
