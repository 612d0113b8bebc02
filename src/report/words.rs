//! The words that several formats share: counts, severities, what a fix does to what is live.

use crate::infra::Origin;
use crate::rules::{Category, Fix, Impact, Safety, Severity};

/// `1 error`, `2 errors`; nouns here take an `s`, others give their plural after a slash: `entry/entries`.
pub fn count(n: usize, noun: &str) -> String {
    let (one, many) = match noun.split_once('/') {
        Some((one, many)) => (one, many.to_owned()),
        None => (noun, format!("{noun}s")),
    };
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// The severity in one word.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    }
}

/// The category in one word.
pub fn category(category: Category) -> &'static str {
    match category {
        Category::Availability => "availability",
        Category::Durability => "durability",
        Category::Capacity => "capacity",
        Category::Scaling => "scaling",
        Category::Performance => "performance",
        Category::Cost => "cost",
        Category::Security => "security",
        Category::Correctness => "correctness",
        Category::Operability => "operability",
    }
}

/// What applying a fix does to a live resource, as a clause.
pub fn impact(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "changes nothing that is live",
        Impact::InPlace => "applies in place",
        Impact::Reboot => "applies with a restart or a short interruption",
        Impact::Replacement => "forces replacement: what is live is destroyed and created again",
        Impact::NewResource => "creates something new beside what is live",
    }
}

/// What applying a fix does to a live resource, in as few words as a table has room for.
pub fn impact_in_short(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "nothing live",
        Impact::InPlace => "in place",
        Impact::Reboot => "restart",
        Impact::Replacement => "replacement",
        Impact::NewResource => "something new",
    }
}

/// Who decided a value.
pub fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::ProviderDefault => "the provider's default",
        Origin::VariableDefault => "a variable's default",
        Origin::Tfvars => "set from outside",
        Origin::ModuleCall => "passed by a module call",
        Origin::Literal => "written here",
        Origin::Expression => "computed",
        Origin::MissingBlock => "its block is not there",
    }
}

/// What applying a fix does, and whether it needs thought; empty where nothing is known.
pub fn effect(fix: &Fix) -> String {
    let decision = (fix.safety == Some(Safety::Unsafe)).then_some("needs your decision");
    let parts = fix.impact.map(impact).into_iter().chain(fix.note.as_deref()).chain(decision);
    parts.collect::<Vec<_>>().join("; ")
}

/// `a, b and c`; of more than `most` the first ones, and how many more there are.
pub fn list<T: AsRef<str>>(items: &[T], most: usize) -> String {
    let shown: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    match (items.len() - shown.len(), shown.as_slice()) {
        (0, [first @ .., last]) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        (0, _) => shown.concat(),
        (more, _) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Text with its first letter as a capital.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_agree_with_their_nouns() {
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count(0, "error"), "0 errors");
        assert_eq!(count(2, "entry/entries"), "2 entries");
    }

    #[test]
    fn lists_end_in_and() {
        let check = |items: &[&str], expected: &str| assert_eq!(list(items, 3), expected);
        check(&[], "");
        check(&["a"], "a");
        check(&["a", "b"], "a and b");
        check(&["a", "b", "c"], "a, b and c");
        check(&["a", "b", "c", "d"], "a, b, c and 1 more");
    }
}
