//! Rules as text, run over configuration as text.

use std::fmt::Write as _;

use super::{Catalog, Outcome, RuleOptions, check, lint};
use crate::config::{self, LoadOptions};
use crate::eval::RootHost;
use crate::infra::{self, AnalysisOptions};
use crate::source::{Problem, SourceMap};

mod findings;
mod functions;
mod load;
mod network;
mod settings;
mod verdicts;

/// Runs the rules over the configuration and hands what came of it to `look`.
fn run<T>(rules: &str, configuration: &str, options: &RuleOptions, look: impl FnOnce(&Outcome, &SourceMap) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), configuration).unwrap();
    let mut load = LoadOptions::new(folder.path(), [folder.path().to_path_buf()]);
    load.environment = Vec::new();
    let config = config::load(&load).unwrap();
    let problems = config.all_problems();
    assert!(problems.is_empty(), "{problems:?}");
    let rules = config.sources.add("test.hcl".as_ref(), "test.hcl", rules);
    let catalog =
        Catalog::of_files(&config.sources, &[rules]).unwrap_or_else(|p| panic!("{}", shown(&config.sources, &p)));
    let selection = catalog.select(options).unwrap();
    let root = &config.roots[0];
    let sandbox = infra::sandbox(&config);
    let (program, infra, _) = infra::analyze(&config, root, &sandbox, &AnalysisOptions::default());
    let host = RootHost::new(&root.dir, sandbox, config.sources.clone());
    look(&check(&catalog, &selection, &infra, &host, &program), &config.sources)
}

/// What came of a run, a line for each finding and each thing undecided.
fn outcome(rules: &str, configuration: &str) -> String {
    run(rules, configuration, &RuleOptions::default(), |outcome, sources| {
        let mut lines = String::new();
        for finding in &outcome.findings {
            let line = sources.start(finding.span).line;
            let _ = writeln!(lines, "{line}: {} {:?}: {}", finding.about.rule, finding.severity, finding.message());
        }
        for undecided in &outcome.undecided {
            let _ = writeln!(lines, "? {} {}: {}", undecided.rule, undecided.address, undecided.because);
        }
        lines
    })
}

/// A rule about every `aws_db_instance`, with this in its body.
fn rule(body: &str) -> String {
    let message = if body.contains("\n  message") { "" } else { "  message = \"bad\"\n" };
    format!(
        "rule \"r\" {{\n  title = \"T\"\n  severity = \"error\"\n  category = \"availability\"\n  \
         resource = \"aws_db_instance\"\n{message}{body}\n}}\n"
    )
}

/// The mistakes in a rule file: place, message, label and help.
fn mistakes(rules: &str) -> String {
    let sources = SourceMap::new();
    let file = sources.add("test.hcl".as_ref(), "test.hcl", rules);
    match Catalog::of_files(&sources, &[file]) {
        Ok(catalog) => shown(&sources, &lint(&catalog)),
        Err(problems) => shown(&sources, &problems),
    }
}

fn shown(sources: &SourceMap, problems: &[Problem]) -> String {
    let mut lines = String::new();
    for problem in problems {
        let label = problem.label.as_ref().unwrap();
        let text = sources.text(label.span);
        let _ = write!(lines, "`{text}`: {} [{}]", problem.message, label.text);
        let help = problem.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
        let _ = writeln!(lines, "{help}");
    }
    lines
}
