//! What settings silence: rules in certain files, at certain addresses, in certain environments.
//!
//! [`Exemptions::new`] resolves the rules they name, [`Exemptions::apply`] silences findings. Knows nothing of how
//! settings are written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex::Regex;
use rustc_hash::FxHashSet;

use super::silence::calls;
use super::{Catalog, Finding, Suppressed};
use crate::config::Root;
use crate::source::SourceMap;
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
            Err(error) => Err(vec![(0, error.to_string())]),
        }
    }

    fn hold(&self, path: &Path) -> bool {
        path.strip_prefix(&self.folder).is_ok_and(|below| self.globs.is_match(below))
    }
}

/// A name in which `*` stands for anything. It fits what lies inside of it, too: `module.a` fits `module.a.aws_b.c`,
/// `aws_b.c` fits `aws_b.c[0]`.
#[derive(Clone, Debug)]
pub struct Wildcard(Regex);

impl Wildcard {
    /// Reads one; every text is one.
    pub fn new(text: &str) -> Option<Wildcard> {
        let parts: Vec<String> = text.split('*').map(regex::escape).collect();
        Regex::new(&format!("(?s)^{}(?:$|[.\\[])", parts.join(".*"))).ok().map(Wildcard)
    }

    fn fits(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// Whether an address fits, with or without the keys of its instances.
    fn fits_address(&self, address: &str) -> bool {
        self.fits(address) || self.fits(&without_keys(address))
    }
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
    exemptions: Vec<(FxHashSet<Text>, Exemption)>,
}

impl Exemptions {
    /// Finds the rules that are meant.
    pub fn new(exemptions: Vec<Exemption>, catalog: &Catalog<'_>) -> Exemptions {
        let resolved = exemptions.into_iter().map(|e| (catalog.selected(&e.selector).into_iter().collect(), e));
        Exemptions { exemptions: resolved.collect() }
    }

    /// Silences findings of one root that nothing silenced before.
    pub fn apply(&self, root: &Root, sources: &SourceMap, findings: &mut [Box<Finding>]) {
        for finding in findings.iter_mut().filter(|f| f.suppressed.is_none()) {
            let fits = |(rules, exemption): &&(FxHashSet<Text>, Exemption)| {
                rules.contains(&finding.about.rule) && exemption.fits(finding, root, sources)
            };
            if let Some((_, exemption)) = self.exemptions.iter().find(fits) {
                let silenced = Suppressed { by: "settings".into(), reason: exemption.reason.clone() };
                finding.suppressed = Some(Arc::new(silenced));
            }
        }
    }
}

impl Exemption {
    fn fits(&self, finding: &Finding, root: &Root, sources: &SourceMap) -> bool {
        let address = finding.address();
        let holds = |files: &Files| {
            let places = std::iter::once(finding.span).chain(calls(root, address));
            places.into_iter().any(|span| files.hold(&sources.file(span.file).path))
        };
        let some = |wildcards: &[Wildcard], fits: &dyn Fn(&Wildcard) -> bool| {
            wildcards.is_empty() || wildcards.iter().any(fits)
        };
        some(&self.addresses, &|w| finding.addresses.iter().any(|a| w.fits_address(a)))
            && some(&self.environments, &|w| finding.environments().iter().any(|e| w.fits(e)))
            && self.files.as_ref().is_none_or(holds)
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
            let wildcard = Wildcard::new(pattern).expect("every text is one");
            assert_eq!(wildcard.fits_address(address), expected, "{pattern} {address}");
        };
        check("aws_b.c", "aws_b.c", true);
        check("aws_b.c", "aws_b.c[0]", true);
        check("aws_b.c[1]", "aws_b.c[0]", false);
        check("aws_b.c", "aws_b.cd", false);
        check("aws_b.c*", "aws_b.cd", true);
        check("module.a", "module.a[\"x.]y\"].aws_b.c", true);
        check("module.a.aws_b.c", "module.a[\"x.]y\"].aws_b.c[\"z\"]", true);
        check("*.aws_b.c", "module.a.aws_b.c", true);
        check("aws_b.c", "module.a.aws_b.c", false);
    }
}
