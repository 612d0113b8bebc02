//! The locals of a rule: what depends on `each` or `self` through them, and that none depends on itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::decl::wrong;
use super::names::Reads;
use super::rule::{Clause, Lasts, Local};
use crate::source::Problem;
use crate::syntax::{Attribute, Expr, Text};

/// Locals with what they read, in the order of the text.
#[derive(Clone, Default)]
pub struct Locals {
    locals: Vec<(Attribute, Reads, bool)>,
}

impl Locals {
    /// Adds one; `shared` where it belongs to the rule rather than to one of its checks.
    pub fn push(&mut self, attribute: &Attribute, reads: Reads, shared: bool) {
        self.locals.push((attribute.clone(), reads, shared));
    }

    /// Whether there is one of that name.
    pub fn has(&self, name: &Text) -> bool {
        self.find(name).is_some()
    }

    /// What is to be known of each, in order.
    pub fn summed_up(&self) -> Summary<'_> {
        let sum = |(attribute, ..): &(Attribute, Reads, bool)| {
            let closure = self.closure(&attribute.name.text);
            closure.iter().fold(Sum::default(), |sum, (_, reads, _)| sum.and(Sum::of(reads)))
        };
        Summary { locals: self, sums: self.locals.iter().map(sum).collect() }
    }

    /// The local of that name and all that it reads.
    fn closure(&self, name: &Text) -> Vec<&(Attribute, Reads, bool)> {
        let mut found: Vec<&(Attribute, Reads, bool)> = Vec::new();
        let mut wanted = vec![name];
        while let Some(name) = wanted.pop() {
            let Some(local) = self.find(name) else { continue };
            if !found.iter().any(|f| f.0.name == local.0.name) {
                found.push(local);
                wanted.extend(&local.1.locals);
            }
        }
        found
    }

    fn find(&self, name: &Text) -> Option<&(Attribute, Reads, bool)> {
        self.locals.iter().find(|(a, ..)| a.name.text == *name)
    }

    /// Reports locals that depend on themselves and takes them out.
    pub fn without_cycles(mut self, problems: &mut Vec<Problem>) -> Locals {
        let in_cycle = |(attribute, reads, _): &(Attribute, Reads, bool)| {
            let name = &attribute.name.text;
            reads.locals.iter().any(|read| self.closure(read).iter().any(|(a, ..)| a.name.text == *name))
        };
        let broken: BTreeMap<Text, bool> =
            self.locals.iter().map(|local| (local.0.name.text.clone(), in_cycle(local))).collect();
        self.locals.retain(|(attribute, ..)| {
            let cyclic = broken.get(&attribute.name.text) == Some(&true);
            if cyclic {
                let message = format!("`local.{}` depends on itself", attribute.name.text);
                problems.push(wrong(attribute.name.span, message, "part of a circle"));
            }
            !cyclic
        });
        self
    }
}

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
        let named = |name: &Text| self.locals.locals.iter().position(|(local, ..)| local.name.text == *name);
        reads.locals.iter().filter_map(move |name| self.sums.get(named(name)?).copied())
    }

    /// The locals as they are run.
    pub fn compiled(&self) -> Vec<Local> {
        let local = |((attribute, _, shared), sum): (&(Attribute, Reads, bool), &Sum)| Local {
            name: attribute.name.text.clone(),
            clause: clause(attribute.expr.clone(), *sum),
            shared: *shared,
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
