//! The pipeline, readable as the data flow: paths, configuration, findings, report.

use std::mem;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::baseline::BaselineFile;
use super::environments::Plan;
use super::exit::Exit;
use super::failure::Failure;
use super::options::CheckOptions;
use super::progress::Progress;
use super::since::Since;
use super::{catalog, output, settings, stages, threads};
use crate::clock::Stage;
use crate::config::{self, Config};
use crate::eval::{Common, RootHost};
use crate::infra::{self, AnalysisOptions, Instance, InstanceKind, NotOnDisk, Wanted};
use crate::report::{Outcome, Report};
use crate::rules::{self, Catalog, Fetched, Finding, Ignores, Selection, Usage};
use crate::secrets::Secrets;
use crate::source::{Problem, ProblemKind, Sandbox, work_tree};

/// Checks what the options name, and writes the reports.
pub(super) fn check(options: &CheckOptions) -> Result<Exit, Failure> {
    let start = Instant::now();
    threads::start(options.jobs)?;
    // On one of the threads: work that several may share is handed to them from outside with a change of threads each
    // time, and some is handed out for every root.
    rayon::scope(|_| run(options, start))
}

fn run(options: &CheckOptions, start: Instant) -> Result<Exit, Failure> {
    let clock = &options.load.clock;
    let mut outcome = Outcome { folder: folder_in_repository(&options.load.working_dir), ..Outcome::default() };
    let baseline = BaselineFile::read(options)?;
    let since = Since::open(options)?;
    let mut progress = Progress::new(options.detail.quiet);
    progress.stage("reading files", 0);
    let config = timed(&mut outcome, "load", || load(options))?;
    let prepared = clock.stage(Stage::Prepare, || prepare(options, &config))?;
    let judged =
        timed(&mut outcome, "check", || clock.stage(Stage::Check, || Judge::new(&config, &prepared).all(&progress)));
    progress.end();
    let exit = clock.stage(Stage::Report, || {
        gather(&mut outcome, (&config, &prepared), judged);
        if let Some(baseline) = baseline {
            baseline.settle(&mut outcome, (&config, &prepared.plan), (&prepared.catalog, &prepared.selection))?;
        }
        if let Some(since) = since {
            since.keep_new(&mut outcome, &config)?;
        }
        if output::lists_rules(options) {
            outcome.rules = prepared.catalog.enabled_infos(&prepared.selection);
        }
        if outcome.says_something() {
            outcome.secrets = Secrets::of(&config, prepared.plan.variable_files());
        }
        let report = Report::new(outcome, &options.wanted);
        output::write(&report, options)?;
        let exit = Exit::of(&report, options.threshold);
        mem::forget(report);
        Ok::<_, Failure>(exit)
    })?;
    stages::show(clock, start);
    // The process ends: the system takes all memory back at once, where taking apart every tree would need time.
    mem::forget((config, prepared));
    Ok(exit)
}

/// What roots are judged by.
struct Prepared<'o> {
    catalog: Catalog<'o>,
    settings: settings::Resolved,
    selection: Selection,
    ignores: Ignores,
    plan: Plan,
    fetched: Fetched,
}

fn prepare<'o>(options: &'o CheckOptions, config: &Config) -> Result<Prepared<'o>, Failure> {
    let catalog = catalog::catalog(&options.rule_files, &options.load.working_dir, &options.load.sources)?;
    let settings = options.settings.resolve(&options.rules, &catalog, &config.sources, rules::today())?;
    let mut selection = catalog.select(&settings.rules).map_err(Failure::Options)?;
    selection.listed = Some(options.wanted.min_severity);
    let respect_others = options.settings.respect_other_tools;
    let ignores = Ignores::read(config, &catalog, &selection, rules::today(), respect_others);
    let plan = Plan::new(config, &options.settings, options.environment.as_deref())?;
    Ok(Prepared { catalog, settings, selection, ignores, plan, fetched: Fetched::of(config) })
}

