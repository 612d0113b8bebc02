//! What the arguments mean.

use std::ffi::OsString;
use std::path::PathBuf;

use super::args::{CheckArgs, FailOnArg};
use super::exit::Threshold;
use super::failure::Failure;
use super::output::{Format, Least, Output};
use super::settings::{self, Written};
use super::terminal;
use crate::clock::Clock;
use crate::config::{InputArgument, LoadOptions};
use crate::report::Wanted;
use crate::report::pretty::{Detail, Look};
use crate::rules::{RuleOptions, Severity};

/// A check as it will run.
#[derive(Debug)]
pub(super) struct CheckOptions {
    /// What to check, and with which variables.
    pub load: LoadOptions,
    /// Files and folders with further rules.
    pub rule_files: Vec<PathBuf>,
    /// Which rules the command line asks for.
    pub rules: RuleOptions,
    /// The settings.
    pub settings: Written,
    /// The environment, where one was chosen.
    pub environment: Option<String>,
    /// Where the reports go.
    pub outputs: Vec<Output>,
    /// What the reports list.
    pub wanted: Wanted,
    /// From which severity on each of them does.
    pub least: Least,
    /// The baseline, where the command line names one.
    pub baseline: Option<PathBuf>,
    /// Whether it is written.
    pub write_baseline: bool,
    /// The revision since which findings have to be new, where one was named.
    pub new_since: Option<String>,
    /// What makes the run fail.
    pub threshold: Threshold,
    /// How much the report for people says.
    pub detail: Detail,
    /// What the terminal can do.
    pub look: Look,
    /// Number of threads, where it was chosen.
    pub jobs: Option<usize>,
}

impl CheckOptions {
    pub(super) fn new(args: CheckArgs) -> Result<CheckOptions, Failure> {
        let mut load = load_options(args.paths, args.inputs.0)?;
        let (chosen, rules) = (args.config.as_deref(), &args.rules.paths);
        let settings = settings::read(chosen, &load.paths, &load.working_dir, &load.sources, rules)?;
        load.find_environments = settings.environments.is_empty();
        if args.output.verbose {
            load.clock = Clock::on();
        }
        let fail_on = args.fail_on.or(settings.fail_on.map(|f| f.value)).unwrap_or(FailOnArg::Warning);
        let threshold = Threshold { severity: fail_on.severity(), strict: args.strict };
        let output = args.output;
        let outputs = Output::all(&output.format, output.output)?;
        // What makes the run fail is listed, unless that was decided otherwise.
        let failing = threshold.severity.unwrap_or(Severity::Warning).min(Severity::Warning);
        let usual = settings.min_severity.map_or(failing, |s| s.value);
        let least = Least { asked: args.min_severity.map(Severity::from), usual };
        Ok(CheckOptions {
            rule_files: args.rules.paths.into_iter().chain(settings.rule_files()).collect(),
            load,
            settings,
            environment: args.environment,
            rules: RuleOptions { select: args.select, ignore: args.ignore, ..RuleOptions::default() },
            wanted: Wanted { min_severity: super::output::least(&outputs, least), suppressed: output.show_suppressed },
            least,
            baseline: args.baseline,
            write_baseline: args.write_baseline,
            new_since: args.new_since,
            threshold,
            detail: Detail {
                verbose: output.verbose,
                quiet: output.quiet,
                undecided: output.show_undecided,
                statistics: output.statistics,
            },
            look: terminal::look(output.color, pretty_is_printed(&outputs)),
            outputs,
            jobs: args.jobs.map(std::num::NonZeroUsize::get),
        })
    }
}

/// The variables of Terraform's own environment count as they do for Terraform.
pub(super) fn load_options(paths: Vec<PathBuf>, inputs: Vec<InputArgument>) -> Result<LoadOptions, Failure> {
    let mut load = LoadOptions::new(std::env::current_dir().map_err(Failure::NoWorkingFolder)?, paths);
    load.inputs = inputs;
    let variable = |(name, value): (OsString, OsString)| {
        Some((name.to_str()?.strip_prefix("TF_VAR_")?.to_owned(), value.into_string().ok()?))
    };
    load.environment = std::env::vars_os().filter_map(variable).collect();
    load.environment.sort();
    if let Some(folder) = std::env::var_os("TF_DATA_DIR").filter(|f| !f.is_empty()) {
        load.data_dir = folder.into();
    }
    Ok(load)
}

fn pretty_is_printed(outputs: &[Output]) -> bool {
    outputs.iter().any(|o| o.format == Format::Pretty && o.file.is_none())
}
