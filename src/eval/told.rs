//! What is said of a fault besides what is wrong: where its module was called, and what it was given.

use std::rc::Rc;

use super::display;
use super::program::{Frame, Program};
use super::{Kind, Value};
use crate::source::{Problem, ProblemKind};
use crate::syntax::{AttrExpr, Expr, ExprKind, Text};

/// The values of so many variables are told.
const TOLD_VALUES: usize = 3;
/// Longer ones are not.
const TOLD_LENGTH: usize = 60;

impl Program<'_> {
    /// The problem of an expression in a frame, with what whoever reads it cannot see in the module alone.
    pub(super) fn told(&self, problem: Problem, expr: &Expr, frame: &Rc<Frame>) -> Problem {
        if !matches!(problem.kind, ProblemKind::Evaluation | ProblemKind::FailedCondition) {
            return problem;
        }
        let values = self.values_told(expr, frame);
        let problem = match (&problem.help, values.as_slice()) {
            (None, [_, ..]) => problem.with_help(format!("here {}", values.join(", "))),
            _ => problem,
        };
        let called = frame.module.call.as_ref().and_then(|(caller, name)| caller.module.module().calls.get(name));
        match called {
            Some(call) => problem.with_related(call.header, format!("`{}` is called here", frame.module.name)),
            None => problem,
        }
    }

    /// What the variables are that an expression names, as far as that is soon said.
    fn values_told(&self, expr: &Expr, frame: &Rc<Frame>) -> Vec<String> {
        let mut names = Vec::new();
        gather(expr, &mut names);
        let declared = &frame.module.module().variables;
        let value = |name: &Text| Some((name.clone(), self.variable(&frame.module, declared.find(name)?)));
        let values = names.iter().filter_map(value).filter(|(_, value)| is_plain(value));
        let told = values.map(|(name, value)| format!("`var.{name}` is {}", display::short(&value)));
        told.filter(|text| text.len() <= TOLD_LENGTH).collect()
    }
}

/// The first variables that an expression names, each once.
fn gather(expr: &Expr, names: &mut Vec<Text>) {
    if names.len() >= TOLD_VALUES {
        return;
    }
    if let ExprKind::Attr(attr) = &expr.kind
        && let AttrExpr { base: Expr { kind: ExprKind::Variable(root), .. }, name } = &**attr
        && &**root == "var"
        && !names.contains(&name.text)
    {
        names.push(name.text.clone());
    }
    expr.for_each_child(&mut |child| gather(child, names));
}

/// Whether a value is known, short and nobody's secret.
fn is_plain(value: &Value) -> bool {
    let is_short = match &value.kind {
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => true,
        Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) => seq.items.is_empty() && seq.rest.is_none(),
        Kind::Map(fields) | Kind::Object(fields) => fields.entries.is_empty() && fields.rest.is_none(),
        Kind::Unknown(_) | Kind::Handle(_) => false,
    };
    is_short && !value.deep_marks().are_secret()
}
