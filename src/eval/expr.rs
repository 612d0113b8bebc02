//! Evaluates expressions: one small function for each form. What names mean is the [`Scope`]'s business.

use std::collections::BTreeMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::functions::Host;
use super::open::{Entries, Items};
use super::union::unless_any_failed;
use super::{Cause, EvalError, Fields, Hint, Kind, Marks, Node, Refs, Seq, Type, Value, ops};
use crate::source::Span;
use crate::syntax::{AttrExpr, BinaryOp, CallExpr, ConditionalExpr, Expr, ExprKind, ForExpr, Ident, ObjectItem, Text};

/// Gives meaning to names: variables, locals, resources in a module; `self` and `setting` in a rule.
pub trait Scope {
    /// Resolves a reference from the name it begins with. `hops` are the steps behind it; the answer says how many of
    /// them belong to the name (`local.x`: one). `evaluation` evaluates keys among them.
    ///
    /// # Errors
    /// Where nothing of that name is declared.
    fn resolve(
        &self,
        root: &Text,
        span: Span,
        hops: &[Hop<'_>],
        evaluation: &Evaluation<'_>,
    ) -> Result<Resolved, EvalError>;

    /// Calls a function of the scope's own with unevaluated arguments; `None` where it has none of that name.
    fn call(&self, _name: &Ident, _args: &[Expr], _evaluation: &Evaluation<'_>) -> Option<Result<Value, EvalError>> {
        None
    }

    /// An attribute of what a [`Kind::Handle`] stands for.
    ///
    /// # Errors
    /// Where it has no such attribute, or the scope has no handles.
    fn handle_attribute(&self, handle: u32, name: &str) -> Result<Value, EvalError>;

    /// The files that functions may read.
    fn host(&self) -> &dyn Host;

    /// A template file, parsed; `None` where it may not be read.
    ///
    /// # Errors
    /// Where there is no such file or its text is not a template.
    fn template(&self, _path: &str) -> Result<Option<Arc<Expr>>, EvalError> {
        Ok(None)
    }

    /// Takes note of work: so many elements that a `for` or a splat makes.
    ///
    /// # Errors
    /// Where one expression makes more than the scope allows.
    fn spend(&self, _elements: usize) -> Result<(), EvalError> {
        Ok(())
    }

    /// Takes note of memory: so many bytes of text that an expression makes.
    ///
    /// # Errors
    /// Where all of them make more than the scope allows.
    fn spend_text(&self, _bytes: usize) -> Result<(), EvalError> {
        Ok(())
    }

    /// The value of a part of an expression that uses no variable of a `for` around it, where the scope remembers such.
    fn part(&self, _expr: &Expr) -> Option<Result<Value, EvalError>> {
        None
    }

    /// Whether of a conditional only the arm that is taken is evaluated, so that the other has no say in its type.
    fn takes_one_arm(&self) -> bool {
        false
    }

    /// Names of the scope's own functions, for suggestions.
    fn function_names(&self) -> Vec<&str> {
        Vec::new()
    }
}

/// A step behind the name that begins a reference.
#[derive(Clone, Copy, Debug)]
pub enum Hop<'a> {
    /// `.name`
    Attr(&'a Ident),
    /// `[key]`
    Index(&'a Expr),
}

impl<'a> Hop<'a> {
    /// The name, for `.name` and for a literal `["name"]`.
    pub fn name(&self) -> Option<&'a Text> {
        match self {
            Hop::Attr(name) => Some(&name.text),
            Hop::Index(Expr { kind: ExprKind::String(text), .. }) => Some(text),
            Hop::Index(_) => None,
        }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Hop::Attr(name) => name.span,
            Hop::Index(key) => key.span,
        }
    }
}

/// The value of a name and how many hops it took.
#[derive(Debug)]
pub struct Resolved {
    /// The value.
    pub value: Value,
    /// The number of hops that belong to the name.
    pub consumed: usize,
}

/// Stack that must be left before an expression is evaluated, and how much is added where it is not.
const RED_ZONE: usize = 256 * 1024;
const STACK_STEP: usize = 4 * 1024 * 1024;
/// References seldom have more steps.
const USUAL_HOPS: usize = 6;

