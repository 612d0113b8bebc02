//! Where `at` points: paths to the span of the argument, block or instance that they mean.

use std::sync::Arc;

use super::run::Run;
use crate::eval::iterate::iterate;
use crate::eval::{BlockSource, Evaluation, Kind, Value};
use crate::infra::InstanceId;
use crate::source::Span;
use crate::syntax::{Block, ConditionalExpr, Expr, ExprKind, Text};

/// A place in the configuration.
#[derive(Clone, Debug)]
pub struct Place {
    /// The place.
    pub span: Span,
    /// Whether what was asked for is written there; else it is where it would stand.
    pub written: bool,
    /// What the argument or block belongs to.
    pub owner: Owner,
    /// The argument or nested block, where one was asked for.
    pub argument: Option<Text>,
    /// What the argument is worth.
    pub value: Option<Value>,
}

/// What a place belongs to.
#[derive(Clone, Debug)]
pub enum Owner {
    /// An instance.
    Instance(InstanceId),
    /// A nested block.
    Block(Arc<BlockSource>),
}

impl Owner {
    /// The block it was made from.
    pub fn block<'a>(&'a self, run: &Run<'a>) -> &'a BlockSource {
        match self {
            Owner::Instance(id) => &run.infra.get(*id).block,
            Owner::Block(block) => block,
        }
    }

    /// The instance, where it is one.
    pub fn instance(&self) -> Option<InstanceId> {
        match self {
            Owner::Instance(id) => Some(*id),
            Owner::Block(_) => None,
        }
    }

    /// What a value stands for: an instance, a nested block, or the first of a list of them.
    fn of(value: &Value) -> Option<Owner> {
        match &value.kind {
            Kind::Handle(id) => Some(Owner::Instance(*id)),
            Kind::Object(fields) => fields.block.clone().map(Owner::Block),
            Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) => {
                seq.items.first().filter(|first| first.as_seq().is_none()).and_then(Owner::of)
            }
            _ => None,
        }
    }

    fn header(self, run: &Run<'_>) -> Place {
        let span = self.block(run).header;
        Place { span, written: true, owner: self, argument: None, value: None }
    }

    /// The argument or nested block of that name, or where it would stand.
    fn argument(self, run: &Run<'_>, name: &Text) -> Place {
        let block = self.block(run);
        let dynamic = |b: &&Block| &*b.kind.text == "dynamic" && b.labels.first().is_some_and(|l| l.text == *name);
        let argument = block.body.attribute(name).map(|a| a.span());
        let nested = || block.body.blocks.iter().find(|b| b.kind.text == *name || dynamic(b)).map(|b| b.header);
        let found = argument.or_else(nested);
        let (span, written) = (found.unwrap_or(block.header), found.is_some());
        Place { span, written, owner: self, argument: Some(name.clone()), value: None }
    }
}

/// The place that an expression means: of a list the first that is written. `None` where it leads nowhere.
pub fn place(run: &Run<'_>, evaluation: &Evaluation<'_>, at: &Expr) -> Option<Place> {
    if let ExprKind::Tuple(items) = &at.kind {
        // What stands behind the first that is written is not asked for.
        let mut first = None;
        for item in items {
            match place(run, evaluation, item) {
                Some(place) if place.written => return Some(place),
                found => first = first.or(found),
            }
        }
        return first;
    }
    let places = places(run, evaluation, at);
    let written = places.iter().position(|p| p.written).unwrap_or(0);
    places.into_iter().nth(written)
}

/// All places that an expression means.
pub fn places(run: &Run<'_>, evaluation: &Evaluation<'_>, at: &Expr) -> Vec<Place> {
    match &at.kind {
        ExprKind::Paren(inner) => places(run, evaluation, inner),
        ExprKind::Tuple(items) => items.iter().flat_map(|item| places(run, evaluation, item)).collect(),
        ExprKind::Conditional(of) => {
            let ConditionalExpr { condition, then, otherwise } = &**of;
            match evaluation.eval(condition).ok().and_then(|c| c.as_bool()) {
                Some(true) => places(run, evaluation, then),
                Some(false) => places(run, evaluation, otherwise),
                None => Vec::new(),
            }
        }
        ExprKind::For(f) if f.key.is_none() => {
            let Some(entries) = evaluation.eval(&f.collection).ok().and_then(|c| iterate(&c).ok()) else {
                return Vec::new();
            };
            let mut found = Vec::new();
            for entry in entries.into_iter().filter(|entry| entry.certain) {
                let keyed = f.key_var.as_ref().map(|name| evaluation.bind(&name.text, entry.key));
                let bound = keyed.as_ref().unwrap_or(evaluation).bind(&f.value_var.text, entry.value);
                let wanted =
                    f.condition.as_ref().is_none_or(|c| bound.eval(c).is_ok_and(|c| c.as_bool() == Some(true)));
                if wanted {
                    found.extend(places(run, &bound, &f.value));
                }
            }
            found
        }
        ExprKind::Attr(..) | ExprKind::Index(..) => path(run, evaluation, at).into_iter().collect(),
        _ => of_value(run, evaluation, at),
    }
}

/// What a path means: an argument of what its base is, else what the whole of it is, else what its base means.
fn path(run: &Run<'_>, evaluation: &Evaluation<'_>, at: &Expr) -> Option<Place> {
    let (base, name) = match &at.kind {
        ExprKind::Attr(of) => (&of.base, Some(&of.name.text)),
        ExprKind::Index(base, key) => match &key.kind {
            ExprKind::String(name) => (&**base, Some(name)),
            _ => (&**base, None),
        },
        _ => return of_value(run, evaluation, at).into_iter().next(),
    };
    // `local` and `each` are no values themselves.
    let is_root = matches!(&base.kind, ExprKind::Variable(root) if matches!(&**root, "local" | "each"));
    let owner = if is_root { None } else { evaluation.eval(base).ok().as_ref().and_then(Owner::of) };
    match (owner, name) {
        (Some(owner), Some(name)) => Some(Place { value: evaluation.eval(at).ok(), ..owner.argument(run, name) }),
        _ => match of_value(run, evaluation, at).into_iter().next() {
            Some(place) => Some(place),
            None if is_root => None,
            None => path(run, evaluation, base),
        },
    }
}

/// The headers of the instances or blocks that a value is.
fn of_value(run: &Run<'_>, evaluation: &Evaluation<'_>, at: &Expr) -> Vec<Place> {
    let Ok(value) = evaluation.eval(at) else { return Vec::new() };
    let items = match value.as_seq() {
        Some(seq) => seq.items.as_slice(),
        None => std::slice::from_ref(&value),
    };
    items.iter().filter_map(Owner::of).map(|owner| owner.header(run)).collect()
}