/// Everything that there is to say.
fn gather(outcome: &mut Outcome, (config, prepared): (&Config, &Prepared<'_>), judged: Vec<Judged>) {
    let Prepared { settings, plan, ignores, .. } = prepared;
    add_configuration(outcome, config);
    outcome.files += plan.files;
    outcome.problems.extend(settings.problems.iter().chain(&plan.problems).cloned());
    outcome.resources = resources(&judged, config.roots.len());
    let usages: Vec<Usage> = judged.into_iter().map(|judged| judged.add_to(outcome, config)).collect();
    outcome.problems.extend(ignores.problems(&usages, plan.partial).into_iter().filter(|p| in_focus(config, p)));
    // Where a rule of tfcheck's own could not be evaluated, the list of what is undecided says why.
    let given: Vec<_> = prepared.catalog.given_files().map(|file| file.id).collect();
    let is_given = |p: &Problem| p.label.as_ref().is_none_or(|label| given.contains(&label.span.file));
    outcome.problems.retain(|p| p.kind != ProblemKind::Rule || is_given(p));
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

/// The last evaluation is not taken apart before the process ends where all texts together have no more bytes: where
/// there is much to be reported, the room is needed again.
const LITTLE_TEXT: usize = 4 << 20;

/// Evaluates roots and runs the rules over them.
struct Judge<'a> {
    config: &'a Config,
    prepared: &'a Prepared<'a>,
    little_text: bool,
    /// What rules of this run look at.
    wanted: Wanted,
}

/// What there is to say of one root in one environment.
struct Judged {
    root: usize,
    rules: rules::Outcome,
    usage: Usage,
    problems: Vec<Problem>,
    not_on_disk: Vec<NotOnDisk>,
    resources: usize,
}

impl<'a> Judge<'a> {
    fn new(config: &'a Config, prepared: &'a Prepared<'a>) -> Judge<'a> {
        let bytes: usize = config.sources.files().iter().map(|file| file.text.len()).sum();
        let wanted = |kind| prepared.catalog.looks_within(&prepared.selection, kind);
        let wanted = Wanted { variables: wanted(InstanceKind::Variable), outputs: wanted(InstanceKind::Output) };
        Judge { config, prepared, little_text: bytes <= LITTLE_TEXT, wanted }
    }

    /// All roots in all their environments, in parallel; the order is that of the roots.
    fn all(&self, progress: &Progress) -> Vec<Judged> {
        let sandbox = infra::sandbox(self.config);
        let of_roots = self.prepared.plan.of_roots.iter().enumerate();
        let evaluations: Vec<_> = of_roots.flat_map(|(at, of_root)| of_root.iter().map(move |o| (at, o))).collect();
        progress.stage("checking root modules", evaluations.len());
        // Roots that one thread evaluates one after the other share what was read of types and variables.
        let together = if rayon::current_num_threads() == 1 { evaluations.len().max(1) } else { 1 };
        let last = evaluations.len().saturating_sub(1);
        // What they share is not taken apart at the end either: see `run`.
        let common = || mem::ManuallyDrop::new(Common::default());
        let numbered = evaluations.into_par_iter().enumerate().with_min_len(together);
        let judged = numbered.map_init(common, |common, (number, (at, options))| {
            let judged = self.root(at, options, &sandbox, common, number == last);
            progress.step();
            judged
        });
        judged.collect()
    }

    fn root(
        &self,
        at: usize,
        options: &AnalysisOptions,
        sandbox: &Arc<Sandbox>,
        common: &Common,
        is_last: bool,
    ) -> Judged {
        let root = &self.config.roots[at];
        let options = AnalysisOptions { wanted: self.wanted, ..options.clone() };
        let (program, mut infra, problems) = infra::analyze_beside(common, self.config, root, sandbox, &options);
        let host = RootHost::new(&root.dir, sandbox.clone(), self.config.sources.clone());
        let Prepared { catalog, selection, ignores, settings, fetched, .. } = self.prepared;
        let mut rules = rules::check(catalog, selection, &infra, &host, &program);
        self.config.clock.add(Stage::Rules, rules.spent);
        let is_resource = |i: &&Instance| i.kind == InstanceKind::Resource;
        let resources = infra.instances().iter().filter(is_resource).count();
        let usage = ignores.apply(root, &infra, &mut rules);
        settings.exemptions.apply(root, &self.config.sources, &mut rules.findings);
        fetched.show_at_calls(root, &mut rules.findings);
        let not_on_disk = mem::take(&mut infra.not_on_disk);
        if is_last && self.little_text {
            mem::forget((program, infra));
        }
        Judged { root: at, rules, usage, problems, resources, not_on_disk }
    }
}

impl Judged {
    fn add_to(self, outcome: &mut Outcome, config: &Config) -> Usage {
        let problems = self.problems.into_iter().chain(self.rules.problems);
        outcome.problems.extend(problems.filter(|p| in_focus(config, p)));
        outcome.findings.extend(self.rules.findings.into_iter().filter(|f| finding_in_focus(config, f)));
        outcome.undecided.extend(self.rules.undecided.into_iter().filter(|u| config.in_focus(u.span.file)));
        outcome.not_on_disk.extend(self.not_on_disk);
        self.usage
    }
}

/// How many resources there are: of a root with several environments, in the one that has most.
fn resources(judged: &[Judged], roots: usize) -> usize {
    let mut most = vec![0; roots];
    judged.iter().for_each(|j| most[j.root] = most[j.root].max(j.resources));
    most.iter().sum()
}

/// A finding is about the files that its trail leads through, too: the default in `variables.tf` that spoils a resource
/// elsewhere.
fn finding_in_focus(config: &Config, finding: &Finding) -> bool {
    let trail = finding.trail().iter().map(|step| step.span);
    std::iter::once(finding.span).chain(trail).any(|span| config.in_focus(span.file))
}

/// Where single files were named, what lies in others is not reported.
fn in_focus(config: &Config, problem: &Problem) -> bool {
    problem.label.as_ref().is_none_or(|label| config.in_focus(label.span.file))
}

/// The working folder as seen from the top of the repository it lies in; empty where there is none.
fn folder_in_repository(here: &Path) -> String {
    match work_tree(here) {
        Some(top) => here.strip_prefix(top).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/"),
        None => String::new(),
    }
}
