//! Rule declarations: read, compiled, and run over an infra. Knows nothing of output formats.

mod finding;

pub use finding::{
    Category, Finding, Fix, FixedValue, Impact, RuleInfo, RuleSetting, Safety, Severity, Suppressed, Undecided,
};
