//! Why the work could not be done. Each reason knows what helps.

use std::path::PathBuf;
use std::sync::Arc;

use super::exit::Exit;
use super::output::{self, Format};
use super::settings;
use super::terminal;
use crate::config::LoadError;
use crate::report::{harmless, pretty, words};
use crate::rules::OptionError;
use crate::secrets::Secrets;
use crate::source::{Problem, ReadError, RevisionError, SourceMap};

/// What stops a run.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("the working folder is not there: {0}")]
    NoWorkingFolder(std::io::Error),
    #[error("no Terraform file in {}", list(.0))]
    NothingToCheck(Vec<PathBuf>),
    #[error("no rule file (.hcl) in `{}`", .0.display())]
    NoRules(PathBuf),
    #[error("rule file `{path}`: {error}")]
    UnreadableRules { path: String, error: ReadError },
    #[error("{}", words::count(.problems.len(), "fault/faults") + " in rule files")]
    Rules { problems: Vec<Problem>, sources: Arc<SourceMap> },
    #[error("{}", words::count(.problems.len(), "fault/faults") + " in the settings")]
    Settings { problems: Vec<Problem>, sources: Arc<SourceMap> },
    #[error("settings `{path}`: {error}")]
    UnreadableSettings { path: String, error: ReadError },
    #[error("the paths have different settings: {}", .0.join(", "))]
    SeveralSettings(Vec<String>),
    #[error("{}", list_options(.0))]
    Options(Vec<OptionError>),
    #[error("there is no rule `{id}`")]
    UnknownRule { id: String, nearest: Option<String> },
    #[error("there is no command `{name}`")]
    UnknownCommand { name: String, nearest: Option<String> },
    #[error("there is no resource `{address}`")]
    UnknownAddress { address: String, nearest: Option<String> },
    #[error("baseline `{name}`: {why}")]
    Baseline { name: String, why: String },
    #[error("a baseline is written for whole folders, not for single files")]
    BaselineOfFiles,
    #[error(transparent)]
    Revision(RevisionError),
    #[error("there is no environment `{name}`")]
    UnknownEnvironment { name: String, nearest: Option<String>, known: Vec<String> },
    #[error("there is no format `{0}`")]
    UnknownFormat(String),
    #[error("several formats would be written to the same place")]
    SharedOutput,
    #[error("cannot read `{}`: {reason}", .path.display())]
    Read { path: PathBuf, reason: std::io::Error },
    #[error("cannot write `{}`: {reason}", .path.display())]
    Write { path: PathBuf, reason: std::io::Error },
    #[error("cannot start threads: {0}")]
    Threads(rayon::ThreadPoolBuildError),
}

/// More faults in settings or rules than this are only counted.
const MOST_SHOWN: usize = 100;

impl Failure {
    fn help(&self) -> Option<String> {
        match self {
            Failure::Load(_)
            | Failure::NoWorkingFolder(_)
            | Failure::NoRules(_)
            | Failure::UnreadableRules { .. }
            | Failure::Rules { .. }
            | Failure::Settings { .. }
            | Failure::UnreadableSettings { .. }
            | Failure::Read { .. }
            | Failure::Write { .. }
            | Failure::Threads(_) => None,
            Failure::Baseline { .. } => Some("`--write-baseline` writes it".to_owned()),
            Failure::Revision(error) => error.help().map(str::to_owned),
            Failure::BaselineOfFiles => Some("name the folder that the files lie in".to_owned()),
            Failure::SeveralSettings(_) => {
                Some("check them one after the other, or name the settings of all with `--config`".to_owned())
            }
            Failure::NothingToCheck(_) => Some(
                "name a folder that holds .tf, .tofu or .tf.json files, such as `tfcheck ./infra`; folders that \
                 .gitignore names are not searched unless they are given themselves"
                    .to_owned(),
            ),
            Failure::UnknownRule { nearest: Some(nearest), .. }
            | Failure::UnknownCommand { nearest: Some(nearest), .. }
            | Failure::UnknownAddress { nearest: Some(nearest), .. }
            | Failure::UnknownEnvironment { nearest: Some(nearest), .. } => Some(format!("did you mean `{nearest}`?")),
            Failure::Options(errors) => match errors.iter().find_map(|e| e.suggestion.as_ref()) {
                Some(nearest) => Some(format!("did you mean `{nearest}`?")),
                None => Some("`tfcheck rules` lists all rules with their categories".to_owned()),
            },
            Failure::UnknownCommand { nearest: None, .. } => Some("`tfcheck --help` lists all commands".to_owned()),
            Failure::UnknownRule { nearest: None, .. } => Some("`tfcheck rules` lists all rules".to_owned()),
            Failure::UnknownAddress { nearest: None, .. } => {
                Some("name it as Terraform does, and its folder with `--dir`".to_owned())
            }
            Failure::UnknownEnvironment { nearest: None, known, .. } => {
                Some(format!("the environments are {}", words::list(known, 20)))
            }
            Failure::UnknownFormat(_) => {
                Some(format!("the formats are {}", words::list(&Format::ALL.map(|f| f.name()), 20)))
            }
            Failure::SharedOutput => Some("give each format its file, as in `--format sarif=out.sarif`".to_owned()),
        }
    }

    /// Says on standard error what went wrong.
    pub(super) fn complain(&self) -> Exit {
        let mut text = match self {
            Failure::Rules { problems, sources } => {
                pretty::problems(first(problems), sources, &Secrets::default(), terminal::look_of_errors())
            }
            Failure::Settings { problems, sources } => {
                let (shown, secrets) = settings::hide(first(problems), sources);
                pretty::problems(&shown, sources, &secrets, terminal::look_of_errors())
            }
            _ => String::new(),
        };
        text += &format!("error: {}\n", harmless::line(&self.to_string()));
        if let Failure::Rules { problems, .. } | Failure::Settings { problems, .. } = self
            && problems.len() > MOST_SHOWN
        {
            text += &format!("  the first {MOST_SHOWN} of them are shown\n");
        }
        if let Some(help) = self.help() {
            text += &format!("  help: {}\n", harmless::line(&help));
        }
        output::complain(&text);
        Exit::Failed
    }
}

fn list_options(errors: &[OptionError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// As many faults as are shown.
fn first(problems: &[Problem]) -> &[Problem] {
    &problems[..problems.len().min(MOST_SHOWN)]
}

fn list(paths: &[PathBuf]) -> String {
    words::list(&paths.iter().map(|p| format!("`{}`", p.display())).collect::<Vec<_>>(), 3)
}
