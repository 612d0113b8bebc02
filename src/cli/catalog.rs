//! All rules of a run: those in the binary and those of `--rules`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::failure::Failure;
use crate::rules::Catalog;
use crate::source::{SourceFile, SourceMap, Text, normalize, read_text, shown_path, walk};

/// The catalog with the rules of these files and folders.
pub(super) fn catalog<'s>(
    paths: &[PathBuf],
    working_dir: &Path,
    sources: &'s Arc<SourceMap>,
) -> Result<Catalog<'s>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        read(path, working_dir, sources, &mut files)?;
    }
    let catalog = Catalog::embedded(sources).with_files(&files);
    catalog.map_err(|problems| Failure::Rules { problems, sources: sources.clone() })
}

fn read(path: &Path, working_dir: &Path, sources: &SourceMap, files: &mut Vec<Arc<SourceFile>>) -> Result<(), Failure> {
    let path = normalize(&working_dir.join(path));
    let shown = |path: &Path| Text::from(shown_path(path, working_dir));
    let found = if path.is_dir() {
        let walk = walk(&path, |name| name.ends_with(".hcl"), shown);
        walk.folders.into_iter().flat_map(|(dir, names)| names.into_iter().map(move |n| dir.join(n))).collect()
    } else {
        vec![path.clone()]
    };
    if found.is_empty() {
        return Err(Failure::NoRules(path));
    }
    for path in found {
        match read_text(&path) {
            Ok(text) => files.push(sources.add(&path, shown(&path), text)),
            Err(error) => return Err(Failure::UnreadableRules { path: shown(&path).to_string(), error }),
        }
    }
    Ok(())
}
