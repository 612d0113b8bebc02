//! What an omitted argument is worth.
//!
//! Two texts: `defaults.txt` is generated from the provider's documentation, `checked.txt` holds what was read in the
//! provider's source or in AWS's documentation, and wins. Entry points: [`default`] and [`condition`].

use std::collections::BTreeMap;

use super::cache::Cache;
use super::records::{Records, word};
use super::value::FactValue;

static GENERATED: Records = include!(concat!(env!("OUT_DIR"), "/defaults.rs"));
static CHECKED: Records = include!(concat!(env!("OUT_DIR"), "/checked.rs"));
static DEFAULTS: Cache<Defaults> = Cache::new();

/// The value that an omitted argument gets. `path` leads through blocks: `vpc_config.endpoint_public_access`; a default
/// inside a block holds where the block is written.
pub fn default(resource_type: &str, path: &str) -> Option<&'static DefaultValue> {
    defaults(resource_type)?.get(path)
}

/// What the default of this argument depends on, in words. Such a default is not to be filled in; where [`default`]
/// gives a value too, the words say when it does not hold.
pub fn condition(resource_type: &str, path: &str) -> Option<&'static str> {
    defaults(resource_type)?.condition(path)
}

/// All that is known of the defaults of a resource type.
pub fn defaults(resource_type: &str) -> Option<&'static Defaults> {
    DEFAULTS.get(resource_type, || {
        let generated = GENERATED.find(resource_type);
        let checked = CHECKED.find(resource_type);
        checked.or(generated)?;
        let mut defaults = Defaults::default();
        for body in [generated, checked].into_iter().flatten() {
            body.lines().try_for_each(|line| defaults.read(line.trim_start()))?;
        }
        Some(defaults)
    })
}

/// The resource types of which any default is known, in order.
pub fn resource_types_with_defaults() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<_> = GENERATED.names().chain(CHECKED.names()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter()
}

/// The defaults of one resource type.
#[derive(Debug, PartialEq, Default)]
pub struct Defaults {
    values: BTreeMap<&'static str, DefaultValue>,
    conditions: BTreeMap<&'static str, &'static str>,
}

/// The value of an omitted argument.
#[derive(Clone, Debug, PartialEq)]
pub struct DefaultValue {
    /// The value.
    pub value: FactValue,
    /// How we know.
    pub basis: Basis,
    /// The argument is optional and computed: only a resource that is created gets this value, one that exists keeps
    /// the value that it has.
    pub new_resource_only: bool,
}

/// How a default is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The provider's documentation says so.
    Documented,
    /// An optional bool of which the documentation says nothing: the provider sends false or nothing.
    Zero,
    /// Read in the provider's source.
    Checked,
    /// The provider sends nothing, and the service's documentation says what it then does.
    Service,
}

impl Defaults {
    /// The value that the omitted argument gets.
    pub fn get(&self, path: &str) -> Option<&DefaultValue> {
        self.values.get(path)
    }

    /// What the default of this argument depends on, in words.
    pub fn condition(&self, path: &str) -> Option<&'static str> {
        self.conditions.get(path).copied()
    }

    /// Paths and values, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &DefaultValue)> {
        self.values.iter().map(|(path, value)| (*path, value))
    }

    /// Paths and conditions, sorted by path.
    pub fn conditions(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.conditions.iter().map(|(path, words)| (*path, *words))
    }

    /// Takes in one line: `path basis literal`, `path ? condition`, or `path -`, which forgets what was said before.
    fn read(&mut self, line: &'static str) -> Option<()> {
        if line.is_empty() || line.starts_with('#') {
            return Some(());
        }
        let (path, rest) = word(line);
        let (code, rest) = word(rest);
        match code {
            "-" => {
                self.values.remove(path);
            }
            "?" => {
                self.conditions.insert(path, rest);
            }
            _ => {
                let (code, new_resource_only) = code.strip_suffix('*').map_or((code, false), |code| (code, true));
                let value = FactValue::literal(rest)?;
                self.values.insert(path, DefaultValue { value, basis: Basis::of(code)?, new_resource_only });
            }
        }
        Some(())
    }
}

impl Basis {
    fn of(code: &str) -> Option<Basis> {
        match code {
            "d" => Some(Basis::Documented),
            "z" => Some(Basis::Zero),
            "c" => Some(Basis::Checked),
            "s" => Some(Basis::Service),
            _ => None,
        }
    }
}
