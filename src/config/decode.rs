//! Merged blocks to typed declarations. Each function reads one kind of block and reports what it cannot accept.

use std::sync::Arc;

use super::address::ResourceName;
use super::body::{BodyReader, Schema, literal_text, without};
use super::module::{
    Check, Condition, IgnoreChanges, Import, Lifecycle, ModuleCall, Moved, Output, ProviderConfig, ProviderName,
    ProviderRef, Removed, Resource, Variable,
};
use super::reference::{ignored_path, names_of, parse_reference, provider_ref};
use super::source_address::ModuleSource;
use crate::source::{Problem, ProblemKind};
use crate::syntax::{Block, Body, Expr, ExprKind, Ident, Text};

const RESOURCE_META: [&str; 8] =
    ["count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection", "//"];
const CALL_META: [&str; 8] = ["source", "version", "count", "for_each", "providers", "depends_on", "lifecycle", "//"];
const PROVIDER_META: [&str; 4] = ["alias", "version", "for_each", "//"];

/// Names that a variable may not have, since a `module` block means something else by them.
const RESERVED_VARIABLES: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

const VARIABLE: Schema = Schema {
    block: "a `variable` block",
    arguments: &["type", "default", "description", "sensitive", "nullable", "ephemeral", "deprecated", "const"],
    required: &[],
    blocks: &["validation"],
};
const OUTPUT: Schema = Schema {
    block: "an `output` block",
    arguments: &["value", "description", "sensitive", "ephemeral", "depends_on", "deprecated", "type"],
    required: &["value"],
    blocks: &["precondition"],
};
const LIFECYCLE: Schema = Schema {
    block: "a `lifecycle` block",
    arguments: &[
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
const CHECK: Schema =
    Schema { block: "a `check` block", arguments: &["depends_on"], required: &[], blocks: &["assert", "data"] };
const MOVED: Schema =
    Schema { block: "a `moved` block", arguments: &["from", "to"], required: &["from", "to"], blocks: &[] };
const REMOVED: Schema = Schema {
    block: "a `removed` block",
    arguments: &["from"],
    required: &["from"],
    blocks: &["lifecycle", "connection", "provisioner"],
};
const IMPORT: Schema = Schema {
    block: "an `import` block",
    arguments: &["to", "id", "identity", "for_each", "provider"],
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
    reader.check_schema(block.header, body, &VARIABLE);
    Variable {
        name,
        header: block.header,
        type_expr: reader.argument(body, "type"),
        default: reader.argument(body, "default"),
        nullable: reader.flag(body, "nullable", true).unwrap_or(true),
        sensitive: reader.flag(body, "sensitive", true).unwrap_or(false),
        ephemeral: reader.flag(body, "ephemeral", true).unwrap_or(false),
        description: reader.argument(body, "description"),
        validations: conditions(reader, body, "validation"),
        body: body.clone(),
    }
}

pub(crate) fn output(reader: &mut BodyReader, block: &Block) -> Output {
    let body = &block.body;
    reader.check_schema(block.header, body, &OUTPUT);
    Output {
        name: first_label(block),
        header: block.header,
        value: reader.argument(body, "value"),
        sensitive: reader.flag(body, "sensitive", true).unwrap_or(false),
        ephemeral: reader.flag(body, "ephemeral", true).unwrap_or(false),
        description: reader.argument(body, "description"),
        depends_on: reader.references(body, "depends_on"),
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
    let both: &[&str] = &["condition", "error_message"];
    let schema = Schema { block: block_name, arguments: both, required: both, blocks: &[] };
    let blocks = reader.blocks(body, kind, 0);
    let read = |block: &Block| {
        reader.check_schema(block.header, &block.body, &schema);
        Condition {
            condition: reader.argument(&block.body, "condition"),
            error_message: reader.argument(&block.body, "error_message"),
            span: block.header,
        }
    };
    blocks.iter().map(read).collect()
}

pub(crate) fn resource(reader: &mut BodyReader, name: ResourceName, block: &Block, check: Option<Text>) -> Resource {
    let body = &block.body;
    let (count, for_each) = repetition(reader, body);
    let provider = reader.argument(body, "provider").and_then(|expr| read_provider(reader, &expr));
    Resource {
        name,
        header: block.header,
        span: block.span,
        count,
        for_each,
        provider: provider.map(Box::new),
        depends_on: reader.references(body, "depends_on"),
        lifecycle: lifecycle(reader, body),
        provisioners: reader.blocks(body, "provisioner", 1),
        arguments: without(body, &RESOURCE_META),
        body: body.clone(),
        check,
    }
}

type Repetition = (Option<Arc<Expr>>, Option<Arc<Expr>>);

/// `count` and `for_each`, which exclude each other.
fn repetition(reader: &mut BodyReader, body: &Body) -> Repetition {
    let (count, for_each) = (reader.argument(body, "count"), reader.argument(body, "for_each"));
    if let (Some(count), Some(for_each)) = (&count, &for_each) {
        let message = "`count` and `for_each` exclude each other";
        let problem = Problem::error(ProblemKind::Configuration, for_each.span, message, "`for_each` is set here");
        reader.report(problem.with_related(count.span, "`count` is set here"));
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
    reader.check_schema(block.header, body, &LIFECYCLE);
    Some(Box::new(Lifecycle {
        header: block.header,
        create_before_destroy: reader.argument(body, "create_before_destroy"),
        prevent_destroy: reader.argument(body, "prevent_destroy"),
        destroy: reader.argument(body, "destroy"),
        enabled: reader.argument(body, "enabled"),
        ignore_changes: ignore_changes(reader, body),
        replace_triggered_by: reader.references(body, "replace_triggered_by"),
        preconditions: conditions(reader, body, "precondition"),
        postconditions: conditions(reader, body, "postcondition"),
    }))
}

fn ignore_changes(reader: &mut BodyReader, body: &Body) -> IgnoreChanges {
    let Some(expr) = reader.argument(body, "ignore_changes") else {
        return IgnoreChanges::Nothing;
    };
    let is_all = |expr: &Expr| match &expr.kind {
        ExprKind::Variable(name) => &**name == "all",
        ExprKind::String(text) => matches!(&**text, "all" | "*"),
        _ => false,
    };
    if is_all(&expr) {
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

pub(crate) fn module_call(reader: &mut BodyReader, block: &Block) -> ModuleCall {
    let body = &block.body;
    let (count, for_each) = repetition(reader, body);
    let source_expr = reader.argument(body, "source");
    let source = source_expr.as_deref().and_then(literal_text).map(|text| ModuleSource::parse(text));
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
    ModuleCall {
        name: first_label(block),
        header: block.header,
        span: block.span,
        source,
        source_expr,
        version: reader.argument(body, "version"),
        count,
        for_each,
        enabled: lifecycle(reader, body).and_then(|l| l.enabled),
        providers: passed_providers(reader, body),
        depends_on: reader.references(body, "depends_on"),
        arguments: without(body, &CALL_META),
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
        arguments: without(body, &PROVIDER_META),
        body: body.clone(),
    }
}

pub(crate) fn moved(reader: &mut BodyReader, block: &Block) -> Moved {
    reader.check_schema(block.header, &block.body, &MOVED);
    let [from, to] = ["from", "to"].map(|name| address(reader, &block.body, name));
    Moved { header: block.header, from, to }
}

pub(crate) fn removed(reader: &mut BodyReader, block: &Block) -> Removed {
    reader.check_schema(block.header, &block.body, &REMOVED);
    let from = address(reader, &block.body, "from");
    let lifecycle = lifecycle(reader, &block.body);
    Removed { header: block.header, from, destroy: lifecycle.and_then(|l| l.destroy) }
}

pub(crate) fn import(reader: &mut BodyReader, block: &Block) -> Import {
    reader.check_schema(block.header, &block.body, &IMPORT);
    Import {
        header: block.header,
        to: address(reader, &block.body, "to"),
        id: reader.argument(&block.body, "id"),
        for_each: reader.argument(&block.body, "for_each"),
    }
}

fn address(reader: &mut BodyReader, body: &Body, name: &str) -> Option<Arc<Expr>> {
    let expr = reader.argument(body, name)?;
    reader.reference(&expr)
}

pub(crate) fn check(reader: &mut BodyReader, block: &Block) -> Check {
    reader.check_schema(block.header, &block.body, &CHECK);
    Check { name: first_label(block), header: block.header, asserts: conditions(reader, &block.body, "assert") }
}
