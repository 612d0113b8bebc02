//! What expressions are worth, by what they read: a module that is called many times, or a block with many instances,
//! evaluates an expression again only where one of the values that it reads differs.
//!
//! An evaluation is remembered with the names that it resolved, in their order, and what each was worth. In another
//! frame the same names are resolved one after the other; while they are worth the same, so is the expression. Nothing
//! is resolved that the evaluation itself would not resolve, so that neither cycles nor reports differ.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::names::{Hop, Resolved};
use super::{EvalError, Kind, Node, Value};
use crate::source::Span;
use crate::syntax::{ConditionalExpr, Expr, ExprKind, Ident, TemplatePart, Text};

/// Evaluations of one expression that are remembered, each with other values read.
const KEPT: usize = 8;
/// An expression that reads more names is evaluated each time.
const MAX_READS: usize = 64;
/// Expressions of fewer parts are evaluated faster than they are found again.
const MIN_PARTS: usize = 6;
/// After so many evaluations that found nothing, an expression that rarely finds anything is left alone.
const PATIENCE: usize = 64;

/// Remembered evaluations.
#[derive(Default)]
pub(super) struct Shared {
    by_place: RefCell<FxHashMap<Span, Rc<Place>>>,
}

/// Values as given and as converted to a variable's type, by the variable: calls with equal arguments share the result.
#[derive(Default)]
pub(super) struct Conversions(RefCell<FxHashMap<Span, Vec<(Value, Value)>>>);

impl Conversions {
    /// The value after a conversion, which is done where it is new.
    pub(super) fn get(
        &self,
        variable: Span,
        given: &Value,
        convert: impl FnOnce() -> Result<Value, EvalError>,
    ) -> Result<Value, EvalError> {
        let fits = |known: &Vec<(Value, Value)>| known.iter().find(|(k, _)| same(k, given)).map(|(_, v)| v.clone());
        if let Some(known) = self.0.borrow().get(&variable).and_then(fits) {
            return Ok(known);
        }
        let value = convert()?;
        let mut known = self.0.borrow_mut();
        let known = known.entry(variable).or_default();
        if known.len() == KEPT {
            known.remove(0);
        }
        known.push((given.clone(), value.clone()));
        Ok(value)
    }
}

/// One expression.
#[derive(Default)]
pub(super) struct Place {
    kept: RefCell<Vec<Rc<Kept>>>,
    /// Where the next evaluation goes once all places are taken.
    next: Cell<usize>,
    hits: Cell<usize>,
    misses: Cell<usize>,
    #[cfg(test)]
    evaluated: Cell<usize>,
}

/// One evaluation: what it read and what came out.
pub(super) struct Kept {
    pub(super) reads: Vec<Read>,
    pub(super) result: Result<Value, EvalError>,
}

/// One name that an evaluation resolved.
#[derive(Clone)]
pub(super) struct Read {
    pub(super) root: Text,
    pub(super) span: Span,
    hops: SmallVec<[Ident; 1]>,
    /// Whether the last hop is that of a splat.
    each: bool,
    value: Value,
}

impl Read {
    /// The hops that were taken.
    pub(super) fn hops(&self) -> SmallVec<[Hop<'_>; 1]> {
        let mut hops: SmallVec<[Hop<'_>; 1]> = self.hops.iter().map(Hop::Attr).collect();
        if let (true, Some(name)) = (self.each, self.hops.last()) {
            hops.pop();
            hops.push(Hop::Each(name));
        }
        hops
    }

    /// Whether the name is worth the same now.
    pub(super) fn is_worth(&self, now: &Resolved) -> bool {
        // Bindings take no hop, and none was kept for them.
        now.consumed == self.hops.len() && same(&self.value, &now.value)
    }
}

impl Shared {
    /// How often expressions were evaluated, and how often that was not needed.
    #[cfg(test)]
    pub(super) fn totals(&self) -> (usize, usize) {
        let places = self.by_place.borrow();
        places.values().fold((0, 0), |(new, again), place| (new + place.evaluated.get(), again + place.hits.get()))
    }

