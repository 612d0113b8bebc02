//! What is accepted today: a file of fingerprints, held against what a run finds.
//!
//! Fingerprints in a baseline are seen from its own folder, so that it does not matter where a run is started.
//! [`Baseline::apply`] silences what is accepted, [`Baseline::gone`] says what is not found any more, [`Baseline::with`]
//! makes the next baseline. Knows nothing of files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::moved::former_addresses;
use super::{Finding, Suppressed, Undecided};
use crate::config::{Config, ModuleAddress, Root};
use crate::infra::NotOnDisk;
use crate::source::shown_path;
use crate::syntax::Text;

/// The version of the file's form.
const VERSION: u32 = 1;

/// Accepted findings.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    findings: Vec<Accepted>,
}

/// One accepted finding. Only the fingerprint and the environments count; the rest is for people, and tells whether a run
/// would find it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The file of its primary place, seen from the baseline's folder.
    pub file: String,
    /// The rule.
    pub rule: String,
    /// The address of the instance.
    pub address: String,
    /// The root module's folder, seen from the baseline's folder.
    pub root: String,
    /// The environments it is accepted in; empty where it is in all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
    /// Rule, root, address and attribute in one.
    pub fingerprint: String,
}

/// What a run looked at: what it did not look at may be there or not.
pub struct Looked<'a> {
    /// The rules that ran.
    pub rules: &'a dyn Fn(&str) -> bool,
    /// Each root's folder and the environments in which it was evaluated.
    pub roots: &'a [(PathBuf, Vec<Text>)],
    /// What was not decided.
    pub undecided: &'a [Undecided],
    /// What could not be looked into.
    pub not_on_disk: &'a [NotOnDisk],
}

/// The folder that a baseline lies in, and the configuration it is held against.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// The configuration.
    pub config: &'a Config,
}

impl Baseline {
    /// A baseline that accepts nothing.
    pub fn empty() -> Baseline {
        Baseline { version: VERSION, findings: Vec::new() }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let baseline: Baseline = serde_json::from_str(text).map_err(|e| e.to_string())?;
        match baseline.version {
            VERSION => Ok(baseline),
            other => Err(format!("its version is {other}, and this tfcheck reads version {VERSION}")),
        }
    }

    /// The text of the file: the same for the same findings.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("texts and numbers can be written");
        text + "\n"
    }

    /// How many findings it accepts.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether it accepts nothing.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Silences what is accepted and silenced by nothing else.
    pub fn apply(&self, findings: &mut [Box<Finding>], ground: Ground<'_>) {
        let accepted = self.by_fingerprint();
        let silenced = Arc::new(Suppressed { by: "baseline".into(), reason: None });
        for finding in findings.iter_mut().filter(|f| f.suppressed.is_none()) {
            let accepts = |fingerprint: &String| accepted.get(&**fingerprint).is_some_and(|a| a.holds_for(finding));
            if ground.fingerprints(finding).iter().any(accepts) {
                finding.suppressed = Some(silenced.clone());
            }
        }
    }

    fn by_fingerprint(&self) -> BTreeMap<&str, &Accepted> {
        self.findings.iter().map(|a| (&*a.fingerprint, a)).collect()
    }

    /// What was accepted and is not found any more, though the run would have found it.
    pub fn gone(&self, findings: &[Box<Finding>], ground: Ground<'_>, looked: &Looked<'_>) -> Vec<Accepted> {
        let found: BTreeSet<String> = findings.iter().flat_map(|f| ground.fingerprints(f)).collect();
        let gone = |a: &&Accepted| !found.contains(&a.fingerprint) && looked.at(a, ground);
        self.findings.iter().filter(gone).cloned().collect()
    }

    /// The baseline that accepts these findings, and of this one whatever the run did not look at.
    pub fn with(&self, findings: &[Box<Finding>], ground: Ground<'_>, looked: &Looked<'_>) -> Baseline {
        let mut accepted: BTreeMap<String, Accepted> = BTreeMap::new();
        let new = findings.iter().filter(|f| f.suppressed.is_none()).map(|f| ground.accepted(f));
        let kept = self.findings.iter().filter(|a| !looked.at(a, ground)).cloned();
        for one in new.chain(kept) {
            match accepted.get_mut(&one.fingerprint) {
                // What is accepted everywhere stays so.
                Some(known) if known.environments.is_empty() => {}
                Some(known) if one.environments.is_empty() => known.environments.clear(),
                Some(known) => known.environments.extend(one.environments),
                None => drop(accepted.insert(one.fingerprint.clone(), one)),
            }
        }
        let mut findings: Vec<Accepted> = accepted.into_values().collect();
        for one in &mut findings {
            one.environments.sort();
            one.environments.dedup();
        }
        findings.sort();
        Baseline { version: VERSION, findings }
    }
}

impl Accepted {
    fn holds_for(&self, finding: &Finding) -> bool {
        let known = |e: &Text| self.environments.iter().any(|known| **known == **e);
        self.environments.is_empty() || finding.environments().iter().all(known)
    }
}

impl Ground<'_> {
    fn root(&self, finding: &Finding) -> Option<&Root> {
        self.config.roots.iter().find(|root| root.name == finding.about.root)
    }

    /// The fingerprints of a finding under its present address and its former ones.
    fn fingerprints(&self, finding: &Finding) -> Vec<String> {
        let Some(root) = self.root(finding) else { return vec![finding.fingerprint.to_string()] };
        let folder = shown_path(&root.dir, self.folder);
        let address = finding.address();
        let former = former_addresses(root, address);
        let all = std::iter::once(address).chain(former.iter().map(|f| &**f));
        all.map(|address| finding.fingerprint_at(&folder, address).to_string()).collect()
    }

    fn accepted(&self, finding: &Finding) -> Accepted {
        let root =
            self.root(finding).map_or_else(|| finding.about.root.to_string(), |r| shown_path(&r.dir, self.folder));
        let address = finding.address();
        Accepted {
            file: shown_path(&self.config.sources.file(finding.span.file).path, self.folder),
            rule: finding.about.rule.to_string(),
            address: address.to_owned(),
            environments: finding.environments().iter().map(ToString::to_string).collect(),
            fingerprint: finding.fingerprint_at(&root, address).to_string(),
            root,
        }
    }
}

impl Looked<'_> {
    /// Whether the run would have found what was accepted.
    fn at(&self, accepted: &Accepted, ground: Ground<'_>) -> bool {
        let root = self.roots.iter().find(|(dir, _)| shown_path(dir, ground.folder) == accepted.root);
        let Some((_, environments)) = root else { return false };
        // What was not understood may hold it.
        if ground.config.modules.values().any(|module| module.incomplete) {
            return false;
        }
        let evaluated = |e: &String| environments.iter().any(|known| **known == **e);
        let undecided = |u: &Undecided| *u.rule == *accepted.rule && *u.address == *accepted.address;
        (self.rules)(&accepted.rule)
            && accepted.environments.iter().all(evaluated)
            && !self.undecided.iter().any(undecided)
            && !self.not_on_disk.iter().any(|call| leads_through(&accepted.address, &call.address))
    }
}

/// Whether an address lies in what a module call, named without keys, creates.
fn leads_through(address: &str, call: &str) -> bool {
    let (path, call) = (ModuleAddress::of(address), ModuleAddress::of(call));
    let names = |path: &ModuleAddress| path.steps().iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    !call.is_root() && names(&path).starts_with(&names(&call))
}
