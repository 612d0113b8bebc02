//! Compiles what rules and checks both may say, and joins the two: what a check leaves out it takes from its rule.

use std::sync::{Arc, OnceLock};

use super::Severity;
use super::decl::{BodyDecl, Clauses, argument, wrong};
use super::literal;
use super::names::{self, Names};
use super::reads::Summary;
use super::rule::{Also, Check, Clause, FixTemplate, Local, Made};
use crate::source::{Problem, Span};
use crate::syntax::{Attribute, Expr, ExprKind, Text};

/// The clauses of a rule or a check, compiled; `None` where it does not say.
#[derive(Clone, Default)]
pub struct Parts {
    /// How grave a finding is.
    pub severity: Option<Severity>,
    /// The failure in which it hurts.
    pub scenario: Option<Text>,
    /// What breaks because of it.
    pub why: Option<Text>,
    /// Whether non-production instances are passed over.
    pub production_only: Option<bool>,
    /// Where it is silent.
    pub skips: Vec<Clause>,
    /// What has to hold.
    pub require: Option<Clause>,
    /// What the label points at.
    pub at: Option<Clause>,
    /// What is wrong.
    pub message: Option<Clause>,
    /// What is iterated.
    pub for_each: Option<Clause>,
    /// What to write instead.
    pub fix: Option<FixTemplate>,
    /// Further places to show.
    pub also: Vec<Also>,
    /// What of the fix and the further places reads `each`, itself or through a local.
    pub per_element: Vec<Span>,
}

/// What compiling the clauses of a block needs to know.
pub struct Around<'a> {
    /// What they may name.
    pub names: Names<'a>,
    /// The locals that they see.
    pub locals: Summary<'a>,
}

impl Around<'_> {
    fn clause(&self, expr: &Arc<Expr>, names: &Names<'_>, problems: &mut Vec<Problem>) -> Clause {
        Clause::new(expr.clone(), self.locals.of(&names::check(expr, names, problems)))
    }
}

/// Compiles the clauses of one block, its locals aside.
pub fn compile(clauses: &Clauses, around: &Around<'_>, problems: &mut Vec<Problem>) -> Parts {
    let get = |name: &str| argument(&clauses.arguments, name);
    let mut parts = Parts {
        severity: get("severity").and_then(|a| literal::word(a, problems)),
        scenario: get("scenario").and_then(|a| literal::text(a, problems)),
        why: get("why").and_then(|a| literal::text(a, problems)),
        production_only: get("production_only").and_then(|a| literal::boolean(a, problems)),
        ..Parts::default()
    };
    let outside = Names { each: false, ..around.names };
    parts.for_each = get("for_each").map(|a| around.clause(&a.expr, &outside, problems));
    parts.require = get("require").map(|a| around.clause(&a.expr, &around.names, problems));
    parts.at = get("at").map(|a| around.clause(&a.expr, &around.names, problems));
    parts.message = get("message").map(|a| around.clause(&a.expr, &around.names, problems));
    if let Some(skip) = get("skip") {
        // Each element of a list by itself, since only some may depend on the element of `for_each`.
        let items = match &skip.expr.kind {
            ExprKind::Tuple(items) => items.iter().map(|item| Arc::new(item.clone())).collect(),
            _ => vec![skip.expr.clone()],
        };
        parts.skips = items.iter().map(|expr| around.clause(expr, &around.names, problems)).collect();
    }
    if let Some(fix) = &clauses.fix {
        parts.fix(fix, around, problems);
    }
    for also in &clauses.also {
        parts.also(also, around, problems);
    }
    parts
}

impl Parts {
    /// An expression of the fix or of a further place.
    fn words(&mut self, expr: &Arc<Expr>, around: &Around<'_>, problems: &mut Vec<Problem>) -> Arc<Expr> {
        let clause = around.clause(expr, &around.names, problems);
        if clause.per_element() {
            self.per_element.push(expr.span);
        }
        expr.clone()
    }

    fn fix(&mut self, body: &BodyDecl, around: &Around<'_>, problems: &mut Vec<Problem>) {
        let mut fix = FixTemplate::default();
        for attribute in &body.arguments {
            match &*attribute.name.text {
                "safety" => fix.safety = literal::word(attribute, problems),
                "impact" => fix.impact = literal::word(attribute, problems),
                name => {
                    let expr = self.words(&attribute.expr, around, problems);
                    match name {
                        "set" => fix.set = set(attribute, problems),
                        "text" => fix.text = Some(trimmed(&expr)),
                        _ => fix.note = Some(trimmed(&expr)),
                    }
                }
            }
        }
        for (missing, there) in [("safety", fix.safety.is_some()), ("impact", fix.impact.is_some())] {
            if !there && argument(&body.arguments, missing).is_none() {
                problems.push(wrong(body.header, format!("this fix has no `{missing}`"), format!("no `{missing}`")));
            }
        }
        self.fix = Some(fix);
    }