    /// The place of an expression that is worth remembering.
    pub(super) fn place(&self, expr: &Expr) -> Option<Rc<Place>> {
        if is_single(expr) {
            return None;
        }
        if let Some(place) = self.by_place.borrow().get(&expr.span) {
            return (!place.is_hopeless()).then(|| place.clone());
        }
        let place = Rc::new(Place::default());
        if parts(expr, MIN_PARTS) < MIN_PARTS {
            place.misses.set(usize::MAX);
        }
        self.by_place.borrow_mut().insert(expr.span, place.clone());
        (!place.is_hopeless()).then_some(place)
    }
}

impl Place {
    fn is_hopeless(&self) -> bool {
        self.misses.get() > PATIENCE && self.hits.get() < self.misses.get() / 8
    }

    /// The evaluations to try, the one that fitted last first.
    pub(super) fn kept(&self) -> SmallVec<[Rc<Kept>; KEPT]> {
        self.kept.borrow().iter().cloned().collect()
    }

    /// Takes note that an evaluation fitted.
    pub(super) fn found(&self, position: usize) {
        self.hits.set(self.hits.get().saturating_add(1));
        let mut kept = self.kept.borrow_mut();
        if position < kept.len() {
            kept[..=position].rotate_right(1);
        }
    }

    /// Remembers an evaluation; one whose reads cannot be repeated is not kept.
    pub(super) fn keep(&self, reads: Reads, result: &Result<Value, EvalError>) {
        #[cfg(test)]
        self.evaluated.set(self.evaluated.get() + 1);
        self.misses.set(self.misses.get().saturating_add(1));
        if reads.lost.get() {
            self.misses.set(usize::MAX);
            return;
        }
        let entry = Rc::new(Kept { reads: reads.list.into_inner(), result: result.clone() });
        let mut kept = self.kept.borrow_mut();
        match kept.len() < KEPT {
            true => kept.push(entry),
            false => {
                kept[self.next.get()] = entry;
                self.next.set((self.next.get() + 1) % KEPT);
            }
        }
    }
}

/// The names that the evaluation at hand has resolved.
#[derive(Default)]
pub(super) struct Reads {
    list: RefCell<Vec<Read>>,
    /// Whether something was read that cannot be read again from here.
    lost: Cell<bool>,
}

impl Reads {
    /// Takes note of what a part has read.
    pub(super) fn extend(&self, part: &[Read]) {
        let mut list = self.list.borrow_mut();
        for read in part {
            if !list.iter().any(|known| known.span == read.span) {
                list.push(read.clone());
            }
        }
        self.lost.set(self.lost.get() || list.len() > MAX_READS);
    }

    /// Takes note of what a part has read that was evaluated just now.
    pub(super) fn absorb(&self, part: &Reads) {
        self.extend(&part.list.borrow());
        self.lost.set(self.lost.get() || part.lost.get());
    }

    /// Takes note of a name.
    pub(super) fn add(&self, root: &Text, span: Span, hops: &[Hop<'_>], resolved: &Result<Resolved, EvalError>) {
        if self.lost.get() || self.list.borrow().iter().any(|read| read.span == span) {
            return;
        }
        let name = |hop: &Hop<'_>| match hop {
            Hop::Attr(name) | Hop::Each(name) => Some((*name).clone()),
            // What stands in brackets may depend on the variables of a `for` around it.
            Hop::Index(_) => None,
        };
        let read = resolved.as_ref().ok().and_then(|resolved| {
            let taken = &hops[..resolved.consumed];
            let each = matches!(taken.last(), Some(Hop::Each(_)));
            let hops = taken.iter().map(name).collect::<Option<_>>()?;
            Some(Read { root: root.clone(), span, hops, each, value: resolved.value.clone() })
        });
        match read {
            Some(read) if self.list.borrow().len() < MAX_READS => {
                let mut list = self.list.borrow_mut();
                // Most expressions read one name or two, and very many are remembered.
                if list.len() == list.capacity() {
                    let room = list.len().max(1);
                    list.reserve_exact(room);
                }
                list.push(read);
            }
            _ => self.lost.set(true),
        }
    }
}

/// Whether two values are the same in all that can be seen of them. Parts that are shared are not compared.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    // References are compared last: what else differs is seen sooner.
    a.marks == b.marks && same_kind(&a.kind, &b.kind) && a.refs == b.refs
}

