//! What rules can call by name beside Terraform's functions: the language's own, and those that rule files declare.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::FunctionDecl;
use super::functions::{self, OwnFunction};
use super::names::Signature;
use crate::eval::functions as terraform;
use crate::syntax::{Attribute, Expr, ExprKind, Text};

/// All of them by name: no name has two meanings.
pub(super) struct Callees(FxHashMap<Text, Callee>);

/// Something to call.
pub(super) enum Callee {
    /// A function of the language's own.
    Own(&'static OwnFunction),
    /// A function that a rule file declares.
    Declared(DeclaredFunction),
}

/// What a name means that is called.
pub(super) enum Called<'c> {
    /// A function of the language's own.
    Own(&'static OwnFunction),
    /// A function that a rule file declares.
    Declared {
        decl: &'c FunctionDecl,
        /// What it computes.
        value: &'c Attribute,
        /// Whether it looks at nothing but its arguments and facts.
        timeless: bool,
    },
}

/// A function of a rule file, before it is parsed.
pub(super) struct DeclaredFunction {
    pub(super) file: usize,
    pub(super) signature: Signature,
    /// The part of the file to read it from.
    pub(super) bytes: Range<usize>,
    /// Empty until it is wanted, as is the other.
    decl: OnceLock<Option<Arc<FunctionDecl>>>,
    timeless: OnceLock<bool>,
}

impl DeclaredFunction {
    /// The function that stands in this part of a file.
    pub(super) fn new(file: usize, signature: Signature, bytes: Range<usize>) -> DeclaredFunction {
        DeclaredFunction { file, signature, bytes, decl: OnceLock::new(), timeless: OnceLock::new() }
    }

    /// The same, which has been read.
    pub(super) fn known(self, decl: Arc<FunctionDecl>) -> DeclaredFunction {
        DeclaredFunction { decl: Some(decl).into(), ..self }
    }

    /// What it says, read when it is wanted for the first time; `None` where it cannot be read.
    pub(super) fn decl(&self, read: impl FnOnce() -> Option<Arc<FunctionDecl>>) -> Option<&Arc<FunctionDecl>> {
        self.decl.get_or_init(read).as_ref()
    }

    /// Whether it looks at nothing but its parameters and facts: not at the instances of a run, its environment, files
    /// or the time. `declared` gives what functions of rule files compute.
    pub(super) fn is_timeless<'c>(&self, value: &'c Expr, declared: &dyn Fn(&str) -> Option<&'c Expr>) -> bool {
        *self.timeless.get_or_init(|| is_timeless(value, declared))
    }
}

impl Default for Callees {
    /// The language's own functions.
    fn default() -> Callees {
        Callees(functions::all().map(|own| (own.name.into(), Callee::Own(own))).collect())
    }
}

impl Callees {
    /// Adds a function of a rule file; the one whose place it takes.
    pub(super) fn declare(&mut self, name: Text, function: DeclaredFunction) -> Option<DeclaredFunction> {
        match self.0.insert(name, Callee::Declared(function)) {
            Some(Callee::Declared(replaced)) => Some(replaced),
            _ => None,
        }
    }

    /// What a name means.
    pub(super) fn get(&self, name: &str) -> Option<&Callee> {
        self.0.get(name)
    }

    /// What a name means that a rule file declares.
    pub(super) fn declared(&self, name: &str) -> Option<&DeclaredFunction> {
        match self.get(name)? {
            Callee::Declared(function) => Some(function),
            Callee::Own(_) => None,
        }
    }

    /// The names that rule files declare, in no order.
    pub(super) fn declared_names(&self) -> impl Iterator<Item = &Text> {
        self.0.iter().filter(|(_, callee)| matches!(callee, Callee::Declared(_))).map(|(name, _)| name)
    }
}

/// Looks through a function and all that it calls, each once: functions that call each other several times multiply.
fn is_timeless<'c>(value: &'c Expr, declared: &dyn Fn(&str) -> Option<&'c Expr>) -> bool {
    let mut seen: FxHashSet<&Text> = FxHashSet::default();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        let mut called = Vec::new();
        if !asks_of_timeless(value, declared, &mut called) {
            return false;
        }
        let new = called.into_iter().filter(|name| seen.insert(name));
        open.extend(new.filter_map(|name| declared(name)));
    }
    true
}

/// Whether an expression itself looks at nothing that time or a run changes; `called` are the functions of rule files
/// that it calls.
fn asks_of_timeless<'c>(
    expr: &'c Expr,
    declared: &dyn Fn(&str) -> Option<&'c Expr>,
    called: &mut Vec<&'c Text>,
) -> bool {
    let here = match &expr.kind {
        ExprKind::Variable(name) => &**name != "environment",
        ExprKind::Call(call) => match functions::lookup(&call.name.text) {
            Some(own) => own.is_timeless(),
            None if declared(&call.name.text).is_some() => {
                called.push(&call.name.text);
                true
            }
            None => terraform::is_timeless(&call.name.text),
        },
        _ => true,
    };
    let mut all = here;
    expr.for_each_child(&mut |child| all = all && asks_of_timeless(child, declared, called));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[track_caller]
    fn check(last: &str, expected: bool) {
        // Each of 40 functions calls the next ten times.
        let body =
            |i: usize| if i == 40 { last.to_owned() } else { format!("[{}]", format!("f{}(x), ", i + 1).repeat(10)) };
        let text: String = (0..=40).map(|i| format!("f{i} = {}\n", body(i))).collect();
        let document = crate::syntax::parse(FileId(0), &text);
        let declared = |name: &str| document.body.attribute(name).map(|attribute| &*attribute.expr);
        assert_eq!(declared("f0").map(|first| is_timeless(first, &declared)), Some(expected), "{last}");
    }

    #[test]
    fn all_that_a_function_calls_is_looked_at_once() {
        check("upper(x)", true);
        check("f0(x)", true);
        check("[for y in x : cidr_size(y)]", true);
        check("timestamp()", false);
        check("file(x)", false);
        check("environment", false);
        check("tags(x)", false);
    }
}
