//! The locals of a rule: which of them depend on `each`, and that none depends on itself.

use std::collections::BTreeMap;

use super::decl::wrong;
use super::names::Reads;
use super::rule::{Clause, Local};
use crate::source::Problem;
use crate::syntax::{Attribute, Text};

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

    /// Whether something that reads this depends on the element.
    pub fn per_element(&self, reads: &Reads) -> bool {
        reads.each || reads.locals.iter().any(|name| self.closure(name).iter().any(|(_, reads, _)| reads.each))
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

    /// As they are run.
    pub fn compiled(&self) -> Vec<Local> {
        let local = |(attribute, reads, shared): &(Attribute, Reads, bool)| Local {
            name: attribute.name.text.clone(),
            clause: Clause { expr: attribute.expr.clone(), per_element: self.per_element(reads) },
            shared: *shared,
        };
        self.locals.iter().map(local).collect()
    }
}
