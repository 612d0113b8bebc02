//! Evaluates expressions: one small function for each form. What names mean is the [`Scope`]'s business.

use smallvec::SmallVec;

use super::invariant::Invariants;
use super::iterate::join;
use super::names::{Hop, Resolved, Scope};
use super::open::Entries;
use super::{Cause, EvalError, Hint, Kind, Marks, Node, Refs, Type, Value, ops, steps};
use crate::source::Span;
use crate::syntax::{AttrExpr, BinaryOp, CallExpr, ConditionalExpr, Expr, ExprKind, ObjectItem, Text};

/// Stack that must be left before an expression is evaluated, and how much is added where it is not.
const RED_ZONE: usize = 256 * 1024;
const STACK_STEP: usize = 4 * 1024 * 1024;
/// Numbers with no more digits are quickly read.
const FEW_DIGITS: usize = 18;
/// References seldom have more steps.
const USUAL_HOPS: usize = 6;

/// A scope with the variables of the surrounding `for` expressions.
pub struct Evaluation<'a> {
    scope: &'a dyn Scope,
    parent: Option<&'a Evaluation<'a>>,
    binding: Option<(Text, Value)>,
    /// What is worth the same in all turns of the loops around.
    pub(super) invariants: Option<&'a Invariants<'a>>,
}

