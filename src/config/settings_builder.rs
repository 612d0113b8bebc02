//! Gathers the `terraform` blocks of a module's files.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::body::BodyReader;
use super::reference::names_of;
use super::settings::{Backend, RequiredProvider, TerraformSettings};
use super::suggest::nearest;
use crate::source::{Problem, ProblemKind, Span};
use crate::syntax::{Attribute, Block, Body, Expr, ExprKind, Ident, Text};

/// Argument and blocks of a `terraform` block, with the labels of each.
const BLOCKS: [(&str, usize); 6] = [
    ("backend", 1),
    ("state_store", 1),
    ("cloud", 0),
    ("required_providers", 0),
    ("provider_meta", 1),
    ("encryption", 0),
];
const ARGUMENTS: [&str; 4] = ["required_version", "experiments", "language", "//"];

/// The settings so far.
#[derive(Default)]
pub(crate) struct SettingsBuilder {
    settings: TerraformSettings,
    required_versions: Vec<Attribute>,
    required_providers: BTreeMap<Text, Attribute>,
    required_providers_kind: Option<Ident>,
    backend: Option<Block>,
    cloud: Option<Block>,
    /// Of OpenTofu.
    encryption: Option<Block>,
    provider_meta: Vec<Block>,
    first: Option<Block>,
    /// Whether the file at hand has set `required_version` or a backend already; an override file clears what earlier
    /// files said, not what itself says.
    version_in_file: bool,
    backend_in_file: Option<Span>,
}

impl SettingsBuilder {
    /// What follows comes from another file.
    pub(crate) fn begin_file(&mut self) {
        self.version_in_file = false;
        self.backend_in_file = None;
    }

    /// One `terraform` block.
    pub(crate) fn block(&mut self, reader: &mut BodyReader, block: &Block, is_override: bool) {
        self.settings.headers.push(block.header);
        self.first.get_or_insert_with(|| block.clone());
        check_names(reader, &block.body);
        if let Some(attribute) = block.body.attribute("required_version").filter(|a| reader.is_set(a)) {
            if is_override && !self.version_in_file {
                self.required_versions.clear();
            }
            self.version_in_file = true;
            self.required_versions.push(attribute.clone());
        }
        if let Some(attribute) = block.body.attribute("experiments")
            && let ExprKind::Tuple(items) = &attribute.expr.kind
        {
            let name = |item: &Expr| names_of(item)?.into_iter().next();
            self.settings.experiments.extend(items.iter().filter_map(name));
        }
        for (kind, labels) in BLOCKS {
            for nested in reader.blocks(&block.body, kind, labels) {
                if nested.labels.len() < labels {
                    let message = format!("a `{kind}` block has one label, its type");
                    reader.error(nested.header, message, "no label written");
                    continue;
                }
                match kind {
                    "backend" | "state_store" | "cloud" => self.state_place(reader, nested, is_override),
                    "required_providers" => self.providers(reader, &nested, is_override),
                    "provider_meta" => self.provider_meta.push(nested),
                    _ => self.encryption = Some(nested),
                }
            }
        }
    }

    /// A `backend`, `state_store` or `cloud` block, of which a module has one in all.
    fn state_place(&mut self, reader: &mut BodyReader, block: Block, is_override: bool) {
        let earlier = self.backend.as_ref().or(self.cloud.as_ref()).map(|b| b.header);
        let clashing = if is_override { self.backend_in_file } else { earlier };
        if let Some(first) = clashing {
            let message = "a module has one `backend` or `cloud` block at most";
            let problem = Problem::error(ProblemKind::Configuration, block.header, message, "second block");
            reader.report(problem.with_related(first, "first block"));
            return;
        }
        self.backend_in_file = Some(block.header);
        let is_cloud = &*block.kind.text == "cloud";
        (self.backend, self.cloud) = if is_cloud { (None, Some(block)) } else { (Some(block), None) };
    }

    fn providers(&mut self, reader: &mut BodyReader, block: &Block, is_override: bool) {
        match self.settings.required_providers_header {
            Some(first) if !is_override => {
                let message = "a module has one `required_providers` block at most";
                let problem = Problem::error(ProblemKind::Configuration, block.header, message, "second block");
                reader.report(problem.with_related(first, "first block"));
            }
            _ => {}
        }
        self.settings.required_providers_header.get_or_insert(block.header);
        self.required_providers_kind.get_or_insert_with(|| block.kind.clone());
        for attribute in &block.body.attributes {
            if &*attribute.name.text != "//" && reader.is_set(attribute) {
                let name = attribute.name.text.clone();
                self.required_providers.insert(name.clone(), attribute.clone());
                self.settings.required_providers.insert(name, required_provider(attribute));
            }
        }
    }

    /// The merged settings.
    pub(crate) fn finish(self) -> TerraformSettings {
        let body = self.merged_body();
        let backend = self.backend.map(|block| Backend {
            kind: block.labels.first().unwrap_or(&block.kind).clone(),
            header: block.header,
            body: block.body,
        });
        let required_versions = self.required_versions.into_iter().map(|a| a.expr).collect();
        TerraformSettings { backend, cloud: self.cloud.map(Box::new), required_versions, body, ..self.settings }
    }

    /// Everything as one block would hold it.
    fn merged_body(&self) -> Option<Arc<Body>> {
        let first = self.first.as_ref()?;
        let providers = self.settings.required_providers_header.zip(self.required_providers_kind.clone());
        let providers = providers.map(|(header, kind)| {
            let attributes = self.required_providers.values().cloned().collect();
            let body = Body { attributes, blocks: Box::default(), span: header, incomplete: false };
            Block { kind, labels: Box::default(), body: Arc::new(body), header, span: header }
        });
        let single = [&self.backend, &self.cloud, &providers, &self.encryption];
        Some(Arc::new(Body {
            attributes: self.required_versions.last().cloned().into_iter().collect(),
            blocks: single.into_iter().flatten().chain(&self.provider_meta).cloned().collect(),
            span: first.body.span,
            incomplete: first.body.incomplete,
        }))
    }
}

fn check_names(reader: &mut BodyReader, body: &Body) {
    let is_known = |name: &str| ARGUMENTS.contains(&name) || BLOCKS.iter().any(|(kind, _)| *kind == name);
    let written = body.attributes.iter().map(|a| (&a.name, a.name.span));
    for (name, span) in written.chain(body.blocks.iter().map(|b| (&b.kind, b.header))) {
        if is_known(&name.text) {
            continue;
        }
        let message = format!("a `terraform` block has no `{}`", name.text);
        let problem = Problem::error(ProblemKind::Configuration, span, message, "not expected here");
        let known = ARGUMENTS.iter().copied().chain(BLOCKS.iter().map(|(kind, _)| *kind));
        reader.report(match nearest(&name.text, known) {
            Some(name) => problem.with_help(format!("did you mean `{name}`?")),
            None => problem,
        });
    }
}

fn required_provider(attribute: &Attribute) -> RequiredProvider {
    let member = |name: &str| -> Option<Arc<Expr>> {
        let ExprKind::Object(items) = &attribute.expr.kind else { return None };
        let found = items.iter().rev().find(|i| matches!(&i.key.kind, ExprKind::String(key) if &**key == name))?;
        Some(Arc::new(found.value.clone()))
    };
    let version = match &attribute.expr.kind {
        ExprKind::String(_) => Some(attribute.expr.clone()),
        _ => member("version"),
    };
    RequiredProvider { name: attribute.name.clone(), source: member("source"), version, span: attribute.span() }
}
