//! The functions that rules have beside Terraform's: one table entry each, with the words that the docs show.
//!
//! They get their arguments unevaluated. What is unknown in them makes the result unknown, and a collection that may
//! be incomplete says so, so that nothing is concluded from what cannot be seen.

mod cidr;
mod context;
mod facts;
mod graph;
mod network;
mod policy;
mod text;

use std::cell::Cell;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

use super::run::Run;
use crate::eval::{Cause, EvalError, Evaluation, Kind, Marks, Type, Value, convert, union};
use crate::source::Span;
use crate::syntax::{Expr, ExprKind, Text};

pub(super) use context::merged_tags;

/// A function of the rule language.
pub struct OwnFunction {
    /// Its name.
    pub name: &'static str,
    /// Its parameters as the docs show them: `value, type…`.
    pub params: &'static str,
    /// The least and the greatest number of arguments.
    pub arity: (usize, usize),
    /// What it computes, in a sentence or two.
    pub description: &'static str,
    /// Computes it.
    pub run: fn(&Call<'_>) -> Result<Value, EvalError>,
}

/// Functions that look at nothing but their arguments and the tables of facts.
const TIMELESS: &[&str] = &[
    "action_matches",
    "begins_with",
    "cidr_contains",
    "cidr_intersection",
    "cidr_overlaps",
    "cidr_size",
    "cidr_usable",
    "fact",
    "fact_rows",
    "has_part",
    "has_word",
    "is_known",
    "is_set",
    "plural",
    "policy_statements",
    "unknown_reason",
    "wildcard_matches",
];

/// Functions of which an answer says nothing of the values that they are given: where these lead, whether they are there.
/// The others answer with the marks of their arguments.
const ABOUT_OTHERS: &[&str] = &[
    "earlier",
    "exported",
    "is_known",
    "is_set",
    "passed_to_unseen",
    "referenced",
    "referrers",
    "same",
    "source_attribute",
    "subnets",
    "unknown_reason",
];

impl OwnFunction {
    /// Whether an answer has the marks of the arguments, and so is shown no more than they are.
    pub(super) fn keeps_marks(&self) -> bool {
        !ABOUT_OTHERS.contains(&self.name)
    }

    /// Whether it looks at nothing but its arguments and the tables of facts.
    pub(super) fn is_timeless(&self) -> bool {
        TIMELESS.contains(&self.name)
    }
}

/// Texts that a call was given; there are seldom more.
type Texts = SmallVec<[Text; 4]>;

/// Any number of arguments.
const MANY: usize = usize::MAX;

/// All functions, topic by topic.
pub fn all() -> impl Iterator<Item = &'static OwnFunction> {
    [
        context::FUNCTIONS,
        graph::FUNCTIONS,
        cidr::FUNCTIONS,
        text::FUNCTIONS,
        facts::FUNCTIONS,
        network::FUNCTIONS,
        policy::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
}

/// The names of all functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|f| f.name)
}

/// The function of that name.
pub fn lookup(name: &str) -> Option<&'static OwnFunction> {
    static BY_NAME: OnceLock<FxHashMap<&'static str, &'static OwnFunction>> = OnceLock::new();
    BY_NAME.get_or_init(|| all().map(|f| (f.name, f)).collect()).get(name).copied()
}

/// One call: where it happens and what it was given.
pub struct Call<'a> {
    /// The run.
    pub run: &'a Run<'a>,
    /// The function.
    pub own: &'static OwnFunction,
    /// Where it stands in the rule file.
    pub place: Span,
    /// The arguments.
    pub args: &'a [Expr],
    /// Evaluates them.
    pub evaluation: &'a Evaluation<'a>,
    /// The marks of those that were asked for, and of all in them.
    pub marks: Cell<Marks>,
}

