//! The locals of a rule: how long they are worth the same, and that none depends on itself.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::decl::wrong;
use super::reads::{Reads, Summary, reached};
use super::rule::{Clause, Local};
use crate::source::Problem;
use crate::syntax::{Attribute, Text};

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
        self.locals.iter().any(|local| local.attribute.name.text == *name)
    }

    /// What there is to say of each, in order.
    pub fn summed_up(&self) -> Summary<'_> {
        Summary::new(&self.read())
    }

    /// The locals as they are run.
    pub fn compiled(&self) -> Vec<Local> {
        let local = |(declared, sum): (&Arc<Declared>, _)| {
            let Attribute { name, expr } = &declared.attribute;
            Local { name: name.text.clone(), clause: Clause::new(expr.clone(), sum), shared: declared.shared }
        };
        self.locals.iter().zip(self.summed_up().locals()).map(local).collect()
    }

    fn read(&self) -> Vec<(&Text, &Reads)> {
        self.locals.iter().map(|local| (&local.attribute.name.text, &local.reads)).collect()
    }

    /// Reports locals that depend on themselves and takes them out.
    pub fn without_cycles(mut self, problems: &mut Vec<Problem>) -> Locals {
        let reached = reached(&self.read());
        let positions: FxHashMap<&Text, usize> =
            self.locals.iter().enumerate().map(|(at, local)| (&local.attribute.name.text, at)).collect();
        let in_cycle = |(at, local): (usize, &Arc<Declared>)| {
            let mut read = local.reads.locals.iter().filter_map(|name| positions.get(name));
            read.any(|read| reached[*read].contains(&at))
        };
        let mut cyclic = self.locals.iter().enumerate().map(in_cycle).collect::<Vec<_>>().into_iter();
        self.locals.retain(|local| {
            let name = &local.attribute.name;
            let is_cyclic = cyclic.next() == Some(true);
            if is_cyclic {
                let message = format!("`local.{}` depends on itself", name.text);
                problems.push(wrong(name.span, message, "part of a circle"));
            }
            !is_cyclic
        });
        self
    }
}
