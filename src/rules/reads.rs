//! What the expressions of a rule read and roughly take: by that their values are kept as long as they hold, and what
//! takes least is asked first. Runs in the build script as well, which embeds what it finds. Knows nothing of rules but
//! the names by which their expressions read.

use std::collections::{HashMap, HashSet};

use super::weight::{self, ELEMENTS};
use crate::syntax::{CallExpr, ConditionalExpr, Expr, ExprKind, ForExpr, ForPart, Ident, IfPart, TemplatePart, Text};

/// For how long an expression is worth the same, from the shortest time to the longest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lasts {
    /// For the element: it reads `each`, itself or through a local.
    Element,
    /// For the instance: it reads `self`.
    Instance,
    /// For all instances of a run.
    Run,
}

/// For how long an expression is worth the same, and what evaluating it roughly takes, in plain expressions such as
/// `self.engine`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sum {
    /// For how long.
    pub lasts: Lasts,
    /// What it takes.
    pub cost: usize,
}

impl Sum {
    /// Of both together.
    #[must_use]
    pub fn and(self, other: Sum) -> Sum {
        Sum { lasts: self.lasts.min(other.lasts), cost: self.cost.saturating_add(other.cost) }
    }
}

/// What an expression reads and takes by itself, the locals that it reads aside.
#[derive(Clone, Debug)]
pub struct Reads {
    /// What there is to say of it without its locals.
    pub own: Sum,
    /// The locals it reads itself, each once.
    pub locals: Vec<Text>,
    /// What it asks for by name.
    pub calls: Calls,
}

/// What an expression asks for by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Calls {
    /// The functions that it calls itself, each once.
    pub functions: Vec<Text>,
    /// Whether it asks for the environment of the run.
    pub environment: bool,
}

/// What an expression reads. `declared` says what computing a function takes that a rule file declares.
pub fn reads(expr: &Expr, declared: &dyn Fn(&str) -> Option<usize>) -> Reads {
    let own = Sum { lasts: Lasts::Run, cost: 0 };
    let reads = Reads { own, locals: Vec::new(), calls: Calls::default() };
    let mut walk = Walk { declared, reads, locals: HashSet::new(), functions: HashSet::new(), bound: Vec::new() };
    walk.reads.own.cost = walk.expr(expr);
    walk.reads
}

/// For each of these locals, the positions of it and of all that it reads, itself or through others.
pub fn reached(locals: &[(&Text, &Reads)]) -> Vec<Vec<usize>> {
    let mut positions: HashMap<&Text, usize> = HashMap::new();
    for (at, (name, _)) in locals.iter().enumerate() {
        positions.entry(name).or_insert(at);
    }
    let position = |name: &Text| positions.get(name).copied();
    let read: Vec<Vec<usize>> =
        locals.iter().map(|(_, reads)| reads.locals.iter().filter_map(position).collect()).collect();
    let from = |at: usize| {
        let mut is_found = vec![false; locals.len()];
        is_found[at] = true;
        let mut found = vec![at];
        let mut next = 0;
        while let Some(at) = found.get(next) {
            let new = read[*at].iter().filter(|read| !std::mem::replace(&mut is_found[**read], true));
            found.extend(new);
            next += 1;
        }
        found
    };
    (0..locals.len()).map(from).collect()
}

/// Locals, and what there is to say of each and of all that it reads.
pub struct Summary<'a>(Vec<(&'a Text, Sum)>);

impl<'a> Summary<'a> {
    /// Sums up what these read.
    pub fn new(locals: &[(&'a Text, &'a Reads)]) -> Summary<'a> {
        let sum = |((name, reads), reached): (&(&'a Text, &Reads), Vec<usize>)| {
            let others = reached.iter().skip(1).map(|at| locals[*at].1.own);
            (*name, others.fold(reads.own, Sum::and))
        };
        Summary(locals.iter().zip(reached(locals)).map(sum).collect())
    }

    /// What there is to say of an expression that reads this, and of the locals that it reads.
    pub fn of(&self, reads: &Reads) -> Sum {
        let local = |name: &Text| self.0.iter().find(|(local, _)| *local == name).map(|(_, sum)| *sum);
        reads.locals.iter().filter_map(local).fold(reads.own, Sum::and)
    }

    /// What there is to say of each local, in order.
    pub fn locals(&self) -> impl Iterator<Item = Sum> {
        self.0.iter().map(|(_, sum)| *sum)
    }
}

