//! What names mean inside a rule: `self`, `each`, `local`, `setting`, and the functions that rules have.

use std::cell::{Cell, RefCell};
use std::ptr;

use smallvec::SmallVec;

use super::callees::Called;
use super::functions::{Call, OwnFunction};
use super::rule::{Check, Clause, Lasts, Rule};
use super::run::Run;
use super::verdict::Truth;
use crate::eval::functions::Host;
use crate::eval::union::is_watched;
use crate::eval::{EvalError, Evaluation, Hop, Kind, MakeIndex, Resolved, Scope, SharedIndex, Value};
use crate::infra::InstanceId;
use crate::source::{ProblemKind, Span};
use crate::syntax::{Expr, Ident, Text};

/// How deep calls of declared functions may nest.
const CALL_DEPTH: usize = 64;
/// A call of a declared function counts as so many elements: functions that call each other several times multiply.
const CALL_WORK: usize = 10;

/// A check that looks at an instance.
pub struct RuleScope<'a> {
    /// The run.
    pub run: &'a Run<'a>,
    /// The rule.
    pub rule: &'a Rule,
    /// The instance.
    pub instance: InstanceId,
    state: RefCell<State<'a>>,
    work: Cell<usize>,
    /// How many elements it may make.
    limit: usize,
}

/// Checks of a rule seldom share more clauses.
const USUAL_TRUTHS: usize = 4;
/// Longer lists are not looked through for what they are about.
const FEW: usize = 16;
/// A rule that makes more elements for one instance is not decided. An element takes some 75 nanoseconds.
pub const WORK_LIMIT: usize = 5_000_000;
/// What a rule may make for each instance, however many there are. The most that was seen in public repositories is
/// 5,000, where there are a hundred instances.
const WORK_LIMIT_OF_EACH: usize = 500;
/// What a rule may make beyond that for all of its instances together: one that looks at all others for each of them
/// would look for hours.
const WORK_LIMIT_OF_ALL: usize = 10_000_000;
/// What functions may make that are not about an instance.
const WORK_LIMIT_OF_FUNCTIONS: usize = 50_000_000;

/// What a rule may make for one of so many instances that it looks at.
pub fn work_limit(instances: usize) -> usize {
    (WORK_LIMIT_OF_EACH + WORK_LIMIT_OF_ALL / instances.max(1)).min(WORK_LIMIT)
}

struct State<'a> {
    check: &'a Check,
    each: Option<(Value, Value)>,
    /// What locals are worth that were asked for, by their positions among the check's, and by whether `try` or `can`
    /// looked at failures.
    locals: Vec<((usize, bool), Result<Value, EvalError>)>,
    /// What clauses that several checks share say of the instance, by where their expressions are.
    truths: SmallVec<[(*const Expr, Truth); USUAL_TRUTHS]>,
}