fn same_kind(a: &Kind, b: &Kind) -> bool {
    match (a, b) {
        (Kind::List(x), Kind::List(y)) | (Kind::Set(x), Kind::Set(y)) | (Kind::Tuple(x), Kind::Tuple(y)) => {
            Node::ptr_eq(x, y)
                || (x.items.len() == y.items.len()
                    && x.loose == y.loose
                    && x.element == y.element
                    && all_same(x.items.iter().chain(&x.rest), y.items.iter().chain(&y.rest))
                    && x.rest.is_some() == y.rest.is_some())
        }
        (Kind::Map(x), Kind::Map(y)) | (Kind::Object(x), Kind::Object(y)) => {
            Node::ptr_eq(x, y)
                || (x.entries.len() == y.entries.len()
                    && x.element == y.element
                    && x.block == y.block
                    && x.unnamed == y.unnamed
                    && x.entries.keys().eq(y.entries.keys())
                    && all_same(x.entries.values().chain(&x.rest), y.entries.values().chain(&y.rest))
                    && x.rest.is_some() == y.rest.is_some())
        }
        (Kind::Unknown(x), Kind::Unknown(y)) => Node::ptr_eq(x, y) || x == y,
        (x, y) => x == y,
    }
}

fn all_same<'a>(mut a: impl Iterator<Item = &'a Value>, mut b: impl Iterator<Item = &'a Value>) -> bool {
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(x), Some(y)) if same(x, y) => {}
            _ => return false,
        }
    }
}

/// Whether an expression has one part only.
fn is_single(expr: &Expr) -> bool {
    use ExprKind::{Attr, Bool, Index, Invalid, Null, Number, SplatElement, String, Variable};
    matches!(
        expr.kind,
        Null | Bool(_) | String(_) | Number(_) | Invalid | Variable(_) | Attr(..) | Index(..) | SplatElement
    )
}

/// The number of an expression's parts, counted up to a bound; what runs in a loop counts as enough.
fn parts<'e>(expr: &'e Expr, enough: usize) -> usize {
    let many = |exprs: &mut dyn Iterator<Item = &'e Expr>| {
        let mut sum = 1;
        for expr in exprs {
            if sum >= enough {
                break;
            }
            sum += parts(expr, enough - sum);
        }
        sum
    };
    match &expr.kind {
        ExprKind::For(_) | ExprKind::Splat { .. } => enough,
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => parts(inner, enough),
        ExprKind::Call(call) => 2 + many(&mut call.args.iter()),
        ExprKind::Tuple(items) => many(&mut items.iter()),
        ExprKind::Object(items) => many(&mut items.iter().flat_map(|item| [&item.key, &item.value])),
        ExprKind::Binary(_, of) => many(&mut [&of.left, &of.right].into_iter()),
        ExprKind::Conditional(of) => {
            let ConditionalExpr { condition, then, otherwise } = &**of;
            many(&mut [condition, then, otherwise].into_iter())
        }
        ExprKind::Template(pieces) => {
            let inserted = |piece: &'e TemplatePart| match piece {
                TemplatePart::Interpolation(expr) => Some(expr),
                _ => None,
            };
            let loops = pieces.iter().any(|p| !matches!(p, TemplatePart::Interpolation(_) | TemplatePart::Literal(..)));
            if loops { enough } else { many(&mut pieces.iter().filter_map(inserted)) }
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
