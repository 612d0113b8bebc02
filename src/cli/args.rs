//! What can be typed. Nothing is resolved or looked up here.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::inputs::InputArgs;
use crate::rules::Severity;

/// Checks Terraform and OpenTofu configuration for defaults that are not fit for production
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
#[command(after_help = "Exit status: 0 nothing at or above --fail-on, 1 findings, 2 could not do what was asked")]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub check: CheckArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check configuration (what tfcheck does when no command is given)
    Check(Box<CheckArgs>),
    /// Show what a rule finds, why, and what to do about it
    Explain(ExplainArgs),
    /// List all rules
    Rules(RulesArgs),
    /// Show the settings that hold for a folder, and where they are written
    Settings(SettingsArgs),
    /// Show what a resource's attributes are worth, and how each came to be
    Why(WhyArgs),
    /// Show what expressions are worth in a root module
    Eval(EvalArgs),
    /// Print the script that completes tfcheck's arguments in a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
}

#[derive(Debug, ClapArgs)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ManArgs {
    /// The page of this command, such as `why`
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct SettingsArgs {
    /// A folder that could be checked
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,

    /// Read the settings from this file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct WhyArgs {
    /// A resource's address, such as `module.db.aws_db_instance.this`, or one of its attributes: `ADDRESS.multi_az`
    #[arg(value_name = "ADDRESS[.ATTR]")]
    pub target: String,

    /// The folder that is searched for root modules
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,

    /// Read the settings from this file [default: .tfcheck.hcl in the folder or above]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Show this environment only
    #[arg(long, value_name = "NAME", help_heading = "Variables")]
    pub environment: Option<String>,

    #[command(flatten)]
    pub inputs: InputArgs,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}

#[derive(Debug, ClapArgs)]
pub(super) struct EvalArgs {
    /// Expressions, such as `local.zones` or `cidrsubnet(var.cidr, 4, 1)`
    #[arg(value_name = "EXPR", required_unless_present = "stdin", conflicts_with = "stdin")]
    pub expressions: Vec<String>,

    /// Read one expression a line and write one JSON object a line: {"value": ...}, {"unknown": ...} or {"error": ...}
    #[arg(long)]
    pub stdin: bool,

    /// The folder of the root module
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,

    #[command(flatten)]
    pub inputs: InputArgs,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ExplainArgs {
    /// The rule's id, as findings name it
    pub rule: String,

    #[command(flatten)]
    pub rules: RuleFilesArgs,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}

#[derive(Debug, ClapArgs)]
pub(super) struct RulesArgs {
    /// How to write the list
    #[arg(long, short, default_value = "table")]
    pub format: ListFormat,

    /// List the checks of other tools, each with the rules that cover it
    #[arg(long)]
    pub peers: bool,

    #[command(flatten)]
    pub rules: RuleFilesArgs,
}

/// A way to write the list of rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum ListFormat {
    Table,
    Json,
    Markdown,
}

#[derive(Debug, ClapArgs)]
pub(super) struct CheckArgs {
    /// Folders (searched for root modules) or files to check
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Number of threads, at most four for each core or 16 [default: one for each core]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,

    /// Read the settings from this file [default: .tfcheck.hcl in the checked folder or above]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Check in this environment only [default: in all that the settings or the layout of the root module name]
    #[arg(long, value_name = "NAME", help_heading = "Variables")]
    pub environment: Option<String>,

    #[command(flatten)]
    pub inputs: InputArgs,

    #[command(flatten)]
    pub output: OutputArgs,

    /// Run only these rules: ids, categories, services, or patterns such as `rds-*`
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    pub select: Vec<String>,

    /// Do not run these rules
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    pub ignore: Vec<String>,

    #[command(flatten)]
    pub rules: RuleFilesArgs,

    /// List findings of this severity and above [default: warning, or what --fail-on asks for if that is less; all in JSON]
    #[arg(long, value_name = "SEVERITY", help_heading = "Findings")]
    pub min_severity: Option<SeverityArg>,

    /// Exit with 1 if there are findings of this severity or above [default: warning]
    #[arg(long, value_name = "SEVERITY", help_heading = "Findings")]
    pub fail_on: Option<FailOnArg>,

    /// Let pass what this file accepts: only what is new counts
    #[arg(long, value_name = "FILE", help_heading = "Findings")]
    pub baseline: Option<PathBuf>,

    /// Accept all that is found now: write it to the baseline [default: .tfcheck-baseline.json]
    #[arg(long, help_heading = "Findings")]
    pub write_baseline: bool,

    /// Report only what stands on lines that were changed since this git revision, such as `origin/main...`
    #[arg(long, value_name = "REV", help_heading = "Findings", conflicts_with = "write_baseline")]
    pub new_since: Option<String>,

    /// Exit with 1 also if something was undecided or could not be analysed
    #[arg(long, help_heading = "Findings")]
    pub strict: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct RuleFilesArgs {
    /// Also run the rules of this file or folder; may be given several times
    #[arg(long = "rules", id = "rule-files", value_name = "PATH", help_heading = "Rules")]
    pub paths: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// How to write the report: FORMAT, or FORMAT=FILE; may be given several times [default: pretty]
    #[arg(long, short, value_name = "FORMAT[=FILE]", long_help = format_help())]
    pub format: Vec<String>,

    /// Write the report to a file instead of the terminal
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// List what could not be decided, and why
    #[arg(long)]
    pub show_undecided: bool,

    /// List findings that were silenced
    #[arg(long)]
    pub show_suppressed: bool,

    /// Show how often each rule fires in place of the findings, how many fixes need no decision, and what they do
    #[arg(long)]
    pub statistics: bool,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,

    /// Print findings only, no summary
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say everything about every finding, and how long each stage took
    #[arg(long, short)]
    pub verbose: bool,
}

/// A severity as it is typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum SeverityArg {
    Error,
    Warning,
    Advice,
}

impl From<SeverityArg> for Severity {
    fn from(arg: SeverityArg) -> Severity {
        match arg {
            SeverityArg::Error => Severity::Error,
            SeverityArg::Warning => Severity::Warning,
            SeverityArg::Advice => Severity::Advice,
        }
    }
}

/// A severity, or none at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum FailOnArg {
    Error,
    Warning,
    Advice,
    /// Findings never change the exit status
    Never,
}

impl FailOnArg {
    /// The severity from which on findings count; `None` where they never do.
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            FailOnArg::Error => Some(Severity::Error),
            FailOnArg::Warning => Some(Severity::Warning),
            FailOnArg::Advice => Some(Severity::Advice),
            FailOnArg::Never => None,
        }
    }
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum ColorArg {
    /// Where the terminal and the environment (NO_COLOR, CLICOLOR_FORCE, ...) allow it
    Auto,
    Always,
    Never,
}

fn format_help() -> String {
    let names = super::output::Format::ALL.map(|f| f.name()).join(", ");
    format!(
        "How to write the report: FORMAT, or FORMAT=FILE to write it to a file. May be given several times, as in \
         `--format sarif=out.sarif --format pretty`.\n\nFormats: {names} [default: pretty]"
    )
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_fit_together() {
        super::Args::command().debug_assert();
    }
}
