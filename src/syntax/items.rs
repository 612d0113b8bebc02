//! A body that is being read: its items so far, and which names are taken.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::ast::{Attribute, Block, Body, Expr, ExprKind, Ident, Text};
use crate::source::{Problem, ProblemKind, Span};

/// With this many arguments a body looks names up in a set rather than one by one.
const MANY: usize = 16;

/// Arguments and blocks in the order of the text.
#[derive(Debug)]
pub(super) struct Items {
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
    names: FxHashSet<Text>,
    /// A bit for each name that is there, chosen by its length and its ends: one that is not set says that a name is new.
    known: u64,
}

impl Default for Items {
    /// With room for what most bodies hold: few grow then.
    fn default() -> Items {
        let (attributes, blocks) = (Vec::with_capacity(MANY), Vec::with_capacity(MANY / 4));
        Items { attributes, blocks, names: FxHashSet::default(), known: 0 }
    }
}

impl Items {
    /// Adds an argument, unless one of its name is there: the first stays, and the problem is returned.
    pub(super) fn add(&mut self, name: Ident, expr: Arc<Expr>) -> Option<Problem> {
        if let Some(earlier) = self.earlier(&name.text) {
            let message = format!("`{}` is set twice in this body", name.text);
            let problem = Problem::error(ProblemKind::Syntax, name.span, message, "set again here");
            let problem = problem.with_related(earlier.span, "first set here");
            return Some(problem.with_help("keep one of the two: Terraform accepts an argument once"));
        }
        self.attributes.push(Attribute { name, expr });
        None
    }

    /// The earlier argument of that name.
    fn earlier(&mut self, name: &Text) -> Option<&Ident> {
        let bit = bit_of(name);
        if self.known & bit == 0 && self.attributes.len() < MANY {
            self.known |= bit;
            return None;
        }
        if self.attributes.len() >= MANY {
            if self.names.is_empty() {
                self.names.extend(self.attributes.iter().map(|a| a.name.text.clone()));
            }
            if self.names.insert(name.clone()) {
                return None;
            }
        }
        self.attributes.iter().map(|a| &a.name).find(|n| n.text == *name)
    }

    /// Takes the value from the last argument, if no block stands behind it: more text belongs to it.
    pub(super) fn doubt_last(&mut self) {
        let block_end = self.blocks.last().map_or(0, |b| b.span.end);
        if let Some(last) = self.attributes.last_mut().filter(|a| a.span().end > block_end) {
            last.expr = Arc::new(Expr { kind: ExprKind::Invalid, span: last.expr.span });
        }
    }

    /// The body that these items make; leaves nothing but room for others.
    pub(super) fn take_body(&mut self, span: Span, incomplete: bool) -> Body {
        self.names.clear();
        self.known = 0;
        let (attributes, blocks) = (take(&mut self.attributes, 0), take(&mut self.blocks, 0));
        Body { attributes, blocks, span, incomplete }
    }
}

fn bit_of(name: &str) -> u64 {
    let (first, last) = (name.bytes().next().unwrap_or_default(), name.bytes().next_back().unwrap_or_default());
    1 << ((name.len() + 5 * usize::from(first) + 11 * usize::from(last)) % 64)
}

/// What stands in a list from this place on, in a list of just its size; the first keeps its room.
pub(super) fn take<T>(list: &mut Vec<T>, from: usize) -> Box<[T]> {
    if from > 0 {
        return list.split_off(from).into();
    }
    // `split_off` would give all room away here.
    let mut taken = Vec::with_capacity(list.len());
    taken.append(list);
    taken.into()
}