struct Walk<'a> {
    declared: &'a dyn Fn(&str) -> Option<usize>,
    reads: Reads,
    /// What is among the locals and the functions that are read already.
    locals: HashSet<Text>,
    functions: HashSet<Text>,
    bound: Vec<Text>,
}

/// What parts take together.
fn sum(costs: impl IntoIterator<Item = usize>) -> usize {
    costs.into_iter().fold(0, usize::saturating_add)
}

impl Walk<'_> {
    /// What evaluating an expression takes.
    fn expr(&mut self, expr: &Expr) -> usize {
        let parts = match &expr.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::SplatElement
            | ExprKind::Invalid => 0,
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Tuple(items) => self.all(items),
            ExprKind::Object(items) => sum(items.iter().map(|item| self.all([&item.key, &item.value]))),
            ExprKind::Variable(name) => {
                self.root(name, None);
                0
            }
            ExprKind::Attr(of) => match &of.base.kind {
                ExprKind::Variable(root) => {
                    self.root(root, Some(&of.name));
                    1
                }
                _ => self.expr(&of.base),
            },
            ExprKind::Index(base, key) => self.all([&**base, &**key]),
            ExprKind::Splat { base, each } => return self.all([&**base, &**each]).saturating_mul(ELEMENTS),
            ExprKind::Call(call) => {
                let CallExpr { name, args, .. } = &**call;
                return self.call(&name.text).saturating_add(self.all(args));
            }
            ExprKind::Unary(_, operand) => self.expr(operand),
            ExprKind::Binary(_, of) => self.all([&of.left, &of.right]),
            ExprKind::Conditional(of) => {
                let ConditionalExpr { condition, then, otherwise } = &**of;
                self.all([condition, then, otherwise])
            }
            ExprKind::For(f) => return self.for_expr(f).saturating_mul(ELEMENTS),
            ExprKind::Paren(inner) => self.expr(inner),
        };
        parts.saturating_add(1)
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> usize {
        sum(exprs.into_iter().map(|expr| self.expr(expr)))
    }

    fn for_expr(&mut self, f: &ForExpr) -> usize {
        let collection = self.expr(&f.collection);
        let depth = self.bound.len();
        self.bind(f.key_var.as_ref(), &f.value_var);
        let turn = self.all(f.key.iter().chain([&f.value]).chain(&f.condition));
        self.bound.truncate(depth);
        collection.saturating_add(turn)
    }

    fn bind(&mut self, key: Option<&Ident>, value: &Ident) {
        self.bound.extend(key.into_iter().chain([value]).map(|ident| ident.text.clone()));
    }

    fn template(&mut self, parts: &[TemplatePart]) -> usize {
        let part = |part: &TemplatePart| match part {
            TemplatePart::Literal(..) => 0,
            TemplatePart::Interpolation(expr) => self.expr(expr),
            TemplatePart::If(part) => {
                let IfPart { condition, then, otherwise, .. } = &**part;
                sum([self.expr(condition), self.template(then), self.template(otherwise)])
            }
            TemplatePart::For(part) => {
                let ForPart { key_var, value_var, collection, body, .. } = &**part;
                let collection = self.expr(collection);
                let depth = self.bound.len();
                self.bind(key_var.as_ref(), value_var);
                let turn = self.template(body);
                self.bound.truncate(depth);
                collection.saturating_add(turn).saturating_mul(ELEMENTS)
            }
        };
        sum(parts.iter().map(part))
    }

    /// A name that begins a reference, and the name behind its dot.
    fn root(&mut self, root: &Text, step: Option<&Ident>) {
        if self.bound.contains(root) {
            return;
        }
        let reads = &mut self.reads;
        match &**root {
            "environment" => reads.calls.environment = true,
            "self" => reads.own.lasts = reads.own.lasts.min(Lasts::Instance),
            "each" => reads.own.lasts = Lasts::Element,
            "local" => step.into_iter().for_each(|step| add(&mut reads.locals, &mut self.locals, &step.text)),
            _ => {}
        }
    }

    /// What a call takes, its arguments aside.
    fn call(&mut self, name: &Text) -> usize {
        add(&mut self.reads.calls.functions, &mut self.functions, name);
        (self.declared)(name).unwrap_or_else(|| weight::of_call(name))
    }
}

/// Adds a name that is not there yet.
fn add(names: &mut Vec<Text>, known: &mut HashSet<Text>, name: &Text) {
    if known.insert(name.clone()) {
        names.push(name.clone());
    }
}
