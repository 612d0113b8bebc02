//! What rules can call by name beside Terraform's functions: the language's own, and those that rule files declare.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::FunctionDecl;
use super::functions::{self, OwnFunction};
use super::names::Signature;
use super::reads::Calls;
use crate::eval::functions as terraform;
use crate::syntax::{Attribute, Text};

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

/// A function of a rule file, before it is read.
pub(super) struct DeclaredFunction {
    pub(super) file: usize,
    pub(super) signature: Signature,
    /// Where it begins in what is embedded of its file; nowhere where it is given.
    begin: usize,
    /// Empty until it is wanted, as is the other.
    decl: OnceLock<Option<Arc<FunctionDecl>>>,
    timeless: OnceLock<bool>,
}

impl DeclaredFunction {
    /// The function that begins there in what is embedded of a file.
    pub(super) fn packed(file: usize, signature: Signature, begin: usize) -> DeclaredFunction {
        DeclaredFunction { file, signature, begin, decl: OnceLock::new(), timeless: OnceLock::new() }
    }

    /// A function of a file that was given.
    pub(super) fn known(file: usize, signature: Signature, decl: Arc<FunctionDecl>) -> DeclaredFunction {
        DeclaredFunction { decl: Some(decl).into(), ..DeclaredFunction::packed(file, signature, 0) }
    }

    /// What it says, read when it is wanted for the first time; `None` where it cannot be read.
    pub(super) fn decl(&self, read: impl FnOnce(usize) -> Option<Arc<FunctionDecl>>) -> Option<&Arc<FunctionDecl>> {
        self.decl.get_or_init(|| read(self.begin)).as_ref()
    }

    /// Whether it looks at nothing but its parameters and facts: not at the instances of a run, its environment, files
    /// or the time. `calls` are its own; `declared` gives those of functions of rule files.
    pub(super) fn is_timeless<'c>(&self, calls: &'c Calls, declared: &dyn Fn(&str) -> Option<&'c Calls>) -> bool {
        *self.timeless.get_or_init(|| is_timeless(calls, declared))
    }
}

impl Default for Callees {
    /// The language's own functions.
    fn default() -> Callees {
        Callees(functions::all().map(|own| (own.name.into(), Callee::Own(own))).collect())
    }
}

impl Callees {
    /// Makes room for so many functions of rule files.
    pub(super) fn reserve(&mut self, functions: usize) {
        self.0.reserve(functions);
    }

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

/// Looks at a function and all that it calls, each once: functions that call each other several times multiply.
fn is_timeless<'c>(calls: &'c Calls, declared: &dyn Fn(&str) -> Option<&'c Calls>) -> bool {
    let mut seen: FxHashSet<&Text> = FxHashSet::default();
    let mut open = vec![calls];
    while let Some(calls) = open.pop() {
        if calls.environment {
            return false;
        }
        for name in calls.functions.iter().filter(|name| seen.insert(name)) {
            let is_timeless = match functions::lookup(name) {
                Some(own) => own.is_timeless(),
                None => match declared(name) {
                    Some(calls) => {
                        open.push(calls);
                        true
                    }
                    None => terraform::is_timeless(name),
                },
            };
            if !is_timeless {
                return false;
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::reads::reads;
    use crate::source::FileId;

    #[track_caller]
    fn check(last: &str, expected: bool) {
        // Each of 40 functions calls the next ten times.
        let body =
            |i: usize| if i == 40 { last.to_owned() } else { format!("[{}]", format!("f{}(x), ", i + 1).repeat(10)) };
        let text: String = (0..=40).map(|i| format!("f{i} = {}\n", body(i))).collect();
        let document = crate::syntax::parse(FileId(0), &text);
        let of = |attribute: &Attribute| (attribute.name.text.clone(), reads(&attribute.expr, &|_| None).calls);
        let calls: FxHashMap<Text, Calls> = document.body.attributes.iter().map(of).collect();
        let declared = |name: &str| calls.get(name);
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