impl<'a> RuleScope<'a> {
    /// The scope of a rule's first check, which may make so many elements.
    pub fn new(
        run: &'a Run<'a>,
        rule: &'a Rule,
        check: &'a Check,
        instance: InstanceId,
        limit: usize,
    ) -> RuleScope<'a> {
        let state = State { check, each: None, locals: Vec::new(), truths: SmallVec::new() };
        RuleScope { run, rule, instance, state: RefCell::new(state), work: Cell::new(0), limit }
    }

    /// Goes on to another check: what the locals of the rule are worth is kept.
    pub fn enter_check(&self, check: &'a Check) {
        let mut state = self.state.borrow_mut();
        let shared = check.locals.iter().take_while(|l| l.shared).count();
        state.locals.retain(|((at, _), _)| *at < shared);
        state.check = check;
        state.leave_element();
    }

    /// Goes on to an element of what is iterated.
    pub fn enter_element(&self, key: Value, value: Value) {
        let mut state = self.state.borrow_mut();
        state.leave_element();
        state.each = Some((key, value));
    }

    /// The element, where something is iterated.
    pub fn element(&self) -> Option<Value> {
        self.state.borrow().each.as_ref().map(|(_, value)| value.clone())
    }

    /// Whether the rule has made all that it may make for the instance.
    pub fn is_exhausted(&self) -> bool {
        self.work.get() > self.limit
    }

    /// What a clause says; `ask` says it of its expression.
    pub fn truth(&self, clause: &Clause, ask: fn(&Evaluation<'_>, &Expr) -> Truth) -> Truth {
        let at = ptr::from_ref::<Expr>(&clause.expr);
        match clause.lasts {
            Lasts::Run => self.run.truth(at, || ask(&Evaluation::new(&self.afresh()), &clause.expr)),
            Lasts::Instance if self.rule.checks.len() > 1 => {
                let known = self.state.borrow().truths.iter().find(|(expr, _)| *expr == at).map(|(_, t)| t.clone());
                known.unwrap_or_else(|| {
                    let truth = ask(&Evaluation::new(self), &clause.expr);
                    self.state.borrow_mut().truths.push((at, truth.clone()));
                    truth
                })
            }
            _ => ask(&Evaluation::new(self), &clause.expr),
        }
    }

    /// What a clause is worth.
    ///
    /// # Errors
    /// Where its expression has no value.
    pub fn value(&self, clause: &Clause) -> Result<Value, EvalError> {
        match clause.lasts {
            Lasts::Run => {
                let value = || Evaluation::new(&self.afresh()).eval_named(&clause.expr);
                self.run.value(ptr::from_ref::<Expr>(&clause.expr), value)
            }
            _ => Evaluation::new(self).eval_named(&clause.expr),
        }
    }

    /// A scope for what does not depend on the instance: what the instance has cost does not count against it.
    fn afresh(&self) -> RuleScope<'a> {
        RuleScope::new(self.run, self.rule, self.state.borrow().check, self.instance, WORK_LIMIT)
    }

    fn local(&self, name: &str) -> Option<Result<Value, EvalError>> {
        let (key, clause) = {
            let state = self.state.borrow();
            let at = state.check.locals.iter().position(|l| *l.name == *name)?;
            let key = (at, is_watched());
            if let Some((_, known)) = state.locals.iter().find(|(of, _)| *of == key) {
                return Some(known.clone());
            }
            (key, &state.check.locals[at].clause)
        };
        let value = self.value(clause);
        let mut state = self.state.borrow_mut();
        if state.locals.is_empty() {
            let all = state.check.locals.len();
            state.locals.reserve_exact(all);
        }
        state.locals.push((key, value.clone()));
        drop(state);
        Some(value)
    }

    fn setting(&self, name: &str) -> Option<Value> {
        let chosen = self.run.selection.setting(&self.rule.info.id, name).cloned();
        chosen.or_else(|| self.rule.settings.iter().find(|(n, _)| **n == *name).map(|(_, default)| default.clone()))
    }
}

impl State<'_> {
    fn leave_element(&mut self) {
        self.each = None;
        let check = self.check;
        self.locals.retain(|((at, _), _)| check.locals.get(*at).is_some_and(|local| !local.clause.per_element()));
    }
}

impl Scope for RuleScope<'_> {
    fn spend(&self, elements: usize) -> Result<(), EvalError> {
        self.run.spend(&self.work, elements, self.limit)
    }

    fn resolve(&self, root: &Text, span: Span, hops: &[Hop<'_>], _: &Evaluation<'_>) -> Result<Resolved, EvalError> {
        let step = hops.first().and_then(Hop::name);
        let member = |found: Option<Value>| found.map(|value| Resolved { value, consumed: 1 });
        let found = match (&**root, step) {
            ("self", _) => Some(Resolved { value: Kind::Handle(self.instance).into(), consumed: 0 }),
            ("local", Some(name)) => member(self.local(name).transpose()?),
            ("setting", Some(name)) => member(self.setting(name)),
            ("each", Some(name)) => {
                let state = self.state.borrow();
                let each = state.each.as_ref();
                member(match &**name {
                    "key" => each.map(|(key, _)| key.clone()),
                    "value" => each.map(|(_, value)| value.clone()),
                    _ => None,
                })
            }
            _ => environment(self.run, root),
        };
        found.ok_or_else(|| undeclared(root, span))
    }

    fn call(&self, name: &Ident, args: &[Expr], evaluation: &Evaluation<'_>) -> Option<Result<Value, EvalError>> {
        call(self.run, 0, name, args, evaluation)
    }

    fn handle_attribute(&self, handle: u32, name: &str) -> Result<Value, EvalError> {
        Ok(self.run.attribute(handle, name))
    }

    fn host(&self) -> &dyn Host {
        self.run.host
    }

    fn stops_when_decided(&self) -> bool {
        true
    }

    fn index(&self, list: &Value, attribute: &Text, make: MakeIndex<'_>) -> Option<SharedIndex> {
        self.run.indexes.of(list, attribute, make)
    }
}

/// The inside of a declared function: its parameters and nothing else.
struct FunctionScope<'a> {
    run: &'a Run<'a>,
    params: SmallVec<[(&'a Text, &'a Value); 4]>,
    depth: usize,
    /// Whoever calls it pays for it,
    outer: &'a dyn Scope,
    /// unless it is not about an instance: then it is worked out once for all of them, and has an allowance of its own.
    own_work: Option<Cell<usize>>,
}

