//! Where secrets are set: arguments that hold them, declarations that say so, calls of `sensitive`.

use rayon::prelude::*;

use super::follow::Share;
use super::graph::{Graph, Node};
use super::{lines, names};
use crate::config::{Declarations, Variable};
use crate::facts;
use crate::syntax::{Block, Body, Expr, ExprKind, ObjectItem, TemplatePart, Text};

/// Where an expression stands, as far as it matters for what it refers to.
#[derive(Clone)]
pub(super) struct Place<'c> {
    /// The position of its module.
    pub node: usize,
    /// What `each` goes through.
    pub each: Option<&'c Expr>,
    /// What the iterators of `dynamic` blocks go through, innermost last.
    pub iterators: Vec<(Text, &'c Expr)>,
}

/// Something secret.
pub(super) enum Seed<'c> {
    /// The value of an expression; `certain` where not only a name says so, `whole` where the names of entries are as
    /// secret.
    Value { place: Place<'c>, expr: &'c Expr, certain: bool, share: Share, whole: bool },
    /// What is written in an expression, but not what it refers to.
    Written { expr: &'c Expr, whole: bool },
    /// The value of a variable.
    Variable { node: usize, name: Text, certain: bool },
}

/// Everything in the configuration that is secret by itself.
pub(super) fn of<'c>(graph: &Graph<'c>) -> impl Iterator<Item = Seed<'c>> {
    let of_node = |(node, at): (usize, &Node<'c>)| {
        let mut seeds = Vec::new();
        let place = Place { node, each: None, iterators: Vec::new() };
        for document in &at.module.documents {
            let mut finder = Finder { place: place.clone(), is_plain: false, seeds: &mut seeds };
            document.body.blocks.iter().for_each(|block| finder.top(block, &at.module.variables));
        }
        seeds
    };
    let of_nodes: Vec<Vec<Seed<'c>>> = graph.nodes.par_iter().enumerate().map(of_node).collect();
    let mut seeds = Vec::new();
    for file in graph.variable_files() {
        // What a variable file says refers to nothing, so the place does not matter.
        let place = Place { node: 0, each: None, iterators: Vec::new() };
        let mut finder = Finder { place, is_plain: false, seeds: &mut seeds };
        finder.body(&file.document.body, &[]);
    }
    of_nodes.into_iter().chain([seeds]).flatten()
}

/// Paths of secrets below a body.
type Paths<'p> = [&'p str];

struct Finder<'s, 'c> {
    place: Place<'c>,
    /// Whether the resource says itself that what it holds is no secret, although its schema hides it.
    is_plain: bool,
    seeds: &'s mut Vec<Seed<'c>>,
}

