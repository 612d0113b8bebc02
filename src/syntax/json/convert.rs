//! JSON values to the syntax tree, each by what its property means.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::reader::JsonString;
use super::schema::{Context, Meaning};
use super::{Json, JsonKind};
use crate::source::ProblemKind::{Limit, Syntax};
use crate::source::{FileId, Problem, Span};
use crate::syntax::ast::{Block, Body, Expr, ExprKind, Ident, ObjectItem, Text, UnaryOp};
use crate::syntax::items::Items;
use crate::syntax::parser::{MAX_PROBLEMS, Origin, expression_at, normalised, template_at};

pub(super) struct Converter {
    file: FileId,
    pub(super) problems: Vec<Problem>,
    /// Whether something was dropped.
    pub(super) lost: bool,
    /// How many levels of the tree lie above the value that is converted.
    depth: u32,
    /// Names of arguments and types that are too long to stand in place: all occurrences of one share it.
    names: FxHashSet<Text>,
}

impl Converter {
    pub(super) fn new(file: FileId, problems: Vec<Problem>) -> Converter {
        Converter { file, problems, lost: false, depth: 0, names: FxHashSet::default() }
    }

    /// The whole file: an object, or an array of objects that count as one.
    pub(super) fn root(&mut self, root: Json<'_>, context: &'static Context) -> Items {
        let mut items = Items::default();
        match root.kind {
            JsonKind::Array(objects) => {
                for object in objects {
                    self.properties(object, context, &mut items);
                }
            }
            kind => self.properties(Json { kind, ..root }, context, &mut items),
        }
        items
    }

    fn properties(&mut self, value: Json<'_>, context: &'static Context, items: &mut Items) {
        let JsonKind::Object { properties, lost } = value.kind else {
            if !matches!(value.kind, JsonKind::Invalid) {
                let problem = Problem::error(Syntax, value.span, "expected an object", "not an object");
                self.report(problem.with_help("a body is written `{ \"name\": value }`"));
            }
            self.lost = true;
            return;
        };
        self.lost |= lost;
        for (name, value) in properties {
            let text = name.text();
            if text == "//" {
                continue;
            }
            let ident = Ident { text: self.name(&text), span: name.span };
            match context.meaning(&text) {
                Meaning::Block(labels, inner) => {
                    let mut header = Header { kind: ident, labels: Vec::new(), missing: labels };
                    self.blocks(&mut header, value, inner, &mut items.blocks);
                }
                meaning => self.attribute(ident, value, meaning, items),
            }
        }
    }

    /// The one text that all occurrences of a name in this file share.
    fn name(&mut self, name: &str) -> Text {
        if name.len() <= Text::INLINE_LIMIT {
            return Text::inline(name);
        }
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let name = Text::from(name);
        self.names.insert(name.clone());
        name
    }

    fn attribute(&mut self, name: Ident, value: Json<'_>, meaning: Meaning, items: &mut Items) {
        let expr = self.argument(value, meaning);
        if let Some(problem) = items.add(name, Arc::new(expr)) {
            self.report(problem);
        }
    }

    /// Records a problem, unless there are too many.
    fn report(&mut self, problem: Problem) {
        match self.problems.len() {
            MAX_PROBLEMS => {
                let span = problem.label.map_or(Span::new(self.file, 0, 0), |label| label.span);
                let message = format!("more than {MAX_PROBLEMS} problems; those behind it are not told");
                self.problems.push(Problem::error(Limit, span, message, "one too many"));
            }
            many if many > MAX_PROBLEMS => {}
            _ => self.problems.push(problem),
        }
    }

