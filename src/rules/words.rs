//! The words by which rule files and settings name severities, categories and the like.

use super::{Category, Impact, Safety, Severity};
use crate::infra::{InstanceKind, Within};

/// A closed set of words.
pub trait Word: Copy + 'static {
    /// What one of them is called in messages.
    const WHAT: &'static str;
    /// Each word and what it means.
    const WORDS: &'static [(&'static str, Self)];

    /// What a word means.
    fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning)
    }

    /// The word for one of them.
    fn word(self) -> &'static str
    where
        Self: PartialEq,
    {
        Self::WORDS.iter().find(|(_, meaning)| *meaning == self).map_or("", |(word, _)| word)
    }

    /// All words, as in `` `a`, `b` or `c` ``.
    fn listed() -> String {
        let words: Vec<String> = Self::WORDS.iter().map(|(word, _)| format!("`{word}`")).collect();
        match words.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        }
    }
}

impl Word for Severity {
    const WHAT: &'static str = "severity";
    const WORDS: &'static [(&'static str, Severity)] =
        &[("error", Severity::Error), ("warning", Severity::Warning), ("advice", Severity::Advice)];
}

impl Word for Category {
    const WHAT: &'static str = "category";
    const WORDS: &'static [(&'static str, Category)] = &[
        ("availability", Category::Availability),
        ("durability", Category::Durability),
        ("capacity", Category::Capacity),
        ("scaling", Category::Scaling),
        ("performance", Category::Performance),
        ("cost", Category::Cost),
        ("security", Category::Security),
        ("correctness", Category::Correctness),
        ("operability", Category::Operability),
    ];
}

impl Word for Safety {
    const WHAT: &'static str = "safety";
    const WORDS: &'static [(&'static str, Safety)] = &[("safe", Safety::Safe), ("unsafe", Safety::Unsafe)];
}

impl Word for Impact {
    const WHAT: &'static str = "impact";
    const WORDS: &'static [(&'static str, Impact)] = &[
        ("none", Impact::None),
        ("in-place", Impact::InPlace),
        ("reboot", Impact::Reboot),
        ("replacement", Impact::Replacement),
        ("new-resource", Impact::NewResource),
    ];
}

impl Word for Within {
    const WHAT: &'static str = "choice of modules";
    const WORDS: &'static [(&'static str, Within)] =
        &[("roots", Within::Roots), ("environments", Within::Environments)];
}

/// The arguments that say what a rule looks at.
impl Word for InstanceKind {
    const WHAT: &'static str = "subject";
    const WORDS: &'static [(&'static str, InstanceKind)] = &[
        ("resource", InstanceKind::Resource),
        ("data", InstanceKind::Data),
        ("module", InstanceKind::Module),
        ("provider", InstanceKind::Provider),
        ("block", InstanceKind::Terraform),
        ("variable", InstanceKind::Variable),
        ("output", InstanceKind::Output),
    ];
}
