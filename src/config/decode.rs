//! Merged blocks to typed declarations. Each function reads one kind of block and reports what it cannot accept.

use std::path::Path;
use std::sync::Arc;

use super::address::ResourceName;
use super::body::{BodyReader, Schema, flag, literal_text, without};
use super::module::{
    Check, Condition, IgnoreChanges, Import, Lifecycle, ModuleCall, Moved, Output, ProviderConfig, ProviderName,
    ProviderRef, Removed, Resource, Variable,
};
use super::reference::{ignored_path, names_of, parse_reference, provider_ref};
use super::source_address::ModuleSource;
use crate::source::{Problem, ProblemKind, normalize};
use crate::syntax::{Block, Body, Expr, ExprKind, Ident};

fn is_meta_of_resource(name: &str) -> bool {
    matches!(name, "count" | "for_each" | "provider" | "depends_on" | "lifecycle" | "provisioner" | "connection" | "//")
}

/// Whether an argument of a module call belongs to Terraform itself, not to the module.
pub(crate) fn is_meta_of_call(name: &str) -> bool {
    matches!(name, "source" | "version" | "count" | "for_each" | "providers" | "depends_on" | "lifecycle" | "//")
}

fn is_meta_of_provider(name: &str) -> bool {
    matches!(name, "alias" | "version" | "for_each" | "//")
}

/// Names that a variable may not have, since a `module` block means something else by them.
const RESERVED_VARIABLES: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

const VARIABLE: Schema<8> = Schema {
    block: "a `variable` block",
    arguments: ["type", "default", "description", "sensitive", "nullable", "ephemeral", "deprecated", "const"],
    required: &[],
    blocks: &["validation"],
};
const OUTPUT: Schema<7> = Schema {
    block: "an `output` block",
    arguments: ["value", "description", "sensitive", "ephemeral", "depends_on", "deprecated", "type"],
    required: &["value"],
    blocks: &["precondition"],
};
const LIFECYCLE: Schema<6> = Schema {
    block: "a `lifecycle` block",
    arguments: [
        "create_before_destroy",
        "prevent_destroy",
        "ignore_changes",
        "replace_triggered_by",
        "enabled",
        "destroy",
    ],
    required: &[],
    blocks: &["precondition", "postcondition", "action_trigger"],
};
const CHECK: Schema<1> =
    Schema { block: "a `check` block", arguments: ["depends_on"], required: &[], blocks: &["assert", "data"] };
const MOVED: Schema<2> =
    Schema { block: "a `moved` block", arguments: ["from", "to"], required: &["from", "to"], blocks: &[] };
const REMOVED: Schema<1> = Schema {
    block: "a `removed` block",
    arguments: ["from"],
    required: &["from"],
    blocks: &["lifecycle", "connection", "provisioner"],
};
const IMPORT: Schema<5> = Schema {
    block: "an `import` block",
    arguments: ["to", "id", "identity", "for_each", "provider"],
    required: &["to"],
    blocks: &["identity"],
};

/// The first label of a block that was checked to have one.
fn first_label(block: &Block) -> Ident {
    block.labels.first().unwrap_or(&block.kind).clone()
}

pub(crate) fn variable(reader: &mut BodyReader, block: &Block) -> Variable {
    let body = &block.body;
    let name = first_label(block);
    if RESERVED_VARIABLES.contains(&&*name.text) {
        reader.error(
            name.span,
            format!("a variable may not be called `{}`", name.text),
            "this name has a meaning in `module` blocks",
        );
    }
    let [type_expr, default, description, sensitive, nullable, ephemeral, ..] =
        reader.read(block.header, body, &VARIABLE);
    Variable {
        name,
        header: block.header,
        type_expr: type_expr.cloned(),
        default: default.cloned(),
        nullable: flag(nullable, true).unwrap_or(true),
        sensitive: flag(sensitive, true).unwrap_or(false),
        ephemeral: flag(ephemeral, true).unwrap_or(false),
        description: description.cloned(),
        validations: conditions(reader, body, "validation"),
        body: body.clone(),
    }
}

