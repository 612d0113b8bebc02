//! A line for each rule in place of the findings.

use super::Page;
use crate::report::{Report, harmless, words};

impl Page<'_> {
    /// How often each rule fires, how much can be repaired without a decision, and what that does.
    pub(super) fn statistics(&mut self, report: &Report) {
        let rows = report.statistics();
        if rows.is_empty() {
            return;
        }
        let width = rows.iter().map(|row| row.rule.len()).max().unwrap_or_default();
        let head = format!("{:>6}  {:>7}  {:<8}  {:<width$}  applying the fix", "count", "fixable", "severity", "rule");
        let head = self.painter.strong(&head);
        self.line(&head);
        for row in &rows {
            let severity = self.painter.severity(row.severity, &format!("{:<8}", words::severity(row.severity)));
            let impacts: Vec<&str> = row.impacts.iter().map(|i| words::impact_in_short(*i)).collect();
            let (count, fixable, rule) = (row.count, row.fixable, harmless::line(row.rule));
            self.line(&format!("{count:>6}  {fixable:>7}  {severity}  {rule:<width$}  {}", impacts.join(", ")));
        }
        self.out.push('\n');
    }
}
