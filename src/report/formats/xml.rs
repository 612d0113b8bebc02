//! XML's escapes, for the formats that are XML.

use std::fmt::Write as _;

use crate::report::harmless;

/// Text as it may stand in an attribute or between tags. XML has no way to write most control characters: they are
/// replaced.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in harmless::lines(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // As they are, a reader would see spaces in an attribute.
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c => out.push(c),
        }
    }
    out
}

/// ` name="value"` for each attribute.
pub(super) fn attributes(attributes: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in attributes {
        // Writing to a string does not fail.
        let _ = write!(out, " {name}=\"{}\"", escaped(value));
    }
    out
}
