//! Variable files that stand for environments, where the layout says so plainly: `envs/prod.tfvars`,
//! `envs/prod/terraform.tfvars`, or `prod.tfvars` beside the root module.
//!
//! Terraform reads such files only when it is told to. Where some of their variables have values otherwise, somebody
//! runs this root in another way, and nothing is guessed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::load::Inputs;
use super::module::Module;
use super::names::{is_automatic_variable_file, is_module_file, is_variable_file};
use super::variables::{Input, VariableFile};
use crate::syntax::Text;

/// A variable file that stands for an environment of a root.
#[derive(Clone, Debug)]
pub struct RootEnvironment {
    /// The environment's name: that of the file.
    pub name: Text,
    /// Its values.
    pub file: Arc<VariableFile>,
}

/// A root is evaluated in no more environments.
pub const MOST_ENVIRONMENTS: usize = 1_000;
/// Folders whose variable files are environments.
const FOLDERS: [&str; 3] = ["environments", "envs", "env"];
/// Words that name environments other than production, wherever they stand in a name.
pub const NONPRODUCTION_WORDS: [&str; 22] = [
    "demo",
    "dev",
    "develop",
    "development",
    "ephemeral",
    "nonprod",
    "nonproduction",
    "preprod",
    "preproduction",
    "qa",
    "sandbox",
    "sbx",
    "scratch",
    "stage",
    "staging",
    "stg",
    "temp",
    "test",
    "testing",
    "tmp",
    "tst",
    "uat",
];
/// Words that do so only where they are the whole name: beside others they mean accounts, integrations of systems,
/// previews of pictures.
const NONPRODUCTION_NAMES: [&str; 8] = ["acc", "acceptance", "int", "integration", "perf", "pre", "preview", "sit"];
/// Words that name production.
const PRODUCTION_WORDS: [&str; 4] = ["live", "prd", "prod", "production"];
/// Names of files that complete others: such a layout is not plain.
const SHARED: [&str; 8] = ["all", "base", "common", "default", "defaults", "global", "main", "shared"];

/// What the entries of a folder say of environments.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Which of [`FOLDERS`] are among them.
    folders: Vec<&'static str>,
    /// The variable files that Terraform does not read by itself, sorted.
    files: Vec<String>,
}

impl Layout {
    /// What these entries say.
    pub(crate) fn of(entries: &BTreeSet<String>) -> Layout {
        let folders = FOLDERS.into_iter().filter(|folder| entries.contains(*folder)).collect();
        Layout { folders, files: entries.iter().filter(|name| is_named_file(name)).cloned().collect() }
    }
}

fn is_named_file(name: &str) -> bool {
    is_variable_file(name) && !is_automatic_variable_file(name)
}

/// The variable files of a root's environments, by name; none where the layout is not plain.
pub(crate) fn environment_files(dir: &Path, layout: &Layout) -> Vec<(Text, PathBuf)> {
    let inside = layout.folders.iter().map(|folder| {
        let folder = dir.join(folder);
        let files = environments(&folder, &files_in(&folder), |_| true);
        if files.is_empty() { folders_in(&folder) } else { files }
    });
    let beside = environments(dir, &layout.files, names_environment);
    let mut found: Vec<_> = inside.chain([beside]).filter(|files| !files.is_empty()).collect();
    if found.len() == 1 { found.remove(0) } else { Vec::new() }
}

fn files_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = names_in(folder).filter(|name| is_named_file(name)).collect();
    names.sort();
    names
}

/// What lies in a folder; nothing where it cannot be read.
fn entries_of(folder: &Path) -> impl Iterator<Item = fs::DirEntry> {
    fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok)
}

/// The names of what lies in a folder, but for those that are no text.
fn names_in(folder: &Path) -> impl Iterator<Item = String> {
    entries_of(folder).filter_map(|entry| entry.file_name().into_string().ok())
}

/// The environments whose variable files lie in folders of their own below one folder; none where one has several.
fn folders_in(folder: &Path) -> Vec<(Text, PathBuf)> {
    let folders = entries_of(folder).filter(|entry| entry.file_type().is_ok_and(|of| of.is_dir()));
    let mut names: Vec<String> = folders.filter_map(|e| e.file_name().into_string().ok()).collect();
    names.retain(|name| names_environment(name));
    names.sort();
    let mut found = Vec::new();
    for name in names {
        let inside = folder.join(&name);
        let mut files: Vec<String> = names_in(&inside).collect();
        // A folder with a configuration of its own has its values for itself.
        if files.iter().any(|file| is_module_file(file)) {
            return Vec::new();
        }
        files.retain(|file| is_variable_file(file) && !words(file).any(|word| word == "backend"));
        match files.as_slice() {
            [] => {}
            [file] => found.push((name.into(), inside.join(file))),
            _ => return Vec::new(),
        }
    }
    found
}

/// Which of these variable files of one folder are environments.
fn environments(folder: &Path, files: &[String], is_environment: impl Fn(&str) -> bool) -> Vec<(Text, PathBuf)> {
    let mut found = Vec::new();
    for name in files {
        let stem = name.trim_end_matches(".json").trim_end_matches(".tfvars");
        // Settings of backends are written in such files, too.
        if words(stem).any(|w| w == "backend") {
            continue;
        }
        if SHARED.contains(&stem) {
            return Vec::new();
        }
        if !stem.is_empty() && !stem.starts_with('.') && is_environment(stem) {
            found.push((stem.into(), folder.join(name)));
        }
    }
    found
}