    fn also(&mut self, body: &BodyDecl, around: &Around<'_>, problems: &mut Vec<Problem>) {
        let (at, note) = (argument(&body.arguments, "at"), argument(&body.arguments, "note"));
        let (Some(at), Some(note)) = (at, note) else {
            problems.push(wrong(body.header, "`also` needs `at` and `note`", "incomplete"));
            return;
        };
        let [at, note] = [at, note].map(|attribute| self.words(&attribute.expr, around, problems));
        self.also.push(Also { at, note });
    }
}

/// `set = { path = value }`
fn set(attribute: &Attribute, problems: &mut Vec<Problem>) -> Vec<(Text, Expr)> {
    let ExprKind::Object(items) = &attribute.expr.kind else {
        problems.push(wrong(attribute.expr.span, "`set` is an object of arguments", "not an object"));
        return Vec::new();
    };
    let mut set = Vec::new();
    for item in items {
        match &item.key.kind {
            ExprKind::String(path) => set.push((path.clone(), item.value.clone())),
            _ => problems.push(wrong(item.key.span, "a key of `set` is the path of an argument", "not a name")),
        }
    }
    set
}

/// A check before it is joined with what its rule says.
pub struct Join {
    /// Where it is declared.
    pub header: Span,
    /// Its name; empty for the rule itself.
    pub name: Text,
    /// The locals that it sees.
    pub locals: Vec<Local>,
    /// Whether what only a finding needs was left out.
    pub wordless: bool,
}

/// The check that says what `own` says, and what `rule` says for the rest. `None` where something is missing.
pub fn join(rule: &Parts, own: &Parts, join: Join, problems: &mut Vec<Problem>) -> Option<Check> {
    let for_each = own.for_each.as_ref().or(rule.for_each.as_ref());
    let require = own.require.as_ref().or(rule.require.as_ref());
    let message = own.message.as_ref().or(rule.message.as_ref());
    let at = own.at.as_ref().or(rule.at.as_ref());
    let severity = own.severity.or(rule.severity);
    let also = if own.also.is_empty() { rule } else { own };
    let no_message = message.is_none() && !join.wordless;
    let missing = [("severity", severity.is_none()), ("require", require.is_none()), ("message", no_message)];
    for (missing, _) in missing.into_iter().filter(|(_, is_missing)| *is_missing) {
        let what = if join.name.is_empty() { "this rule" } else { "this check" };
        problems.push(wrong(join.header, format!("{what} has no `{missing}`"), format!("no `{missing}`")));
    }
    match for_each {
        None => {
            let skips = own.skips.iter().chain(&rule.skips);
            let read = skips.chain(require).chain(message).chain(at).filter(|clause| clause.per_element());
            let around = own.per_element.iter().chain(&rule.per_element).copied();
            report_lost_each(read.map(|clause| clause.expr.span).chain(around), problems);
        }
        Some(clause) if clause.per_element() => {
            let message = "what is iterated cannot depend on `each`";
            problems.push(wrong(clause.expr.span, message, "reads a local that reads `each`"));
        }
        Some(_) => {}
    }
    let check = Check {
        name: join.name,
        severity: severity?,
        scenario: own.scenario.clone().or_else(|| rule.scenario.clone()).unwrap_or_default(),
        why: own.why.clone().or_else(|| rule.why.clone()).unwrap_or_default(),
        production_only: own.production_only.or(rule.production_only).unwrap_or(false),
        skips: rule.skips.iter().chain(&own.skips).cloned().collect(),
        shared_skips: rule.skips.len(),
        require: require?.clone(),
        at: at.map(|clause| clause.expr.clone()),
        message: match message {
            None if join.wordless => Arc::new(Expr { kind: ExprKind::Null, span: join.header }).into(),
            message => message?.expr.clone(),
        },
        for_each: for_each.cloned(),
        locals: join.locals,
        fix: own.fix.clone().or_else(|| rule.fix.clone()),
        also: also.also.clone(),
        steps: Vec::new(),
        element_steps: Vec::new(),
        claim: OnceLock::new(),
        messages: Made::default(),
    };
    Some(check.planned())
}

/// Clauses that read `each` through a local where nothing is iterated.
fn report_lost_each(spans: impl Iterator<Item = Span>, problems: &mut Vec<Problem>) {
    for span in spans {
        let message = "`each` is read where nothing is iterated";
        let problem = wrong(span, message, "reads `each`, itself or through a local");
        let problem = problem.with_help("add `for_each` to the check, or keep this clause out of it");
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

/// Constant words without the line break that a heredoc ends with, so that all findings can share them.
pub fn trimmed(words: &Arc<Expr>) -> Arc<Expr> {
    match &words.kind {
        ExprKind::String(text) if text.trim_end().len() < text.len() => {
            Arc::new(Expr { kind: ExprKind::String(text.trim_end().into()), span: words.span })
        }
        _ => words.clone(),
    }
}
