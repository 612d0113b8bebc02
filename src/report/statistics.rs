//! How often each rule fires, how much of that can be repaired without a decision, and what repairing does to what is live.

use std::collections::BTreeMap;

use super::Report;
use crate::rules::{Fix, Impact, Safety, Severity};

/// One rule's part of what is listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleCount<'r> {
    /// The rule's id.
    pub rule: &'r str,
    /// The gravest of its findings.
    pub severity: Severity,
    /// How many there are.
    pub count: usize,
    /// How many of them have a fix that is written out and needs no decision.
    pub fixable: usize,
    /// What their fixes do to what is live, from least to most.
    pub impacts: Vec<Impact>,
}

impl Report {
    /// What is listed by rule, the most frequent first, then by id.
    pub fn statistics(&self) -> Vec<RuleCount<'_>> {
        let mut counts: BTreeMap<&str, RuleCount<'_>> = BTreeMap::new();
        for entry in self.entries.iter().filter(|e| e.suppressed().is_none()) {
            let (rule, severity) = (entry.rule(), entry.severity());
            let fresh = RuleCount { rule, severity, count: 0, fixable: 0, impacts: Vec::new() };
            let of_rule = counts.entry(rule).or_insert(fresh);
            of_rule.severity = of_rule.severity.max(severity);
            of_rule.count += 1;
            of_rule.fixable += usize::from(entry.fix().is_some_and(needs_no_decision));
            of_rule.impacts.extend(entry.fix().and_then(|fix| fix.impact));
        }
        let mut counts: Vec<RuleCount<'_>> = counts.into_values().collect();
        for of_rule in &mut counts {
            of_rule.impacts.sort();
            of_rule.impacts.dedup();
        }
        counts.sort_by_key(|of_rule| std::cmp::Reverse(of_rule.count));
        counts
    }
}

fn needs_no_decision(fix: &Fix) -> bool {
    fix.safety == Some(Safety::Safe) && (fix.text.is_some() || !fix.set.is_empty())
}