pub(crate) fn output(reader: &mut BodyReader, block: &Block) -> Output {
    let body = &block.body;
    let [value, description, sensitive, ephemeral, depends_on, ..] = reader.read(block.header, body, &OUTPUT);
    Output {
        name: first_label(block),
        header: block.header,
        value: value.cloned(),
        sensitive: flag(sensitive, true).unwrap_or(false),
        ephemeral: flag(ephemeral, true).unwrap_or(false),
        description: description.cloned(),
        depends_on: reader.references("depends_on", depends_on),
        preconditions: conditions(reader, body, "precondition"),
        body: body.clone(),
    }
}

/// The `validation`, `precondition`, `postcondition` or `assert` blocks of a body.
fn conditions(reader: &mut BodyReader, body: &Body, kind: &str) -> Vec<Condition> {
    let block_name = match kind {
        "validation" => "a `validation` block",
        "precondition" => "a `precondition` block",
        "postcondition" => "a `postcondition` block",
        _ => "an `assert` block",
    };
    const BOTH: [&str; 2] = ["condition", "error_message"];
    let schema = Schema { block: block_name, arguments: BOTH, required: &BOTH, blocks: &[] };
    let blocks = reader.blocks(body, kind, 0);
    let read = |block: &Block| {
        let [condition, error_message] = reader.read(block.header, &block.body, &schema);
        Condition { condition: condition.cloned(), error_message: error_message.cloned(), span: block.header }
    };
    blocks.iter().map(read).collect()
}

pub(crate) fn resource(reader: &mut BodyReader, name: ResourceName, block: &Block) -> Resource {
    let body = &block.body;
    let lifecycle = lifecycle(reader, body);
    let enabled = lifecycle.as_ref().and_then(|lifecycle| lifecycle.enabled.clone());
    let (count, for_each) = repetition(reader, body, enabled.as_deref());
    let provider = reader.argument(body, "provider").and_then(|expr| read_provider(reader, &expr));
    // Nobody asks what it says, but it may be wrong.
    let depends_on = reader.argument(body, "depends_on");
    reader.references("depends_on", depends_on.as_ref());
    Resource {
        name,
        header: block.header,
        span: block.span,
        count,
        for_each,
        provider: provider.map(Box::new),
        lifecycle,
        arguments: without(body, is_meta_of_resource),
        body: body.clone(),
    }
}

type Repetition = (Option<Arc<Expr>>, Option<Arc<Expr>>);

/// `count` and `for_each`, which exclude each other, and which OpenTofu's `enabled` excludes.
fn repetition(reader: &mut BodyReader, body: &Body, enabled: Option<&Expr>) -> Repetition {
    let (count, for_each) = (reader.argument(body, "count"), reader.argument(body, "for_each"));
    if let (Some(count), Some(for_each)) = (&count, &for_each) {
        let message = "`count` and `for_each` exclude each other";
        let problem = Problem::error(ProblemKind::Configuration, for_each.span, message, "`for_each` is set here");
        reader.report(problem.with_related(count.span, "`count` is set here"));
    }
    let repeated = count.as_ref().map(|count| ("count", count.span));
    let repeated = repeated.or(for_each.as_ref().map(|for_each| ("for_each", for_each.span)));
    if let (Some(enabled), Some((name, span))) = (enabled, repeated) {
        let message = format!("`enabled` and `{name}` exclude each other");
        let problem = Problem::error(ProblemKind::Configuration, enabled.span, message, "`enabled` is set here");
        reader.report(problem.with_related(span, format!("`{name}` is set here")));
    }
    (count, for_each)
}

fn read_provider(reader: &mut BodyReader, expr: &Expr) -> Option<ProviderRef> {
    let reference = reader.reference(expr)?;
    let provider = provider_ref(&reference);
    if provider.is_none() {
        let message = "a provider is named by its local name and an alias: `aws` or `aws.west`";
        reader.error(expr.span, message, "not the name of a provider configuration");
    }
    provider
}

