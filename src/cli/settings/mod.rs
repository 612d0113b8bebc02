//! tfcheck's own settings: found, read, and held against the rules there are.
//!
//! Settings have two forms: as written, every value with its place ([`Written`]), and as they hold, with every name in
//! them known to exist (`Resolved`). Every mistake is told at once. Knows what settings mean, not what a run does with
//! them.

mod find;
mod reader;
mod resolve;
mod show;
mod written;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use resolve::Resolved;
pub(super) use show::settings;
pub(super) use written::{EnvironmentBlock, Written};

use super::failure::Failure;
use crate::source::{SourceMap, normalize, read_text, shown_path};
use crate::syntax;

/// Reads the settings of a run: `chosen`, or what is found from the paths upwards.
pub(super) fn read(
    chosen: Option<&Path>,
    paths: &[PathBuf],
    working_dir: &Path,
    sources: &Arc<SourceMap>,
) -> Result<Written, Failure> {
    let path = match chosen {
        Some(path) => Some(normalize(&working_dir.join(path))),
        None => find::find(&normalize(working_dir), paths)?,
    };
    let Some(path) = path else { return Ok(Written::default()) };
    let name = shown_path(&path, &normalize(working_dir));
    let text = read_text(&path).map_err(|error| Failure::UnreadableSettings { path: name.clone(), error })?;
    let file = sources.add(&path, name, text);
    let document = syntax::parse(file.id, &file.text);
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let (written, problems) = written::read(file, document, folder);
    if problems.is_empty() { Ok(written) } else { Err(Failure::Settings { problems, sources: sources.clone() }) }
}
