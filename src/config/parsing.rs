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

/// Parses a variable file. What is wrong with one is said without its words: any of them may be part of a secret.
pub(crate) fn parse_values(source: &SourceFile) -> Document {
    let mut document = if is_json(&source.name) {
        syntax::parse_json_values(source.id, &source.text)
    } else {
        syntax::parse(source.id, &source.text)
    };
    let Document { body, problems, .. } = &mut document;
    let is_name = |word: &str| body.attributes.iter().any(|attribute| attribute.name.text == word);
    problems.iter_mut().for_each(|problem| problem.leave_out_words(&source.text, &is_name));
    document
}
