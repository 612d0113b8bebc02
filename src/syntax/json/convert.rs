//! JSON values to the syntax tree, each by what its property means.

use std::sync::Arc;

use super::reader::JsonString;
use super::schema::{Context, Meaning};
use super::{Json, JsonKind};
use crate::source::ProblemKind::Syntax;
use crate::source::{FileId, Problem};
use crate::syntax::ast::{Block, Body, Expr, ExprKind, Ident, ObjectItem, UnaryOp};
use crate::syntax::items::Items;
use crate::syntax::parser::{Origin, expression_at, normalised, template_at};

pub(super) struct Converter {
    file: FileId,
    pub(super) problems: Vec<Problem>,
    /// Whether something was dropped.
    pub(super) lost: bool,
    /// How many levels of the tree lie above the value that is converted.
    depth: u32,
}

impl Converter {
    pub(super) fn new(file: FileId, problems: Vec<Problem>) -> Converter {
        Converter { file, problems, lost: false, depth: 0 }
    }

    /// The whole file: an object, or an array of objects that count as one.
    pub(super) fn root(&mut self, root: &Json<'_>, context: &'static Context) -> Items {
        let mut items = Items::default();
        match &root.kind {
            JsonKind::Array(objects) => {
                for object in objects {
                    self.properties(object, context, &mut items);
                }
            }
            _ => self.properties(root, context, &mut items),
        }
        items
    }

    fn properties(&mut self, value: &Json<'_>, context: &'static Context, items: &mut Items) {
        let JsonKind::Object { properties, lost } = &value.kind else {
            if !matches!(value.kind, JsonKind::Invalid) {
                let problem = Problem::error(Syntax, value.span, "expected an object", "not an object");
                self.problems.push(problem.with_help("a body is written `{ \"name\": value }`"));
            }
            self.lost = true;
            return;
        };
        self.lost |= lost;
        for (name, value) in properties.iter().filter(|(name, _)| name.text != "//") {
            let ident = Ident { text: (&*name.text).into(), span: name.span };
            match context.meaning(&name.text) {
                Meaning::Block(labels, inner) => {
                    let mut header = Header { kind: ident, labels: Vec::new(), missing: labels };
                    self.blocks(&mut header, value, inner, &mut items.blocks);
                }
                meaning => self.attribute(ident, value, meaning, items),
            }
        }
    }

    fn attribute(&mut self, name: Ident, value: &Json<'_>, meaning: Meaning, items: &mut Items) {
        let expr = self.argument(value, meaning);
        let problem = items.add(name, expr);
        self.problems.extend(problem);
    }

    /// The blocks that a property holds: labels are the keys of nested objects, arrays repeat at any level.
    fn blocks(&mut self, header: &mut Header, value: &Json<'_>, context: &'static Context, blocks: &mut Vec<Block>) {
        match &value.kind {
            JsonKind::Null => {}
            JsonKind::Array(items) => {
                for item in items {
                    self.blocks(header, item, context, blocks);
                }
            }
            JsonKind::Object { properties, lost } if header.missing > 0 => {
                self.lost |= lost;
                header.missing -= 1;
                for (name, value) in properties.iter().filter(|(name, _)| name.text != "//") {
                    header.labels.push(Ident { text: (&*name.text).into(), span: name.span });
                    self.blocks(header, value, context, blocks);
                    header.labels.pop();
                }
                header.missing += 1;
            }
            JsonKind::Object { .. } => {
                let outer = std::mem::replace(&mut self.lost, false);
                let mut items = Items::default();
                self.depth += 1;
                self.properties(value, context, &mut items);
                self.depth -= 1;
                let incomplete = std::mem::replace(&mut self.lost, outer);
                blocks.push(header.block(items.take_body(value.span, incomplete)));
            }
            JsonKind::Invalid => self.lost = true,
            _ => self.not_a_block(header, value),
        }
    }

    fn not_a_block(&mut self, header: &Header, value: &Json<'_>) {
        self.lost = true;
        let kind = &header.kind.text;
        let message = format!("`{kind}` is a block: its value is an object, or an array of objects");
        let problem = Problem::error(Syntax, value.span, message, "not an object");
        let labels = header.labels.len() + header.missing;
        let form = format!("{}{{ … }}{}", "{ \"label\": ".repeat(labels), " }".repeat(labels));
        self.problems.push(problem.with_help(format!("write `\"{kind}\": {form}`")));
    }

