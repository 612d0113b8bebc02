//! The locals of a rule: what depends on `each` or `self` through them, and that none depends on itself.

use std::sync::Arc;

use smallvec::SmallVec;

use super::decl::wrong;
use super::names::Reads;
use super::rule::{Clause, Lasts, Local};
use crate::source::Problem;
use crate::syntax::{Attribute, Expr, Text};

/// Locals with what they read, in the order of the text.
#[derive(Clone, Default)]
pub struct Locals {
    locals: Vec<Arc<Declared>>,
}

/// A local of a rule or of one of its checks.
struct Declared {
    attribute: Attribute,
    reads: Reads,
    shared: bool,
}

impl Locals {
    /// Adds one; `shared` where it belongs to the rule rather than to one of its checks.
    pub fn push(&mut self, attribute: &Attribute, reads: Reads, shared: bool) {
        self.locals.push(Arc::new(Declared { attribute: attribute.clone(), reads, shared }));
    }

    /// Whether there is one of that name.
    pub fn has(&self, name: &Text) -> bool {
        self.position(name).is_some()
    }

    /// What is to be known of each, in order.
    pub fn summed_up(&self) -> Summary<'_> {
        let sum = |reached: Reached| {
            let all = reached.iter().filter_map(|at| self.locals.get(*at));
            all.fold(Sum::default(), |sum, local| sum.and(Sum::of(&local.reads)))
        };
        Summary { locals: self, sums: self.reached().into_iter().map(sum).collect() }
    }

    /// For each local, it and all that it reads, itself or through others.
    fn reached(&self) -> Vec<Reached> {
        let read = |local: &Arc<Declared>| local.reads.locals.iter().filter_map(|name| self.position(name)).collect();
        let read: Vec<Reached> = self.locals.iter().map(read).collect();
        let from = |at: usize| {
            let mut found = Reached::from_slice(&[at]);
            let mut next = 0;
            while let Some(at) = found.get(next).copied() {
                for read in &read[at] {
                    if !found.contains(read) {
                        found.push(*read);
                    }
                }
                next += 1;
            }
            found
        };
        (0..read.len()).map(from).collect()
    }

    fn position(&self, name: &Text) -> Option<usize> {
        self.locals.iter().position(|local| local.attribute.name.text == *name)
    }

    /// Reports locals that depend on themselves and takes them out.
    pub fn without_cycles(mut self, problems: &mut Vec<Problem>) -> Locals {
        let reached = self.reached();
        let in_cycle = |(at, local): (usize, &Arc<Declared>)| {
            let mut read = local.reads.locals.iter().filter_map(|name| self.position(name));
            read.any(|read| reached[read].contains(&at))
        };
        let mut cyclic: Vec<bool> = self.locals.iter().enumerate().map(in_cycle).collect();
        if !cyclic.contains(&true) {
            return self;
        }
        cyclic.reverse();
        self.locals.retain(|local| {
            let name = &local.attribute.name;
            let is_cyclic = cyclic.pop() == Some(true);
            if is_cyclic {
                let message = format!("`local.{}` depends on itself", name.text);
                problems.push(wrong(name.span, message, "part of a circle"));
            }
            !is_cyclic
        });
        self
    }
}

/// Positions of locals; most read a few others.
type Reached = SmallVec<[usize; 8]>;

/// What there is to know of an expression and of all locals that it reads.
#[derive(Clone, Copy, Default)]
struct Sum {
    each: bool,
    subject: bool,
    cost: usize,
}

impl Sum {
    fn of(reads: &Reads) -> Sum {
        Sum { each: reads.each, subject: reads.subject, cost: reads.cost }
    }

    fn and(self, other: Sum) -> Sum {
        Sum {
            each: self.each || other.each,
            subject: self.subject || other.subject,
            cost: self.cost.saturating_add(other.cost),
        }
    }
}

/// Locals, and what there is to know of each.
pub struct Summary<'a> {
    locals: &'a Locals,
    sums: Vec<Sum>,
}

impl Summary<'_> {
    /// Whether something that reads this depends on the element.
    pub fn per_element(&self, reads: &Reads) -> bool {
        reads.each || self.read_by(reads).any(|sum| sum.each)
    }

    /// An expression that reads this, how long it is worth the same, and what evaluating it takes.
    pub fn clause(&self, expr: Arc<Expr>, reads: &Reads) -> Clause {
        clause(expr, self.read_by(reads).fold(Sum::of(reads), Sum::and))
    }

    fn read_by(&self, reads: &Reads) -> impl Iterator<Item = Sum> {
        reads.locals.iter().filter_map(|name| self.sums.get(self.locals.position(name)?).copied())
    }

    /// The locals as they are run.
    pub fn compiled(&self) -> Vec<Local> {
        let local = |(declared, sum): (&Arc<Declared>, &Sum)| Local {
            name: declared.attribute.name.text.clone(),
            clause: clause(declared.attribute.expr.clone(), *sum),
            shared: declared.shared,
        };
        self.locals.locals.iter().zip(&self.sums).map(local).collect()
    }
}

fn clause(expr: Arc<Expr>, sum: Sum) -> Clause {
    let lasts = match sum {
        Sum { each: true, .. } => Lasts::Element,
        Sum { subject: true, .. } => Lasts::Instance,
        _ => Lasts::Run,
    };
    Clause { expr, lasts, cost: sum.cost }
}
