//! `explain` and `rules`: what there is to know of the rules themselves.

use super::args::{ExplainArgs, ListFormat, RulesArgs};
use super::exit::Exit;
use super::failure::Failure;
use super::{output, terminal};
use crate::eval;
use crate::report::{faults, listing, pretty};
use crate::rules::RuleInfo;

/// Prints a rule's page.
pub(super) fn explain(args: &ExplainArgs) -> Result<Exit, Failure> {
    let rules = all();
    match rules.iter().find(|r| *r.id == *args.rule) {
        Some(rule) => output::print(&pretty::page(rule, terminal::look(args.color, true)))?,
        None => {
            let nearest = eval::nearest(&args.rule, rules.iter().map(|r| &*r.id)).map(str::to_owned);
            return Err(Failure::UnknownRule { id: args.rule.clone(), nearest });
        }
    }
    Ok(Exit::Clean)
}

/// Prints the list of all rules.
pub(super) fn rules(args: &RulesArgs) -> Result<Exit, Failure> {
    let rules = all();
    output::print(&match args.format {
        ListFormat::Table => listing::table(&rules),
        ListFormat::Json => listing::json(&rules),
        ListFormat::Markdown => listing::markdown(&rules),
    })?;
    Ok(Exit::Clean)
}

/// All rules, and the faults of the input, by id.
fn all() -> Vec<RuleInfo> {
    faults::rules()
}
