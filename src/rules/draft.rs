//! Drafts of findings, made where the rule ran: what is wrong, at which place, and what to write instead.

use std::sync::Arc;

use super::check::{handle, pointed_at};
use super::place::{self, Owner, Place};
use super::render;
use super::rule::{Check, FixTemplate, Rule};
use super::run::Run;
use super::scope::RuleScope;
use super::{Fix, FixedValue, Message};
use crate::eval::{EvalError, Evaluation};
use crate::infra::{InstanceId, TrailStep};
use crate::syntax::{Expr, ExprKind, TemplatePart, Text};

/// A finding is about so many further places at most: of a thousand resources that contradict each other, each would
/// be about all others.
const MOST_FURTHER: usize = 100;

/// A finding before its trail is known.
pub struct Draft {
    /// The rule.
    pub rule: Arc<Rule>,
    /// The instance it is about.
    pub instance: InstanceId,
    /// The position of the check among the rule's.
    pub check: usize,
    /// What is wrong.
    pub message: Message,
    /// The primary place.
    pub place: Place,
    /// What to write instead.
    pub fix: Option<Arc<Fix>>,
    /// What it is about as well, where there is something.
    pub further: Option<Box<Further>>,
}

/// What a finding is about as well, beside its instance and its place.
#[derive(Default)]
pub struct Further {
    /// What it iterates or points at.
    pub instances: Vec<InstanceId>,
    /// Where to look, and what is seen there.
    pub places: Vec<TrailStep>,
}

impl Draft {
    /// The instances it is about: where its rule says all there is to say, other rules are silent on them.
    pub fn instances(&self) -> impl Iterator<Item = InstanceId> {
        self.owners().chain(self.place.owner.instance())
    }

    /// The instances that its place may belong to.
    pub fn owners(&self) -> impl Iterator<Item = InstanceId> {
        let further = self.further.iter().flat_map(|further| &further.instances);
        [self.instance].into_iter().chain(further.copied())
    }
}

/// Drafts a finding of one check of a rule; also what failed on the way. A message that fails is the rule's title.
pub fn draft(
    run: &Run<'_>,
    (rule, at): (&Arc<Rule>, usize),
    instance: InstanceId,
    scope: &RuleScope<'_>,
) -> (Draft, Vec<EvalError>) {
    // Whoever looks knows the rule without its words.
    let whole = run.catalog.rule(&rule.info.id);
    let rule = whole.as_ref().unwrap_or(rule);
    let check = &rule.checks[at];
    let evaluation = Evaluation::new(scope);
    let mut errors = Vec::new();
    let message = words(&evaluation, &check.message, &mut errors).unwrap_or_else(|| rule.info.title.to_string());
    let pointed = pointed_at(run, check, scope);
    let own = || Place {
        span: run.infra.get(instance).block.header,
        written: true,
        owner: Owner::Instance(instance),
        argument: None,
        value: None,
    };
    let place = pointed.unwrap_or_else(own);
    let further = further(run, check, scope, &evaluation, &mut errors);
    let is_listed = run.selection.lists(run.selection.severity(&rule.info.id).unwrap_or(check.severity));
    let fix = check.fix.as_ref().filter(|_| is_listed).map(|fix| match is_same_for_all(fix) {
        true => fix.same.get_or_init(|| Arc::new(filled_in(fix, &evaluation, &mut errors))).clone(),
        false => fix.made.once(Arc::new(filled_in(fix, &evaluation, &mut errors))),
    });
    let message = check.messages.once(Message::of(&message, &run.infra.get(instance).address));
    (Draft { rule: rule.clone(), instance, check: at, message, place, fix, further }, errors)
}

/// What a finding of a check is about as well.
fn further(
    run: &Run<'_>,
    check: &Check,
    scope: &RuleScope<'_>,
    evaluation: &Evaluation<'_>,
    errors: &mut Vec<EvalError>,
) -> Option<Box<Further>> {
    let mut further = Further::default();
    further.instances.extend(scope.element().as_ref().and_then(handle));
    for other in &check.also {
        let places = place::places(run, evaluation, &other.at);
        if places.is_empty() {
            continue;
        }
        let note = words(evaluation, &other.note, errors).unwrap_or_default();
        for place in places.into_iter().take(MOST_FURTHER) {
            further.instances.extend(place.owner.instance());
            further.places.push(TrailStep { span: place.span, note: note.clone() });
        }
    }
    further.places.dedup();
    (!further.instances.is_empty() || !further.places.is_empty()).then(|| Box::new(further))
}

/// A text for people. What is unknown, secret or null in it is named, and a part that fails leaves a gap: a finding is
/// worth more than its grammar.
fn words(evaluation: &Evaluation<'_>, expr: &Expr, errors: &mut Vec<EvalError>) -> Option<String> {
    let mut shown = |expr: &Expr| match evaluation.eval(expr) {
        Ok(value) => Some(render::text(&value)),
        Err(error) => {
            errors.push(error);
            None
        }
    };
    let mut text = match &expr.kind {
        ExprKind::Template(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    TemplatePart::Literal(literal, _) => text.push_str(literal),
                    TemplatePart::Interpolation(expr) => text.push_str(&shown(expr).unwrap_or_else(|| "…".into())),
                    TemplatePart::If(_) | TemplatePart::For(_) => {
                        let whole = Expr { kind: ExprKind::Template([part.clone()].into()), span: expr.span };
                        text.push_str(&shown(&whole).unwrap_or_else(|| "…".into()));
                    }
                }
            }
            text
        }
        _ => shown(expr)?,
    };
    text.truncate(text.trim_end().len());
    Some(text)
}

/// Whether a fix has nothing in it to be filled in: all findings of its check share it.
fn is_same_for_all(fix: &FixTemplate) -> bool {
    let is_plain = |text: &Option<Arc<Expr>>| text.as_ref().is_none_or(|text| is_literal(text));
    fix.set.iter().all(|(_, value)| is_literal(value)) && is_plain(&fix.text) && is_plain(&fix.note)
}

fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => true,
        ExprKind::Tuple(items) => items.iter().all(is_literal),
        ExprKind::Object(items) => {
            items.iter().all(|item| matches!(item.key.kind, ExprKind::String(_)) && is_literal(&item.value))
        }
        _ => false,
    }
}

fn filled_in(fix: &FixTemplate, evaluation: &Evaluation<'_>, errors: &mut Vec<EvalError>) -> Fix {
    let mut set = Vec::new();
    for (path, expr) in &fix.set {
        match evaluation.eval(expr) {
            Ok(value) => set.extend(render::hcl(&value).map(|hcl| {
                let json = render::json(&value);
                FixedValue { path: path.clone(), hcl, json }
            })),
            Err(error) => errors.push(error),
        }
    }
    let mut text = |expr: &Option<Arc<Expr>>| match &expr.as_ref()?.kind {
        // What is the same for all is kept once.
        ExprKind::String(text) => Some(text.clone()),
        _ => words(evaluation, expr.as_ref()?, errors).map(Text::from),
    };
    Fix { set, text: text(&fix.text), note: text(&fix.note), safety: fix.safety, impact: fix.impact }
}
