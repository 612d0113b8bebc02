//! The pipeline, readable as the data flow: paths, files, report.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::exit::Exit;
use super::failure::Failure;
use super::options::CheckOptions;
use super::output;
use crate::report::{Outcome, Report};
use crate::source;

/// Checks what the options name, and writes the reports.
pub(super) fn check(options: &CheckOptions) -> Result<Exit, Failure> {
    start_threads(options.jobs)?;
    let outcome = read(options)?;
    let report = Report::new(outcome, &options.wanted);
    output::write(&report, options)?;
    Ok(Exit::of(&report, options.threshold))
}

fn start_threads(jobs: Option<usize>) -> Result<(), Failure> {
    match jobs {
        None => Ok(()),
        Some(jobs) => {
            rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global().map_err(|_| Failure::Threads { jobs })
        }
    }
}

fn read(options: &CheckOptions) -> Result<Outcome, Failure> {
    let start = Instant::now();
    let mut outcome = Outcome { folder: folder_in_repository(), ..Outcome::default() };
    let here = std::env::current_dir().unwrap_or_default();
    let shown = |path: &Path| Arc::from(source::shown_path(&source::normalize(&here.join(path)), &here));
    let wanted = |name: &str| [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|end| name.ends_with(end));
    for path in &options.paths {
        if !path.exists() {
            return Err(Failure::NoSuchPath(path.clone()));
        }
        let walk = source::walk(path, wanted, shown);
        outcome.problems.extend(walk.problems);
        for (folder, names) in walk.folders {
            for name in names {
                let path = folder.join(name);
                match source::read_text(&path) {
                    Ok(text) => drop(outcome.sources.add(&path, shown(&path), text)),
                    Err(error) => outcome.problems.push(error.problem(shown(&path))),
                }
            }
        }
    }
    outcome.files = outcome.sources.files().len();
    if outcome.files == 0 && outcome.problems.is_empty() {
        return Err(Failure::NothingToCheck(options.paths.clone()));
    }
    outcome.timings.push(("read", start.elapsed()));
    Ok(outcome)
}

/// The working folder as seen from the top of the repository it lies in; empty where there is none.
fn folder_in_repository() -> String {
    let Ok(here) = std::env::current_dir() else { return String::new() };
    match here.ancestors().find(|folder| folder.join(".git").exists()) {
        Some(top) => here.strip_prefix(top).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/"),
        None => String::new(),
    }
}