impl<'a> Evaluation<'a> {
    /// Nothing but the scope.
    pub fn new(scope: &'a dyn Scope) -> Evaluation<'a> {
        Evaluation { scope, parent: None, binding: None, invariants: None }
    }

    /// The same with one more variable, which hides others of its name.
    pub fn bind<'b>(&'b self, name: &Text, value: Value) -> Evaluation<'b> {
        let binding = Some((name.clone(), value));
        Evaluation { scope: self.scope, parent: Some(self), binding, invariants: self.invariants }
    }

    /// The same in a loop, in whose turns these are worth the same.
    pub(super) fn within<'b>(&'b self, invariants: &'b Invariants<'b>) -> Evaluation<'b> {
        Evaluation { scope: self.scope, parent: Some(self), binding: None, invariants: Some(invariants) }
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
            ExprKind::Number(text) if is_plain(text) => number(text),
            ExprKind::Invalid => Ok(Value::unknown(Type::Any, Cause::Error)),
            // Most are names, of which the scope knows what they are worth, or evaluates what they stand for by itself.
            ExprKind::Attr(attr) if matches!(attr.base.kind, ExprKind::Variable(_)) => self.reference(expr),
            // Other references need less room than the rest.
            ExprKind::Variable(_) | ExprKind::Attr(..) | ExprKind::Index(..) | ExprKind::SplatElement => {
                stacker::maybe_grow(RED_ZONE, STACK_STEP, || self.reference(expr))
            }
            _ => self.paid(|| stacker::maybe_grow(RED_ZONE, STACK_STEP, || self.eval_compound(expr))),
        };
        value.map_err(|e| e.at(expr.span))
    }

    /// What an expression is worth that a name stands for: of names that stand for each other there may be very many.
    ///
    /// # Errors
    /// Those of [`Evaluation::eval`].
    pub fn eval_named(&self, expr: &Expr) -> Result<Value, EvalError> {
        match expr.kind {
            ExprKind::Attr(..) => stacker::maybe_grow(RED_ZONE, STACK_STEP, || self.eval(expr)),
            _ => self.eval(expr),
        }
    }

    /// Evaluates something, and has the scope pay for the steps that it took; also what fails is paid for.
    // For every expression there is: a call of its own costs a hundredth of a run.
    #[inline(always)]
    pub(super) fn paid(&self, run: impl FnOnce() -> Result<Value, EvalError>) -> Result<Value, EvalError> {
        match steps::measured(run) {
            (value, 0) => value,
            (value, steps) => self.scope.spend_steps(steps).and(value),
        }
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
            ExprKind::Splat { base, each } => match self.splat_of_name(base, each) {
                Some(elements) => elements,
                None => self.remembered(expr).unwrap_or_else(|| self.splat(base, each)),
            },
            ExprKind::Call(call) => {
                let CallExpr { name, args, expand_final } = &**call;
                let work_out = || super::call::eval(self, name, args, *expand_final, expr.span);
                match self.invariants.and_then(|invariants| invariants.get(expr)) {
                    Some(invariant) => invariant.value(self.scope, work_out),
                    None => work_out(),
                }
            }
            ExprKind::Unary(op, operand) => ops::unary(*op, &self.eval(operand)?),
            ExprKind::Binary(op, of) => self.binary(*op, &of.left, &of.right),
            ExprKind::Conditional(of) => {
                let ConditionalExpr { condition, then, otherwise } = &**of;
                let condition = self.eval(condition).map_err(|e| e.at(condition.span))?;
                if self.scope.stops_when_decided()
                    && let Some(holds) = ops::to_bool(&condition)?
                {
                    let arm = self.eval(if holds { then } else { otherwise })?;
                    return Ok(ops::taken(&condition, arm));
                }
                // Both arms give the result its type, but only the errors of the arm that is taken count.
                let (then, otherwise) = (self.eval(then), self.eval(otherwise));
                self.spend_work(then.iter().chain(&otherwise).map(Value::work).sum())?;
                ops::conditional(&condition, then, otherwise)
            }
            ExprKind::For(f) => self.remembered(expr).unwrap_or_else(|| self.for_expr(f)),
            ExprKind::Number(text) => number(text),
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::String(_) | ExprKind::Invalid => Ok(Value::NULL),
        }
    }

    /// What runs in a loop is worth remembering, unless it is in a loop itself.
    fn remembered(&self, expr: &Expr) -> Option<Result<Value, EvalError>> {
        if self.parent.is_some() { None } else { self.scope.part(expr) }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Value, EvalError> {
        if !matches!(op, BinaryOp::And | BinaryOp::Or) {
            if self.scope.stops_when_decided()
                && let Some(compared) = self.compared_length(op, left, right)
            {
                return compared;
            }
            let (left, right) = (self.eval(left)?, self.eval(right)?);
            // What is equal to something small is small.
            let compared = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
            let work = if compared { left.work().min(right.work()) * 2 } else { left.work() + right.work() };
            self.spend_work(work)?;
            return ops::binary(op, &left, &right);
        }
        // A left side that decides saves the work on the right one.
        let left = self.eval(left);
        match left.as_ref().ok().and_then(|left| ops::decided_by(op, left)) {
            Some(decided) => Ok(decided),
            None => ops::logical(op, left, self.eval(right)),
        }
    }

    /// Takes note of work that is done on long texts and large collections: loops do it again and again.
    pub(super) fn spend_work(&self, work: usize) -> Result<(), EvalError> {
        if work == 0 { Ok(()) } else { self.scope.spend(work) }
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
    pub(super) fn key_text(&self, key: &Value, span: Span) -> Result<Option<Text>, EvalError> {
        if key.is_null() {
            return Err(EvalError::new("a key cannot be null").with_label("null").at(span));
        }
        let text = super::convert::convert(key, &Type::String).map_err(|e| e.at(span))?;
        Ok(match text.kind {
            Kind::String(s) => Some(s),
            _ => None,
        })
    }

    #[inline(never)]
    fn reference(&self, expr: &Expr) -> Result<Value, EvalError> {
        if let ExprKind::Attr(attr) = &expr.kind
            && let AttrExpr { base: Expr { kind: ExprKind::Variable(root), span }, name } = &**attr
        {
            return self.named(root, *span, &[Hop::Attr(name)]);
        }
        let (at, hops) = hops_of(expr);
        let element = if matches!(at.kind, ExprKind::SplatElement) { self.bound("") } else { None };
        match (&at.kind, element) {
            (ExprKind::Variable(name), _) => self.named(name, at.span, &hops),
            (_, Some(element)) => self.behind(element, &hops),
            _ => self.behind(&self.eval(at)?, &hops),
        }
    }

    /// An attribute of each element behind a name, where the scope resolves that; of many instances it need not make
    /// the whole of each.
    fn splat_of_name(&self, base: &Expr, each: &Expr) -> Option<Result<Value, EvalError>> {
        let (at, mut hops) = hops_of(base);
        let ExprKind::Variable(root) = &at.kind else { return None };
        if !self.scope.follows_each(root, hops.len()) {
            return None;
        }
        let (element, inner) = hops_of(each);
        let (Hop::Attr(name), rest) = inner.split_first()? else { return None };
        let is_plain = hops.iter().all(|hop| matches!(hop, Hop::Attr(_)));
        if !is_plain || !matches!(element.kind, ExprKind::SplatElement) || self.bound(root).is_some() {
            return None;
        }
        hops.push(Hop::Each(name));
        let elements = self.named(root, at.span, &hops);
        match rest {
            [] => Some(elements),
            rest => Some(elements.and_then(|elements| self.splat_of(&elements, &|element| self.behind(element, rest)))),
        }
    }

    /// What stands behind a name: a variable of a `for`, else what the scope makes of it.
    fn named(&self, root: &Text, span: Span, hops: &[Hop<'_>]) -> Result<Value, EvalError> {
        if let Some(bound) = self.bound(root) {
            return self.behind(bound, hops);
        }
        let Resolved { value, consumed } = self.scope.resolve(root, span, hops, self).map_err(|e| e.at(span))?;
        match hops.get(consumed..).unwrap_or_default() {
            [] => Ok(value),
            hops => self.behind(&value, hops),
        }
    }

    /// What stands some steps behind a value.
    fn behind(&self, value: &Value, hops: &[Hop<'_>]) -> Result<Value, EvalError> {
        let step = |value: &Value, hop: &Hop<'_>| self.hop(value, hop).map_err(|e| e.at(hop.span()));
        let Some((first, others)) = hops.split_first() else { return Ok(value.clone()) };
        others.iter().try_fold(step(value, first)?, |value, hop| step(&value, hop))
    }

    fn hop(&self, value: &Value, hop: &Hop<'_>) -> Result<Value, EvalError> {
        match hop {
            Hop::Attr(name) => self.attribute(value, &name.text),
            Hop::Each(name) => self.splat_of(value, &|element| self.attribute(element, &name.text)),
            Hop::Index(key) => {
                let key = self.eval(key)?;
                self.spend_work(key.work())?;
                match key.as_str() {
                    Some(name) if holds_handle(value) => self.computed_attribute(value, name, &key),
                    _ => super::index(value, &key),
                }
            }
        }
    }

    /// The attribute that a key names. One that is not known is called after what it is, so not by a secret name.
    fn computed_attribute(&self, value: &Value, name: &str, key: &Value) -> Result<Value, EvalError> {
        let found = self.attribute(value, name).map_err(|error| error.about(&[key], "this index"))?;
        let found = found.with_marks(key.marks.secret());
        if !found.is_unknown() || !key.marks.are_secret() {
            return Ok(found);
        }
        let unnamed = Value::unknown(Type::Any, Cause::Unseen("what a sensitive index names".into()));
        Ok(unnamed.with_marks(found.marks).with_refs(&value.refs))
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
}

/// Whether a number is quickly read: it has few digits and no exponent.
fn is_plain(number: &str) -> bool {
    number.len() <= FEW_DIGITS && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

fn number(text: &str) -> Result<Value, EvalError> {
    match super::Number::parse(text) {
        Some(n) => Ok(n.into()),
        None => Err(EvalError::new(format!("`{text}` is not a number"))),
    }
}

/// The value of an expression that is a plain word or number: whatever surrounds it, it is worth the same.
pub(super) fn word(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Null => Some(Value::NULL),
        ExprKind::Bool(b) => Some((*b).into()),
        ExprKind::String(text) => Some(text.clone().into()),
        ExprKind::Number(digits) if is_plain(digits) => number(digits).ok(),
        _ => None,
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

/// The steps of a reference, and what they begin with.
fn hops_of(expr: &Expr) -> (&Expr, SmallVec<[Hop<'_>; USUAL_HOPS]>) {
    let mut hops = SmallVec::new();
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
    (at, hops)
}
