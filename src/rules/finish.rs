//! Findings of drafts: filled in with trail, label and fingerprint on one thread, because trails are walked through the
//! evaluated program.
//!
//! There may be very many: what a finding says like others of its check, it shares with them.

use std::sync::Arc;

use ecow::eco_format;
use rustc_hash::FxHashMap;

use super::draft::Draft;
use super::paths::Paths;
use super::place::Owner;
use super::render;
use super::rule::Rule;
use super::run::Run;
use super::{About, Finding, Fingerprint, More, Severity};
use crate::eval::{Marks, Value};
use crate::facts;
use crate::infra::{InstanceKind, Origin, Tracer, Trail};
use crate::syntax::Text;

/// Makes findings of drafts.
pub struct Finish<'r> {
    run: &'r Run<'r>,
    tracer: &'r dyn Tracer,
    last: FxHashMap<(*const Rule, usize), Last>,
    paths: Paths,
}

/// What the last finding of a check said that the next one may say, too.
struct Last {
    about: Arc<About>,
    label: Text,
    value: Option<Arc<serde_json::Value>>,
    more: Option<Arc<More>>,
}

impl<'r> Finish<'r> {
    /// One that knows of no finding yet.
    pub fn new(run: &'r Run<'r>, tracer: &'r dyn Tracer) -> Finish<'r> {
        Finish { run, tracer, last: FxHashMap::default(), paths: Paths::default() }
    }

    /// The whole finding.
    pub fn finding(&mut self, draft: Draft) -> Finding {
        let run = self.run;
        let (check, info, root) = (&draft.rule.checks[draft.check], &draft.rule.info, &run.infra.root);
        let attribute = draft.attribute(run, &mut self.paths);
        let trail = draft.trail(run, self.tracer, attribute.as_deref());
        let label = draft.label(run, &trail, attribute.as_deref());
        let value = draft.place.value.as_ref().and_then(render::json_of_small).filter(|json| !json.is_null());
        let mut message = draft.message;
        let mut severity = run.selection.severity(&info.id).unwrap_or(check.severity);
        // Where the workspace may set variables that nobody here can see, a variable's default proves little.
        if let Some(variable) = trail.variable.as_deref().filter(|_| root.remote_variables) {
            message = check.messages.once(message.and(&format!(", unless the workspace sets {variable}")));
            severity = severity.min(Severity::Warning);
        }
        let last = self.last.entry((Arc::as_ptr(&draft.rule), draft.check)).or_insert_with(|| Last {
            about: Arc::new(About {
                claim: check.claim(info),
                attribute: attribute.clone(),
                root: root.folder.clone(),
            }),
            label: Text::new(),
            value: None,
            more: None,
        });
        if last.about.attribute != attribute {
            last.about = Arc::new(About { attribute, ..(*last.about).clone() });
        }
        if *last.label != *label {
            last.label = label.into();
        }
        if last.value.as_deref() != value.as_ref() {
            last.value = value.map(Arc::new);
        }
        let places = draft.further.map(|further| further.places).unwrap_or_default();
        let more = More {
            trail: trail.steps,
            related: places.into_iter().filter(|step| step.span != draft.place.span).collect(),
            environments: root.environment.iter().cloned().collect(),
        };
        let more = Some(more).filter(|more| *more != More::default());
        if last.more.as_deref() != more.as_ref() {
            last.more = more.map(Arc::new);
        }
        let address = run.infra.get(draft.instance).address.clone();
        Finding {
            about: last.about.clone(),
            severity,
            message,
            span: draft.place.span,
            label: last.label.clone(),
            fingerprint: Fingerprint::of(&info.id, &root.folder, &address, last.about.attribute.as_deref()),
            addresses: [address].into(),
            value: last.value.clone(),
            origin: trail.origin,
            fix: draft.fix,
            suppressed: None,
            more: last.more.clone(),
        }
    }
}

impl Draft {
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
        let schema = run.infra.schema_of(owner);
        let inner = around.try_fold(schema, |schema, step| Some(schema?.body(step)));
        argument == "lifecycle" || inner.flatten().is_some_and(|schema| schema.block(argument).is_some())
    }

    /// Whether what exists keeps its value where the configuration does not say one.
    fn is_kept(&self, run: &Run<'_>, attribute: Option<&str>) -> bool {
        let instance = run.infra.get(self.place.owner.instance().unwrap_or(self.instance));
        attribute.and_then(|path| facts::default(&instance.type_name, path)).is_some_and(|of| of.new_resource_only)
    }

    /// The effective value and who decided it.
    fn label(&self, run: &Run<'_>, trail: &Trail, attribute: Option<&str>) -> String {
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
            return match self.place.written {
                true => format!("this is `{argument}`"),
                false => format!("there is no `{argument}`"),
            };
        }
        let who = match trail.origin {
            // Also where something is written that turns out to be null.
            _ if value.marks.contains(Marks::PROVIDER_DEFAULT) => match self.is_kept(run, attribute) {
                true => ": what a new one gets by default".to_owned(),
                false => ": the provider's default".to_owned(),
            },
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
    fn attribute(&self, run: &Run<'_>, paths: &mut Paths) -> Option<Text> {
        let argument = &self.place.argument;
        let Owner::Block(block) = &self.place.owner else { return argument.clone() };
        let path = self.owners().find_map(|id| paths.path(run.infra, id, block)).unwrap_or_default();
        match argument {
            Some(argument) if path.is_empty() => Some(argument.clone()),
            Some(argument) => Some(eco_format!("{path}.{argument}")),
            None => Some(path).filter(|path| !path.is_empty()),
        }
    }
}

fn is_block(value: &Value) -> bool {
    value.as_fields().is_some_and(|fields| fields.block.is_some())
}
