//! `for` expressions and splats.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::expr::Evaluation;
use super::invariant::Invariants;
use super::iterate::{Entry, as_list, iterate, join, secret};
use super::open::Items;
use super::union::unless_any_failed;
use super::{Cause, EvalError, Fields, Kind, Marks, Node, Seq, Type, Value, ops};
use crate::syntax::{Expr, ForExpr, Text};

/// In a loop of fewer turns it is not looked for what they have in common.
const MANY_TURNS: usize = 4;
/// An element that is not known takes as much room as so many more that are.
const UNKNOWN_WORK: usize = 4;

impl Evaluation<'_> {
    pub(super) fn splat(&self, base: &Expr, each: &Expr) -> Result<Value, EvalError> {
        let nameless = Text::from("");
        self.splat_of(&self.eval(base)?, &|value| self.bind(&nameless, value.clone()).eval(each))
    }

    /// The same with something done to each element of a value.
    pub(super) fn splat_of(
        &self,
        base_value: &Value,
        element: &dyn Fn(&Value) -> Result<Value, EvalError>,
    ) -> Result<Value, EvalError> {
        let around = |v: Value| v.from_parts([base_value]);
        match &base_value.kind {
            Kind::Null => Ok(around(Value::tuple(Vec::new()))),
            Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) => {
                self.scope().spend(seq.items.len())?;
                let items = seq.items.iter().map(element).collect::<Result<Vec<_>, _>>()?;
                let rest = seq.rest.as_ref().map(element).transpose()?;
                // The places of a set's elements are known only where all of them are.
                let placed = !matches!(base_value.kind, Kind::Set(_)) || base_value.is_wholly_known();
                let loose = if placed { seq.loose } else { seq.items.len() };
                let tuple =
                    Value::from(Kind::Tuple(Node::new(Seq { items, element: Type::Any, rest: rest.into(), loose })));
                match base_value.kind {
                    Kind::Tuple(_) => Ok(around(tuple)),
                    _ => Ok(around(as_list(tuple)?)),
                }
            }
            Kind::Unknown(u) if matches!(u.ty, Type::Tuple(_)) => {
                let seq = super::open::elements(base_value).unwrap_or_default();
                Ok(around(Value::tuple(seq.items.iter().map(element).collect::<Result<_, _>>()?)))
            }
            Kind::Unknown(u) => {
                let inner = match &u.ty {
                    // One unknown object counts as one element; what it is stays with it.
                    Type::Map(_) | Type::Object(_) if u.not_null => {
                        return Ok(around(Value::tuple(vec![element(base_value)?])));
                    }
                    Type::Map(_) | Type::Object(_) => base_value.clone(),
                    _ => super::some_element(base_value),
                };
                let rest = Some(element(&inner)?);
                Ok(around(Value::open_tuple(Vec::new(), rest)))
            }
            _ => Ok(Value::tuple(vec![element(base_value)?])),
        }
    }

    pub(super) fn for_expr(&self, f: &ForExpr) -> Result<Value, EvalError> {
        self.for_over(f, &self.eval(&f.collection)?)
    }

    /// What a `for` makes of a collection.
    pub(super) fn for_over(&self, f: &ForExpr, collection: &Value) -> Result<Value, EvalError> {
        let mut result = ForResult::default();
        self.gather(f, collection, &mut result)?;
        let marks = result.marks;
        let value = match &f.key {
            None => result.items.into_tuple(),
            Some(_) => Kind::Object(Node::new(result.into_fields(f.group))).into(),
        };
        Ok(unless_any_failed(value.with_marks(marks).from_parts([collection]), [collection]))
    }

    /// Hands on those of a collection's elements that a `for` takes, until there are enough.
    pub(super) fn gather(&self, f: &ForExpr, collection: &Value, result: &mut dyn Gather) -> Result<(), EvalError> {
        // What a list holds for certain is looked at where it stands.
        if let Some(seq) = plain(collection).filter(|_| f.key_var.is_none()) {
            return match self.narrowed(f, collection, &seq.items, result.passes_false()) {
                Some(places) => self.gather_known(f, collection, places.iter().map(|place| &seq.items[*place]), result),
                None => self.gather_known(f, collection, seq.items.iter(), result),
            };
        }
        let entries = iterate(collection).map_err(|e| e.at(f.collection.span))?;
        self.scope().spend(entries.len())?;
        let invariants = self.invariants_of(f, entries.len());
        let inside = invariants.as_ref().map(|invariants| self.within(invariants));
        let inside = inside.as_ref().unwrap_or(self);
        for Entry { key, value, certain, placed } in entries {
            let keyed = f.key_var.as_ref().map(|name| inside.bind(&name.text, key));
            let scope = keyed.as_ref().unwrap_or(inside).bind(&f.value_var.text, value);
            if !placed {
                result.loosen();
            }
            if scope.take(f, collection, certain, result)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The same of a list of which all positions are certain: of these of its elements, and of those that may stand behind
    /// them.
    fn gather_known<'v>(
        &self,
        f: &ForExpr,
        list: &'v Value,
        items: impl ExactSizeIterator<Item = &'v Value>,
        result: &mut dyn Gather,
    ) -> Result<(), EvalError> {
        let rest = list.as_seq().and_then(|seq| seq.rest.as_ref());
        let turns = items.len() + usize::from(rest.is_some());
        self.scope().spend(turns)?;
        let invariants = self.invariants_of(f, turns);
        let inside = invariants.as_ref().map(|invariants| self.within(invariants));
        let inside = inside.as_ref().unwrap_or(self);
        for item in items {
            let scope = inside.bind(&f.value_var.text, item.clone());
            if scope.take(f, list, true, result)?.is_break() {
                return Ok(());
            }
        }
        if let Some(rest) = rest {
            result.loosen();
            let _ = inside.bind(&f.value_var.text, rest.clone()).take(f, list, false, result)?;
        }
        Ok(())
    }

    /// What is worth the same in all turns of a loop, if it has enough of them.
    fn invariants_of<'b>(&'b self, f: &'b ForExpr, turns: usize) -> Option<Invariants<'b>> {
        if turns < MANY_TURNS { None } else { Invariants::of(f, self.invariants) }
    }

    /// Hands on the element that is bound here, if the `for` takes it.
    fn take(
        &self,
        f: &ForExpr,
        collection: &Value,
        certain: bool,
        result: &mut dyn Gather,
    ) -> Result<ControlFlow<()>, EvalError> {
        let wanted = match &f.condition {
            None => Ok(true),
            Some(condition) => self.for_condition(condition, result)?,
        };
        let doubt = match wanted {
            Ok(false) => return Ok(ControlFlow::Continue(())),
            Ok(true) if certain => None,
            Ok(true) => collection.cause(),
            Err(cause) => Some(cause),
        };
        result.add(self, f, doubt)
    }

    /// Whether the `if` of a `for` holds, or why that is not known.
    fn for_condition(&self, condition: &Expr, result: &mut dyn Gather) -> Result<Result<bool, Cause>, EvalError> {
        let value = self.eval(condition)?;
        result.mark(value.marks.without(Marks::PROVIDER_DEFAULT));
        if value.is_null() {
            return Err(EvalError::new("the condition of a `for` cannot be null")
                .with_label("null")
                .at(condition.span));
        }
        let holds = ops::to_bool(&value).map_err(|e| e.at(condition.span))?;
        Ok(holds.ok_or_else(|| value.cause().unwrap_or(Cause::Error)))
    }

    /// An element that is made.
    fn made(&self, expr: &Expr) -> Result<Value, EvalError> {
        let value = self.eval(expr)?;
        // A loop may make very many of them before anybody looks at what they take.
        self.spend_work(if value.is_unknown() { UNKNOWN_WORK } else { 0 })?;
        Ok(value)
    }

    /// Adds one element to the result; `doubt` says why it may not be there.
    fn for_item(&self, f: &ForExpr, doubt: Option<Cause>, result: &mut ForResult) -> Result<(), EvalError> {
        let Some(key_expr) = &f.key else {
            let value = self.made(&f.value)?;
            match doubt {
                None => result.items.push(value),
                doubt => result.items.push_possible(value, doubt),
            }
            return Ok(());
        };
        let key = self.eval(key_expr)?;
        self.spend_work(key.work())?;
        let value = self.made(&f.value)?;
        result.marks = result.marks.union(key.deep_marks().without(Marks::PROVIDER_DEFAULT));
        match self.key_text(&key, key_expr.span)?.filter(|_| doubt.is_none()) {
            Some(name) if f.group => result.groups.entry(name).or_default().push(value),
            Some(name) => {
                if result.groups.contains_key(&name) {
                    let shown = if secret(&key) { "(sensitive)" } else { &*name };
                    let message = format!("two elements give the key `{shown}`");
                    let help = "put `...` behind the value to gather values of equal keys";
                    return Err(EvalError::new(message).with_label("not unique").with_help(help).at(key_expr.span));
                }
                result.groups.insert(name, vec![value]);
            }
            None => result.rest = Some(join(result.rest.take(), value)),
        }
        Ok(())
    }
}

