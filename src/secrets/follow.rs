//! From what is secret to where it is written: through locals, variables, calls, outputs and other resources.
//!
//! Nothing is evaluated. Where it cannot be seen which part of a value is taken, the whole of it counts.

use rustc_hash::FxHashSet;

use super::graph::Graph;
use super::names;
use super::seeds::{Place, Seed};
use crate::config::{Mode, ResourceName, VariableText};
use crate::source::Span;
use crate::syntax::{AttrExpr, BinaryOp, ConditionalExpr, Expr, ExprKind, ForExpr, ObjectItem, TemplatePart, Text};

/// Something secret that is written down.
pub(super) enum Literal<'c> {
    /// A literal of the configuration, and how much of the secret it is.
    Expr(&'c Expr, Share),
    /// A value of the command line or the environment.
    Given(&'c VariableText, Share),
    /// Text that the parser did not understand.
    Torn(Span),
}

/// How much of a secret something is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Share {
    /// Something that stands beside the secret proper, and says nothing where it is quoted by itself: the engine beside
    /// the password in a JSON text, the environment's name that a password begins with.
    Beside,
    /// All of it, or what matters.
    Secret,
}

impl Literal<'_> {
    pub(super) fn span(&self) -> Span {
        match self {
            Literal::Expr(expr, _) => expr.span,
            Literal::Given(text, _) => text.span,
            Literal::Torn(span) => *span,
        }
    }

    /// What must not be quoted.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let mut texts: Vec<&str> = Vec::new();
        match self {
            Literal::Expr(_, Share::Beside) | Literal::Given(_, Share::Beside) | Literal::Torn(_) => {}
            Literal::Given(text, _) => texts.push(&text.text),
            Literal::Expr(expr, _) => match &expr.kind {
                ExprKind::String(text) | ExprKind::Number(text) | ExprKind::Variable(text) => texts.push(text),
                ExprKind::Template(parts) => texts.extend(parts.iter().filter_map(|part| match part {
                    TemplatePart::Literal(text, _) => Some(&**text),
                    _ => None,
                })),
                _ => {}
            },
        }
        texts.into_iter()
    }
}

/// After this many steps whole values are followed, not parts of them, so that it comes to an end.
const STEPS_BY_PART: usize = 200_000;
/// Longer paths into a value are not told apart.
const PATH_LIMIT: usize = 8;
/// Stands in a path for any element.
const ANY: &str = "*";

/// What is known of what is followed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Certainty {
    /// Whether not only a name says that it is secret.
    certain: bool,
    share: Share,
    /// Whether it is so as a whole, with the names of its entries.
    whole: bool,
}

/// The literals that seeds lead to.
pub(super) fn literals<'c>(graph: &Graph<'c>, seeds: impl Iterator<Item = Seed<'c>>) -> Vec<Literal<'c>> {
    let mut walk = Walk { graph, found: Vec::new(), seen: FxHashSet::default(), todo: Vec::new(), steps: 0 };
    for seed in seeds {
        match seed {
            Seed::Value { place, expr, certain, share, whole } => {
                let certainty = Certainty { certain, share, whole };
                walk.todo.push(Step { place, expr, path: Vec::new(), certainty });
            }
            Seed::Written { expr, whole } => walk.written(expr, whole),
            Seed::Variable { node, name, certain } => {
                // Only a declaration says it of the whole, a name of what is in it.
                walk.variable(node, &name, &[], Certainty { certain, share: Share::Secret, whole: certain });
            }
        }
        while let Some(step) = walk.todo.pop() {
            walk.steps += 1;
            let path = if walk.steps > STEPS_BY_PART { Vec::new() } else { step.path };
            let mut at = At { place: &step.place, certainty: step.certainty, bound: Vec::new() };
            walk.expr(&mut at, step.expr, &path);
        }
    }
    walk.found
}

/// An expression to look at, and the part of its value that is meant: outermost step first.
struct Step<'c> {
    place: Place<'c>,
    expr: &'c Expr,
    path: Vec<Text>,
    certainty: Certainty,
}

/// Around an expression: what its names mean.
struct At<'a, 'c> {
    place: &'a Place<'c>,
    certainty: Certainty,
    /// Variables of `for` with what they go through; none for its keys.
    bound: Vec<(&'c Text, Option<&'c Expr>)>,
}

struct Walk<'g, 'c> {
    graph: &'g Graph<'c>,
    found: Vec<Literal<'c>>,
    seen: FxHashSet<(usize, char, Text, Vec<Text>, Certainty)>,
    todo: Vec<Step<'c>>,
    steps: usize,
}

