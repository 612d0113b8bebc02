//! Rules as they are run: checked at load, so that running them needs no further checks of form.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use globset::GlobMatcher;

use super::packed::Formula;
use super::reads::Sum;
use super::{Claim, Fix, Impact, Message, RuleInfo, Safety, Severity};
use crate::eval::Value;
use crate::infra::InstanceKind;
use crate::source::Span;
use crate::syntax::{Expr, Text};

pub use super::reads::Lasts;

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
    /// Silent where any of them holds: the rule's, then the check's own.
    pub skips: Vec<Clause>,
    /// How many of the skips are the rule's.
    pub shared_skips: usize,
    /// A finding where it does not hold.
    pub require: Clause,
    /// What the label points at.
    pub at: Option<Formula>,
    /// What is wrong.
    pub message: Formula,
    /// One verdict for each element of this.
    pub for_each: Option<Clause>,
    /// Names for expressions: the rule's, then the check's own.
    pub locals: Vec<Local>,
    /// What to write instead.
    pub fix: Option<FixTemplate>,
    /// Further places to show.
    pub also: Vec<Also>,
    /// What is asked of an instance, in this order.
    pub steps: Vec<Step>,
    /// What is asked of each element.
    pub element_steps: Vec<Step>,
    /// What it says of all that it finds, put together once.
    pub claim: OnceLock<Arc<Claim>>,
    /// The messages of the last findings.
    pub messages: Made<Message>,
}

/// Something to ask of an instance or an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Whether the skip at this position holds.
    Skip(usize),
    /// Whether the requirement holds.
    Require,
    /// What there is to iterate.
    Elements,
}

/// An expression, how long it is worth the same, and what it takes to find out.
#[derive(Clone, Debug)]
pub struct Clause {
    /// The expression.
    pub expr: Formula,
    /// For how long it is worth the same.
    pub lasts: Lasts,
    /// What evaluating it roughly takes, locals included, in plain expressions such as `self.engine`.
    pub cost: usize,
}

impl Check {
    /// What it says of all that it finds; `info` is that of its rule.
    pub fn claim(&self, info: &RuleInfo) -> Arc<Claim> {
        let claim = || Claim {
            rule: info.id.clone(),
            category: info.category,
            scenario: self.scenario.clone(),
            title: info.title.clone(),
            why: self.why.clone(),
            sources: info.sources.clone(),
            peers: info.peers.clone(),
        };
        self.claim.get_or_init(|| Arc::new(claim())).clone()
    }

    /// Puts what there is to ask in order: what costs least comes first.
    #[must_use]
    pub fn planned(self) -> Check {
        let iterates = self.for_each.is_some();
        let skips = self.skips.iter().enumerate().map(|(at, clause)| (Step::Skip(at), clause, clause.per_element()));
        let require = (Step::Require, &self.require, true);
        let elements = self.for_each.iter().map(|clause| (Step::Elements, clause, false));
        let mut all: Vec<_> = skips.chain([require]).chain(elements).collect();
        all.sort_by_key(|(_, clause, _)| clause.cost_for_one());
        let of = |wanted: bool| all.iter().filter(move |(.., within)| (*within && iterates) == wanted);
        let (steps, within) = (of(false).map(|(step, ..)| *step).collect(), of(true).map(|(step, ..)| *step).collect());
        Check { steps, element_steps: within, ..self }
    }
}

/// What is found out once serves so many instances.
const SHARED: usize = 4;

impl Clause {
    /// An expression of which this is known.
    pub fn new(expr: impl Into<Formula>, Sum { lasts, cost }: Sum) -> Clause {
        Clause { expr: expr.into(), lasts, cost }
    }

    /// What finding it out takes for one instance.
    fn cost_for_one(&self) -> usize {
        if self.lasts == Lasts::Run { self.cost / SHARED } else { self.cost }
    }

    /// Whether it reads `each`, itself or through a local.
    pub fn per_element(&self) -> bool {
        self.lasts == Lasts::Element
    }
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
#[derive(Clone, Default, Debug)]
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
    /// The fix, where it is the same for all instances, filled in once.
    pub same: OnceLock<Arc<Fix>>,
    /// The fixes of the last findings, where they may differ.
    pub made: Made<Arc<Fix>>,
}

/// The last few of what was made for findings, in whichever root module: thousands of them say the same, and keep it once.
#[derive(Debug)]
pub struct Made<T>(Mutex<VecDeque<T>>);

/// So many are remembered.
const FEW_MADE: usize = 4;

impl<T> Default for Made<T> {
    fn default() -> Made<T> {
        Made(Mutex::default())
    }
}

impl<T> Clone for Made<T> {
    /// Nothing was made yet for the copy.
    fn clone(&self) -> Made<T> {
        Made::default()
    }
}

impl<T: Clone + PartialEq> Made<T> {
    /// What was made now, or the same from before.
    pub fn once(&self, made: T) -> T {
        let mut before = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = before.iter().find(|known| **known == made) {
            return known.clone();
        }
        before.truncate(FEW_MADE - 1);
        before.push_front(made.clone());
        made
    }
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
    Glob(Text, Arc<GlobMatcher>),
    /// Any name: `*`.
    Any(Text),
}

impl Pattern {
    /// Reads a name or a glob.
    ///
    /// # Errors
    /// Where the glob is malformed: why.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        if !Pattern::has_wildcards(text) {
            return Ok(Pattern::Exact(text.into()));
        }
        if text == "*" {
            return Ok(Pattern::Any(text.into()));
        }
        let glob = globset::Glob::new(text).map_err(|e| e.kind().to_string())?;
        Ok(Pattern::Glob(text.into(), Arc::new(glob.compile_matcher())))
    }

    /// Whether a pattern is more than a name.
    pub fn has_wildcards(text: &str) -> bool {
        text.bytes().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'{'))
    }

    /// Whether a name fits.
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Pattern::Exact(exact) => **exact == *name,
            Pattern::Glob(_, glob) => glob.is_match(name),
            Pattern::Any(_) => true,
        }
    }

    /// Whether some names fit and others do not, by how they are written.
    pub fn is_glob(&self) -> bool {
        matches!(self, Pattern::Glob(..))
    }

    /// As written.
    pub fn text(&self) -> &Text {
        match self {
            Pattern::Exact(text) | Pattern::Glob(text, _) | Pattern::Any(text) => text,
        }
    }
}

/// Whether rules choose instances of a kind by their names: all of them have one type.
pub fn is_chosen_by_name(kind: InstanceKind) -> bool {
    matches!(kind, InstanceKind::Module | InstanceKind::Variable | InstanceKind::Output)
}
