//! Checks rules against their fixtures without rebuilding: rule files are read from a folder.
//!
//!     cargo run --example rulecheck -- [--rules DIR] [--fixtures DIR] [-v] [RULE or SERVICE…]
//!
//! Prints mistakes in the rule files, names that the provider's schema does not have, and every fixture that is not
//! reported as its marks say. `-v` prints each finding as well, and what is undecided.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use tfcheck::rules::{self, Catalog, RuleOptions, Selection};
use tfcheck::source::{Problem, SourceFile, SourceMap};

#[allow(dead_code, reason = "the tests use the rest of it")]
#[path = "../tests/support/fixtures.rs"]
mod fixtures;
#[path = "../tests/support/invariants.rs"]
mod invariants;

struct Options {
    rules: PathBuf,
    fixtures: PathBuf,
    wanted: Vec<String>,
    verbose: bool,
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(usage) => {
            println!("{usage}");
            return ExitCode::from(2);
        }
    };
    let start = Instant::now();
    let (cases, strays) = fixtures::cases(&options.fixtures);
    let wanted = |case: &fixtures::Case| wanted(&options, &case.rule, &case.service);
    let cases: Vec<_> = cases.into_iter().filter(wanted).collect();
    let count = cases.len();
    let fixtures = fixtures::Fixtures::read(cases);
    let sources = fixtures.sources();
    let (catalog, mut faults) = catalog(&options, sources);
    for problem in rules::lint(&catalog) {
        faults += show_wanted(&options, &catalog, sources, &problem);
    }
    for complaint in complaints(&options, &catalog, &fixtures.cases) {
        faults += 1;
        println!("{complaint}");
    }
    for stray in strays.iter().filter(|_| options.wanted.is_empty()) {
        faults += 1;
        println!("{}: no fixture: names begin with `fail`, `pass` or `unknown`", stray.display());
    }
    faults += check(&options, &fixtures, &catalog);
    println!("{count} fixtures, {faults} faults, {} ms", start.elapsed().as_millis());
    ExitCode::from(u8::from(faults > 0))
}

fn check(options: &Options, fixtures: &fixtures::Fixtures, catalog: &Catalog<'_>) -> usize {
    let mut faults = 0;
    let select = |case: &fixtures::Case| {
        let marked = fixtures::expectations(case).into_iter().map(|(rule, ..)| rule);
        let known = |rule: &String| catalog.ids().any(|id| id == rule);
        let select = marked.chain([case.rule.clone()]).filter(known).collect::<Vec<_>>();
        if select.is_empty() {
            return Selection::nothing(catalog);
        }
        catalog.select(&RuleOptions { select, ..RuleOptions::default() }).unwrap_or_default()
    };
    for run in fixtures.run(catalog, select) {
        if options.verbose {
            println!("--- {}", run.case.path.display());
            for finding in &run.outcome.findings {
                println!("{}", fixtures.described(finding));
            }
            for undecided in &run.outcome.undecided {
                println!("undecided [{}]: {}: {}", undecided.rule, undecided.address, undecided.because);
            }
        }
        if !catalog.ids().any(|id| *id == *run.case.rule) {
            println!("{}: there is no rule `{}`", run.case.path.display(), run.case.rule);
            faults += 1;
            continue;
        }
        for fault in fixtures.faults(&run) {
            println!("{fault}");
            faults += 1;
        }
    }
    faults
}

fn options() -> Result<Options, String> {
    let mut options =
        Options { rules: "rules".into(), fixtures: "fixtures".into(), wanted: Vec::new(), verbose: false };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--rules" => options.rules = args.next().ok_or("--rules takes a folder")?.into(),
            "--fixtures" => options.fixtures = args.next().ok_or("--fixtures takes a folder")?.into(),
            "-v" | "--verbose" => options.verbose = true,
            flag if flag.starts_with('-') => {
                return Err("usage: rulecheck [--rules DIR] [--fixtures DIR] [-v] [RULE or SERVICE…]".into());
            }
            name => options.wanted.push(name.to_owned()),
        }
    }
    Ok(options)
}