/// The parts of a list or tuple whose elements have certain positions, and which has no marks to hand on to them.
fn plain(collection: &Value) -> Option<&Seq> {
    match &collection.kind {
        Kind::List(seq) | Kind::Tuple(seq) if seq.loose == 0 && collection.marks == Marks::NONE => Some(seq),
        _ => None,
    }
}

/// Takes what a `for` makes, element by element.
pub(super) trait Gather {
    /// From here on, positions are not certain.
    fn loosen(&mut self) {}

    /// Whether an element that is false changes nothing.
    fn passes_false(&self) -> bool {
        false
    }

    /// Marks of a condition.
    fn mark(&mut self, marks: Marks);

    /// One element, as `scope` has it; `doubt` says why it may not be there. Breaks off where there are enough.
    ///
    /// # Errors
    /// Where the element has no value.
    fn add(&mut self, scope: &Evaluation<'_>, f: &ForExpr, doubt: Option<Cause>) -> Result<ControlFlow<()>, EvalError>;
}

impl Gather for ForResult {
    fn loosen(&mut self) {
        self.items.loosen();
    }

    fn mark(&mut self, marks: Marks) {
        self.marks = self.marks.union(marks);
    }

    fn add(&mut self, scope: &Evaluation<'_>, f: &ForExpr, doubt: Option<Cause>) -> Result<ControlFlow<()>, EvalError> {
        scope.for_item(f, doubt, self)?;
        Ok(ControlFlow::Continue(()))
    }
}

/// What a `for` expression has gathered so far.
#[derive(Default)]
struct ForResult {
    items: Items,
    groups: BTreeMap<Text, Vec<Value>>,
    rest: Option<Value>,
    /// Those of keys and conditions, which are not values of the result.
    marks: Marks,
}

impl ForResult {
    fn into_fields(self, group: bool) -> Fields {
        let open_groups = group.then_some(()).and(self.rest.clone());
        let value = |mut values: Vec<Value>| match (group, values.len()) {
            (true, _) => {
                // An element with an unknown key may stand anywhere in any group.
                let loose = if open_groups.is_some() { values.len() } else { 0 };
                Kind::Tuple(Node::new(Seq {
                    items: values,
                    element: Type::Any,
                    rest: open_groups.clone().into(),
                    loose,
                }))
                .into()
            }
            (false, _) => values.pop().unwrap_or(Value::NULL),
        };
        let entries = self.groups.into_iter().map(|(name, values)| (name, value(values))).collect();
        let rest = match (group, self.rest) {
            (true, Some(v)) => Some(Value::open_tuple(Vec::new(), v)),
            (_, rest) => rest,
        };
        Fields { entries, rest: rest.into(), ..Fields::default() }
    }
}