fn lifecycle(reader: &mut BodyReader, body: &Body) -> Option<Box<Lifecycle>> {
    let mut blocks = reader.blocks(body, "lifecycle", 0).into_iter();
    let block = blocks.next()?;
    for second in blocks {
        let message = "a resource has one `lifecycle` block at most";
        let problem = Problem::error(ProblemKind::Configuration, second.header, message, "second block");
        reader.report(problem.with_related(block.header, "first block"));
    }
    let body = &block.body;
    let [create_before_destroy, prevent_destroy, ignored, replace_triggered_by, enabled, destroy] =
        reader.read(block.header, body, &LIFECYCLE);
    Some(Box::new(Lifecycle {
        header: block.header,
        create_before_destroy: create_before_destroy.cloned(),
        prevent_destroy: prevent_destroy.cloned(),
        destroy: destroy.cloned(),
        enabled: enabled.cloned(),
        ignore_changes: ignored.map_or(IgnoreChanges::Nothing, |expr| ignore_changes(reader, expr)),
        replace_triggered_by: reader.references("replace_triggered_by", replace_triggered_by),
        preconditions: conditions(reader, body, "precondition"),
        postconditions: conditions(reader, body, "postcondition"),
    }))
}

fn ignore_changes(reader: &mut BodyReader, expr: &Expr) -> IgnoreChanges {
    let is_all = |expr: &Expr| match &expr.kind {
        ExprKind::Variable(name) => &**name == "all",
        ExprKind::String(text) => matches!(&**text, "all" | "*"),
        _ => false,
    };
    if is_all(expr) {
        return IgnoreChanges::All(expr.span);
    }
    let ExprKind::Tuple(items) = &expr.kind else {
        if !matches!(expr.kind, ExprKind::Invalid | ExprKind::Null) {
            reader.error(expr.span, "`ignore_changes` is a list of arguments, or `all`", "neither of them");
        }
        return IgnoreChanges::Nothing;
    };
    // The form `["*"]` is from before `all`.
    if let [item] = &**items
        && matches!(&item.kind, ExprKind::String(text) if &**text == "*")
    {
        return IgnoreChanges::All(expr.span);
    }
    let mut paths = Vec::new();
    for item in items {
        match reader.reference(item).map(|r| ignored_path(&r)) {
            Some(Some(path)) => paths.push(path),
            Some(None) => reader.error(item.span, "`ignore_changes` lists arguments by name", "not a name"),
            None => {}
        }
    }
    if paths.is_empty() { IgnoreChanges::Nothing } else { IgnoreChanges::Paths(paths) }
}

/// A call in the module of this folder.
pub(crate) fn module_call(reader: &mut BodyReader, dir: &Path, block: &Block) -> ModuleCall {
    let body = &block.body;
    let enabled = lifecycle(reader, body).and_then(|lifecycle| lifecycle.enabled);
    let (count, for_each) = repetition(reader, body, enabled.as_deref());
    let source_expr = reader.argument(body, "source");
    let source = source_expr.as_deref().and_then(ModuleSource::of);
    match (&source_expr, &source) {
        (None, _) if !body.incomplete => {
            let message = format!("the module call `{}` has no `source`", first_label(block).text);
            reader.error(block.header, message, "required here");
        }
        (Some(expr), Some(ModuleSource::Invalid(text))) => report_invalid_source(reader, expr, text),
        _ => {}
    }
    for nested in body.blocks.iter().filter(|b| &*b.kind.text != "lifecycle") {
        let name = &nested.kind.text;
        let message = format!("a `module` block passes arguments; it has no block `{name}`");
        let problem = Problem::error(ProblemKind::Configuration, nested.header, message, "not expected here");
        reader.report(problem.with_help(format!("write `{name} = {{ … }}`")));
    }
    let depends_on = reader.argument(body, "depends_on");
    let target = match &source {
        Some(ModuleSource::Local(path)) => Some(normalize(&dir.join(&**path))),
        _ => None,
    };
    ModuleCall {
        name: first_label(block),
        header: block.header,
        span: block.span,
        source,
        target,
        source_expr,
        version: reader.argument(body, "version"),
        count,
        for_each,
        enabled,
        providers: passed_providers(reader, body).into(),
        depends_on: reader.references("depends_on", depends_on.as_ref()).into(),
        body: body.clone(),
    }
}

