//! Rules as they are run: checked at load, so that running them needs no further checks of form.

use std::sync::Arc;

use globset::GlobMatcher;

use super::{Impact, RuleInfo, Safety, Severity};
use crate::eval::Value;
use crate::infra::{Instance, InstanceKind};
use crate::source::Span;
use crate::syntax::{Expr, Text};

/// A compiled rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What there is to know of it: id, title, why, sources.
    pub info: RuleInfo,
    /// Where it is declared.
    pub span: Span,
    /// What it looks at.
    pub subjects: Vec<Subject>,
    /// Only the first failing check reports.
    pub first: bool,
    /// Its thresholds with their defaults.
    pub settings: Vec<(Text, Value)>,
    /// Its ways to be broken; at least one.
    pub checks: Vec<Check>,
}

/// One way to break a rule, with all that it takes from its rule.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name; empty where the rule has no checks of its own.
    pub name: Text,
    /// How grave it is.
    pub severity: Severity,
    /// The failure in which it hurts.
    pub scenario: Text,
    /// What breaks because of it.
    pub why: Text,
    /// Silent on non-production instances.
    pub production_only: bool,
    /// Silent where any of them holds.
    pub skips: Vec<Clause>,
    /// A finding where it does not hold.
    pub require: Clause,
    /// What the label points at.
    pub at: Option<Arc<Expr>>,
    /// What is wrong.
    pub message: Arc<Expr>,
    /// One verdict for each element of this.
    pub for_each: Option<Arc<Expr>>,
    /// Names for expressions: the rule's, then the check's own.
    pub locals: Vec<Local>,
    /// What to write instead.
    pub fix: Option<FixTemplate>,
    /// Further places to show.
    pub also: Vec<Also>,
}

/// An expression, and whether `each` matters to it.
#[derive(Clone, Debug)]
pub struct Clause {
    /// The expression.
    pub expr: Arc<Expr>,
    /// Whether it reads `each`, itself or through a local.
    pub per_element: bool,
}

/// A name for an expression.
#[derive(Clone, Debug)]
pub struct Local {
    /// The name.
    pub name: Text,
    /// What it stands for.
    pub clause: Clause,
    /// Whether it belongs to the rule, so that all checks share its value.
    pub shared: bool,
}

/// A further place to show.
#[derive(Clone, Debug)]
pub struct Also {
    /// The place, or places.
    pub at: Arc<Expr>,
    /// What to say there.
    pub note: Arc<Expr>,
}

/// What to write instead, before it is filled in for an instance.
#[derive(Clone, Debug)]
pub struct FixTemplate {
    /// Paths of arguments and their values.
    pub set: Vec<(Text, Expr)>,
    /// Blocks or resources to write.
    pub text: Option<Arc<Expr>>,
    /// Whether it can be applied without thinking.
    pub safety: Option<Safety>,
    /// What applying it does to a live resource.
    pub impact: Option<Impact>,
    /// More on the impact.
    pub note: Option<Arc<Expr>>,
}

/// What a rule looks at: instances of a kind whose type (for modules, variables and outputs: whose name) fits.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The kind of instance.
    pub kind: InstanceKind,
    /// The type or name.
    pub pattern: Pattern,
}

/// Names, or the one name.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// This name.
    Exact(Text),
    /// Names that match a glob.
    Glob(Text, GlobMatcher),
}

impl Pattern {
    /// Reads a name or a glob.
    ///
    /// # Errors
    /// Where the glob is malformed: why.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        if !text.contains(['*', '?', '[', '{']) {
            return Ok(Pattern::Exact(text.into()));
        }
        let glob = globset::Glob::new(text).map_err(|e| e.kind().to_string())?;
        Ok(Pattern::Glob(text.into(), glob.compile_matcher()))
    }

    /// Whether a name fits.
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Pattern::Exact(exact) => **exact == *name,
            Pattern::Glob(_, glob) => glob.is_match(name),
        }
    }

    /// As written.
    pub fn text(&self) -> &Text {
        match self {
            Pattern::Exact(text) | Pattern::Glob(text, _) => text,
        }
    }
}

/// The name by which rules choose an instance: its type, or its name where all of its kind have one type.
pub fn subject_name(instance: &Instance) -> &Text {
    match instance.kind {
        InstanceKind::Module | InstanceKind::Variable | InstanceKind::Output => &instance.name,
        _ => &instance.type_name,
    }
}
