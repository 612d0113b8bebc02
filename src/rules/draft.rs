//! Findings: first as drafts, made where the rule ran, then filled in with trail, label and fingerprint.
//!
//! Of all drafts and all findings there may be very many: what is alike is made once, and a draft is gone when its finding
//! is there.

use std::sync::Arc;

use ecow::eco_format;
use rustc_hash::FxHashMap;

use super::check::{handle, pointed_at};
use super::place::{self, Owner, Place};
use super::render;
use super::rule::{Check, FixTemplate, Rule};
use super::run::Run;
use super::scope::RuleScope;
use super::{About, Finding, Fingerprint, Fix, FixedValue, RuleInfo, Severity};
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
    check: usize,
    /// What it iterates or points at beside its place.
    further: Vec<InstanceId>,
    message: Box<str>,
    place: Place,
    fix: Option<Arc<Fix>>,
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
    let mut further: Vec<InstanceId> = scope.element().as_ref().and_then(handle).into_iter().collect();
    let mut also = Vec::new();
    for other in &check.also {
        let places = place::places(run, &evaluation, &other.at);
        if places.is_empty() {
            continue;
        }
        let note = words(&evaluation, &other.note, &mut errors).unwrap_or_default();
        for place in places.into_iter().take(MOST_FURTHER) {
            further.extend(place.owner.instance());
            also.push(TrailStep { span: place.span, note: note.clone() });
        }
    }
    also.dedup();
    let fix = check.fix.as_ref().map(|fix| match is_same_for_all(fix) {
        true => run.fix(fix, || filled_in(fix, &evaluation, &mut errors)),
        false => Arc::new(filled_in(fix, &evaluation, &mut errors)),
    });
    let draft = Draft { rule: rule.clone(), instance, check: at, further, message: message.into(), place, fix, also };
    (draft, errors)
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

/// Makes findings of drafts.
pub struct Finish<'r> {
    run: &'r Run<'r>,
    tracer: &'r dyn Tracer,
    last: FxHashMap<(*const Rule, usize), Last>,
}

/// What the last finding of a check said that the next one may say, too.
struct Last {
    about: Arc<About>,
    label: Text,
    value: Option<Arc<serde_json::Value>>,
}

impl<'r> Finish<'r> {
    /// One that knows of no finding yet.
    pub fn new(run: &'r Run<'r>, tracer: &'r dyn Tracer) -> Finish<'r> {
        Finish { run, tracer, last: FxHashMap::default() }
    }

    /// The whole finding.
    pub fn finding(&mut self, mut draft: Draft) -> Finding {
        let run = self.run;
        let attribute = draft.attribute(run);
        let trail = draft.trail(run, self.tracer, attribute.as_deref());
        let rule = draft.rule.clone();
        let (check, root) = (&rule.checks[draft.check], &run.infra.root);
        let last = self.last.entry((Arc::as_ptr(&rule), draft.check)).or_insert_with(|| Last {
            about: Arc::new(about(&rule.info, check, attribute.clone(), root.folder.clone())),
            label: Text::new(),
            value: None,
        });
        if last.about.attribute != attribute {
            last.about = Arc::new(About { attribute, ..(*last.about).clone() });
        }
        let label = draft.label(&trail);
        if *last.label != *label {
            last.label = label.into();
        }
        let value = draft.place.value.as_ref().map(render::json).filter(|json| !json.is_null());
        if last.value.as_deref() != value.as_ref() {
            last.value = value.map(Arc::new);
        }
        let asked = run.selection.severity(&rule.info.id).unwrap_or(check.severity);
        let (severity, message) = draft.capped(run, &trail, asked);
        let address = run.infra.get(draft.instance).address.clone();
        let Last { about, label, value } = last;
        Finding {
            about: about.clone(),
            severity,
            message,
            span: draft.place.span,
            label: label.clone(),
            fingerprint: Fingerprint::of(&about.rule, &about.root, &address, about.attribute.as_deref()),
            addresses: [address].into(),
            value: value.clone(),
            origin: trail.origin,
            trail: trail.steps,
            related: draft.also.into_iter().filter(|step| step.span != draft.place.span).collect(),
            fix: draft.fix,
            environments: root.environment.iter().cloned().collect(),
            suppressed: None,
        }
    }
}

fn about(info: &RuleInfo, check: &Check, attribute: Option<Text>, root: Text) -> About {
    About {
        rule: info.id.clone(),
        category: info.category,
        scenario: check.scenario.clone(),
        title: info.title.clone(),
        why: check.why.clone(),
        sources: info.sources.clone(),
        peers: info.peers.clone(),
        attribute,
        root,
    }
}

impl Draft {
    /// The instances it is about: where its rule says all there is to say, other rules are silent on them.
    pub fn instances(&self) -> impl Iterator<Item = InstanceId> {
        [self.instance].into_iter().chain(self.further.iter().copied()).chain(self.place.owner.instance())
    }

    fn trail(&self, run: &Run<'_>, tracer: &dyn Tracer, attribute: Option<&str>) -> Trail {
        let nothing = |origin| Trail { origin, steps: Vec::new(), variable: None };
        match &self.place.argument {
            None => nothing(Origin::Expression),
            Some(_) if self.is_missing_block(run, attribute) => nothing(Origin::MissingBlock),
            Some(argument) => {
                let secret = self.place.value.as_ref().is_some_and(render::hidden);
                tracer.trail(self.place.owner.block(run), argument, secret)
            }
        }
    }

    /// Whether the place is where a nested block would stand.
    fn is_missing_block(&self, run: &Run<'_>, attribute: Option<&str>) -> bool {
        let Some(argument) = self.place.argument.as_deref().filter(|_| !self.place.written) else { return false };
        let owner = self.place.owner.instance().unwrap_or(self.instance);
        let instance = run.infra.get(owner);
        if instance.kind != InstanceKind::Resource {
            return false;
        }
        let mut around = attribute.unwrap_or_default().split('.').rev().skip(1).collect::<Vec<_>>().into_iter().rev();
        let schema = facts::schema(&instance.type_name);
        let inner = around.try_fold(schema, |schema, step| Some(schema?.body(step)));
        argument == "lifecycle" || inner.flatten().is_some_and(|schema| schema.block(argument).is_some())
    }

    /// Where the workspace may set variables that nobody here can see, a variable's default proves little.
    fn capped(&mut self, run: &Run<'_>, trail: &Trail, severity: Severity) -> (Severity, Box<str>) {
        let message = std::mem::take(&mut self.message);
        let Some(variable) = trail.variable.as_deref().filter(|_| run.infra.root.remote_variables) else {
            return (severity, message);
        };
        let message = format!("{message}, unless the workspace sets {variable}");
        (severity.min(Severity::Warning), message.into())
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
        let argument = &self.place.argument;
        let Owner::Block(block) = &self.place.owner else { return argument.clone() };
        let mut owners = [self.instance].into_iter().chain(self.further.iter().copied());
        let path = owners.find_map(|id| path_among(&run.infra.get(id).attributes, block)).unwrap_or_default();
        match argument {
            Some(argument) if path.is_empty() => Some(argument.clone()),
            Some(argument) => Some(eco_format!("{path}.{argument}")),
            None => Some(path.into()).filter(|path: &Text| !path.is_empty()),
        }
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