fn words(name: &str) -> impl Iterator<Item = String> {
    let lower = name.to_lowercase();
    let words: Vec<String> =
        lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.into_iter()
}

fn names_environment(stem: &str) -> bool {
    let all = [&NONPRODUCTION_WORDS[..], &NONPRODUCTION_NAMES, &PRODUCTION_WORDS];
    words(stem).any(|word| all.iter().any(|list| list.contains(&&*word)))
}

/// Whether a name is that of an environment other than production: one of its words says so.
pub fn is_nonproduction(name: &str) -> bool {
    let words: Vec<String> = words(name).collect();
    match words.as_slice() {
        [word] if NONPRODUCTION_NAMES.contains(&&**word) => true,
        words => words.iter().any(|word| NONPRODUCTION_WORDS.contains(&&**word)) || is_negated(words),
    }
}

/// Whether these words are `non-prod`, `pre-production` and the like, written apart.
fn is_negated(words: &[String]) -> bool {
    let is_production = |word: &str| PRODUCTION_WORDS.contains(&word);
    words.windows(2).any(|pair| matches!(&*pair[0], "non" | "not" | "pre") && is_production(&pair[1]))
}

/// Whether a folder is named for such an environment, by its last word, or for production; `None` where it is for
/// neither: `dev`, `acme-staging`.
pub fn folder_is_nonproduction(folder: &str) -> Option<bool> {
    let words: Vec<String> = words(folder).collect();
    let last = words.last()?;
    let says = NONPRODUCTION_WORDS.contains(&&**last)
        || (words.len() == 1 && NONPRODUCTION_NAMES.contains(&&**last))
        || is_negated(words.get(words.len().saturating_sub(2)..)?);
    (says || PRODUCTION_WORDS.contains(&&**last)).then_some(says)
}

/// Whether the files give values to variables of the module, and nothing else gives values to the same ones.
pub(crate) fn are_for(
    environments: &[RootEnvironment],
    module: &Module,
    beside: &[Arc<VariableFile>],
    inputs: &Inputs,
) -> bool {
    let names = |file: &VariableFile| file.values.iter().map(|(name, _)| name.text.clone()).collect::<Vec<_>>();
    let set: BTreeSet<Text> = environments.iter().flat_map(|e| names(&e.file)).collect();
    let given = inputs.command_line.iter().flat_map(|input| match input {
        Input::File(file) => names(file),
        Input::Text(text) => vec![text.name.clone()],
    });
    let given = given.chain(inputs.environment.iter().map(|text| text.name.clone()));
    let mut given = given.chain(beside.iter().flat_map(|file| names(file)));
    set.iter().any(|name| module.variables.contains_key(name)) && !given.any(|name| set.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[&str], expected: &[&str]) {
        let dir = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "").expect("a file");
        }
        let entries = fs::read_dir(dir.path()).expect("a folder").filter_map(Result::ok);
        let entries = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        let found = environment_files(dir.path(), &Layout::of(&entries));
        let names: Vec<&str> = found.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, expected, "{files:?}");
    }

    #[test]
    fn plain_layouts_are_found() {
        check(&["envs/prod.tfvars", "envs/dev.tfvars"], &["dev", "prod"]);
        check(&["environments/acme.tfvars.json"], &["acme"]);
        check(&["prod.tfvars", "staging-eu.tfvars", "terraform.tfvars", "secrets.tfvars"], &["prod", "staging-eu"]);
        check(&["backend-prod.tfvars", "prod.tfvars"], &["prod"]);
        check(&["env/dev/terraform.tfvars", "env/prod/terraform.tfvars", "env/prod/backend.tfvars"], &["dev", "prod"]);
    }

    #[test]
    fn words_say_what_is_not_production() {
        for name in [
            "dev",
            "DEV",
            "acme-staging",
            "test1",
            "stg",
            "uat-eu",
            "tst",
            "sbx",
            "demo",
            "int",
            "INT",
            "pre",
            "perf",
            "sit",
            "acc",
            "preview",
            "non-prod",
            "pre_production",
        ] {
            assert!(is_nonproduction(name), "{name}");
        }
        for name in ["", "prod", "production-eu", "int-lb", "acc-main", "image-preview", "contest", "latest"] {
            assert!(!is_nonproduction(name), "{name}");
        }
    }

    #[test]
    fn folders_are_named_by_their_last_word() {
        for (name, expected) in [
            ("dev", Some(true)),
            ("acme-stg", Some(true)),
            ("int", Some(true)),
            ("non-prod", Some(true)),
            ("prod", Some(false)),
            ("payments-int", None),
            ("test-reports", None),
            ("network", None),
            ("1", None),
        ] {
            assert_eq!(folder_is_nonproduction(name), expected, "{name}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_alone() {
        check(&["envs/prod.tfvars", "prod.tfvars"], &[]);
        check(&["envs/prod.tfvars", "envs/common.tfvars"], &[]);
        check(&["terraform.tfvars", "x.auto.tfvars", "example.tfvars"], &[]);
        check(&["envs/prod/main.tf"], &[]);
        check(&["envs/prod/main.tf", "envs/prod/terraform.tfvars"], &[]);
        check(&["envs/prod/a.tfvars", "envs/prod/b.tfvars"], &[]);
        check(&["envs/apps/terraform.tfvars"], &[]);
    }
}
