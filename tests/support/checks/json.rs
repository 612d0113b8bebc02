//! The JSON syntax, as configuration and as values of variables.

use tfcheck::source::FileId;
use tfcheck::syntax::{parse_json, parse_json_values};

use super::tree::Spans;

const FILE: FileId = FileId(0);

/// Spans lie in the text and in each other, and no text is read without a word on what is wrong with it unless it is
/// JSON.
pub fn check(input: &[u8]) {
    let Some(text) = super::text(input) else { return };
    for document in [parse_json(FILE, text), parse_json_values(FILE, text)] {
        Spans::new(text).document(&document);
        assert!(document.json && document.comments.is_empty());
        if document.problems.is_empty() {
            assert!(is_json(text), "{text:?} is no JSON, and passes");
        }
    }
}

/// A second opinion. Deeper nesting than it reads is refused by ours as well, a little later; half of a surrogate pair it
/// refuses, where Terraform reads a replacement character.
fn is_json(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let stricter = ["recursion limit", "lone leading surrogate", "unexpected end of hex escape"];
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(_) => true,
        Err(error) => stricter.iter().any(|reason| error.to_string().starts_with(reason)),
    }
}