impl Scope for FunctionScope<'_> {
    fn spend(&self, elements: usize) -> Result<(), EvalError> {
        match &self.own_work {
            Some(work) if self.run.spend_for_all(elements, WORK_LIMIT_OF_FUNCTIONS) => {
                self.run.spend(work, elements, WORK_LIMIT)
            }
            _ => self.outer.spend(elements),
        }
    }

    fn resolve(&self, root: &Text, span: Span, _: &[Hop<'_>], _: &Evaluation<'_>) -> Result<Resolved, EvalError> {
        let param = self.params.iter().find(|(name, _)| **name == *root);
        let param = param.map(|(_, value)| Resolved { value: (*value).clone(), consumed: 0 });
        param.or_else(|| environment(self.run, root)).ok_or_else(|| undeclared(root, span))
    }

    fn call(&self, name: &Ident, args: &[Expr], evaluation: &Evaluation<'_>) -> Option<Result<Value, EvalError>> {
        call(self.run, self.depth, name, args, evaluation)
    }

    fn handle_attribute(&self, handle: u32, name: &str) -> Result<Value, EvalError> {
        Ok(self.run.attribute(handle, name))
    }

    fn host(&self) -> &dyn Host {
        self.run.host
    }

    fn stops_when_decided(&self) -> bool {
        true
    }

    fn index(&self, list: &Value, attribute: &Text, make: MakeIndex<'_>) -> Option<SharedIndex> {
        self.run.indexes.of(list, attribute, make)
    }
}

fn environment(run: &Run<'_>, root: &str) -> Option<Resolved> {
    let name = run.infra.root.environment.clone();
    (root == "environment").then(|| Resolved { value: name.map_or(Value::NULL, Value::from), consumed: 0 })
}

fn undeclared(root: &str, span: Span) -> EvalError {
    let error = EvalError::new(format!("there is no `{root}` here")).with_label("not declared").at(span);
    error.of_kind(ProblemKind::UndeclaredName).uncatchable()
}

/// Calls one of the language's own functions, or one that a rule file declares.
fn call(
    run: &Run<'_>,
    depth: usize,
    name: &Ident,
    args: &[Expr],
    evaluation: &Evaluation<'_>,
) -> Option<Result<Value, EvalError>> {
    let (declared, value, timeless) = match run.catalog.callee(&name.text)? {
        Called::Own(own) => return Some(call_own(run, own, name, args, evaluation)),
        Called::Declared { decl, value, timeless } => (decl, value, timeless),
    };
    if depth >= CALL_DEPTH {
        let error = EvalError::new(format!("functions call each other more than {CALL_DEPTH} deep")).at(name.span);
        return Some(Err(error.of_kind(ProblemKind::Limit)));
    }
    let mut values = SmallVec::new();
    for arg in args {
        match evaluation.eval(arg) {
            Ok(value) => values.push(value),
            Err(error) => return Some(Err(error)),
        }
    }
    if let Err(error) = evaluation.scope().spend(CALL_WORK) {
        return Some(Err(error));
    }
    let work_out = |values: &[Value]| {
        let params = declared.param_names().zip(values).collect();
        let own_work = values.iter().all(is_about_none).then(Cell::default);
        let scope = FunctionScope { run, params, depth: depth + 1, outer: evaluation.scope(), own_work };
        Evaluation::new(&scope).eval(&value.expr)
    };
    let calls = if timeless && values.iter().all(is_plain) { &run.catalog.timeless } else { run.calls() };
    Some(calls.once(std::ptr::from_ref(declared).addr(), values, work_out))
}

/// Calls one of the language's own functions.
fn call_own(
    run: &Run<'_>,
    own: &'static OwnFunction,
    name: &Ident,
    args: &[Expr],
    evaluation: &Evaluation<'_>,
) -> Result<Value, EvalError> {
    let call = Call { run, own, place: name.span, args, evaluation, marks: Cell::default() };
    call.answer().map_err(|error| error.at(name.span))
}

/// Whether a value is about no instance: something plain, a few of such, or an object of those, as rows of facts are.
fn is_about_none(value: &Value) -> bool {
    if let Some(fields) = value.as_fields() {
        let is_small = fields.entries.len() <= FEW && fields.rest.is_none() && fields.block.is_none();
        return is_small && value.refs.is_empty() && fields.entries.values().all(are_plain);
    }
    are_plain(value)
}

/// Whether a value is something plain, or a few of such.
fn are_plain(value: &Value) -> bool {
    match value.as_seq() {
        Some(seq) => {
            seq.items.len() <= FEW && seq.rest.is_none() && value.refs.is_empty() && seq.items.iter().all(is_plain)
        }
        None => is_plain(value),
    }
}

/// Whether a value is the same in all runs: it holds nothing of the instances of one.
fn is_plain(value: &Value) -> bool {
    matches!(value.kind, Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_)) && value.refs.is_empty()
}
