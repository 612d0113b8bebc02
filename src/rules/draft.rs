//! Findings: first as drafts, made where the rule ran, then filled in with trail, label and fingerprint.

use std::fmt::Write as _;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::check::{handle, pointed_at};
use super::place::{self, Owner, Place};
use super::render;
use super::rule::{FixTemplate, Rule};
use super::run::Run;
use super::scope::RuleScope;
use super::{Finding, Fix, FixedValue, Severity};
use crate::eval::{BlockSource, ByName, EvalError, Evaluation, Marks, Value};
use crate::facts;
use crate::infra::{InstanceId, InstanceKind, Origin, Tracer, Trail, TrailStep};
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
    /// Other instances that it is about as well: what it iterates, what it points at.
    pub related: Vec<InstanceId>,
    check: usize,
    message: String,
    place: Place,
    fix: Option<Fix>,
    also: Vec<TrailStep>,
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
    let mut related: Vec<InstanceId> = scope.element().as_ref().and_then(handle).into_iter().collect();
    let mut also = Vec::new();
    for further in &check.also {
        let places = place::places(run, &evaluation, &further.at);
        if places.is_empty() {
            continue;
        }
        let note = words(&evaluation, &further.note, &mut errors).unwrap_or_default();
        for place in places.into_iter().take(MOST_FURTHER) {
            related.extend(place.owner.instance());
            also.push(TrailStep { span: place.span, note: note.clone() });
        }
    }
    related.extend(place.owner.instance());
    also.dedup();
    let fix = check.fix.as_ref().map(|fix| filled_in(fix, &evaluation, &mut errors));
    (Draft { rule: rule.clone(), instance, related, check: at, message, place, fix, also }, errors)
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
    let text = match &expr.kind {
        ExprKind::Template(parts) => {
            let part = |part: &TemplatePart| match part {
                TemplatePart::Literal(text, _) => text.to_string(),
                TemplatePart::Interpolation(expr) => shown(expr).unwrap_or_else(|| "…".into()),
                TemplatePart::If(_) | TemplatePart::For(_) => {
                    let whole = Expr { kind: ExprKind::Template([part.clone()].into()), span: expr.span };
                    shown(&whole).unwrap_or_else(|| "…".into())
                }
            };
            parts.iter().map(part).collect()
        }
        _ => shown(expr)?,
    };
    Some(text.trim_end().to_owned())
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

impl Draft {
    /// The whole finding.
    pub fn finding(mut self, run: &Run<'_>, tracer: &dyn Tracer) -> Finding {
        let instance = run.infra.get(self.instance);
        let trail = self.trail(run, tracer);
        let attribute = self.attribute(run);
        let fix = self.fix.take();
        let rule = self.rule.clone();
        let (check, info) = (&rule.checks[self.check], &rule.info);
        let asked = run.selection.severity(&info.id).unwrap_or(check.severity);
        let label = self.label(&trail);
        let related = std::mem::take(&mut self.also).into_iter().filter(|step| step.span != self.place.span).collect();
        let (severity, message) = self.capped(run, &trail, asked);
        let address = instance.address.clone();
        Finding {
            rule: info.id.clone(),
            severity,
            category: info.category,
            scenario: check.scenario.clone(),
            title: info.title.clone(),
            message,
            span: self.place.span,
            label,
            fingerprint: fingerprint(&[&info.id, &run.infra.root.folder, &address, attribute.as_deref().unwrap_or("")]),
            addresses: vec![address],
            attribute,
            value: self.place.value.as_ref().map(render::json).filter(|json| !json.is_null()).map(Box::new),
            origin: trail.origin,
            trail: trail.steps,
            related,
            why: check.why.clone(),
            fix,
            sources: info.sources.clone(),
            peers: info.peers.clone(),
            root: run.infra.root.folder.clone(),
            environments: run.infra.root.environment.iter().cloned().collect(),
            suppressed: None,
        }
    }

    fn trail(&self, run: &Run<'_>, tracer: &dyn Tracer) -> Trail {
        let nothing = |origin| Trail { origin, steps: Vec::new(), variable: None };
        match &self.place.argument {
            None => nothing(Origin::Expression),
            Some(_) if self.is_missing_block(run) => nothing(Origin::MissingBlock),
            Some(argument) => {
                let secret = self.place.value.as_ref().is_some_and(render::hidden);
                tracer.trail(self.place.owner.block(run), argument, secret)
            }
        }
    }

