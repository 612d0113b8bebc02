//! tfcheck's own settings: found, read, and held against the rules there are.
//!
//! Settings have two forms: as written, every value with its place ([`Written`]), and as they hold, with every name in
//! them known to exist (`Resolved`). Every mistake is told at once. Knows what settings mean, not what a run does with
//! them.

mod find;
mod reader;
mod resolve;
mod show;
mod vars;
mod written;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use resolve::Resolved;
pub(super) use show::settings;
pub(super) use vars::hide;
pub(super) use written::{EnvironmentBlock, Written};

use super::catalog;
use super::environments::Plan;
use super::failure::Failure;
use crate::config::Config;
use crate::rules::{Catalog, Day, RuleOptions, today};
use crate::source::{Problem, SourceFile, SourceMap, normalize, read_text, shown_path};
use crate::syntax;

/// Reads the settings of a run: `chosen`, or what is found from the paths upwards. The run has rules of `rule_files`, too.
pub(super) fn read(
    chosen: Option<&Path>,
    paths: &[PathBuf],
    working_dir: &Path,
    sources: &Arc<SourceMap>,
    rule_files: &[PathBuf],
) -> Result<Written, Failure> {
    let path = match chosen {
        Some(path) => Some(normalize(&working_dir.join(path))),
        None => find::find(&normalize(working_dir), paths)?,
    };
    let Some(path) = path else { return Ok(Written::default()) };
    let name = shown_path(&path, &normalize(working_dir));
    let text = read_text(&path).map_err(|error| Failure::UnreadableSettings { path: name.clone(), error })?;
    let (written, mut problems) = of_file(&sources.add(&path, name, text));
    if problems.is_empty() {
        return Ok(written);
    }
    // What rules have to say of the rest is told in the same breath, if they can be read.
    let rule_files: Vec<PathBuf> = rule_files.iter().cloned().chain(written.rule_files()).collect();
    if let Ok(catalog) = catalog::catalog(&rule_files, working_dir, sources)
        && let Err(Failure::Settings { problems: more, .. }) =
            written.resolve(&RuleOptions::default(), &catalog, sources, today())
    {
        problems.extend(more);
    }
    problems.sort_by_key(|problem| problem.label.as_ref().map(|label| label.span));
    Err(Failure::Settings { problems, sources: sources.clone() })
}

fn of_file(file: &Arc<SourceFile>) -> (Written, Vec<Problem>) {
    let document = syntax::parse(file.id, &file.text);
    let folder = file.path.parent().unwrap_or(Path::new("")).to_path_buf();
    written::read(file.clone(), document, folder)
}

/// Every mistake in a settings file that a check of `config` with the rules of `catalog` would stop at, and what it
/// would warn of.
pub fn mistakes(file: &Arc<SourceFile>, config: &Config, catalog: &Catalog<'_>, today: Day) -> Vec<Problem> {
    let (written, problems) = of_file(file);
    if !problems.is_empty() {
        return problems;
    }
    let resolved = written.resolve(&RuleOptions::default(), catalog, &config.sources, today);
    let settled = resolved.and_then(|resolved| Ok((resolved.problems, Plan::new(config, &written, None)?.problems)));
    match settled {
        Ok((warnings, problems)) => warnings.into_iter().chain(problems).collect(),
        Err(Failure::Settings { problems, .. }) => problems,
        Err(_) => Vec::new(),
    }
}
