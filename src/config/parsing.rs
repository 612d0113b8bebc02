//! Chooses the parser by a file's name.

use super::names::is_json;
use crate::source::{Problem, ProblemKind, ProblemSeverity, SourceFile};
use crate::syntax::{self, Document};

/// Parses a configuration file.
pub(crate) fn parse_document(source: &SourceFile) -> Document {
    if is_json(&source.name) { json_not_read(source) } else { syntax::parse(source.id, &source.text) }
}

/// Parses a variable file.
pub(crate) fn parse_values(source: &SourceFile) -> Document {
    if is_json(&source.name) { json_not_read(source) } else { syntax::parse(source.id, &source.text) }
}

/// An empty document that says why it is empty.
fn json_not_read(source: &SourceFile) -> Document {
    let empty = syntax::parse(source.id, "");
    let problem = Problem::about_file(ProblemKind::Unreadable, source.name.clone(), "JSON syntax is not read");
    let problem = Problem { severity: ProblemSeverity::Warning, ..problem };
    Document { problems: vec![problem], json: true, ..empty }
}