impl<'c> Walk<'_, 'c> {
    fn expr(&mut self, at: &mut At<'_, 'c>, expr: &'c Expr, path: &[Text]) {
        self.found.extend(self.graph.torn(expr.span).map(Literal::Torn));
        match &expr.kind {
            // In a file of values it is text whose quotes were forgotten.
            ExprKind::Variable(_)
            | ExprKind::Attr(..)
            | ExprKind::Index(..)
            | ExprKind::Call(_)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(_)
            | ExprKind::For(_)
            | ExprKind::Splat { .. }
                if self.graph.is_of_values(expr.span.file) =>
            {
                self.found(at, expr);
            }
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::SplatElement => {}
            ExprKind::String(_) | ExprKind::Invalid => self.found(at, expr),
            ExprKind::Number(_) if at.certainty.certain => self.found(at, expr),
            ExprKind::Number(_) => {}
            ExprKind::Template(parts) => {
                if parts.iter().any(|part| !matches!(part, TemplatePart::Interpolation(_))) {
                    self.found(at, expr);
                }
                let share = std::mem::replace(&mut at.certainty.share, Share::Beside);
                expr.for_each_child(&mut |child| self.expr(at, child, &[]));
                at.certainty.share = share;
            }
            ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => self.expr(at, inner, path),
            ExprKind::Tuple(items) => match path.split_first() {
                Some((index, rest)) => match index.parse::<usize>().ok().and_then(|index| items.get(index)) {
                    Some(item) => self.expr(at, item, rest),
                    None => items.iter().for_each(|item| self.expr(at, item, rest)),
                },
                None => items.iter().for_each(|item| self.expr(at, item, &[])),
            },
            ExprKind::Object(items) => self.object(at, items, path),
            ExprKind::Conditional(of) => {
                let ConditionalExpr { then, otherwise, .. } = &**of;
                self.expr(at, then, path);
                self.expr(at, otherwise, path);
            }
            ExprKind::Binary(op, of) => {
                use BinaryOp::{Add, Divide, Modulo, Multiply, Subtract};
                // A comparison says nothing but true or false.
                if matches!(op, Add | Subtract | Multiply | Divide | Modulo) {
                    self.expr(at, &of.left, &[]);
                    self.expr(at, &of.right, &[]);
                }
            }
            ExprKind::Call(call) => self.call(at, &call.name.text, &call.args, path),
            ExprKind::For(of) => self.for_expr(at, of, path),
            ExprKind::Splat { base, each } => {
                let mut whole = vec![ANY.into()];
                whole.extend(hops(each).1);
                whole.extend_from_slice(path);
                self.expr(at, base, &whole);
            }
            ExprKind::Variable(_) | ExprKind::Attr(..) | ExprKind::Index(..) => {
                let (root, mut whole) = hops(expr);
                whole.extend_from_slice(path);
                match &root.kind {
                    ExprKind::Variable(name) => self.reference(at, name, &whole),
                    ExprKind::SplatElement => {}
                    _ => self.expr(at, root, &whole),
                }
            }
        }
    }

    fn found(&mut self, at: &At<'_, 'c>, expr: &'c Expr) {
        self.found.push(Literal::Expr(expr, at.certainty.share));
    }

    fn object(&mut self, at: &mut At<'_, 'c>, items: &'c [ObjectItem], path: &[Text]) {
        let key = |item: &'c ObjectItem| match &item.key.kind {
            ExprKind::String(key) => Some(key),
            _ => None,
        };
        let is_secret = |item: &'c ObjectItem| key(item).is_some_and(|key| names::is_secret(key));
        let has_secret = path.is_empty() && items.iter().any(is_secret);
        let share = at.certainty.share;
        for item in items {
            let is_other = match (key(item), path.first()) {
                (Some(key), Some(wanted)) => key != wanted && &**wanted != ANY,
                _ => false,
            };
            if !is_other {
                if at.certainty.whole && path.is_empty() {
                    // As words in a report they mean something else.
                    self.found.push(Literal::Expr(&item.key, Share::Beside));
                    if key(item).is_none() {
                        self.expr(at, &item.key, &[]);
                    }
                }
                at.certainty.share = if has_secret && !is_secret(item) { Share::Beside } else { share };
                self.expr(at, &item.value, path.get(1..).unwrap_or_default());
            }
        }
        at.certainty.share = share;
    }

    fn call(&mut self, at: &mut At<'_, 'c>, name: &str, args: &'c [Expr], path: &[Text]) {
        match (name, args) {
            // What these take is no value but its name, or how to treat it.
            ("file" | "filebase64" | "fileexists" | "fileset" | "length", _) => {}
            ("format", [Expr { kind: ExprKind::String(form), .. }, only]) if &**form == "%s" => {
                self.expr(at, only, path)
            }
            ("join" | "format", [_, rest @ ..]) => rest.iter().for_each(|part| self.part(at, part)),
            ("templatefile", [_, rest @ ..]) => rest.iter().for_each(|a| self.expr(at, a, &[])),
            ("element" | "split" | "trimprefix" | "trimsuffix" | "substr", [first, ..]) => {
                let text = matches!(name, "trimprefix" | "trimsuffix" | "substr");
                self.expr(
                    at,
                    if name == "split" { args.last().unwrap_or(first) } else { first },
                    if text { &[] } else { path },
                );
            }
            ("lookup", [map, key, rest @ ..]) => {
                let mut whole = vec![key_of(key)];
                whole.extend_from_slice(path);
                self.expr(at, map, &whole);
                rest.iter().for_each(|default| self.expr(at, default, path));
            }
            (
                "merge" | "try" | "coalesce" | "tomap" | "nonsensitive" | "sensitive" | "defaults" | "ephemeralasnull",
                _,
            ) => args.iter().for_each(|arg| self.expr(at, arg, path)),
            ("concat" | "tolist" | "toset" | "one" | "flatten" | "distinct" | "values" | "reverse" | "sort", _)
                if !path.is_empty() || name == "one" =>
            {
                let mut whole = vec![Text::from(ANY)];
                whole.extend_from_slice(if name == "one" { path } else { &path[1..] });
                args.iter().for_each(|arg| self.expr(at, arg, &whole));
            }
            _ => args.iter().for_each(|arg| self.expr(at, arg, &[])),
        }
    }

    /// A part of a text that is put together: as in a template, what a reference leads to may stand beside the secret
    /// proper, like the user's name in an address that holds the password.
    fn part(&mut self, at: &mut At<'_, 'c>, part: &'c Expr) {
        match &part.kind {
            ExprKind::Tuple(items) => items.iter().for_each(|item| self.part(at, item)),
            ExprKind::Variable(_) | ExprKind::Attr(..) | ExprKind::Index(..) | ExprKind::Splat { .. } => {
                let share = std::mem::replace(&mut at.certainty.share, Share::Beside);
                self.expr(at, part, &[]);
                at.certainty.share = share;
            }
            _ => self.expr(at, part, &[]),
        }
    }

    fn for_expr(&mut self, at: &mut At<'_, 'c>, of: &'c ForExpr, path: &[Text]) {
        let depth = at.bound.len();
        at.bound.extend(of.key_var.as_ref().map(|key| (&key.text, None)));
        at.bound.push((&of.value_var.text, Some(&of.collection)));
        if let Some(key) = of.key.as_ref().filter(|_| at.certainty.whole && path.is_empty()) {
            self.expr(at, key, &[]);
        }
        self.expr(at, &of.value, path.get(1..).unwrap_or_default());
        at.bound.truncate(depth);
    }

    fn reference(&mut self, at: &mut At<'_, 'c>, root: &Text, hops: &[Text]) {
        if let Some(position) = at.bound.iter().rposition(|(name, _)| *name == root) {
            if let Some(collection) = at.bound[position].1 {
                let inner = at.bound.split_off(position);
                self.expr(at, collection, &element(hops));
                at.bound.extend(inner);
            }
            return;
        }
        let place = at.place;
        if let Some((_, collection)) = place.iterators.iter().rev().find(|(name, _)| name == root) {
            return self.iterated(at, collection, hops);
        }
        let node = place.node;
        let Some((name, rest)) = hops.split_first() else { return };
        match &**root {
            "each" => {
                if let Some(collection) = place.each {
                    self.iterated(at, collection, hops);
                }
            }
            "var" => self.variable(node, name, rest, at.certainty),
            "local" => {
                let local = self.graph.nodes[node].module.locals.get(name);
                if let Some(local) = local.filter(|_| self.is_new(node, 'l', name, rest, at.certainty)) {
                    self.later(node, &local.value, rest, at.certainty);
                }
            }
            "module" => self.output(node, name, rest, at.certainty),
            "data" | "count" | "path" | "self" | "terraform" | "tofu" => {}
            type_name => self.resource(node, type_name, name, rest, at.certainty),
        }
    }

    /// `each.value`, `each.key` and their like.
    fn iterated(&mut self, at: &mut At<'_, 'c>, collection: &'c Expr, hops: &[Text]) {
        match hops.split_first() {
            Some((part, rest)) if &**part == "value" => self.expr(at, collection, &element(rest)),
            // The keys of a set are its elements.
            _ if !matches!(collection.kind, ExprKind::Object(_)) => self.expr(at, collection, &[]),
            _ => {}
        }
    }

    fn variable(&mut self, node: usize, name: &Text, path: &[Text], certainty: Certainty) {
        let graph = self.graph;
        let at = &graph.nodes[node];
        let Some(variable) = at.module.variables.get(name).filter(|_| self.is_new(node, 'v', name, path, certainty))
        else {
            return;
        };
        if let Some(default) = &variable.default {
            self.later(node, default, path, certainty);
        }
        for (caller, call) in &at.callers {
            if let Some(argument) = call.argument(name) {
                let each = call.for_each.as_deref();
                let place = Place { node: *caller, each, iterators: Vec::new() };
                self.todo.push(Step { place, expr: &argument.expr, path: shortened(path), certainty });
            }
        }
        graph.given(node, name).into_iter().for_each(|value| self.later(node, value, path, certainty));
        let given = graph.given_texts(node, name);
        self.found.extend(given.map(|text| Literal::Given(text, certainty.share)));
    }

    fn output(&mut self, node: usize, call: &Text, hops: &[Text], certainty: Certainty) {
        let Some(called) = self.graph.called(node, call) else { return };
        let outputs = &self.graph.nodes[called].module.outputs;
        // The key of an instance may stand before the output's name.
        let (name, rest) = match hops {
            [first, rest @ ..] if outputs.contains_key(first) => (first, rest),
            [_, second, rest @ ..] => (second, rest),
            _ => return,
        };
        let value = outputs.get(name).and_then(|output| output.value.as_deref());
        if let Some(value) = value.filter(|_| self.is_new(called, 'o', name, rest, certainty)) {
            self.later(called, value, rest, certainty);
        }
    }

    fn resource(&mut self, node: usize, type_name: &str, name: &Text, hops: &[Text], certainty: Certainty) {
        let id = ResourceName { mode: Mode::Managed, type_name: type_name.into(), name: name.clone() };
        let Some(resource) = self.graph.nodes[node].module.resources.get(&id) else { return };
        let argument = |at: usize| hops.get(at).and_then(|hop| resource.arguments.attribute(hop));
        let (argument, used) = match argument(0) {
            Some(argument) => (argument, 1),
            None => match argument(1) {
                Some(argument) => (argument, 2),
                None => return,
            },
        };
        let (key, path) = (Text::from(format!("{type_name}.{name}.{}", argument.name.text)), &hops[used..]);
        if self.is_new(node, 'r', &key, path, certainty) {
            let place = Place { node, each: resource.for_each.as_deref(), iterators: Vec::new() };
            self.todo.push(Step { place, expr: &argument.expr, path: shortened(path), certainty });
        }
    }

    fn later(&mut self, node: usize, expr: &'c Expr, path: &[Text], certainty: Certainty) {
        let place = Place { node, each: None, iterators: Vec::new() };
        self.todo.push(Step { place, expr, path: shortened(path), certainty });
    }

    fn is_new(&mut self, node: usize, kind: char, name: &Text, path: &[Text], certainty: Certainty) -> bool {
        let path = if self.steps > STEPS_BY_PART { Vec::new() } else { shortened(path) };
        self.seen.insert((node, kind, name.clone(), path, certainty))
    }

    /// Every literal in an expression, whatever it is for; of what is secret as a `whole` also the names of entries.
    fn written(&mut self, expr: &'c Expr, whole: bool) {
        self.found.extend(self.graph.torn(expr.span).map(Literal::Torn));
        match &expr.kind {
            ExprKind::String(_) | ExprKind::Number(_) => self.found.push(Literal::Expr(expr, Share::Secret)),
            ExprKind::Template(parts) if parts.iter().any(|p| matches!(p, TemplatePart::Literal(..))) => {
                self.found.push(Literal::Expr(expr, Share::Secret));
            }
            ExprKind::Object(items) => {
                for item in items {
                    self.found.extend(whole.then_some(Literal::Expr(&item.key, Share::Beside)));
                    self.written(&item.value, whole);
                }
            }
            ExprKind::Index(base, _) => self.written(base, whole),
            _ => expr.for_each_child(&mut |child| self.written(child, whole)),
        }
    }
}

/// The root of a reference and the steps behind it, outermost last.
fn hops(expr: &Expr) -> (&Expr, Vec<Text>) {
    let mut hops = Vec::new();
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::Attr(attr) => {
                let AttrExpr { base, name } = &**attr;
                hops.push(name.text.clone());
                at = base;
            }
            ExprKind::Index(base, key) => {
                hops.push(key_of(key));
                at = base;
            }
            _ => break,
        }
    }
    hops.reverse();
    (at, hops)
}

fn key_of(key: &Expr) -> Text {
    match &key.kind {
        ExprKind::String(key) | ExprKind::Number(key) => key.clone(),
        _ => ANY.into(),
    }
}

/// A path into any element of a collection.
fn element(path: &[Text]) -> Vec<Text> {
    std::iter::once(ANY.into()).chain(path.iter().cloned()).collect()
}

fn shortened(path: &[Text]) -> Vec<Text> {
    path[..path.len().min(PATH_LIMIT)].to_vec()
}