    fn argument(&mut self, value: &Json<'_>, meaning: Meaning) -> Expr {
        match (meaning, &value.kind) {
            (Meaning::Literal, _) => self.value(value, false),
            (Meaning::Expression, JsonKind::String(string)) => self.expression(string),
            (Meaning::Expression, JsonKind::Array(items)) => {
                let items = items.iter().map(|item| self.argument(item, Meaning::Expression));
                Expr { kind: ExprKind::Tuple(items.collect()), span: value.span }
            }
            (Meaning::References, JsonKind::Object { properties, .. }) => {
                let items = properties.iter().map(|(name, value)| {
                    let mut key = self.expression(name);
                    if let ExprKind::Variable(text) = &key.kind {
                        key.kind = ExprKind::String(text.clone());
                    }
                    ObjectItem { key, value: self.argument(value, Meaning::Expression) }
                });
                Expr { kind: ExprKind::Object(items.collect()), span: value.span }
            }
            (Meaning::Requirement, JsonKind::Object { properties, .. }) => {
                let items = properties.iter().map(|(name, value)| {
                    let aliases = name.text == "configuration_aliases";
                    let meaning = if aliases { Meaning::Expression } else { Meaning::Literal };
                    ObjectItem { key: plain(name), value: self.argument(value, meaning) }
                });
                Expr { kind: ExprKind::Object(items.collect()), span: value.span }
            }
            (Meaning::Requirement, _) => self.value(value, false),
            _ => self.value(value, true),
        }
    }

    /// A value whose strings are templates, or text.
    fn value(&mut self, value: &Json<'_>, templates: bool) -> Expr {
        let span = value.span;
        let kind = match &value.kind {
            JsonKind::Null => ExprKind::Null,
            JsonKind::Bool(value) => ExprKind::Bool(*value),
            JsonKind::Number(raw) => return number(raw, value),
            JsonKind::String(string) if templates => return self.template(string),
            JsonKind::String(string) => return plain(string),
            JsonKind::Invalid => ExprKind::Invalid,
            JsonKind::Array(items) => {
                self.depth += 1;
                let items = items.iter().map(|item| self.value(item, templates)).collect();
                self.depth -= 1;
                ExprKind::Tuple(items)
            }
            JsonKind::Object { lost: true, .. } => ExprKind::Invalid,
            JsonKind::Object { properties, .. } => {
                self.depth += 1;
                let items = properties.iter().map(|(name, value)| ObjectItem {
                    key: if templates { self.template(name) } else { plain(name) },
                    value: self.value(value, templates),
                });
                let items = items.collect();
                self.depth -= 1;
                ExprKind::Object(items)
            }
        };
        Expr { kind, span }
    }

    fn template(&mut self, string: &JsonString<'_>) -> Expr {
        if !string.text.contains("${") && !string.text.contains("%{") {
            return plain(string);
        }
        let (expr, problems) = template_at(self.file, &string.text, origin(string), self.depth);
        self.problems.extend(problems);
        Expr { span: string.span, ..expr }
    }

    /// Text that is read as an expression; text that is none stays what it is, for others to judge.
    fn expression(&mut self, string: &JsonString<'_>) -> Expr {
        let (expr, problems) = expression_at(self.file, &string.text, origin(string), self.depth);
        if problems.is_empty() { expr } else { plain(string) }
    }
}

/// The type of a block, its labels so far, and how many are still missing.
struct Header {
    kind: Ident,
    labels: Vec<Ident>,
    missing: usize,
}

impl Header {
    /// The block with this body. Its type may stand far above it, so that its header is its last label.
    fn block(&self, body: Body) -> Block {
        let header = self.labels.last().unwrap_or(&self.kind).span;
        let span = header.to(body.span);
        Block { kind: self.kind.clone(), labels: self.labels.clone(), body: Arc::new(body), header, span }
    }
}

fn origin<'s>(string: &'s JsonString<'_>) -> Origin<'s> {
    match &string.places {
        Some(places) => Origin::Map(places),
        None => Origin::Offset(string.span.start + 1),
    }
}

fn plain(string: &JsonString<'_>) -> Expr {
    Expr { kind: ExprKind::String(normalised(&string.text)), span: string.span }
}

fn number(raw: &str, value: &Json<'_>) -> Expr {
    let digits = Expr { kind: ExprKind::Number(raw.trim_start_matches('-').into()), span: value.span };
    if raw.starts_with('-') {
        return Expr { kind: ExprKind::Unary(UnaryOp::Negate, Box::new(digits)), span: value.span };
    }
    digits
}
