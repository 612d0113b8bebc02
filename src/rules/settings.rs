//! What a run asks of the rules: which of them run, how grave their findings are, and thresholds.
//!
//! [`RuleOptions`] is what was asked, [`Selection`] what it means; [`super::Catalog::select`] leads from one to the
//! other and finds every name that does not exist.

use std::collections::BTreeMap;
use std::fmt;

use rustc_hash::FxHashMap;

use super::Severity;
use crate::eval::Value;
use crate::syntax::Text;

/// What was asked, by names.
#[derive(Clone, Debug, Default)]
pub struct RuleOptions {
    /// Rule ids, categories, services or globs of ids; empty for all rules.
    pub select: Vec<String>,
    /// The same; what they name does not run, whatever `select` says.
    pub ignore: Vec<String>,
    /// Rules switched on or off afterwards, in this order: by the same kinds of names.
    pub overrides: Vec<(String, bool)>,
    /// Severities by rule id; they hold for all checks of the rule.
    pub severities: BTreeMap<String, Severity>,
    /// Thresholds by rule id and setting.
    pub settings: BTreeMap<String, BTreeMap<String, Value>>,
}

/// What was asked, resolved against a catalog.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Whether each rule of the catalog, in its order, runs.
    pub(super) enabled: Vec<bool>,
    pub(super) severities: FxHashMap<Text, Severity>,
    pub(super) settings: FxHashMap<Text, FxHashMap<Text, Value>>,
    /// The least severity of findings that are listed; of others it is not worked out what to write. All are listed where
    /// nothing is said.
    pub listed: Option<Severity>,
}

impl Selection {
    /// No rule at all.
    pub fn nothing(catalog: &super::Catalog<'_>) -> Selection {
        Selection { enabled: vec![false; catalog.ids().count()], ..Selection::default() }
    }

    /// The severity that was asked for.
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        self.severities.get(rule).copied()
    }

    /// Whether findings of this severity are listed, or only counted.
    pub(super) fn lists(&self, severity: Severity) -> bool {
        self.listed.is_none_or(|least| severity >= least)
    }

    /// The threshold that was asked for.
    pub fn setting(&self, rule: &str, name: &str) -> Option<&Value> {
        self.settings.get(rule)?.get(name)
    }
}

/// A name in [`RuleOptions`] that does not fit the catalog.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OptionError {
    /// The name as given: a rule, a pattern, a setting.
    pub name: String,
    /// What is wrong with it.
    pub fault: OptionFault,
    /// The name that was probably meant.
    pub suggestion: Option<Text>,
}

/// What is wrong with a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OptionFault {
    /// No rule, category or service is called like this, and no rule fits it as a glob.
    Selector,
    /// There is no rule of that id.
    Rule,
    /// The rule has no such setting.
    Setting {
        /// The rule.
        rule: String,
    },
    /// The setting's value has another type than its default.
    SettingType {
        /// The rule.
        rule: String,
        /// The type of the default.
        wanted: String,
        /// The type of the value.
        given: String,
    },
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.fault {
            OptionFault::Selector => write!(f, "`{name}` is no rule, category or service"),
            OptionFault::Rule => write!(f, "there is no rule `{name}`"),
            OptionFault::Setting { rule } => write!(f, "rule `{rule}` has no setting `{name}`"),
            OptionFault::SettingType { rule, wanted, given } => {
                write!(f, "setting `{name}` of rule `{rule}` is a {wanted}, not a {given}")
            }
        }
    }
}

impl std::error::Error for OptionError {}
