//! Where the settings of a run are: the nearest `.tfcheck.hcl` from the checked folders upwards.

use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::source::{is_work_tree, normalize, shown_path};

/// The name of a settings file.
pub(super) const NAME: &str = ".tfcheck.hcl";

/// The settings file of these paths. All of them have to have the same: a run has one set of settings.
pub(super) fn find(working_dir: &Path, paths: &[PathBuf]) -> Result<Option<PathBuf>, Failure> {
    let mut found: Vec<Option<PathBuf>> = Vec::new();
    for path in paths {
        let nearest = above(&normalize(&working_dir.join(path)));
        if !found.contains(&nearest) {
            found.push(nearest);
        }
    }
    if found.len() > 1 {
        let name = |path: &Option<PathBuf>| match path {
            Some(path) => format!("`{}`", shown_path(path, working_dir)),
            None => "none at all".to_owned(),
        };
        return Err(Failure::SeveralSettings(found.iter().map(name).collect()));
    }
    Ok(found.pop().flatten())
}

/// The nearest settings file in a folder or above it; the top of a repository is not left.
fn above(path: &Path) -> Option<PathBuf> {
    for folder in path.ancestors() {
        let file = folder.join(NAME);
        // Whatever bears the name is meant: what cannot be read stops the run rather than being passed over.
        if file.symlink_metadata().is_ok() {
            return Some(file);
        }
        if is_work_tree(folder) {
            return None;
        }
    }
    None
}
