//! `tfcheck settings`: what holds for a folder, and who says so.

use super::Written;
use super::vars;
use super::written::ARGUMENTS;
use crate::cli::args::SettingsArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{catalog, output};
use crate::config::{self, Config, LoadOptions, RootEnvironment};
use crate::report::{harmless, words};
use crate::rules::{self, Catalog, RuleOptions, Selection};
use crate::secrets::{HIDDEN, Secrets};
use crate::source::{SourceMap, Span};

/// What holds where the settings say nothing, as it would be written.
const DEFAULTS: [&str; ARGUMENTS.len()] = ["\"warning\"", "\"warning\"", "[]", "[]", "[]", "{}", "false", "null"];

/// Prints the settings of a folder as a settings file would say them, each with its origin.
pub(in crate::cli) fn settings(args: &SettingsArgs) -> Result<Exit, Failure> {
    let working_dir = std::env::current_dir().map_err(Failure::NoWorkingFolder)?;
    let mut load = LoadOptions::new(&working_dir, [args.path.clone()]);
    let sources = load.sources.clone();
    let written = super::read(args.config.as_deref(), &load.paths, &working_dir, &sources, &[])?;
    load.find_environments = written.environments.is_empty();
    let config = config::load(&load)?;
    let catalog = catalog::catalog(&written.rule_files(), &working_dir, &sources)?;
    let resolved = written.resolve(&RuleOptions::default(), &catalog, &sources, rules::today())?;
    let selection = catalog.select(&resolved.rules).map_err(Failure::Options)?;
    let secrets = secrets(&written, &config);
    let text = Page { written: &written, sources: &sources, secrets: &secrets }.text(&catalog, &selection);
    output::print(&(text + &found_environments(&config)))?;
    Ok(Exit::Clean)
}

/// What is not shown of the settings: what names call secret, and values of variables unless every root that declares
/// them shows them, too.
fn secrets(written: &Written, config: &Config) -> Secrets {
    let (Some(file), Some(document)) = (&written.file, &written.document) else { return Secrets::default() };
    let is_shown = |variable: &str| {
        let mut declared = config.roots.iter().filter_map(|r| r.module.module.variables.get(variable)).peekable();
        declared.peek().is_some() && declared.all(|v| !v.sensitive && !v.ephemeral)
    };
    Secrets::covering(file, vars::values(document, &file.text, &is_shown))
}

struct Page<'a> {
    written: &'a Written,
    sources: &'a SourceMap,
    secrets: &'a Secrets,
}

impl Page<'_> {
    fn text(&self, catalog: &Catalog<'_>, selection: &Selection) -> String {
        let mut lines = vec![match &self.written.file {
            Some(file) => format!("# settings of {}", file.name),
            None => "# no .tfcheck.hcl here or above: everything is as tfcheck has it".to_owned(),
        }];
        lines.push(String::new());
        let document = self.written.document.as_ref();
        let width = ARGUMENTS.iter().map(|name| name.len()).max().unwrap_or_default();
        for (name, default) in ARGUMENTS.iter().zip(DEFAULTS) {
            match document.and_then(|d| d.body.attribute(name)) {
                Some(attribute) => {
                    let (text, place) = (self.sources.text(attribute.expr.span), self.place(attribute.span()));
                    lines.push(format!("{name:width$} = {text}  # {place}"));
                }
                None => lines.push(format!("{name:width$} = {default}  # default")),
            }
        }
        for block in document.iter().flat_map(|d| &d.body.blocks) {
            lines.extend([String::new(), format!("# {}", self.place(block.span)), self.block(block.span)]);
        }
        lines.extend([String::new(), ran(catalog, selection)]);
        let lines =
            lines.iter().flat_map(|text| text.lines().map(harmless::line).chain(text.is_empty().then(|| "".into())));
        lines.map(|line| line.into_owned() + "\n").collect()
    }

    /// The text of a block, without what is secret in it.
    fn block(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        let (mut out, mut done) = (String::new(), span.range().start);
        let inside =
            |range: &std::ops::Range<usize>| range.start >= span.range().start && range.end <= span.range().end;
        for range in self.secrets.ranges(&file).into_iter().filter(inside) {
            out += file.text.get(done..range.start).unwrap_or_default();
            out += HIDDEN;
            done = range.end;
        }
        out + file.text.get(done..span.range().end).unwrap_or_default()
    }

    fn place(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        format!("{}:{}", file.name, file.line_column(span.start).line)
    }
}

/// The environments that layouts show, a line for each root.
fn found_environments(config: &Config) -> String {
    let mut out = String::new();
    for root in config.roots.iter().filter(|r| !r.environments.is_empty()) {
        let name = |e: &RootEnvironment| format!("{} ({})", e.name, config.sources.file(e.file.document.file).name);
        let names: Vec<String> = root.environments.iter().map(name).collect();
        let line = format!("# environments of {}, by its layout: {}", root.name, names.join(", "));
        out += &harmless::line(&line);
        out.push('\n');
    }
    out
}

fn ran(catalog: &Catalog<'_>, selection: &Selection) -> String {
    let (on, off): (Vec<&str>, Vec<&str>) = catalog.ids().partition(|id| catalog.runs(selection, id));
    match off.as_slice() {
        [] => format!("# all of {} run", words::count(on.len(), "rule")),
        off => format!("# {} of {} run, not: {}", on.len(), words::count(on.len() + off.len(), "rule"), off.join(", ")),
    }
}
