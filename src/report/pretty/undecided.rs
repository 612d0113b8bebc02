//! What could not be decided, by the reason: one variable without a value may stand behind forty rules.

use std::collections::BTreeMap;

use super::Page;
use crate::report::{Report, harmless, words};
use crate::rules::Undecided;

/// Addresses that are named for one rule and reason.
const ADDRESSES_SHOWN: usize = 3;

impl Page<'_> {
    /// The list, the reason that stands behind most first.
    pub(super) fn undecided(&mut self, report: &Report) {
        let mut by_reason: BTreeMap<&str, Vec<&Undecided>> = BTreeMap::new();
        for undecided in &report.undecided {
            by_reason.entry(&undecided.because).or_default().push(undecided);
        }
        let mut reasons: Vec<_> = by_reason.into_iter().collect();
        reasons.sort_by_key(|(because, all)| (std::cmp::Reverse(all.len()), *because));
        for (because, all) in reasons {
            let reason = self.painter.strong(&harmless::line(because));
            self.line(&format!("undecided: {reason}"));
            self.rules_of(&all);
            self.out.push('\n');
        }
    }

    fn rules_of(&mut self, all: &[&Undecided]) {
        let mut by_rule: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for undecided in all {
            by_rule.entry(&undecided.rule).or_default().push(&undecided.address);
        }
        let width = by_rule.keys().map(|r| r.len()).max().unwrap_or(0);
        let most = if self.detail.verbose { usize::MAX } else { ADDRESSES_SHOWN };
        for (rule, addresses) in by_rule {
            let addresses = words::list(&addresses, most);
            self.line(&harmless::line(&format!("  {rule:width$}  {addresses}")));
        }
    }
}
