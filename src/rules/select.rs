//! From what a run asks for to what that means: see [`super::settings`].

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Category;
use super::catalog::{Catalog, Entry};
use super::rule::{Pattern, Rule};
use super::settings::{OptionError, OptionFault, RuleOptions, Selection};
use super::words::Word;
use crate::eval::{Value, nearest};
use crate::syntax::Text;

impl Catalog<'_> {
    /// What a request means.
    ///
    /// # Errors
    /// Every name in it that does not exist.
    pub fn select(&self, options: &RuleOptions) -> Result<Selection, Vec<OptionError>> {
        let mut errors = Vec::new();
        let mut enabled = vec![options.select.is_empty(); self.entries.len()];
        let selected = options.select.iter().map(|selector| (selector, true));
        let ignored = options.ignore.iter().map(|selector| (selector, false));
        let overrides = options.overrides.iter().map(|(selector, on)| (selector, *on));
        for (selector, on) in selected.chain(ignored).chain(overrides) {
            match self.matching(selector) {
                found if found.is_empty() => errors.push(self.unknown_selector(selector)),
                found => found.into_iter().for_each(|at| enabled[at] = on),
            }
        }
        let mut selection = Selection { enabled, ..Selection::default() };
        for (id, severity) in &options.severities {
            match self.position(id) {
                Some(_) => drop(selection.severities.insert(id.as_str().into(), *severity)),
                None => errors.push(self.unknown_rule(id)),
            }
        }
        for (id, settings) in &options.settings {
            match self.rule(id) {
                Some(rule) => {
                    drop(selection.settings.insert(id.as_str().into(), thresholds(&rule, settings, &mut errors)))
                }
                None => errors.push(self.unknown_rule(id)),
            }
        }
        if errors.is_empty() { Ok(selection) } else { Err(errors) }
    }

    /// The ids of the rules that an id, a category, a service or a glob names.
    pub fn selected(&self, selector: &str) -> Vec<Text> {
        self.matching(selector).into_iter().map(|at| self.entries[at].id.clone()).collect()
    }

    /// Whether a selection runs the rule of that id.
    pub fn runs(&self, selection: &Selection, id: &str) -> bool {
        self.position(id).is_some_and(|at| selection.enabled[at])
    }

    /// Whether rules are declared in a file of that name.
    pub fn has_service(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| **self.service_of(entry) == *name)
    }

    /// Positions of the rules that an id, a category, a service or a glob names.
    fn matching(&self, selector: &str) -> Vec<usize> {
        let category = Category::parse(selector);
        let pattern = Pattern::parse(selector).ok();
        let fits = |entry: &Entry| {
            pattern.as_ref().is_some_and(|p| p.matches(&entry.id))
                || (category.is_some() && entry.category == category)
                || **self.service_of(entry) == *selector
        };
        self.entries.iter().enumerate().filter(|(_, entry)| fits(entry)).map(|(at, _)| at).collect()
    }

    fn unknown_selector(&self, selector: &str) -> OptionError {
        let services = self.entries.iter().map(|entry| &**self.service_of(entry));
        let categories = Category::WORDS.iter().map(|(word, _)| *word);
        let suggestion = nearest(selector, self.ids().chain(services).chain(categories)).map(Text::from);
        OptionError { name: selector.into(), fault: OptionFault::Selector, suggestion }
    }

    fn unknown_rule(&self, id: &str) -> OptionError {
        let suggestion = nearest(id, self.ids()).map(Text::from);
        OptionError { name: id.into(), fault: OptionFault::Rule, suggestion }
    }
}

fn thresholds(
    rule: &Rule,
    settings: &BTreeMap<String, Value>,
    errors: &mut Vec<OptionError>,
) -> FxHashMap<Text, Value> {
    let mut found = FxHashMap::default();
    for (name, value) in settings {
        let known = rule.settings.iter().find(|(known, _)| **known == **name);
        let Some((known, default)) = known else {
            let suggestion = nearest(name, rule.settings.iter().map(|(known, _)| &**known)).map(Text::from);
            let fault = OptionFault::Setting { rule: rule.info.id.to_string() };
            errors.push(OptionError { name: name.clone(), fault, suggestion });
            continue;
        };
        let (wanted, given) = (default.type_of().friendly_name(), value.type_of().friendly_name());
        if wanted != given {
            let fault = OptionFault::SettingType { rule: rule.info.id.to_string(), wanted, given };
            errors.push(OptionError { name: name.clone(), fault, suggestion: None });
            continue;
        }
        found.insert(known.clone(), value.clone());
    }
    found
}