impl<'c> Finder<'_, 'c> {
    fn top(&mut self, block: &'c Block, variables: &Declarations<Variable>) {
        let label = |at: usize| block.labels.get(at).map(|label| &label.text);
        self.place.each = block.body.attribute("for_each").map(|each| &*each.expr);
        match (&*block.kind.text, label(0)) {
            ("resource", Some(resource_type)) => {
                let paths: Vec<&str> = facts::secret_paths(resource_type).collect();
                self.is_plain = &**resource_type == "aws_ssm_parameter" && !is_secure(&block.body);
                self.body(&block.body, &paths);
                self.is_plain = false;
            }
            ("variable", Some(name)) => {
                self.variable(name, &block.body, variables.get(name).map(|v| &**v));
                self.body(&block.body, &[]);
            }
            ("output", _) => {
                let is_sensitive = |a: &&crate::syntax::Attribute| !matches!(a.expr.kind, ExprKind::Bool(false));
                if block.body.attribute("sensitive").filter(is_sensitive).is_some() {
                    let value = block.body.attribute("value");
                    self.seeds.extend(value.map(|value| Seed::Written { expr: &value.expr, whole: true }));
                }
                self.body(&block.body, &[]);
            }
            _ => self.body(&block.body, &[]),
        }
        self.place.each = None;
    }

    fn variable(&mut self, name: &Text, body: &'c Body, merged: Option<&Variable>) {
        let certain = merged.is_some_and(|v| v.sensitive || v.ephemeral);
        if certain || names::is_secret(name) {
            self.seeds.push(Seed::Variable { node: self.place.node, name: name.clone(), certain });
            // An override file may have replaced it; it is still written there.
            let default = body.attribute("default");
            self.seeds.extend(default.map(|default| Seed::Written { expr: &default.expr, whole: certain }));
        }
    }

    fn body(&mut self, body: &'c Body, paths: &Paths<'_>) {
        for attribute in &body.attributes {
            self.argument(&attribute.name.text, &attribute.expr, paths);
        }
        let text = |name: &str| body.attribute(name).map(|a| &*a.expr);
        if let Some(value) = text("value")
            && let Some(name) = entry_name(text)
        {
            self.named(name, value);
        }
        for block in &body.blocks {
            self.block(block, paths);
        }
    }

    fn block(&mut self, block: &'c Block, paths: &Paths<'_>) {
        let (name, iterator) = match (&*block.kind.text, block.labels.first()) {
            ("dynamic", Some(label)) => {
                let named = block.body.attribute("iterator").map(|a| &a.expr.kind);
                let iterator = match named {
                    Some(ExprKind::Variable(name)) => name.clone(),
                    _ => label.text.clone(),
                };
                (&label.text, block.body.attribute("for_each").map(|each| (iterator, &*each.expr)))
            }
            _ => (&block.kind.text, None),
        };
        let depth = self.place.iterators.len();
        let is_dynamic = iterator.is_some();
        self.place.iterators.extend(iterator);
        let below = below(paths, name);
        match block.body.blocks("content").next().filter(|_| is_dynamic) {
            Some(content) => self.body(&content.body, &below),
            None => self.body(&block.body, &below),
        }
        self.place.iterators.truncate(depth);
    }

    /// An argument, or an entry of an object that stands for a block.
    fn argument(&mut self, name: &str, value: &'c Expr, paths: &Paths<'_>) {
        if paths.contains(&name) {
            self.secret(value, true);
        } else if names::is_secret(name) && !is_reference_by_name(value) && !is_unit(value) {
            self.secret(value, false);
        }
        self.inside(value, &below(paths, name));
    }

    fn secret(&mut self, expr: &'c Expr, certain: bool) {
        let share = if self.is_plain { Share::Beside } else { Share::Secret };
        self.seeds.push(Seed::Value { place: self.place.clone(), expr, certain, share, whole: false });
    }

    /// What `sensitive` is given.
    fn called_sensitive(&mut self, expr: &'c Expr) {
        let (place, share) = (self.place.clone(), Share::Secret);
        self.seeds.push(Seed::Value { place, expr, certain: true, share, whole: true });
    }

    /// An entry of a list of names and values.
    fn named(&mut self, name: &'c Expr, value: &'c Expr) {
        if matches!(&name.kind, ExprKind::String(name) if names::is_secret(name)) {
            self.secret(value, false);
        }
    }

    /// Secrets within an expression.
    fn inside(&mut self, expr: &'c Expr, paths: &Paths<'_>) {
        match &expr.kind {
            // Most of all are plain references.
            ExprKind::Attr(attr) => self.inside(&attr.base, &[]),
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Variable(_) => {}
            ExprKind::Object(items) => {
                for ObjectItem { key, value } in items {
                    match &key.kind {
                        ExprKind::String(name) => self.argument(name, value, paths),
                        _ => self.inside(value, &[]),
                    }
                }
                let entry = |name: &str| {
                    let named = |i: &&ObjectItem| matches!(&i.key.kind, ExprKind::String(key) if **key == *name);
                    items.iter().find(named).map(|item| &item.value)
                };
                if let Some(value) = entry("value")
                    && let Some(name) = entry_name(entry)
                {
                    self.named(name, value);
                }
            }
            ExprKind::Tuple(items) => items.iter().for_each(|item| self.inside(item, paths)),
            ExprKind::String(text) if lines::is_secret(text) => self.secret(expr, false),
            ExprKind::Template(parts) if has_password(parts) => self.seeds.push(Seed::Written { expr, whole: false }),
            ExprKind::Call(call) if &*call.name.text == "sensitive" => {
                call.args.iter().for_each(|arg| self.called_sensitive(arg));
            }
            _ => expr.for_each_child(&mut |child| self.inside(child, &[])),
        }
    }
}

/// Whether a parameter is one for secrets, as far as it says.
fn is_secure(parameter: &Body) -> bool {
    let kind = parameter.attribute("type").map(|a| &a.expr.kind);
    !matches!(kind, Some(ExprKind::String(kind)) if matches!(&**kind, "String" | "StringList"))
}

/// What names an entry of a list of names and values.
fn entry_name<'c>(part: impl Fn(&str) -> Option<&'c Expr>) -> Option<&'c Expr> {
    ["name", "key", "parameter_name", "header_name"].into_iter().find_map(part)
}

/// What is called like a secret and only says where it is kept.
fn is_reference_by_name(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::String(text) if text.is_empty() || text.starts_with("arn:"))
}

/// A unit of time, as in `token_validity_units`: taken for a secret it would hide a word of every sentence.
fn is_unit(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::String(text) if matches!(&**text, "seconds" | "minutes" | "hours" | "days"))
}

/// The paths below a name.
fn below<'p>(paths: &Paths<'p>, name: &str) -> Vec<&'p str> {
    // As it mostly is.
    if paths.is_empty() {
        return Vec::new();
    }
    paths.iter().filter_map(|path| path.strip_prefix(name)?.strip_prefix('.')).collect()
}

/// Whether a password is written into an address that is otherwise put together.
fn has_password(parts: &[TemplatePart]) -> bool {
    let mut in_address = false;
    parts.iter().any(|part| match part {
        TemplatePart::Literal(text, _) => {
            in_address |= text.contains("://");
            let before = text.split_once('@').map(|(before, _)| before);
            let password = before.and_then(|before| before.rsplit_once(':')).map(|(_, password)| password);
            in_address && password.is_some_and(|p| !p.is_empty() && !p.contains(['/', ' ']))
        }
        _ => false,
    })
}
