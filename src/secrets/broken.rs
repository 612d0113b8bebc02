//! Variable files that cannot be read whole. What the parser made nothing of may be part of any value, so all of it is
//! covered but for what certainly belongs to variables that hold no secrets.

use std::ops::Range;

use super::graph::Graph;
use crate::config::VariableFile;
use crate::source::SourceFile;
use crate::syntax::{Attribute, Expr, ExprKind};

/// What ends the text of a value in JSON and says nothing of it.
const CLOSERS: [char; 3] = [',', '}', ']'];

/// What is covered in a variable file besides the values that secrets lead to: where it could be read, only what is no
/// value, although it is well written, as a text without its quotes is.
pub(super) fn ranges(graph: &Graph<'_>, file: &VariableFile, source: &SourceFile) -> Vec<Range<usize>> {
    let document = &file.document;
    if document.problems.is_empty() {
        let unclear = |a: &&Attribute| !is_value(&a.expr) && !graph.is_harmless(&a.name.text);
        return document.body.attributes.iter().filter(unclear).map(|a| a.expr.span.range()).collect();
    }
    let labels = document.problems.iter().filter_map(|problem| problem.label.as_ref());
    let reader = Reader {
        graph,
        text: &source.text,
        problems: labels.map(|label| label.span.range().start).collect(),
        comments: document.comments.iter().map(|comment| comment.span.range()).collect(),
        json: document.json,
    };
    let blocks = document.body.blocks.iter().map(|block| (block.span.range(), None));
    let attributes = document.body.attributes.iter().map(|attribute| (attribute.span().range(), Some(attribute)));
    let mut items: Vec<(Range<usize>, Option<&Attribute>)> = blocks.chain(attributes).collect();
    items.sort_by_key(|(range, _)| range.start);
    let mut found = Vec::new();
    let first = items.first().map_or(source.text.len(), |(range, _)| range.start);
    reader.lines(0..first, &mut found);
    for (at, (range, attribute)) in items.iter().enumerate() {
        let end = items.get(at + 1).map_or(source.text.len(), |(next, _)| next.start);
        match attribute {
            Some(attribute) => reader.attribute(attribute, end, &mut found),
            None => reader.lines(range.end.min(end)..end, &mut found),
        }
    }
    found
}

struct Reader<'r, 'c> {
    graph: &'r Graph<'c>,
    text: &'r str,
    /// Where the problems are.
    problems: Vec<usize>,
    comments: Vec<Range<usize>>,
    json: bool,
}

impl Reader<'_, '_> {
    /// An argument and what stands behind it, up to the next one.
    fn attribute(&self, attribute: &Attribute, end: usize, found: &mut Vec<Range<usize>>) {
        let (name, value) = (attribute.name.span.range(), attribute.expr.span.range());
        let is_harmless = self.graph.is_harmless(&attribute.name.text);
        let is_last = end == self.text.len();
        let is_torn = self.problems.iter().any(|at| (name.start..end).contains(at) || is_last && *at == end);
        let line_end = self.line_end(value.end.min(end)).min(end);
        match (is_torn, is_harmless && !self.json) {
            (false, _) => {
                if !is_harmless && !is_value(&attribute.expr) {
                    found.push(value);
                }
                if !self.json {
                    self.lines(line_end..end, found);
                }
            }
            (true, true) => {
                let first_end = self.line_end(value.start).min(end);
                let behind = value.end.min(first_end)..first_end;
                if self.text[behind.clone()].contains(['=', ':', '"']) {
                    found.push(behind);
                }
                self.lines(first_end..end, found);
            }
            (true, false) => {
                let written = self.text[value.start.min(end)..end].trim_end();
                let written = if self.json { written.trim_end_matches(|c: char| is_closer(c)) } else { written };
                // A line of something else, as `c2VjcmV0==` is one.
                let is_none = !is_harmless && !written.contains(char::is_alphanumeric);
                found.push(if is_none { name.start } else { value.start }..value.start + written.len());
            }
        }
    }

    /// Covers lines that belong to nothing that was understood, each from behind its `=` on where it has a name.
    fn lines(&self, range: Range<usize>, found: &mut Vec<Range<usize>>) {
        let mut start = range.start;
        for line in self.text.get(range).unwrap_or_default().split_inclusive('\n') {
            let from = start + (line.len() - line.trim_start().len());
            let whole = from..from + line.trim().len();
            start += line.len();
            // They come in order.
            let comments = self.comments.partition_point(|comment| comment.start <= whole.start);
            let is_comment = self.comments[..comments].last().is_some_and(|comment| comment.end > whole.start);
            if is_comment || !line.contains(char::is_alphanumeric) {
                continue;
            }
            match self.name(&self.text[whole.clone()]) {
                Some((name, _)) if self.graph.is_harmless(name) => {}
                Some((_, value)) => found.push(whole.start + value..whole.end),
                None => found.push(whole),
            }
        }
    }

    /// The name that a line begins with, and where its value does.
    fn name<'l>(&self, line: &'l str) -> Option<(&'l str, usize)> {
        let (name, value) = line.split_once(if self.json { ':' } else { '=' })?;
        let name = if self.json { name.trim().strip_prefix('"')?.strip_suffix('"')? } else { name.trim() };
        let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        let start = line.len() - value.trim_start().len();
        (is_name && !name.is_empty() && value.contains(char::is_alphanumeric)).then_some((name, start))
    }

    fn line_end(&self, from: usize) -> usize {
        self.text[from..].find('\n').map_or(self.text.len(), |at| from + at)
    }
}

/// Whether an expression is one that a variable file may hold.
fn is_value(expr: &Expr) -> bool {
    let mut is_value = match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => return true,
        ExprKind::Object(items) => return items.iter().all(|item| is_value(&item.value)),
        ExprKind::Tuple(_) | ExprKind::Template(_) | ExprKind::Paren(_) | ExprKind::Unary(..) => true,
        _ => return false,
    };
    expr.for_each_child(&mut |child| is_value &= self::is_value(child));
    is_value
}

fn is_closer(c: char) -> bool {
    c.is_whitespace() || CLOSERS.contains(&c)
}
