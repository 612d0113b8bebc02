//! The faults of the input as if they were rules: they have ids, titles and explanations, and show up in the same lists.

use super::entry::problem_title;
use crate::rules::{Category, RuleInfo, Severity};
use crate::source::ProblemKind;

/// Stands in the place of an AWS service.
const SERVICE: &str = "input";

const KINDS: [(ProblemKind, Severity, &str); 14] = [
    (
        ProblemKind::Syntax,
        Severity::Error,
        "Text that the grammar of HCL or JSON does not accept. Terraform would stop here; tfcheck goes on with the rest \
         of the file, but what it could not read it could not check.",
    ),
    (
        ProblemKind::Unreadable,
        Severity::Error,
        "A file or folder that cannot be read as text, or is not what its name says. Nothing in it was checked.",
    ),
    (
        ProblemKind::Configuration,
        Severity::Error,
        "A block or argument in a place where Terraform does not accept it, a duplicate, or an override of something \
         that is not there. `terraform validate` would refuse it.",
    ),
    (
        ProblemKind::UndeclaredName,
        Severity::Warning,
        "A reference to a variable, local, resource, module or function that nothing declares, told at the first of its \
         uses in each module. Terraform would refuse it, unless a file with the declaration is written before it runs.",
    ),
    (
        ProblemKind::Evaluation,
        Severity::Warning,
        "An expression that Terraform would refuse to evaluate, with the values that are known before a plan.",
    ),
    (
        ProblemKind::FailedCondition,
        Severity::Warning,
        "A validation, precondition, postcondition or check whose condition is false with the values that are known \
         before a plan.",
    ),
    (ProblemKind::Cycle, Severity::Error, "Locals, variables, resources or modules that depend on themselves."),
    (
        ProblemKind::Limit,
        Severity::Error,
        "A bound of tfcheck's own was reached: depth, size or number of instances. What lies beyond was not checked.",
    ),
    (
        ProblemKind::UnusedIgnore,
        Severity::Warning,
        "A `tfcheck:ignore` comment where the rule it names finds nothing: what it silenced was repaired, or it stands \
         in the wrong place. It would hide a finding later that nobody meant to hide.",
    ),
    (
        ProblemKind::IgnoreWithoutReason,
        Severity::Warning,
        "A `tfcheck:ignore` comment with nothing behind its brackets. Whoever reads it in a year cannot tell whether it \
         still holds.",
    ),
    (
        ProblemKind::InvalidIgnore,
        Severity::Warning,
        "A comment that looks like `tfcheck:ignore[rule-id] reason` and is not written like it, or names a rule that \
         does not exist. It silences nothing.",
    ),
    (
        ProblemKind::ExpiredIgnore,
        Severity::Warning,
        "A comment or setting that silences a rule until a day that has passed. It silences nothing any more: repair \
         what it hid, or decide again.",
    ),
    (ProblemKind::Rule, Severity::Error, "A rule file that cannot be compiled, or a rule that failed while it ran."),
    (ProblemKind::Settings, Severity::Error, "A mistake in tfcheck's own settings."),
];

/// Every kind of fault, by id.
pub fn rules() -> Vec<RuleInfo> {
    let mut rules: Vec<RuleInfo> = KINDS.iter().map(|(kind, severity, why)| rule(*kind, *severity, why)).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

/// Whether this is a fault of the input rather than a rule.
pub fn is_fault(rule: &RuleInfo) -> bool {
    &*rule.service == SERVICE
}

fn rule(kind: ProblemKind, severity: Severity, why: &str) -> RuleInfo {
    RuleInfo {
        id: kind.id().into(),
        title: problem_title(kind).into(),
        severity,
        category: Category::Correctness,
        scenario: "invalid-input".into(),
        service: SERVICE.into(),
        subjects: Vec::new(),
        default: None,
        why: why.into(),
        fix: None,
        exceptions: Vec::new(),
        sources: Vec::new(),
        peers: Vec::new(),
        settings: Vec::new(),
        supersedes: Vec::new(),
    }
}
