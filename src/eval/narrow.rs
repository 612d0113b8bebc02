//! Loops that take of a long list what has one value of an attribute, as `[for group in groups : group if group.name ==
//! name]` and `anytrue([for group in groups : group.name == name])` do. For each of thousands of instances such a loop
//! would look at each of thousands of others: where the scope keeps an index of the list, the others are passed over.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::expr::Evaluation;
use super::{Kind, Marks, Value};
use crate::syntax::{AttrExpr, BinaryOp, Expr, ExprKind, ForExpr, Text};

/// Shorter lists are looked through.
const LONG: usize = 32;

/// Where in a list the elements are that have a text as the value of an attribute.
#[derive(Default)]
pub struct Index {
    by_text: FxHashMap<Text, Vec<usize>>,
    /// Those of which it is not known, or something else than a text: they are looked at.
    others: Vec<usize>,
}

/// An index that several loops look at.
pub type SharedIndex = Arc<Index>;

/// Makes an index, if it is wanted.
pub type MakeIndex<'m> = &'m dyn Fn() -> Index;

impl Index {
    /// The index of elements by what `read` gives of each; nothing where it fails.
    fn of(items: &[Value], read: impl Fn(&Value) -> Option<Value>) -> Index {
        let mut index = Index::default();
        for (place, item) in items.iter().enumerate() {
            let value = read(item).filter(is_plain);
            match value.map(|value| value.kind) {
                Some(Kind::String(text)) => index.by_text.entry(text).or_default().push(place),
                // No text is equal to null.
                Some(Kind::Null) => {}
                _ => index.others.push(place),
            }
        }
        index
    }

    /// The places of all that may have this text, in order.
    fn places(&self, text: &str) -> Vec<usize> {
        let with_text = self.by_text.get(text).map_or(&[][..], |places| places);
        let mut places = [with_text, &self.others].concat();
        places.sort_unstable();
        places
    }
}

impl Evaluation<'_> {
    /// The places of those elements of a list that a loop may take; `None` where that is all of them for all that is known.
    /// Where `by_value`, elements whose value is false count for nothing.
    pub(super) fn narrowed(&self, f: &ForExpr, list: &Value, items: &[Value], by_value: bool) -> Option<Vec<usize>> {
        if items.len() < LONG {
            return None;
        }
        let mut conditions = f.condition.iter().chain(by_value.then_some(&f.value));
        let (attribute, wanted) = conditions.find_map(|condition| equality(condition, &f.value_var.text))?;
        let Kind::String(text) = self.eval(wanted).ok().filter(is_plain)?.kind else { return None };
        let index =
            self.scope().index(list, attribute, &|| Index::of(items, |item| self.attribute(item, attribute).ok()))?;
        Some(index.places(&text))
    }
}

/// Whether a value has no marks that a loop would have to hand on.
fn is_plain(value: &Value) -> bool {
    value.marks.without(Marks::PROVIDER_DEFAULT) == Marks::NONE
}

/// An attribute of the loop's element, and what it must be equal to for the condition to hold: something that is the same
/// in all turns.
fn equality<'e>(condition: &'e Expr, element: &str) -> Option<(&'e Text, &'e Expr)> {
    match &condition.kind {
        ExprKind::Paren(inner) => equality(inner, element),
        ExprKind::Binary(BinaryOp::And, of) => equality(&of.left, element).or_else(|| equality(&of.right, element)),
        ExprKind::Binary(BinaryOp::Equal, of) => {
            let pairs = [(&of.left, &of.right), (&of.right, &of.left)];
            let read = |(own, other): (&'e Expr, &'e Expr)| {
                let attribute = attribute_of(own, element)?;
                (!names(other, element)).then_some((attribute, other))
            };
            pairs.into_iter().find_map(read)
        }
        _ => None,
    }
}

/// The attribute of the loop's element that an expression is.
fn attribute_of<'e>(expr: &'e Expr, element: &str) -> Option<&'e Text> {
    let ExprKind::Attr(attr) = &expr.kind else { return None };
    let AttrExpr { base, name } = &**attr;
    matches!(&base.kind, ExprKind::Variable(root) if **root == *element).then_some(&name.text)
}

/// Whether a name occurs in an expression.
fn names(expr: &Expr, name: &str) -> bool {
    if matches!(&expr.kind, ExprKind::Variable(root) if **root == *name) {
        return true;
    }
    let mut found = false;
    expr.for_each_child(&mut |child| found = found || names(child, name));
    found
}
