//! Terraform's JSON syntax, read into the same tree as the native one.
//!
//! [`parse_json`] reads configuration (`.tf.json`), in which strings are templates and properties are told apart by
//! a table of Terraform's block types; inside resources everything but the blocks that Terraform itself defines
//! stays an argument, since only a provider's schema knows better. [`parse_json_values`] reads variable files, in
//! which strings are text.

mod convert;
mod escape;
mod message;
mod reader;
mod schema;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::convert::Converter;
use self::reader::{Json, JsonKind, Reader};
use self::schema::{CONFIGURATION, Context, VALUES};
use super::ast::Document;
use crate::source::{FileId, Span};

/// Parses a configuration file in JSON syntax.
pub fn parse_json(file: FileId, text: &str) -> Document {
    document(file, text, &CONFIGURATION)
}

/// Parses a file of variable values in JSON syntax: its strings are text, not templates.
pub fn parse_json_values(file: FileId, text: &str) -> Document {
    document(file, text, &VALUES)
}

fn document(file: FileId, text: &str, context: &'static Context) -> Document {
    let mut reader = Reader::new(file, text);
    let root = reader.document();
    let lost = reader.lost;
    let mut converter = Converter::new(file, reader.problems);
    let mut items = root.map(|root| converter.root(root, context)).unwrap_or_default();
    let body = items.take_body(Span::new(file, 0, text.len()), lost || converter.lost);
    let mut problems = converter.problems;
    problems.sort_by_key(|p| p.label.as_ref().map(|l| l.span));
    Document { file, body: Arc::new(body), comments: Vec::new(), problems, json: true }
}
