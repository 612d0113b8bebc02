//! `.terraform/modules/modules.json`: where `terraform init` put the modules that a root calls.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::body::literal_text;
use super::module::ModuleCall;
use super::tree::MAX_DEPTH;
use super::version::{Constraint, Version};
use crate::source::{Problem, ProblemKind, ProblemSeverity, normalize, read_text};

/// Longer keys name no call.
const LONGEST_KEY: usize = 16 * 1024;

/// The modules downloaded for one root, by the names of the calls from the root, joined by dots.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    entries: BTreeMap<String, Entry>,
    /// Keys of calls with a recorded call somewhere below them.
    inner: BTreeSet<String>,
}

#[derive(Debug)]
struct Entry {
    source: String,
    version: Option<String>,
    dir: PathBuf,
}

#[derive(Deserialize)]
struct RawManifest {
    #[serde(rename = "Modules", default)]
    modules: Vec<RawEntry>,
}

#[derive(Deserialize)]
struct RawEntry {
    #[serde(rename = "Key", default)]
    key: String,
    #[serde(rename = "Source", default)]
    source: String,
    #[serde(rename = "Version", default)]
    version: Option<String>,
    #[serde(rename = "Dir", default)]
    dir: String,
}

impl Manifest {
    /// Reads the manifest of a root; `name` is how people know the file. One that cannot be read counts as empty.
    pub(crate) fn read(root: &Path, data_dir: &Path, name: impl Fn(&Path) -> String) -> (Manifest, Option<Problem>) {
        let path = root.join(data_dir).join("modules/modules.json");
        if !path.exists() {
            return (Manifest::default(), None);
        }
        match read_text(&path) {
            Ok(text) => match Manifest::parse(root, &text) {
                Ok(manifest) => (manifest, None),
                Err(error) => {
                    let message = format!("the list of downloaded modules cannot be read: {error}");
                    let problem = Problem::about_file(ProblemKind::Unreadable, name(&path), message);
                    let problem = problem.with_help("run `terraform init` again");
                    (Manifest::default(), Some(Problem { severity: ProblemSeverity::Warning, ..problem }))
                }
            },
            Err(error) => (Manifest::default(), Some(error.problem(name(&path)))),
        }
    }

    fn parse(root: &Path, text: &str) -> Result<Manifest, serde_json::Error> {
        let raw: RawManifest = serde_json::from_str(text)?;
        let mut manifest = Manifest::default();
        // No call is as deep as that, and each key is kept once for each dot in it.
        let is_asked_for =
            |entry: &RawEntry| entry.key.len() <= LONGEST_KEY && entry.key.matches('.').count() <= MAX_DEPTH;
        for entry in raw.modules.into_iter().filter(is_asked_for) {
            for (dot, _) in entry.key.match_indices('.') {
                manifest.inner.insert(entry.key[..dot].to_owned());
            }
            if entry.key.is_empty() {
                continue;
            }
            manifest.inner.insert(String::new());
            // Written on Windows, the path has backslashes.
            let dir = normalize(&root.join(entry.dir.replace('\\', "/")));
            let entry_key = entry.key;
            manifest.entries.insert(entry_key, Entry { source: entry.source, version: entry.version, dir });
        }
        Ok(manifest)
    }

    /// Whether calls inside the module with that key are recorded.
    pub(crate) fn has_calls_in(&self, key: &str) -> bool {
        self.inner.contains(key)
    }

    /// The folder of a downloaded module, unless what lies there is not what the call asks for.
    pub(crate) fn folder(&self, key: &str, call: &ModuleCall) -> Option<&Path> {
        let entry = self.entries.get(key)?;
        let has_source = call.source.as_ref().is_none_or(|s| s.matches(&entry.source));
        (has_source && has_wanted_version(entry, call)).then_some(&*entry.dir)
    }

    /// All folders of downloaded modules.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.entries.values().filter(|e| !e.source.starts_with('.')).map(|e| &*e.dir)
    }
}

/// What cannot be compared does not speak against the entry.
fn has_wanted_version(entry: &Entry, call: &ModuleCall) -> bool {
    let wanted = call.version.as_deref().and_then(literal_text).and_then(|t| t.parse::<Constraint>().ok());
    let found = entry.version.as_deref().and_then(|v| v.parse::<Version>().ok());
    match (wanted, found) {
        (Some(constraint), Some(version)) => constraint.allows(&version),
        _ => true,
    }
}