    /// Whether the place is where a nested block would stand.
    fn is_missing_block(&self, run: &Run<'_>) -> bool {
        let Some(argument) = self.place.argument.as_deref().filter(|_| !self.place.written) else { return false };
        let owner = self.place.owner.instance().unwrap_or(self.instance);
        let instance = run.infra.get(owner);
        if instance.kind != InstanceKind::Resource {
            return false;
        }
        let path = self.attribute(run).unwrap_or_default();
        let mut around = path.split('.').rev().skip(1).collect::<Vec<_>>().into_iter().rev();
        let schema = facts::schema(&instance.type_name);
        let inner = around.try_fold(schema, |schema, step| Some(schema?.body(step)));
        argument == "lifecycle" || inner.flatten().is_some_and(|schema| schema.block(argument).is_some())
    }

    /// Where the workspace may set variables that nobody here can see, a variable's default proves little.
    fn capped(&mut self, run: &Run<'_>, trail: &Trail, severity: Severity) -> (Severity, String) {
        let Some(variable) = trail.variable.as_deref().filter(|_| run.infra.root.remote_variables) else {
            return (severity, std::mem::take(&mut self.message));
        };
        let message = format!("{}, unless the workspace sets {variable}", self.message);
        (severity.min(Severity::Warning), message)
    }

    /// The effective value and who decided it.
    fn label(&self, trail: &Trail) -> String {
        let Some(argument) = &self.place.argument else {
            return if self.place.written { "declared here".into() } else { "here".into() };
        };
        if trail.origin == Origin::MissingBlock {
            return format!("there is no `{argument}` block");
        }
        let value = self.place.value.as_ref().filter(|value| !value.is_null());
        let Some(value) = value else {
            return match self.place.written {
                true => format!("`{argument}` is null"),
                false => format!("`{argument}` is not set"),
            };
        };
        if value.as_fields().is_some() || value.as_seq().is_some_and(|seq| seq.items.iter().any(is_block)) {
            return format!("this is `{argument}`");
        }
        let default = value.marks.contains(Marks::PROVIDER_DEFAULT);
        let who = match trail.origin {
            Origin::ProviderDefault if default => ": the provider's default".to_owned(),
            Origin::VariableDefault => match &trail.variable {
                Some(variable) => format!(": the default of {variable}"),
                None => ": a variable's default".to_owned(),
            },
            Origin::Tfvars => ": set by a variable's value".to_owned(),
            Origin::ModuleCall => ": passed by the module's caller".to_owned(),
            _ => String::new(),
        };
        format!("`{argument}` is {}{who}", render::short(value))
    }

    /// The path of the argument that the finding is about, from the instance it belongs to, without positions.
    fn attribute(&self, run: &Run<'_>) -> Option<Text> {
        let argument = self.place.argument.as_deref();
        let path = match &self.place.owner {
            Owner::Instance(_) => argument.unwrap_or_default().to_owned(),
            Owner::Block(block) => {
                let owners = [self.instance].into_iter().chain(self.related.iter().copied());
                let mut found = owners.filter_map(|id| path_among(&run.infra.get(id).attributes, block));
                let mut path = found.next().unwrap_or_default();
                if let Some(argument) = argument {
                    let dot = if path.is_empty() { "" } else { "." };
                    let _ = write!(path, "{dot}{argument}");
                }
                path
            }
        };
        (!path.is_empty()).then(|| path.into())
    }
}

fn is_block(value: &Value) -> bool {
    value.as_fields().is_some_and(|fields| fields.block.is_some())
}

/// The path of a nested block inside a value, without positions.
fn path_of(value: &Value, block: &BlockSource) -> Option<String> {
    match value.as_fields() {
        Some(fields) if fields.block.as_deref() == Some(block) => Some(String::new()),
        Some(fields) => path_among(&fields.entries, block),
        None => value.as_seq()?.items.iter().find_map(|item| path_of(item, block)),
    }
}

/// The same inside one of several values.
fn path_among(values: &ByName<Value>, block: &BlockSource) -> Option<String> {
    values.iter().find_map(|(name, inner)| {
        let rest = path_of(inner, block)?;
        Some(if rest.is_empty() { name.to_string() } else { format!("{name}.{rest}") })
    })
}

impl Finding {
    /// The fingerprint that it would have in a root of that folder, at that address.
    pub fn fingerprint_at(&self, root: &str, address: &str) -> String {
        let number = self.fingerprint.find('-').map_or("", |at| &self.fingerprint[at..]);
        fingerprint(&[&self.rule, root, address, self.attribute.as_deref().unwrap_or("")]) + number
    }
}

/// A name for a finding that stays when lines move.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    // The first ten bytes.
    format!("{:.20x}", hash.finalize())
}

/// Tells findings of one rule, instance and attribute apart: the second and further ones get a number.
pub fn number(findings: &mut [Box<Finding>]) {
    let mut counts: FxHashMap<String, usize> = FxHashMap::default();
    for finding in findings {
        let count = counts.entry(finding.fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            let _ = write!(finding.fingerprint, "-{count}");
        }
    }
}
