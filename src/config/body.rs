//! Reading bodies of either syntax. In JSON a nested block may arrive as an argument whose value is an object, `null` is
//! an argument that is not set, and references are written as text.

use std::cmp::Ordering;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::reference::parse_reference;
use super::suggest::nearest;
use crate::source::{FileId, Problem, ProblemKind, Span};
use crate::syntax::{Attribute, Block, Body, Expr, ExprKind, Ident, Text};

/// Reads bodies and gathers what is wrong with them.
pub(crate) struct BodyReader {
    json_files: FxHashSet<FileId>,
    pub(crate) problems: Vec<Problem>,
    /// How many of each file were reported.
    reported: FxHashMap<FileId, usize>,
}

/// More faults of a file are not listed: millions would take more room than all else.
const MOST_FAULTS: usize = 1_000;

/// What a block of a closed set of names may hold.
pub(crate) struct Schema<const N: usize> {
    /// The block, for messages: `` `variable` block ``.
    pub(crate) block: &'static str,
    pub(crate) arguments: [&'static str; N],
    pub(crate) required: &'static [&'static str],
    pub(crate) blocks: &'static [&'static str],
}

impl BodyReader {
    pub(crate) fn new(json_files: impl IntoIterator<Item = FileId>) -> BodyReader {
        let json_files = json_files.into_iter().collect();
        BodyReader { json_files, problems: Vec::new(), reported: FxHashMap::default() }
    }

    /// Reports a fault; of each file the first [`MOST_FAULTS`].
    pub(crate) fn report(&mut self, problem: Problem) {
        let Some(span) = problem.label.as_ref().map(|label| label.span) else { return self.problems.push(problem) };
        let reported = self.reported.entry(span.file).or_default();
        *reported += 1;
        match (*reported).cmp(&(MOST_FAULTS + 1)) {
            Ordering::Less => self.problems.push(problem),
            Ordering::Equal => {
                let message = format!("more than {MOST_FAULTS} faults in what a file declares are not listed");
                self.problems.push(Problem::warning(ProblemKind::Limit, span, message, "the rest is left out"));
            }
            Ordering::Greater => {}
        }
    }

    pub(crate) fn error(&mut self, span: Span, message: impl Into<String>, label: impl Into<String>) {
        self.report(Problem::error(ProblemKind::Configuration, span, message, label));
    }

    fn is_json(&self, span: Span) -> bool {
        self.json_files.contains(&span.file)
    }

    /// Whether an argument counts as set.
    pub(crate) fn is_set(&self, attribute: &Attribute) -> bool {
        !(self.is_json(attribute.span()) && matches!(attribute.expr.kind, ExprKind::Null))
    }

    /// The value of an argument.
    pub(crate) fn argument(&self, body: &Body, name: &str) -> Option<Arc<Expr>> {
        body.attribute(name).filter(|a| self.is_set(a)).map(|a| a.expr.clone())
    }

    /// The nested blocks of a type with that many labels, whichever way they are written.
    pub(crate) fn blocks(&self, body: &Body, kind: &str, labels: usize) -> Vec<Block> {
        // As it mostly is, and many kinds are asked for.
        if body.blocks.is_empty() && self.json_files.is_empty() {
            return Vec::new();
        }
        let mut blocks: Vec<Block> = body.blocks(kind).cloned().collect();
        if let Some(attribute) = body.attribute(kind).filter(|a| self.is_json(a.span()) && self.is_set(a)) {
            blocks_of_value(&attribute.name, &attribute.expr, &mut Vec::new(), labels, &mut blocks);
        }
        blocks
    }

    /// The references that an argument lists: `depends_on = [a.b, module.c]`.
    pub(crate) fn references(&mut self, name: &str, listed: Option<&Arc<Expr>>) -> Vec<Arc<Expr>> {
        let Some(expr) = listed else { return Vec::new() };
        match &expr.kind {
            ExprKind::Tuple(items) => items.iter().filter_map(|item| self.reference(item)).collect(),
            ExprKind::Null | ExprKind::Invalid => Vec::new(),
            _ => {
                self.error(expr.span, format!("`{name}` must be a list of references"), "not a list");
                Vec::new()
            }
        }
    }

    /// An expression that is read as a reference; text stands for one in JSON and in old configurations.
    pub(crate) fn reference(&mut self, expr: &Expr) -> Option<Arc<Expr>> {
        match &expr.kind {
            ExprKind::String(text) => {
                let parsed = parse_reference(text, expr.span);
                if parsed.is_none() {
                    self.error(expr.span, format!("`{text}` is not a reference"), "not a reference");
                }
                parsed.map(Arc::new)
            }
            // An invalid expression has its own problem already.
            ExprKind::Invalid => None,
            _ => Some(Arc::new(expr.clone())),
        }
    }

