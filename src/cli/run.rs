//! The pipeline, readable as the data flow: paths, configuration, findings, report.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::exit::Exit;
use super::failure::Failure;
use super::options::CheckOptions;
use super::{output, threads};
use crate::config::{self, Config, Root};
use crate::infra::{self, AnalysisOptions, Instance, InstanceKind, NotOnDisk};
use crate::report::{Outcome, Report};
use crate::source::{Problem, Sandbox};

/// Checks what the options name, and writes the reports.
pub(super) fn check(options: &CheckOptions) -> Result<Exit, Failure> {
    threads::start(options.jobs)?;
    let mut outcome = Outcome { folder: folder_in_repository(&options.load.working_dir), ..Outcome::default() };
    let config = timed(&mut outcome, "load", || load(options))?;
    add_configuration(&mut outcome, &config);
    let judged = timed(&mut outcome, "evaluate", || judge(&config));
    judged.into_iter().for_each(|judged| judged.add_to(&mut outcome, &config));
    let report = Report::new(outcome, &options.wanted);
    output::write(&report, options)?;
    Ok(Exit::of(&report, options.threshold))
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
    outcome.sources = config.sources.clone();
    outcome.problems.extend(config.all_problems().into_iter().filter(|p| in_focus(config, p)));
    outcome.files = config.files_checked();
    outcome.roots = config.roots.len();
}

/// What there is to say of one root.
struct Judged {
    problems: Vec<Problem>,
    not_on_disk: Vec<NotOnDisk>,
    resources: usize,
}

/// Evaluates every root, in parallel; the order is that of the roots.
fn judge(config: &Config) -> Vec<Judged> {
    let sandbox = infra::sandbox(config, config.roots.iter().map(|r| r.dir.as_path()));
    config.roots.par_iter().map(|root| judge_root(config, root, &sandbox)).collect()
}

fn judge_root(config: &Config, root: &Root, sandbox: &Arc<Sandbox>) -> Judged {
    let (_program, infra, problems) = infra::analyze(config, root, sandbox, &AnalysisOptions::default());
    let is_resource = |i: &&Instance| i.kind == InstanceKind::Resource;
    Judged { problems, resources: infra.instances().iter().filter(is_resource).count(), not_on_disk: infra.not_on_disk }
}

impl Judged {
    fn add_to(self, outcome: &mut Outcome, config: &Config) {
        outcome.problems.extend(self.problems.into_iter().filter(|p| in_focus(config, p)));
        outcome.not_on_disk.extend(self.not_on_disk);
        outcome.resources += self.resources;
    }
}

/// Where single files were named, what lies in others is not reported.
fn in_focus(config: &Config, problem: &Problem) -> bool {
    problem.label.as_ref().is_none_or(|label| config.in_focus(label.span.file))
}

/// The working folder as seen from the top of the repository it lies in; empty where there is none.
fn folder_in_repository(here: &Path) -> String {
    match here.ancestors().find(|folder| folder.join(".git").exists()) {
        Some(top) => here.strip_prefix(top).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/"),
        None => String::new(),
    }
}
