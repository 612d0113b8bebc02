//! A rule's page in the terminal.

use super::{Look, Page};
use crate::report::{faults, harmless, hcl, words};
use crate::rules::RuleInfo;
use crate::secrets::Secrets;
use crate::source::SourceMap;

/// What there is to know of a rule.
pub fn page(rule: &RuleInfo, look: Look) -> String {
    let (sources, secrets) = (SourceMap::new(), Secrets::default());
    let mut page = Page::new(&sources, &secrets, super::Detail::default(), look);
    page.rule(rule);
    format!("{}\n", page.out.trim_end())
}

impl Page<'_> {
    fn rule(&mut self, rule: &RuleInfo) {
        let id = self.painter.severity(rule.severity, &harmless::line(&rule.id));
        let kind = format!("{}, {}, {}", words::severity(rule.severity), words::category(rule.category), rule.scenario);
        self.line(&format!("{id} ({})", harmless::line(&kind)));
        let title = self.painter.strong(&harmless::line(&rule.title));
        self.line(&title);
        self.out.push('\n');
        self.paragraph(&rule.why);
        if !rule.subjects.is_empty() {
            self.paragraph(&format!("Looks at {}.", words::list(&rule.subjects, usize::MAX)));
        }
        if let Some(default) = &rule.default {
            self.paragraph(&format!("Where nobody says anything: {default}."));
        }
        self.rule_fix(rule);
        self.items("Silent for", rule.exceptions.iter().map(|e| harmless::line(e).into_owned()));
        let setting = |s: &crate::rules::RuleSetting| format!("{} = {}: {}", s.name, s.default, s.description);
        self.items("Settings", rule.settings.iter().map(setting));
        self.items("Takes the place of", rule.supersedes.iter().map(|r| r.to_string()));
        let links: Vec<String> = rule.sources.iter().map(|s| self.painter.link(&harmless::line(s))).collect();
        self.items("Documented in", links.into_iter());
        if !rule.peers.is_empty() {
            self.paragraph(&format!("Comparable checks elsewhere: {}.", rule.peers.join(", ")));
        }
        if !faults::is_fault(rule) {
            self.heading("To silence it, with a reason");
            let comment = self.painter.code(&format!("# tfcheck:ignore[{}] reason", harmless::line(&rule.id)));
            self.line(&format!("  {comment}"));
        }
    }

    fn rule_fix(&mut self, rule: &RuleInfo) {
        let Some(fix) = &rule.fix else { return };
        let lines = hcl::fix_lines(fix);
        if !lines.is_empty() {
            self.heading("Write");
            for line in &lines {
                let line = self.painter.code(&harmless::line(line));
                self.line(&format!("  {line}"));
            }
            self.out.push('\n');
        }
        let effect = words::effect(fix);
        if !effect.is_empty() {
            self.paragraph(&format!("Effect: {effect}."));
        }
    }

    fn heading(&mut self, text: &str) {
        let text = self.painter.key(&format!("{text}:"));
        self.line(&text);
    }

    fn paragraph(&mut self, text: &str) {
        if !text.is_empty() {
            self.wrapped("", "", &harmless::line(text));
            self.out.push('\n');
        }
    }

    fn items(&mut self, heading: &str, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.collect();
        if !items.is_empty() {
            self.heading(heading);
            items.iter().for_each(|i| self.wrapped("  ", "    ", i));
            self.out.push('\n');
        }
    }
}