    /// The values of the arguments of a closed schema, in their order. Reports what the block may not hold and what it lacks.
    pub(crate) fn read<'b, const N: usize>(
        &mut self,
        header: Span,
        body: &'b Body,
        schema: &Schema<N>,
    ) -> [Option<&'b Arc<Expr>>; N] {
        let mut values = [None; N];
        let all = || schema.arguments.iter().chain(schema.blocks).copied();
        for attribute in &body.attributes {
            let name = &*attribute.name.text;
            if let Some(at) = schema.arguments.iter().position(|known| *known == name) {
                values[at] = values[at].or(Some(&attribute.expr).filter(|_| self.is_set(attribute)));
                continue;
            }
            let json = self.is_json(attribute.span());
            if json && (name == "//" || schema.blocks.contains(&name)) {
                continue;
            }
            let message = format!("{} has no argument `{name}`", schema.block);
            self.unknown(attribute.name.span, message, nearest(name, all()), schema.blocks.contains(&name));
        }
        for block in &body.blocks {
            let name = &*block.kind.text;
            if !schema.blocks.contains(&name) {
                let message = format!("{} has no block `{name}`", schema.block);
                self.unknown(block.header, message, nearest(name, all()), schema.arguments.contains(&name));
            }
        }
        for (name, value) in schema.arguments.iter().zip(&values) {
            if value.is_none() && schema.required.contains(name) && !body.incomplete {
                self.error(header, format!("{} lacks the argument `{name}`", schema.block), "required here");
            }
        }
        values
    }

    /// `other_form`: the name exists, but as a block where an argument is written, or the other way round.
    fn unknown(&mut self, span: Span, message: String, suggestion: Option<&str>, other_form: bool) {
        let problem = Problem::error(ProblemKind::Configuration, span, message, "not expected here");
        self.report(match suggestion {
            Some(name) if other_form => {
                problem.with_help(format!("`{name}` is written the other way, with or without `=`"))
            }
            Some(name) => problem.with_help(format!("did you mean `{name}`?")),
            None => problem,
        });
    }
}

/// A constant `true` or `false`; `otherwise` where the argument is set to something else.
pub(crate) fn flag(value: Option<&Arc<Expr>>, otherwise: bool) -> Option<bool> {
    match &value?.kind {
        ExprKind::Bool(value) => Some(*value),
        ExprKind::String(text) if &**text == "true" => Some(true),
        ExprKind::String(text) if &**text == "false" => Some(false),
        ExprKind::Null => None,
        _ => Some(otherwise),
    }
}

/// Turns the JSON form `{"label": {…}}` (arrays repeat at any level) into blocks.
fn blocks_of_value(kind: &Ident, value: &Expr, labels: &mut Vec<Ident>, missing: usize, blocks: &mut Vec<Block>) {
    match &value.kind {
        ExprKind::Tuple(items) => {
            for item in items {
                blocks_of_value(kind, item, labels, missing, blocks);
            }
        }
        ExprKind::Object(items) if missing > 0 => {
            for item in items {
                let ExprKind::String(text) = &item.key.kind else { continue };
                labels.push(Ident { text: text.clone(), span: item.key.span });
                blocks_of_value(kind, &item.value, labels, missing - 1, blocks);
                labels.pop();
            }
        }
        ExprKind::Object(_) => {
            if let Some(body) = body_of_object(value) {
                let header = labels.last().map_or(kind.span, |l| kind.span.to(l.span));
                let span = kind.span.to(value.span);
                blocks.push(Block { kind: kind.clone(), labels: labels.as_slice().into(), body, header, span });
            }
        }
        _ => {}
    }
}

/// An object constructor read as the inside of a block.
pub(crate) fn body_of_object(expr: &Expr) -> Option<Arc<Body>> {
    let ExprKind::Object(items) = &expr.kind else { return None };
    let attributes = items.iter().filter_map(|item| {
        let ExprKind::String(text) = &item.key.kind else { return None };
        let name = Ident { text: text.clone(), span: item.key.span };
        (&**text != "//").then(|| Attribute { name, expr: Arc::new(item.value.clone()) })
    });
    let attributes = attributes.collect();
    Some(Arc::new(Body { attributes, blocks: Box::default(), span: expr.span, incomplete: false }))
}

/// The same body without arguments and blocks of some names; shared where it holds none of them.
pub(crate) fn without(body: &Arc<Body>, is_left_out: impl Fn(&str) -> bool) -> Arc<Body> {
    let is_kept = |name: &Ident| !is_left_out(&name.text);
    if body.attributes.iter().all(|a| is_kept(&a.name)) && body.blocks.iter().all(|b| is_kept(&b.kind)) {
        return body.clone();
    }
    Arc::new(Body {
        attributes: body.attributes.iter().filter(|a| is_kept(&a.name)).cloned().collect(),
        blocks: body.blocks.iter().filter(|b| is_kept(&b.kind)).cloned().collect(),
        span: body.span,
        incomplete: body.incomplete,
    })
}

/// The text of a plain string.
pub(crate) fn literal_text(expr: &Expr) -> Option<&Text> {
    match &expr.kind {
        ExprKind::String(text) => Some(text),
        ExprKind::Paren(inner) => literal_text(inner),
        _ => None,
    }
}
