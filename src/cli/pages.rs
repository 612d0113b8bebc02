//! `explain` and `rules`: what there is to know of the rules themselves.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::{ExplainArgs, ListFormat, RulesArgs};
use super::exit::Exit;
use super::failure::Failure;
use super::{catalog, output, terminal};
use crate::eval;
use crate::report::{faults, listing, pretty};
use crate::rules::Catalog;
use crate::source::SourceMap;

/// Prints a rule's page.
pub(super) fn explain(args: &ExplainArgs) -> Result<Exit, Failure> {
    let sources = Arc::new(SourceMap::new());
    let catalog = read(&args.rules.paths, &sources)?;
    let fault = || faults::rules().into_iter().find(|r| *r.id == *args.rule);
    match catalog.rule(&args.rule).map(|rule| rule.info.clone()).or_else(fault) {
        Some(rule) => output::print(&pretty::page(&rule, terminal::look(args.color, true)))?,
        None => {
            let faults = faults::rules();
            let known = catalog.ids().chain(faults.iter().map(|r| &*r.id));
            let nearest = eval::nearest(&args.rule, known).map(str::to_owned);
            return Err(Failure::UnknownRule { id: args.rule.clone(), nearest });
        }
    }
    Ok(Exit::Clean)
}

/// Prints the list of all rules.
pub(super) fn rules(args: &RulesArgs) -> Result<Exit, Failure> {
    let sources = Arc::new(SourceMap::new());
    let mut rules = read(&args.rules.paths, &sources)?.infos();
    rules.extend(faults::rules());
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    output::print(&match args.format {
        ListFormat::Table if args.peers => listing::peers_table(&rules),
        ListFormat::Json if args.peers => listing::peers_json(&rules),
        ListFormat::Markdown if args.peers => listing::peers_markdown(&rules),
        ListFormat::Table => listing::table(&rules),
        ListFormat::Json => listing::json(&rules),
        ListFormat::Markdown => listing::markdown(&rules),
    })?;
    Ok(Exit::Clean)
}

fn read<'s>(paths: &[PathBuf], sources: &'s Arc<SourceMap>) -> Result<Catalog<'s>, Failure> {
    let working_dir = std::env::current_dir().map_err(Failure::NoWorkingFolder)?;
    catalog::catalog(paths, &working_dir, sources)
}
