//! What whoever evaluates an expression must bring along: the meaning of names, functions and files of its own, and a
//! measure for work.

use std::cell::Cell;
use std::sync::Arc;

use super::functions::Host;
use super::inside::BYTES_AT_ONCE;
use super::narrow::{MakeIndex, SharedIndex};
use super::{EvalError, Evaluation, Value};
use crate::source::Span;
use crate::syntax::{Expr, ExprKind, Ident, Text};

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

    /// An attribute of what a [`Kind::Handle`](super::Kind::Handle) stands for.
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

    /// Takes note of memory: so many bytes of text that an expression makes. Where a scope has no other measure for
    /// them they are work, too.
    ///
    /// # Errors
    /// Where all of them make more than the scope allows.
    fn spend_text(&self, bytes: usize) -> Result<(), EvalError> {
        self.spend(bytes / BYTES_AT_ONCE)
    }

    /// Takes note of steps through the parts of large values, which are work, too.
    ///
    /// # Errors
    /// Where all of them take more than the scope allows.
    fn spend_steps(&self, steps: usize) -> Result<(), EvalError> {
        self.spend(steps)
    }

    /// The value of a part of an expression that uses no variable of a `for` around it, where the scope remembers such.
    fn part(&self, _expr: &Expr) -> Option<Result<Value, EvalError>> {
        None
    }

    /// Whether nothing is evaluated that cannot matter any more: of a conditional only the arm that is taken, so that
    /// the other has no say in its type; of a list that `anytrue`, `alltrue` or `contains` looks at, nothing behind the
    /// element that decides.
    fn stops_when_decided(&self) -> bool {
        false
    }

    /// The index of a list by an attribute of its elements, where the scope keeps one: for lists that many loops go
    /// through. `make` makes it.
    fn index(&self, _list: &Value, _attribute: &Text, _make: MakeIndex<'_>) -> Option<SharedIndex> {
        None
    }

    /// Whether the scope itself resolves a splat, [`Hop::Each`], behind a name with so many hops.
    fn follows_each(&self, _root: &str, _hops: usize) -> bool {
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
    /// `[*].name`
    Each(&'a Ident),
}

impl<'a> Hop<'a> {
    /// The name, for `.name` and for a literal `["name"]`.
    pub fn name(&self) -> Option<&'a Text> {
        match self {
            Hop::Attr(name) => Some(&name.text),
            Hop::Index(Expr { kind: ExprKind::String(text), .. }) => Some(text),
            Hop::Index(_) | Hop::Each(_) => None,
        }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Hop::Attr(name) | Hop::Each(name) => name.span,
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

/// Takes note of elements that an expression makes, up to a limit.
///
/// # Errors
/// Where there are more.
pub fn spend(work: &Cell<usize>, elements: usize, limit: usize) -> Result<(), EvalError> {
    work.set(work.get().saturating_add(elements));
    if work.get() <= limit {
        return Ok(());
    }
    let message = format!("an expression that makes more than {limit} elements is not evaluated");
    Err(EvalError::too_large(message))
}