fn wanted(options: &Options, rule: &str, service: &str) -> bool {
    options.wanted.is_empty() || options.wanted.iter().any(|name| name == rule || name == service)
}

/// What is missing in the declarations and around them, and what is out of order.
fn complaints(options: &Options, catalog: &Catalog<'_>, cases: &[fixtures::Case]) -> Vec<String> {
    let rules = catalog.rules();
    let mut complaints = Vec::new();
    for rule in rules.iter().filter(|rule| wanted_rule(options, &rule.info)) {
        let info = &rule.info;
        let missing = invariants::missing_fixtures(info, cases);
        let all = invariants::complaints(info).into_iter().chain(missing);
        complaints.extend(all.map(|complaint| format!("{}: {complaint}", info.id)));
    }
    for source in catalog.given_files() {
        let mut of_file: Vec<_> = rules.iter().filter(|rule| rule.span.file == source.id).collect();
        of_file.sort_by_key(|rule| rule.span.start);
        if of_file.iter().any(|rule| wanted_rule(options, &rule.info)) {
            let infos: Vec<_> = of_file.iter().map(|rule| &rule.info).collect();
            complaints.extend(invariants::order(&source.path, &infos));
        }
    }
    complaints
}

fn wanted_rule(options: &Options, info: &rules::RuleInfo) -> bool {
    wanted(options, &info.id, &info.service)
}

/// The rules of all files that are in order; mistakes in the others are shown.
fn catalog<'s>(options: &Options, sources: &'s SourceMap) -> (Catalog<'s>, usize) {
    let mut paths = Vec::new();
    rule_files(&options.rules, &mut paths);
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        sources.add(path, path.to_string_lossy(), text)
    };
    let mut files: Vec<Arc<SourceFile>> = paths.iter().map(read).collect();
    let mut faults = 0;
    loop {
        let problems = match Catalog::of_files(sources, &files) {
            Ok(catalog) => return (catalog, faults),
            Err(problems) => problems,
        };
        problems.iter().for_each(|problem| show(sources, problem));
        faults += problems.len();
        let broken =
            |file: &Arc<SourceFile>| problems.iter().any(|p| p.label.as_ref().is_some_and(|l| l.span.file == file.id));
        let before = files.len();
        files.retain(|file| !broken(file));
        if files.len() == before {
            files.clear();
        }
    }
}

fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rule_files(&path, files);
        } else if path.extension().is_some_and(|found| found == "hcl") {
            files.push(path);
        }
    }
}

/// Shows a problem of the files that are asked for.
fn show_wanted(options: &Options, catalog: &Catalog<'_>, sources: &SourceMap, problem: &Problem) -> usize {
    let file = problem.label.as_ref().map(|l| sources.file(l.span.file).path.clone()).unwrap_or_default();
    let service = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let of_rule = problem.related.first().map(|l| l.text.clone()).unwrap_or_default();
    let rule = catalog.rule(&of_rule);
    if !wanted(options, rule.as_ref().map_or("", |rule| &rule.info.id), &service) {
        return 0;
    }
    show(sources, problem);
    1
}

fn show(sources: &SourceMap, problem: &Problem) {
    let Some(label) = &problem.label else { return println!("{}", problem.message) };
    let file = sources.file(label.span.file);
    let at = file.line_column(label.span.start);
    let line = &file.text[file.line_range(at.line)];
    println!("{}:{}:{}: {}", file.name, at.line, at.column, problem.message);
    println!("    {line}");
    let width = sources.text(label.span).lines().next().map_or(1, |text| text.chars().count().max(1));
    println!("    {}{} {}", " ".repeat(at.column as usize - 1), "^".repeat(width), label.text);
    if let Some(help) = &problem.help {
        println!("    help: {help}");
    }
}