    /// The blocks that a property holds: labels are the keys of nested objects, arrays repeat at any level.
    fn blocks(&mut self, header: &mut Header, value: Json<'_>, context: &'static Context, blocks: &mut Vec<Block>) {
        let span = value.span;
        match value.kind {
            JsonKind::Null => {}
            JsonKind::Array(items) => {
                for item in items {
                    self.blocks(header, item, context, blocks);
                }
            }
            JsonKind::Object { properties, lost } if header.missing > 0 => {
                self.lost |= lost;
                header.missing -= 1;
                for (name, value) in properties {
                    let text = name.text();
                    if text == "//" {
                        continue;
                    }
                    header.labels.push(Ident { text: (&*text).into(), span: name.span });
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
                blocks.push(header.block(items.take_body(span, incomplete)));
            }
            JsonKind::Invalid => self.lost = true,
            _ => self.not_a_block(header, span),
        }
    }

    fn not_a_block(&mut self, header: &Header, span: Span) {
        self.lost = true;
        let kind = &header.kind.text;
        let message = format!("`{kind}` is a block: its value is an object, or an array of objects");
        let problem = Problem::error(Syntax, span, message, "not an object");
        let labels = header.labels.len() + header.missing;
        let form = format!("{}{{ … }}{}", "{ \"label\": ".repeat(labels), " }".repeat(labels));
        self.report(problem.with_help(format!("write `\"{kind}\": {form}`")));
    }

    fn argument(&mut self, value: Json<'_>, meaning: Meaning) -> Expr {
        let span = value.span;
        match (meaning, value.kind) {
            (Meaning::Literal, kind) => self.value(Json { kind, span }, false),
            (Meaning::Expression, JsonKind::String(string)) => self.expression(&string),
            (Meaning::Expression, JsonKind::Array(items)) => {
                let items = items.into_iter().map(|item| self.argument(item, Meaning::Expression));
                Expr { kind: ExprKind::Tuple(items.collect()), span }
            }
            (Meaning::References, JsonKind::Object { properties, .. }) => {
                let items = properties.into_iter().map(|(name, value)| {
                    let mut key = self.expression(&name);
                    if let ExprKind::Variable(text) = &key.kind {
                        key.kind = ExprKind::String(text.clone());
                    }
                    ObjectItem { key, value: self.argument(value, Meaning::Expression) }
                });
                Expr { kind: ExprKind::Object(items.collect()), span }
            }
            (Meaning::Requirement, JsonKind::Object { properties, .. }) => {
                let items = properties.into_iter().map(|(name, value)| {
                    let aliases = name.text() == "configuration_aliases";
                    let meaning = if aliases { Meaning::Expression } else { Meaning::Literal };
                    ObjectItem { key: plain(&name), value: self.argument(value, meaning) }
                });
                Expr { kind: ExprKind::Object(items.collect()), span }
            }
            (Meaning::Requirement, kind) => self.value(Json { kind, span }, false),
            (_, kind) => self.value(Json { kind, span }, true),
        }
    }

    /// A value whose strings are templates, or text.
    fn value(&mut self, value: Json<'_>, templates: bool) -> Expr {
        let span = value.span;
        let kind = match value.kind {
            JsonKind::Null => ExprKind::Null,
            JsonKind::Bool(value) => ExprKind::Bool(value),
            JsonKind::Number(raw) => return number(raw, span),
            JsonKind::String(string) if templates => return self.template(&string),
            JsonKind::String(string) => return plain(&string),
            JsonKind::Invalid => ExprKind::Invalid,
            JsonKind::Array(items) => {
                self.depth += 1;
                let items = items.into_iter().map(|item| self.value(item, templates)).collect();
                self.depth -= 1;
                ExprKind::Tuple(items)
            }
            JsonKind::Object { lost: true, .. } => ExprKind::Invalid,
            JsonKind::Object { properties, .. } => {
                self.depth += 1;
                let items = properties.into_iter().map(|(name, value)| ObjectItem {
                    key: if templates { self.template(&name) } else { plain(&name) },
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
        let (text, places) = text_and_places(string);
        if !text.contains("${") && !text.contains("%{") {
            return Expr { kind: ExprKind::String(normalised(&text)), span: string.span };
        }
        let (expr, problems) = template_at(self.file, &text, origin(string, places.as_deref()), self.depth);
        problems.into_iter().for_each(|problem| self.report(problem));
        Expr { span: string.span, ..expr }
    }

    /// Text that is read as an expression; text that is none stays what it is, for others to judge.
    fn expression(&mut self, string: &JsonString<'_>) -> Expr {
        let (text, places) = text_and_places(string);
        let (expr, problems) = expression_at(self.file, &text, origin(string, places.as_deref()), self.depth);
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
        Block { kind: self.kind.clone(), labels: self.labels.as_slice().into(), body: Arc::new(body), header, span }
    }
}

fn text_and_places<'a>(string: &JsonString<'a>) -> (Cow<'a, str>, Option<Vec<u32>>) {
    match string.unescaped() {
        Some((text, places)) => (text.into(), Some(places)),
        None => (string.text(), None),
    }
}

fn origin<'s>(string: &JsonString<'_>, places: Option<&'s [u32]>) -> Origin<'s> {
    match places {
        Some(places) => Origin::Map(places),
        None => Origin::Offset(string.span.start + 1),
    }
}

fn plain(string: &JsonString<'_>) -> Expr {
    Expr { kind: ExprKind::String(normalised(&string.text())), span: string.span }
}

fn number(raw: &str, span: Span) -> Expr {
    let digits = Expr { kind: ExprKind::Number(raw.trim_start_matches('-').into()), span };
    if raw.starts_with('-') {
        return Expr { kind: ExprKind::Unary(UnaryOp::Negate, Box::new(digits)), span };
    }
    digits
}
