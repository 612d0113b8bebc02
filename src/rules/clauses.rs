//! Compiles what rules and checks both may say, and joins the two: what a check leaves out it takes from its rule.

use std::sync::Arc;

use super::Severity;
use super::decl::{BodyDecl, Clauses, argument, wrong};
use super::literal;
use super::locals::{Locals, Summary};
use super::names::{self, Names, Reads};
use super::rule::{Also, Check, FixTemplate};
use crate::source::{Problem, Span};
use crate::syntax::{Attribute, Expr, ExprKind, Text};

/// An expression and what it reads.
#[derive(Clone)]
pub struct Part {
    /// The expression.
    pub expr: Arc<Expr>,
    reads: Reads,
}

/// The clauses of a rule or a check, compiled; `None` where it does not say.
#[derive(Clone, Default)]
pub struct Parts {
    severity: Option<Severity>,
    scenario: Option<Text>,
    why: Option<Text>,
    production_only: Option<bool>,
    skips: Vec<Part>,
    require: Option<Part>,
    at: Option<Part>,
    message: Option<Part>,
    for_each: Option<Part>,
    fix: Option<FixTemplate>,
    also: Vec<Also>,
    /// What the fix and the further places read.
    around: Vec<(Span, Reads)>,
}

/// Compiles the clauses of one block, its locals aside.
pub fn compile(clauses: &Clauses, names: &Names<'_>, problems: &mut Vec<Problem>) -> Parts {
    let get = |name: &str| argument(&clauses.arguments, name);
    let mut parts = Parts {
        severity: get("severity").and_then(|a| literal::word(a, problems)),
        scenario: get("scenario").and_then(|a| literal::text(a, problems)),
        why: get("why").and_then(|a| literal::text(a, problems)),
        production_only: get("production_only").and_then(|a| literal::boolean(a, problems)),
        ..Parts::default()
    };
    let outside = Names { each: false, ..*names };
    let mut part = |name: &str, names: &Names<'_>| {
        let attribute = get(name)?;
        Some(Part { expr: attribute.expr.clone(), reads: names::check(&attribute.expr, names, problems) })
    };
    parts.for_each = part("for_each", &outside);
    parts.require = part("require", names);
    parts.at = part("at", names);
    parts.message = part("message", names);
    if let Some(skip) = get("skip") {
        // Each element of a list by itself, since only some may depend on the element of `for_each`.
        let items = match &skip.expr.kind {
            ExprKind::Tuple(items) => items.iter().map(|item| Arc::new(item.clone())).collect(),
            _ => vec![skip.expr.clone()],
        };
        let part = |expr: Arc<Expr>| Part { reads: names::check(&expr, names, problems), expr };
        parts.skips = items.into_iter().map(part).collect();
    }
    if let Some(fix) = &clauses.fix {
        parts.fix(fix, names, problems);
    }
    for also in &clauses.also {
        parts.also(also, names, problems);
    }
    parts
}

impl Parts {
    /// Its own severity.
    pub fn severity(&self) -> Option<Severity> {
        self.severity
    }

    /// Its own scenario and reason.
    pub fn words(&self) -> (Option<Text>, Option<Text>) {
        (self.scenario.clone(), self.why.clone())
    }

    /// Its own fix.
    pub fn fix_template(&self) -> Option<&FixTemplate> {
        self.fix.as_ref()
    }