fn report_invalid_source(reader: &mut BodyReader, expr: &Expr, text: &str) {
    let message = format!("`{text}` is not a module source");
    let label = "neither a local path nor a registry or remote address";
    let problem = Problem::error(ProblemKind::Configuration, expr.span, message, label);
    reader.report(problem.with_help(format!("a path to a local module begins with `./` or `../`: `./{text}`")));
}

/// `providers = { aws.inner = aws.west }`; a list names configurations that keep their names.
fn passed_providers(reader: &mut BodyReader, body: &Body) -> Vec<(ProviderRef, ProviderRef)> {
    let Some(expr) = reader.argument(body, "providers") else {
        return Vec::new();
    };
    let ExprKind::Object(items) = &expr.kind else {
        if !matches!(expr.kind, ExprKind::Invalid | ExprKind::Null) {
            reader.error(expr.span, "`providers` is an object of provider configurations", "not an object");
        }
        return Vec::new();
    };
    let mut passed = Vec::new();
    for item in items {
        // The parser reads a dotted key as an expression; a bare name arrives as text.
        let inner = match &item.key.kind {
            ExprKind::String(text) => parse_reference(text, item.key.span).as_ref().and_then(provider_ref),
            _ => provider_ref(&item.key),
        };
        let Some(inner) = inner else {
            reader.error(item.key.span, "a provider is named by its local name and an alias", "not such a name");
            continue;
        };
        if let Some(outer) = read_provider(reader, &item.value) {
            passed.push((inner, outer));
        }
    }
    passed
}

/// What a `provider` block is called; the alias must be plain text.
pub(crate) fn provider_name(reader: &mut BodyReader, block: &Block) -> ProviderName {
    let alias = reader.argument(&block.body, "alias");
    let alias = alias.and_then(|expr| {
        let text = literal_text(&expr).cloned().or_else(|| Some(names_of(&expr)?.first()?.clone()));
        if text.is_none() {
            reader.error(expr.span, "`alias` must be plain text", "not a name");
        }
        text
    });
    ProviderName { name: first_label(block).text, alias }
}

pub(crate) fn provider_config(reader: &mut BodyReader, name: ProviderName, block: &Block) -> ProviderConfig {
    let body = &block.body;
    ProviderConfig {
        name,
        header: block.header,
        span: block.span,
        for_each: reader.argument(body, "for_each"),
        arguments: without(body, is_meta_of_provider),
        body: body.clone(),
    }
}

pub(crate) fn moved(reader: &mut BodyReader, block: &Block) -> Moved {
    let [from, to] = reader.read(block.header, &block.body, &MOVED).map(|written| reader.reference(written?));
    Moved { header: block.header, from, to }
}

pub(crate) fn removed(reader: &mut BodyReader, block: &Block) -> Removed {
    let [from] = reader.read(block.header, &block.body, &REMOVED);
    let from = from.and_then(|from| reader.reference(from));
    let lifecycle = lifecycle(reader, &block.body);
    Removed { header: block.header, from, destroy: lifecycle.and_then(|l| l.destroy) }
}

pub(crate) fn import(reader: &mut BodyReader, block: &Block) -> Import {
    let [to, id, _, for_each, _] = reader.read(block.header, &block.body, &IMPORT);
    Import {
        header: block.header,
        to: to.and_then(|to| reader.reference(to)),
        id: id.cloned(),
        for_each: for_each.cloned(),
    }
}

pub(crate) fn check(reader: &mut BodyReader, block: &Block) -> Check {
    reader.read(block.header, &block.body, &CHECK);
    Check { name: first_label(block), header: block.header, asserts: conditions(reader, &block.body, "assert") }
}
