//! What settings silence: rules in certain files, at certain addresses, in certain environments.
//!
//! [`Exemptions::new`] resolves the rules they name, [`Exemptions::apply`] silences findings. Knows nothing of how
//! settings are written.

use std::cell::LazyCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use rustc_hash::FxHashMap;

use super::silence::calls;
use super::{Catalog, Finding, Suppressed};
use crate::config::Root;
use crate::source::{FileId, SourceMap};
use crate::syntax::Text;

/// One thing that settings silence. What is empty does not restrict it.
#[derive(Clone, Debug, Default)]
pub struct Exemption {
    /// A rule's id, a category, a service, or a glob of ids.
    pub selector: String,
    /// Where it holds; everywhere where there is none.
    pub files: Option<Files>,
    /// Addresses of resources or modules.
    pub addresses: Vec<Wildcard>,
    /// Environments.
    pub environments: Vec<Wildcard>,
    /// Why.
    pub reason: Option<Text>,
}

/// Files and folders, as globs below one folder.
#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
    globs: GlobSet,
}

impl Files {
    /// Files below `folder` that one of the globs fits, or that lie in a folder that it fits. A glob without a slash
    /// fits names anywhere.
    ///
    /// # Errors
    /// For each glob that is malformed its position and what is wrong with it.
    pub fn new(folder: &Path, globs: &[&str]) -> Result<Files, Vec<(usize, String)>> {
        let mut set = GlobSetBuilder::new();
        let mut errors = Vec::new();
        for (at, glob) in globs.iter().enumerate() {
            let trimmed = glob.trim_start_matches("./").trim_end_matches('/');
            let anywhere = if trimmed.contains('/') { "" } else { "**/" };
            for ending in ["", "/**"] {
                match GlobBuilder::new(&format!("{anywhere}{trimmed}{ending}")).literal_separator(true).build() {
                    Ok(glob) => drop(set.add(glob)),
                    Err(error) if ending.is_empty() => errors.push((at, error.kind().to_string())),
                    Err(_) => {}
                }
            }
        }
        match set.build() {
            Ok(globs) if errors.is_empty() => Ok(Files { folder: folder.to_path_buf(), globs }),
            Ok(_) => Err(errors),
            // Each by itself is right.
            Err(_) => Err(vec![(0, "it is too large, or all of the list together are".into())]),
        }
    }

    fn hold(&self, path: &Path) -> bool {
        path.strip_prefix(&self.folder).is_ok_and(|below| self.globs.is_match(below))
    }
}

/// A name in which `*` stands for anything. It fits what lies inside of it, too: `module.a` fits `module.a.aws_b.c`,
/// `aws_b.c` fits `aws_b.c[0]`.
#[derive(Clone, Debug)]
pub struct Wildcard {
    /// What stands before the first `*`.
    start: Text,
    /// What stands behind each `*`.
    rest: Vec<Text>,
}

impl Wildcard {
    /// Reads one; every text is one.
    pub fn new(text: &str) -> Wildcard {
        let mut parts = text.split('*').map(Text::from);
        Wildcard { start: parts.next().unwrap_or_else(|| "".into()), rest: parts.collect() }
    }

    fn fits(&self, name: &str) -> bool {
        let Some(mut left) = name.strip_prefix(&*self.start) else { return false };
        let ends = |left: &str| left.is_empty() || left.starts_with(['.', '[']);
        let Some((last, between)) = self.rest.split_last() else { return ends(left) };
        for part in between {
            let Some(at) = left.find(&**part) else { return false };
            left = &left[at + part.len()..];
        }
        // It may stand in several places, also such that overlap.
        left.char_indices().map(|(at, _)| &left[at..]).chain([""]).any(|l| l.strip_prefix(&**last).is_some_and(ends))
    }
}

/// The names that an address fits by: with and without the keys of its instances.
fn names(address: &str) -> [String; 2] {
    [address.to_owned(), without_keys(address)]
}