/// A scope with the variables of the surrounding `for` expressions.
pub struct Evaluation<'a> {
    scope: &'a dyn Scope,
    parent: Option<&'a Evaluation<'a>>,
    binding: Option<(Text, Value)>,
}

impl<'a> Evaluation<'a> {
    /// Nothing but the scope.
    pub fn new(scope: &'a dyn Scope) -> Evaluation<'a> {
        Evaluation { scope, parent: None, binding: None }
    }

    /// The same with one more variable, which hides others of its name.
    pub fn bind<'b>(&'b self, name: &Text, value: Value) -> Evaluation<'b> {
        Evaluation { scope: self.scope, parent: Some(self), binding: Some((name.clone(), value)) }
    }

    /// The scope.
    pub fn scope(&self) -> &'a dyn Scope {
        self.scope
    }

    /// The innermost variable of that name.
    pub fn bound(&self, name: &str) -> Option<&Value> {
        let mut at = Some(self);
        while let Some(evaluation) = at {
            if let Some((bound, value)) = &evaluation.binding
                && &**bound == name
            {
                return Some(value);
            }
            at = evaluation.parent;
        }
        None
    }

    /// What an expression is worth.
    ///
    /// # Errors
    /// Where Terraform would refuse it; the error points at the innermost expression.
    pub fn eval(&self, expr: &Expr) -> Result<Value, EvalError> {
        let value = match &expr.kind {
            ExprKind::Null => Ok(Value::NULL),
            ExprKind::Bool(b) => Ok((*b).into()),
            ExprKind::String(s) => Ok(s.clone().into()),
            ExprKind::Number(text) => number(text),
            ExprKind::Invalid => Ok(Value::unknown(Type::Any, Cause::Error)),
            _ => stacker::maybe_grow(RED_ZONE, STACK_STEP, || self.eval_compound(expr)),
        };
        value.map_err(|e| e.at(expr.span))
    }

    /// What several expressions are worth.
    fn all(&self, exprs: &[Expr]) -> Result<Vec<Value>, EvalError> {
        let mut values = Vec::with_capacity(exprs.len());
        for expr in exprs {
            values.push(self.eval(expr)?);
        }
        Ok(values)
    }

    fn eval_compound(&self, expr: &Expr) -> Result<Value, EvalError> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.eval(inner),
            ExprKind::Template(parts) => super::template::eval(self, parts),
            ExprKind::Tuple(items) => Ok(Value::tuple(self.all(items)?)),
            ExprKind::Object(items) => self.object(items),
            ExprKind::Variable(_) | ExprKind::Attr(..) | ExprKind::Index(..) | ExprKind::SplatElement => {
                self.reference(expr)
            }
            ExprKind::Splat { base, each } => self.remembered(expr).unwrap_or_else(|| self.splat(base, each)),
            ExprKind::Call(call) => {
                let CallExpr { name, args, expand_final } = &**call;
                super::call::eval(self, name, args, *expand_final, expr.span)
            }
            ExprKind::Unary(op, operand) => ops::unary(*op, &self.eval(operand)?),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right),
            ExprKind::Conditional(of) => {
                let ConditionalExpr { condition, then, otherwise } = &**of;
                let condition = self.eval(condition).map_err(|e| e.at(condition.span))?;
                if self.scope.takes_one_arm()
                    && let Some(holds) = ops::to_bool(&condition)?
                {
                    let arm = self.eval(if holds { then } else { otherwise })?;
                    return Ok(ops::taken(&condition, arm));
                }
                // Both arms give the result its type, but only the errors of the arm that is taken count.
                ops::conditional(&condition, self.eval(then), self.eval(otherwise))
            }
            ExprKind::For(f) => self.remembered(expr).unwrap_or_else(|| self.for_expr(f)),
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::String(_) | ExprKind::Number(_) | ExprKind::Invalid => {
                Ok(Value::NULL)
            }
        }
    }

    /// What runs in a loop is worth remembering, unless it is in a loop itself.
    fn remembered(&self, expr: &Expr) -> Option<Result<Value, EvalError>> {
        if self.parent.is_some() { None } else { self.scope.part(expr) }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Value, EvalError> {
        if !matches!(op, BinaryOp::And | BinaryOp::Or) {
            return ops::binary(op, &self.eval(left)?, &self.eval(right)?);
        }
        // A left side that decides saves the work on the right one.
        let left = self.eval(left);
        match left.as_ref().ok().and_then(|left| ops::decided_by(op, left)) {
            Some(decided) => Ok(decided),
            None => ops::logical(op, left, self.eval(right)),
        }
    }

    /// The value, if there is room for the texts that were made for it of others.
    pub(super) fn counted(&self, value: Value, from: &[Value]) -> Result<Value, EvalError> {
        match super::text::bytes_made(&value, from) {
            0 => {}
            bytes => self.scope.spend_text(bytes)?,
        }
        Ok(value)
    }

    fn object(&self, items: &[ObjectItem]) -> Result<Value, EvalError> {
        let mut entries = Entries::default();
        let mut unnamed = Vec::new();
        let mut refs = Refs::default();
        let mut marks = Marks::NONE;
        entries.reserve(items.len());
        for item in items {
            if let ExprKind::String(name) = &item.key.kind {
                entries.insert(name.clone(), self.eval(&item.value)?);
                continue;
            }
            let key = self.eval(&item.key)?;
            let value = self.eval(&item.value)?;
            // The names of entries are not values: what is secret in one is so in the whole.
            marks = marks.union(key.deep_marks().without(Marks::PROVIDER_DEFAULT));
            match self.key_text(&key, item.key.span)? {
                Some(name) => {
                    refs = refs.union(&key.refs);
                    entries.insert(name, value);
                }
                None => {
                    refs = refs.union(&key.deep_refs());
                    entries.insert_keyed(&key, value.clone());
                    let name = super::convert::convert(&key, &Type::String).unwrap_or(key);
                    unnamed.push((name, value));
                }
            }
        }
        let fields = entries.finish().with_unnamed(unnamed);
        Ok(Value::from(Kind::Object(Node::new(fields))).with_refs(&refs).with_marks(marks))
    }

    /// A key as text; `None` where it is not known.
    fn key_text(&self, key: &Value, span: Span) -> Result<Option<Text>, EvalError> {
        if key.is_null() {
            return Err(EvalError::new("a key cannot be null").with_label("null").at(span));
        }
        let text = super::convert::convert(key, &Type::String).map_err(|e| e.at(span))?;
        Ok(match text.kind {
            Kind::String(s) => Some(s),
            _ => None,
        })
    }

    fn reference(&self, expr: &Expr) -> Result<Value, EvalError> {
        let mut hops: SmallVec<[Hop<'_>; USUAL_HOPS]> = SmallVec::new();
        let mut at = expr;
        loop {
            match &at.kind {
                ExprKind::Attr(attr) => {
                    let AttrExpr { base, name } = &**attr;
                    hops.push(Hop::Attr(name));
                    at = base;
                }
                ExprKind::Index(base, key) => {
                    hops.push(Hop::Index(key));
                    at = base;
                }
                _ => break,
            }
        }
        hops.reverse();
        let start = match &at.kind {
            ExprKind::SplatElement => self.bound(""),
            ExprKind::Variable(name) => self.bound(name),
            _ => None,
        };
        let resolved = match (&at.kind, start) {
            (_, Some(value)) => Resolved { value: value.clone(), consumed: 0 },
            (ExprKind::Variable(name), None) => {
                self.scope.resolve(name, at.span, &hops, self).map_err(|e| e.at(at.span))?
            }
            _ => Resolved { value: self.eval(at)?, consumed: 0 },
        };
        let rest = hops.get(resolved.consumed..).unwrap_or_default();
        rest.iter().try_fold(resolved.value, |value, hop| self.hop(&value, hop).map_err(|e| e.at(hop.span())))
    }

    fn hop(&self, value: &Value, hop: &Hop<'_>) -> Result<Value, EvalError> {
        match hop {
            Hop::Attr(name) => self.attribute(value, &name.text),
            Hop::Index(key) => {
                let key = self.eval(key)?;
                let found = match key.as_str() {
                    Some(name) if holds_handle(value) => self.attribute(value, name),
                    _ => super::index(value, &key),
                };
                found.map_err(|error| error.about(&[&key], "this index"))
            }
        }
    }

    /// An attribute of a value, handles included.
    ///
    /// # Errors
    /// Where the value has no such attribute.
    pub fn attribute(&self, value: &Value, name: &str) -> Result<Value, EvalError> {
        match &value.kind {
            Kind::Handle(handle) => {
                let found = self.scope.handle_attribute(*handle, name)?;
                Ok(found.with_marks(value.marks))
            }
            Kind::Unknown(u) if holds_handle(value) => {
                let Hint::OneOf(alternatives) = &u.hint else { return super::attribute(value, name) };
                let mut found = None;
                for alternative in alternatives.iter() {
                    found = Some(join(found, self.attribute(alternative, name)?));
                }
                Ok(found.unwrap_or(Value::NULL).with_refs(&value.refs))
            }
            // A block has every argument of its schema; those it does not write are null.
            Kind::Object(fields) if fields.block.is_some() && fields.rest.is_none() => {
                Ok(fields.entries.get(name).cloned().unwrap_or(Value::NULL))
            }
            _ => super::attribute(value, name),
        }
    }

    fn splat(&self, base: &Expr, each: &Expr) -> Result<Value, EvalError> {
        let base_value = self.eval(base)?;
        let nameless = Text::from("");
        let element = |value: &Value| self.bind(&nameless, value.clone()).eval(each);
        let around = |v: Value| v.from_parts([&base_value]);
        match &base_value.kind {
            Kind::Null => Ok(around(Value::tuple(Vec::new()))),
            Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) => {
                self.scope.spend(seq.items.len())?;
                let items = seq.items.iter().map(element).collect::<Result<Vec<_>, _>>()?;
                let rest = seq.rest.as_ref().map(element).transpose()?;
                // The places of a set's elements are known only where all of them are.
                let placed = !matches!(base_value.kind, Kind::Set(_)) || base_value.is_wholly_known();
                let loose = if placed { seq.loose } else { seq.items.len() };
                let tuple = Value::from(Kind::Tuple(Node::new(Seq { items, element: Type::Any, rest, loose })));
                match base_value.kind {
                    Kind::Tuple(_) => Ok(around(tuple)),
                    _ => Ok(around(as_list(tuple)?)),
                }
            }
            Kind::Unknown(u) if matches!(u.ty, Type::Tuple(_)) => {
                let seq = super::open::elements(&base_value).unwrap_or_default();
                Ok(around(Value::tuple(seq.items.iter().map(element).collect::<Result<_, _>>()?)))
            }
            Kind::Unknown(u) => {
                let inner = match &u.ty {
                    // One unknown object counts as one element; what it is stays with it.
                    Type::Map(_) | Type::Object(_) if u.not_null => {
                        return Ok(around(Value::tuple(vec![element(&base_value)?])));
                    }
                    Type::Map(_) | Type::Object(_) => base_value.clone(),
                    _ => super::some_element(&base_value),
                };
                let rest = Some(element(&inner)?);
                Ok(around(Kind::Tuple(Node::new(Seq { items: Vec::new(), element: Type::Any, rest, loose: 0 })).into()))
            }
            _ => Ok(Value::tuple(vec![element(&base_value)?])),
        }
    }

    fn for_expr(&self, f: &ForExpr) -> Result<Value, EvalError> {
        let collection = self.eval(&f.collection)?;
        let entries = iterate(&collection).map_err(|e| e.at(f.collection.span))?;
        self.scope.spend(entries.len())?;
        let mut result = ForResult::default();
        for Entry { key, value, certain, placed } in entries {
            let keyed = f.key_var.as_ref().map(|name| self.bind(&name.text, key));
            let scope = keyed.as_ref().unwrap_or(self).bind(&f.value_var.text, value);
            if !placed {
                result.items.loosen();
            }
            let wanted = match &f.condition {
                None => Ok(true),
                Some(condition) => scope.for_condition(condition, &mut result.marks)?,
            };
            let doubt = match wanted {
                Ok(false) => continue,
                Ok(true) if certain => None,
                Ok(true) => collection.cause(),
                Err(cause) => Some(cause),
            };
            scope.for_item(f, doubt, &mut result)?;
        }
        let marks = result.marks;
        let value = match &f.key {
            None => Kind::Tuple(Node::new(result.items.finish())),
            Some(_) => Kind::Object(Node::new(result.into_fields(f.group))),
        };
        Ok(unless_any_failed(Value::from(value).with_marks(marks).from_parts([&collection]), [&collection]))
    }

    /// Whether the `if` of a `for` holds, or why that is not known.
    fn for_condition(&self, condition: &Expr, marks: &mut Marks) -> Result<Result<bool, Cause>, EvalError> {
        let value = self.eval(condition)?;
        *marks = marks.union(value.marks.without(Marks::PROVIDER_DEFAULT));
        if value.is_null() {
            return Err(EvalError::new("the condition of a `for` cannot be null")
                .with_label("null")
                .at(condition.span));
        }
        let holds = ops::to_bool(&value).map_err(|e| e.at(condition.span))?;
        Ok(holds.ok_or_else(|| value.cause().unwrap_or(Cause::Error)))
    }

    /// Adds one element to the result; `doubt` says why it may not be there.
    fn for_item(&self, f: &ForExpr, doubt: Option<Cause>, result: &mut ForResult) -> Result<(), EvalError> {
        let Some(key_expr) = &f.key else {
            let value = self.eval(&f.value)?;
            match doubt {
                None => result.items.push(value),
                doubt => result.items.push_possible(value, doubt),
            }
            return Ok(());
        };
        let key = self.eval(key_expr)?;
        let value = self.eval(&f.value)?;
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
                Kind::Tuple(Node::new(Seq { items: values, element: Type::Any, rest: open_groups.clone(), loose }))
                    .into()
            }
            (false, _) => values.pop().unwrap_or(Value::NULL),
        };
        let entries = self.groups.into_iter().map(|(name, values)| (name, value(values))).collect();
        let rest = match (group, self.rest) {
            (true, Some(v)) => {
                Some(Kind::Tuple(Node::new(Seq { items: vec![], element: Type::Any, rest: Some(v), loose: 0 })).into())
            }
            (_, rest) => rest,
        };
        Fields { entries, rest, ..Fields::default() }
    }
}

