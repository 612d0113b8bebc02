//! The pipeline, readable as the data flow: paths, configuration, findings, report.

use std::path::Path;
use std::time::Instant;

use super::exit::Exit;
use super::failure::Failure;
use super::options::CheckOptions;
use super::output;
use crate::config::{self, Child, Config, ModuleNode};
use crate::infra::NotOnDisk;
use crate::report::{Outcome, Report};
use crate::source::Problem;

/// Checks what the options name, and writes the reports.
pub(super) fn check(options: &CheckOptions) -> Result<Exit, Failure> {
    start_threads(options.jobs)?;
    let mut outcome = Outcome { folder: folder_in_repository(&options.load.working_dir), ..Outcome::default() };
    let config = timed(&mut outcome, "load", || load(options))?;
    add_configuration(&mut outcome, &config);
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

fn timed<T>(outcome: &mut Outcome, stage: &'static str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    outcome.timings.push((stage, start.elapsed()));
    result
}

fn load(options: &CheckOptions) -> Result<Config, Failure> {
    let config = config::load(&options.load)?;
    if config.roots.is_empty() && config.all_problems().is_empty() {
        return Err(Failure::NothingToCheck(options.load.paths.clone()));
    }
    Ok(config)
}

/// What reading the configuration alone has to say.
fn add_configuration(outcome: &mut Outcome, config: &Config) {
    let wanted = |p: &Problem| p.label.as_ref().is_none_or(|l| config.in_focus(l.span.file));
    outcome.sources = config.sources.clone();
    outcome.problems.extend(config.all_problems().into_iter().filter(wanted));
    outcome.files = config.files_checked();
    outcome.roots = config.roots.len();
    for root in &config.roots {
        add_missing(&mut outcome.not_on_disk, &root.module, "");
    }
}

/// The calls below a module whose modules are not on disk.
fn add_missing(missing: &mut Vec<NotOnDisk>, node: &ModuleNode, prefix: &str) {
    for (name, child) in &node.children {
        let address = format!("{prefix}module.{name}");
        match child {
            Child::Loaded(node) => add_missing(missing, node, &format!("{address}.")),
            Child::NotOnDisk { source } => {
                if let Some(call) = node.module.calls.get(name) {
                    missing.push(NotOnDisk { address: address.into(), source: source.clone(), span: call.header });
                }
            }
            Child::Cycle => {}
        }
    }
}

/// The working folder as seen from the top of the repository it lies in; empty where there is none.
fn folder_in_repository(here: &Path) -> String {
    match here.ancestors().find(|folder| folder.join(".git").exists()) {
        Some(top) => here.strip_prefix(top).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/"),
        None => String::new(),
    }
}
