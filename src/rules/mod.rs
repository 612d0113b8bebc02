//! Rule declarations: read, compiled, and run over an infra. Knows nothing of output formats.
//!
//! [`Catalog`] holds all rules, [`Catalog::select`] chooses among them, [`check()`] runs them.

mod answers;
mod baseline;
mod bounds;
mod callees;
mod catalog;
mod check;
mod clauses;
mod compile;
mod decl;
mod draft;
mod embedded;
mod exempt;
mod fetched;
mod finding;
mod fingerprint;
mod finish;
pub mod functions;
mod lint;
mod literal;
mod locals;
mod looks;
mod message;
mod moved;
mod names;
pub mod network;
pub mod pack;
mod packed;
mod paths;
mod place;
mod reads;
mod render;
mod rule;
mod run;
mod said;
mod scope;
mod select;
mod settings;
mod silence;
mod touched;
mod verdict;
mod weight;
mod words;

#[cfg(test)]
mod tests;

pub use baseline::{Accepted, Baseline, Ground, Looked};
pub use catalog::Catalog;
pub use check::{Outcome, check};
pub use decl::FunctionDecl;
pub use embedded::{EmbeddedFile, EmbeddedFunction, EmbeddedRule, embedded_files};
pub use exempt::{Exemption, Exemptions, Files, Wildcard};
pub use fetched::Fetched;
pub use finding::{
    About, Category, Claim, Finding, Fix, FixedValue, Impact, More, RuleInfo, RuleSetting, Safety, Severity,
    Suppressed, Undecided,
};
pub use fingerprint::Fingerprint;
pub use lint::lint;
pub use message::Message;
pub use rule::{Pattern, Rule, Subject};
pub use settings::{OptionError, OptionFault, RuleOptions, Selection};
pub use silence::{Day, Ignores, Usage, day, today};
pub use touched::Touched;
pub use words::Word;