/// One element of a collection that is iterated.
pub struct Entry {
    /// `each.key`: the position, the name, or for a set the element itself.
    pub key: Value,
    /// The element.
    pub value: Value,
    /// False where there may be none or many of it.
    pub certain: bool,
    /// Whether its place among the elements is certain.
    pub placed: bool,
}

/// The elements of a collection in Terraform's order; an unknown collection gives one element that may not be there.
///
/// # Errors
/// Where the value is null or not a collection.
pub fn iterate(collection: &Value) -> Result<Vec<Entry>, EvalError> {
    let mut entries = entries_of(collection)?;
    if collection.marks != Marks::NONE {
        let marks = collection.marks.without(Marks::PROVIDER_DEFAULT);
        for entry in &mut entries {
            entry.key.marks = entry.key.marks.union(marks);
            entry.value.marks = entry.value.marks.union(marks);
        }
    }
    Ok(entries)
}

/// Whether a value must not be quoted.
pub(super) fn secret(value: &Value) -> bool {
    let marks = value.deep_marks();
    marks.contains(Marks::SENSITIVE) || marks.contains(Marks::EPHEMERAL)
}

fn entries_of(collection: &Value) -> Result<Vec<Entry>, EvalError> {
    let entry = |key, value: &Value| Entry { key, value: value.clone(), certain: true, placed: true };
    let further = |key, value: &Value| Entry { key, value: value.clone(), certain: false, placed: false };
    let unknown_key = |ty| Value::unknown_from([collection], ty, true);
    match &collection.kind {
        Kind::List(seq) | Kind::Tuple(seq) => {
            let (fixed, loose) = seq.items.split_at(seq.fixed().len());
            let fixed = fixed.iter().enumerate().map(|(i, v)| entry((i as i64).into(), v));
            // One position that is not known is like another.
            let unplaced = !loose.is_empty() || seq.rest.is_some();
            let position = if unplaced { unknown_key(Type::Number) } else { Value::NULL };
            let loose = loose.iter().map(|v| Entry { placed: false, ..entry(position.clone(), v) });
            let rest = seq.rest.iter().map(|v| further(position.clone(), v));
            // What has no place may stand before or behind the rest: it comes first, so that it stays certain.
            Ok(fixed.chain(loose).chain(rest).collect())
        }
        Kind::Set(seq) => {
            let placed = collection.is_wholly_known();
            let items = seq.items.iter().map(|v| Entry { placed, ..entry(v.clone(), v) });
            Ok(items.chain(seq.rest.iter().map(|v| further(v.clone(), v))).collect())
        }
        Kind::Map(fields) | Kind::Object(fields) => {
            let placed = fields.rest.is_none();
            let items = fields.entries.iter().map(|(k, v)| Entry { placed, ..entry(k.clone().into(), v) });
            Ok(items.chain(fields.rest.iter().map(|v| further(unknown_key(Type::String), v))).collect())
        }
        Kind::Unknown(u) if u.ty.is_primitive() => Err(not_iterable(&u.ty.friendly_name())),
        Kind::Unknown(u) => {
            let known = match &u.ty {
                Type::List(_) | Type::Tuple(_) => super::open::elements(collection).map(|seq| Kind::Tuple(seq.into())),
                Type::Object(_) => super::open::entries(collection).map(|fields| Kind::Object(fields.into())),
                _ => None,
            };
            if let Some(known) = known {
                return entries_of(&known.into());
            }
            let element = super::some_element(collection);
            let key = match &u.ty {
                Type::Set(_) => element.clone(),
                Type::Map(_) => unknown_key(Type::String),
                _ => unknown_key(Type::Any),
            };
            Ok(vec![further(key, &element)])
        }
        Kind::Null => Err(EvalError::new("cannot iterate over null").with_label("null")),
        _ => Err(not_iterable(&collection.type_of().friendly_name())),
    }
}

