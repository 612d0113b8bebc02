//! What rules can call by name beside Terraform's functions: the language's own, and those that rule files declare.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

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
        *self.timeless.get_or_init(|| is_timeless(value, declared, DEPTH))
    }
}

/// Functions that call each other deeper than this are not looked through.
const DEPTH: usize = 16;

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

fn is_timeless<'c>(expr: &'c Expr, declared: &dyn Fn(&str) -> Option<&'c Expr>, depth: usize) -> bool {
    let here = match &expr.kind {
        ExprKind::Variable(name) => &**name != "environment",
        ExprKind::Call(call) => match (functions::lookup(&call.name.text), declared(&call.name.text)) {
            (Some(own), _) => own.is_timeless(),
            (None, Some(value)) => depth > 0 && is_timeless(value, declared, depth - 1),
            (None, None) => terraform::is_timeless(&call.name.text),
        },
        _ => true,
    };
    let mut inside = true;
    expr.for_each_child(&mut |child| inside = inside && is_timeless(child, declared, depth));
    here && inside
}