impl Call<'_> {
    /// Runs it. The answer has the marks of the arguments, unless it says nothing of what they are; those of attributes
    /// that it reads from instances it adds itself.
    ///
    /// # Errors
    /// Where there is no answer; the words are those of the function, without what they may quote of a secret.
    pub(super) fn answer(&self) -> Result<Value, EvalError> {
        let answer = (self.own.run)(self);
        let marks = self.marks.get();
        match answer {
            Ok(value) if self.own.keeps_marks() => Ok(value.with_marks(marks)),
            Ok(value) => Ok(value),
            Err(error) if marks.are_secret() => Err(error.about_secret(&format!("`{}`", self.own.name))),
            Err(error) => Err(error),
        }
    }

    /// The value of an argument; null where it was left out.
    fn value(&self, index: usize) -> Result<Value, EvalError> {
        let Some(arg) = self.args.get(index) else { return Ok(Value::NULL) };
        let value = self.evaluation.eval(arg)?;
        self.marks.set(self.marks.get().union(value.deep_marks().secret()));
        Ok(value)
    }

    /// What follows from the instances of the run and from arguments that are written out, which is the same at each call
    /// from here; worked out once. What is asked with other arguments is worked out each time.
    fn in_run(&self, work_out: impl FnOnce() -> Result<Value, EvalError>) -> Result<Value, EvalError> {
        let is_written = |arg: &Expr| matches!(arg.kind, ExprKind::String(_));
        if self.args.iter().all(is_written) { self.run.call(self.place, work_out) } else { work_out() }
    }

    /// What follows from the only argument, worked out once for each value of it.
    fn once(&self, work_out: impl Fn(&Value) -> Result<Value, EvalError>) -> Result<Value, EvalError> {
        let answer = |values: &[Value]| values.first().map_or(Ok(Value::NULL), work_out);
        self.run.calls().once(std::ptr::from_ref(self.own).addr(), smallvec![self.value(0)?], answer)
    }

    /// An argument as text; the inner error is the value that the call has because the text is not known.
    fn text(&self, index: usize, result: Type) -> Result<Result<Text, Value>, EvalError> {
        let value = self.value(index)?;
        let text = convert::convert(&value, &Type::String).map_err(|e| self.at(index, e))?;
        match &text.kind {
            Kind::String(text) => Ok(Ok(text.clone())),
            Kind::Unknown(_) => Ok(Err(Value::unknown_from([&value], result, true))),
            _ => Err(self.at(index, EvalError::new("a text is needed here, not null").with_label("null"))),
        }
    }

    /// An argument that is a known text or a list of them; an argument that was left out has none.
    fn texts(&self, index: usize) -> Result<Texts, EvalError> {
        let mut texts = Texts::new();
        self.add_texts(index, &mut texts)?;
        Ok(texts)
    }

    /// The texts of all arguments from this one on.
    fn texts_from(&self, index: usize) -> Result<Texts, EvalError> {
        let mut texts = Texts::new();
        for index in index..self.args.len() {
            self.add_texts(index, &mut texts)?;
        }
        Ok(texts)
    }

    fn add_texts(&self, index: usize, texts: &mut Texts) -> Result<(), EvalError> {
        // Most are written out.
        if let Some(written) = self.args.get(index).and_then(written_out) {
            texts.extend(written.iter().filter_map(written_text).cloned());
            return Ok(());
        }
        let value = self.value(index)?;
        let items = match value.as_seq() {
            Some(seq) => seq.items.as_slice(),
            None if value.is_null() => &[],
            None => std::slice::from_ref(&value),
        };
        for item in items {
            let Kind::String(text) = &item.kind else {
                let error = EvalError::new("a known text is needed here").with_label("not a known text");
                return Err(self.at(index, error));
            };
            texts.push(text.clone());
        }
        Ok(())
    }

    /// An error at an argument.
    fn at(&self, index: usize, error: EvalError) -> EvalError {
        match self.args.get(index) {
            Some(arg) => error.at(arg.span),
            None => error,
        }
    }

    /// The one instance that an argument is; the inner error is the value that is not known to be one.
    fn instance(&self, index: usize) -> Result<Result<u32, Value>, EvalError> {
        self.one_instance(index, self.value(index)?)
    }

    /// The one instance that the value of an argument is.
    fn one_instance(&self, index: usize, value: Value) -> Result<Result<u32, Value>, EvalError> {
        if let Kind::Handle(id) = value.kind {
            return Ok(Ok(id));
        }
        match handles(&value).as_deref() {
            Some([id]) => Ok(Ok(*id)),
            _ if value.is_unknown() => Ok(Err(value)),
            _ => {
                let error = EvalError::new("an instance is needed here, such as `self`").with_label("not an instance");
                Err(self.at(index, error))
            }
        }
    }
}

impl Call<'_> {
    /// What holds of the one instance that an argument is, or of each that it may be. `result` is the type of what is
    /// not known because the argument is not.
    fn of_instance(&self, index: usize, result: Type, run: &dyn Fn(u32) -> Value) -> Result<Value, EvalError> {
        self.of_value(index, self.value(index)?, result, run)
    }

    /// The same of the value of an argument.
    fn of_value(
        &self,
        index: usize,
        value: Value,
        result: Type,
        run: &dyn Fn(u32) -> Value,
    ) -> Result<Value, EvalError> {
        let handle = |value: &Value| if let Kind::Handle(id) = value.kind { Some(id) } else { None };
        let possible = union::alternatives(&value).and_then(|all| all.iter().map(handle).collect::<Option<Vec<u32>>>());
        if let Some(ids) = possible {
            let cause = value.cause().unwrap_or(Cause::Error);
            return Ok(union::one_of(ids.into_iter().map(run).collect(), cause, []));
        }
        Ok(match self.one_instance(index, value)? {
            Ok(id) => run(id),
            Err(unknown) => Value::unknown_from([&unknown], result, true),
        })
    }
}

/// The texts of an argument, if they are written out.
fn written_out(arg: &Expr) -> Option<&[Expr]> {
    let items = match &arg.kind {
        ExprKind::Tuple(items) => items,
        _ => std::slice::from_ref(arg),
    };
    items.iter().all(|item| written_text(item).is_some()).then_some(items)
}

fn written_text(expr: &Expr) -> Option<&Text> {
    match &expr.kind {
        ExprKind::String(text) => Some(text),
        _ => None,
    }
}

/// The instances that a value is: a handle, or a collection of them. `None` where some are not known.
fn handles(value: &Value) -> Option<Vec<u32>> {
    if let Kind::Handle(id) = value.kind {
        return Some(vec![id]);
    }
    let seq = value.as_seq().filter(|seq| seq.rest.is_none())?;
    seq.items.iter().map(|v| if let Kind::Handle(id) = v.kind { Some(id) } else { None }).collect()
}

/// A bool that is unknown because these are.
fn unknown_bool<'a>(parts: impl IntoIterator<Item = &'a Value>) -> Value {
    Value::unknown_from(parts, Type::Bool, true)
}