/// An address without instance keys.
fn without_keys(address: &str) -> String {
    let (mut in_key, mut quoted, mut escaped) = (false, false, false);
    let mut out = String::with_capacity(address.len());
    for c in address.chars() {
        match c {
            '[' if !in_key => in_key = true,
            ']' if in_key && !quoted => in_key = false,
            '"' if in_key && !escaped => quoted = !quoted,
            c if !in_key => out.push(c),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

/// All that settings silence.
#[derive(Debug, Default)]
pub struct Exemptions {
    exemptions: Vec<Exemption>,
    /// Positions among them by rule, in the order in which they are written.
    by_rule: FxHashMap<Text, Vec<usize>>,
}

impl Exemptions {
    /// Finds the rules that are meant.
    pub fn new(exemptions: Vec<Exemption>, catalog: &Catalog<'_>) -> Exemptions {
        let mut by_rule: FxHashMap<Text, Vec<usize>> = FxHashMap::default();
        let mut selected: FxHashMap<&str, Vec<Text>> = FxHashMap::default();
        for (at, exemption) in exemptions.iter().enumerate() {
            let rules = selected.entry(&exemption.selector).or_insert_with(|| catalog.selected(&exemption.selector));
            for rule in rules.iter() {
                by_rule.entry(rule.clone()).or_default().push(at);
            }
        }
        Exemptions { by_rule, exemptions }
    }

    /// Silences findings of one root that nothing silenced before.
    pub fn apply(&self, root: &Root, sources: &SourceMap, findings: &mut [Box<Finding>]) {
        let mut places = Places { all: self, sources, held: FxHashMap::default() };
        for finding in findings.iter_mut().filter(|f| f.suppressed.is_none()) {
            if let Some(exemption) = places.first(finding, root) {
                let silenced = Suppressed { by: "settings".into(), reason: exemption.reason.clone() };
                finding.suppressed = Some(Arc::new(silenced));
            }
        }
    }
}

impl Exemption {
    /// Whether it holds for such a finding, wherever that is; the addresses are those of the finding.
    fn fits(&self, finding: &Finding, addresses: &LazyCell<Vec<String>, impl FnOnce() -> Vec<String>>) -> bool {
        let some = |wildcards: &[Wildcard], fits: &dyn Fn(&Wildcard) -> bool| {
            wildcards.is_empty() || wildcards.iter().any(fits)
        };
        some(&self.addresses, &|w| addresses.iter().any(|a| w.fits(a)))
            && some(&self.environments, &|w| finding.environments().iter().any(|e| w.fits(e)))
    }
}

/// Where exemptions hold; of each rule and file it is found out once.
struct Places<'a> {
    all: &'a Exemptions,
    sources: &'a SourceMap,
    held: FxHashMap<(Text, FileId), Vec<usize>>,
}

impl<'a> Places<'a> {
    /// The first exemption that holds for a finding: for what it is about and where it is, or at a call that leads there.
    fn first(&mut self, finding: &Finding, root: &Root) -> Option<&'a Exemption> {
        let (all, sources) = (self.all, self.sources);
        let rule = &finding.about.rule;
        let of_rule = all.by_rule.get(rule)?;
        let addresses = LazyCell::new(|| finding.addresses.iter().flat_map(|a| names(a)).collect());
        let calls = calls(root, finding.address());
        let files = std::iter::once(finding.span.file).chain(calls.iter().map(|call| call.file));
        let first_in = |file: FileId| {
            let held = self.held.entry((rule.clone(), file)).or_insert_with(|| {
                let path = &sources.file(file).path;
                let holds = |at: &usize| all.exemptions[*at].files.as_ref().is_none_or(|files| files.hold(path));
                of_rule.iter().copied().filter(holds).collect()
            });
            held.iter().copied().find(|at| all.exemptions[*at].fits(finding, &addresses))
        };
        files.filter_map(first_in).min().map(|at| &all.exemptions[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_the_folders_they_lie_in() {
        let check = |glob: &str, path: &str, expected: bool| {
            let files = Files::new(Path::new("/top"), &[glob]).expect("the glob is right");
            assert_eq!(files.hold(Path::new(path)), expected, "{glob} {path}");
        };
        check("legacy.tf", "/top/a/legacy.tf", true);
        check("a/legacy.tf", "/top/a/legacy.tf", true);
        check("a/legacy.tf", "/top/b/a/legacy.tf", false);
        check("legacy", "/top/a/legacy/b/c.tf", true);
        check("./a/", "/top/a/b/c.tf", true);
        check("a/*", "/top/a/b/c.tf", true);
        check("a/*.tf", "/top/a/b/c.tf", false);
        check("**/b/*.tf", "/top/a/b/c.tf", true);
        check("*", "/elsewhere/a.tf", false);
    }

    #[test]
    fn addresses_and_what_lies_in_them() {
        let check = |pattern: &str, address: &str, expected: bool| {
            let wildcard = Wildcard::new(pattern);
            assert_eq!(names(address).iter().any(|name| wildcard.fits(name)), expected, "{pattern} {address}");
        };
        check("aws_b.c", "aws_b.c", true);
        check("aws_b.c", "aws_b.c[0]", true);
        check("aws_b.c[1]", "aws_b.c[0]", false);
        check("aws_b.c", "aws_b.cd", false);
        check("aws_b.c*", "aws_b.cd", true);
        check("module.a", "module.a[\"x.]y\"].aws_b.c", true);
        check("module.a.aws_b.c", "module.a[\"x.]y\"].aws_b.c[\"z\"]", true);
        check("*.aws_b.c", "module.a.aws_b.c", true);
        check("*.aws_b.c", "module.a.aws_b.c.aws_b.cd", true);
        check("module.*.aws_*.c", "module.a.module.b.aws_b.c[1]", true);
        check("module.*.aws_*.c", "module.a.module.b.aws_b.d", false);
        check("aws_*.aa", "aws_b.aaa", false);
        check("aws_*aa", "aws_b.aaa", true);
        check("aws_*éé", "aws_b.ééé", true);
        check("aws_b.*", "aws_b.c", true);
        check("*", "aws_b.c", true);
        check("", "aws_b.c", false);
        check("aws_b.c", "module.a.aws_b.c", false);
    }
}