    fn fix(&mut self, body: &BodyDecl, names: &Names<'_>, problems: &mut Vec<Problem>) {
        let mut fix = FixTemplate { set: Vec::new(), text: None, safety: None, impact: None, note: None };
        for attribute in &body.arguments {
            match &*attribute.name.text {
                "safety" => fix.safety = literal::word(attribute, problems),
                "impact" => fix.impact = literal::word(attribute, problems),
                name => {
                    self.around.push((attribute.expr.span, names::check(&attribute.expr, names, problems)));
                    match name {
                        "set" => fix.set = set(attribute, problems),
                        "text" => fix.text = Some(trimmed(&attribute.expr)),
                        _ => fix.note = Some(trimmed(&attribute.expr)),
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

    fn also(&mut self, body: &BodyDecl, names: &Names<'_>, problems: &mut Vec<Problem>) {
        let (at, note) = (argument(&body.arguments, "at"), argument(&body.arguments, "note"));
        let (Some(at), Some(note)) = (at, note) else {
            problems.push(wrong(body.header, "`also` needs `at` and `note`", "incomplete"));
            return;
        };
        for attribute in [at, note] {
            self.around.push((attribute.expr.span, names::check(&attribute.expr, names, problems)));
        }
        self.also.push(Also { at: at.expr.clone(), note: note.expr.clone() });
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

/// What joining a rule's and a check's clauses needs to know.
pub struct Join<'a> {
    /// Where the check is declared.
    pub header: Span,
    /// The check's name; empty for the rule itself.
    pub name: Text,
    /// The locals that the check sees.
    pub locals: &'a Locals,
    /// Whether what only a finding needs was left out.
    pub wordless: bool,
}

/// The check that says what `own` says, and what `rule` says for the rest. `None` where something is missing.
pub fn join(rule: &Parts, own: &Parts, join: &Join<'_>, problems: &mut Vec<Problem>) -> Option<Check> {
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
    let parts = own.skips.iter().chain(&rule.skips).chain(require).chain(message).chain(at);
    let around = own.around.iter().chain(&rule.around).map(|(span, reads)| (*span, reads));
    let read = parts.map(|p| (p.expr.span, &p.reads)).chain(around);
    let locals = join.locals.summed_up();
    if for_each.is_none() {
        report_lost_each(read, &locals, problems);
    }
    if let Some(part) = for_each.filter(|part| locals.per_element(&part.reads)) {
        let message = "what is iterated cannot depend on `each`";
        problems.push(wrong(part.expr.span, message, "reads a local that reads `each`"));
    }
    let clause = |p: &Part| locals.clause(p.expr.clone(), &p.reads);
    let check = Check {
        name: join.name.clone(),
        severity: severity?,
        scenario: own.scenario.clone().or_else(|| rule.scenario.clone()).unwrap_or_default(),
        why: own.why.clone().or_else(|| rule.why.clone()).unwrap_or_default(),
        production_only: own.production_only.or(rule.production_only).unwrap_or(false),
        skips: rule.skips.iter().chain(&own.skips).map(clause).collect(),
        shared_skips: rule.skips.len(),
        require: clause(require?),
        at: at.map(|p| p.expr.clone()),
        message: match message {
            None if join.wordless => Arc::new(Expr { kind: ExprKind::Null, span: join.header }),
            message => message?.expr.clone(),
        },
        for_each: for_each.map(clause),
        locals: locals.compiled(),
        fix: own.fix.clone().or_else(|| rule.fix.clone()),
        also: also.also.clone(),
        steps: Vec::new(),
        element_steps: Vec::new(),
    };
    Some(check.planned())
}

/// Clauses that read `each` through a local where nothing is iterated.
fn report_lost_each<'a>(
    read: impl Iterator<Item = (Span, &'a Reads)>,
    locals: &Summary<'_>,
    problems: &mut Vec<Problem>,
) {
    for (span, _) in read.filter(|(_, reads)| locals.per_element(reads)) {
        let message = "`each` is read where nothing is iterated";
        let problem = wrong(span, message, "reads `each`, itself or through a local");
        let problem = problem.with_help("add `for_each` to the check, or keep this clause out of it");
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

/// Constant words without the line break that a heredoc ends with, so that all findings can share them.
fn trimmed(words: &Arc<Expr>) -> Arc<Expr> {
    match &words.kind {
        ExprKind::String(text) if text.trim_end().len() < text.len() => {
            Arc::new(Expr { kind: ExprKind::String(text.trim_end().into()), span: words.span })
        }
        _ => words.clone(),
    }
}
