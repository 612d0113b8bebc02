//! Chooses the parser by a file's name.

use super::names::is_json;
use crate::source::SourceFile;
use crate::syntax::{self, Document};

/// Parses a configuration file.
pub(crate) fn parse_document(source: &SourceFile) -> Document {
    if is_json(&source.name) {
        syntax::parse_json(source.id, &source.text)
    } else {
        syntax::parse(source.id, &source.text)
    }
}

/// Parses a variable file.
pub(crate) fn parse_values(source: &SourceFile) -> Document {
    if is_json(&source.name) {
        syntax::parse_json_values(source.id, &source.text)
    } else {
        syntax::parse(source.id, &source.text)
    }
}