/// What a further element looks like when one more of a different look is possible.
pub(super) fn join(rest: Option<Value>, value: Value) -> Value {
    match rest {
        None => value,
        Some(rest) => {
            let cause = rest.cause().or_else(|| value.cause()).unwrap_or(Cause::Limit);
            super::union::either(&rest, &value, &cause, &[])
        }
    }
}

/// A tuple as a list, its elements unified.
fn as_list(tuple: Value) -> Result<Value, EvalError> {
    let element = match tuple.as_seq() {
        Some(seq) => {
            let types: Vec<Type> = seq.items.iter().chain(&seq.rest).map(Value::type_of).collect();
            super::unify::unify(&types)
        }
        None => None,
    };
    match element {
        Some(element) => super::convert(&tuple, &Type::list(element)),
        None => Ok(tuple),
    }
}

fn not_iterable(what: &str) -> EvalError {
    EvalError::new(format!("cannot iterate over a {what}"))
        .with_label("not a collection")
        .with_help("only lists, tuples, sets, maps and objects can be iterated")
}

fn number(text: &str) -> Result<Value, EvalError> {
    match super::Number::parse(text) {
        Some(n) => Ok(n.into()),
        None => Err(EvalError::new(format!("`{text}` is not a number"))),
    }
}

/// Whether a value is a handle or may be one.
fn holds_handle(value: &Value) -> bool {
    match &value.kind {
        Kind::Handle(_) => true,
        Kind::Unknown(u) => matches!(&u.hint, Hint::OneOf(a) if a.iter().any(holds_handle)),
        _ => false,
    }
}

/// Takes note of elements that an expression makes, up to a limit.
///
/// # Errors
/// Where there are more.
pub fn spend(work: &std::cell::Cell<usize>, elements: usize, limit: usize) -> Result<(), EvalError> {
    work.set(work.get().saturating_add(elements));
    if work.get() <= limit {
        return Ok(());
    }
    let message = format!("an expression that makes more than {limit} elements is not evaluated");
    Err(EvalError::too_large(message))
}
