//! Runs rules over fixtures: shared by the tests and by the example that rule authors use.
//!
//! `fixtures/<service>/<rule>/<verdict>*.tf` is a root module of its own, `fixtures/<service>/<rule>/<verdict>*/` is one
//! of several files; the verdict is `fail`, `pass` or `unknown`. `# expect: rule-id` at the end of a line says that the
//! rule reports exactly there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use tfcheck::config::{self, Config, LoadOptions, Root};
use tfcheck::eval::RootHost;
use tfcheck::infra::{self, AnalysisOptions};
use tfcheck::rules::{self, Catalog, Outcome, Selection, Word};
use tfcheck::source::{Problem, ProblemKind, Sandbox, SourceMap, Span};

/// What a fixture claims of its rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    Fail,
    Pass,
    Unknown,
}

/// One fixture.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Case {
    /// The folder above the rule's.
    pub service: String,
    /// The rule.
    pub rule: String,
    /// The file's or folder's name.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
    /// What it claims.
    pub verdict: Verdict,
}

/// What is wrong with a fixture, or with a rule by the word of a fixture.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Fault {
    /// The rule.
    pub rule: String,
    /// The file and the line, from 1.
    pub place: (PathBuf, u32),
    /// `missing`, `noisy`, `wrong place`, `wrong verdict`, `broken fixture`.
    pub kind: &'static str,
    /// What was found or expected.
    pub text: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Fault { rule, place: (file, line), kind, text } = self;
        write!(f, "{}:{line}: {rule}: {kind}: {text}", file.display())
    }
}

/// Folders beside those of services: an example, data of other tests.
const OTHER_FOLDERS: [&str; 4] = ["showcase", "semantics", "corpus", "regressions"];

/// All fixtures below a folder, and what lies there that is none.
pub fn cases(folder: &Path) -> (Vec<Case>, Vec<PathBuf>) {
    let (mut cases, mut strays) = (Vec::new(), Vec::new());
    let is_service = |path: &PathBuf| !OTHER_FOLDERS.contains(&file_name(path).as_str());
    for service in entries(folder).into_iter().filter(is_service) {
        for rule in entries(&service) {
            if !rule.is_dir() {
                strays.push(rule);
                continue;
            }
            for path in entries(&rule) {
                let name = file_name(&path);
                let verdict = [("fail", Verdict::Fail), ("pass", Verdict::Pass), ("unknown", Verdict::Unknown)];
                let verdict = verdict.iter().find(|(word, _)| {
                    name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '.']))
                });
                let readable = path.is_dir() || name.ends_with(".tf") || name.ends_with(".tf.json");
                match verdict.filter(|_| readable) {
                    Some((_, verdict)) => cases.push(Case {
                        service: file_name(&service),
                        rule: file_name(&rule),
                        name,
                        path,
                        verdict: *verdict,
                    }),
                    None => strays.push(path),
                }
            }
        }
    }
    (cases, strays)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Fixtures, read as one configuration with a root module for each.
pub struct Fixtures {
    pub cases: Vec<Case>,
    config: Config,
    /// Where single files were copied to, so that each is alone in its folder.
    copies: tempfile::TempDir,
    sandbox: Arc<Sandbox>,
}

impl Fixtures {
    /// Reads fixtures.
    pub fn read(cases: Vec<Case>) -> Fixtures {
        let copies = tempfile::tempdir().expect("a temporary folder");
        let mut paths = Vec::new();
        for (index, case) in cases.iter().enumerate() {
            let folder = copies.path().join(index.to_string());
            if case.path.is_dir() {
                copy(&case.path, &folder);
            } else {
                fs::create_dir(&folder).expect("a folder for the fixture");
                fs::copy(&case.path, folder.join(&case.name)).expect("a copy of the fixture");
            }
            paths.push(folder);
        }
        let mut options = LoadOptions::new(copies.path(), paths);
        options.find_environments = true;
        let mut config = config::load(&options).expect("fixtures that exist");
        config.take_for_roots(|root| {
            let shown = root.dir.strip_prefix(copies.path()).unwrap_or(&root.dir);
            let case = shown.components().next().and_then(|c| c.as_os_str().to_str()?.parse::<usize>().ok());
            // A folder may ask to be judged as what it looks like; all other fixtures are applied by somebody.
            !case.is_some_and(|case| cases[case].name.ends_with("_library"))
        });
        let sandbox = Arc::new(Sandbox::new([copies.path()]));
        Fixtures { cases, config, copies, sandbox }
    }

    /// The texts of the fixtures; rules that run over them must live in the same map.
    pub fn sources(&self) -> &SourceMap {
        &self.config.sources
    }

    /// The fixture that a root belongs to.
    fn case_of(&self, path: &Path) -> Option<usize> {
        let inner = path.strip_prefix(self.copies.path()).ok()?;
        inner.components().next()?.as_os_str().to_str()?.parse().ok()
    }

    /// The file in the fixtures' own folder, and the line.
    fn place(&self, span: Span) -> (PathBuf, u32) {
        let file = self.config.sources.file(span.file);
        let line = file.line_column(span.start).line;
        let Some(case) = self.case_of(&file.path).map(|case| &self.cases[case]) else {
            return (file.path.clone(), line);
        };
        let inner = file.path.strip_prefix(self.copies.path()).unwrap_or(&file.path);
        let below: PathBuf = inner.components().skip(1).collect();
        (if case.path.is_dir() { case.path.join(below) } else { case.path.clone() }, line)
    }

    /// Runs rules over every fixture: `selection` says which over which.
    pub fn run(&self, catalog: &Catalog<'_>, selection: impl Fn(&Case) -> Selection + Sync) -> Vec<Run> {
        let roots = self.config.roots.par_iter();
        let outcomes = roots.filter_map(|root| {
            let case = self.case_of(&root.dir)?;
            Some((case, self.run_root(root, catalog, &selection(&self.cases[case]))))
        });
        let mut runs: Vec<Run> = self.cases.iter().map(|case| Run::new(case.clone())).collect();
        for (case, (outcome, problems)) in outcomes.collect::<Vec<_>>() {
            runs[case].add(outcome, problems);
        }
        let all = self.config.all_problems();
        for problem in all {
            let file = problem.label.as_ref().map(|l| self.config.sources.file(l.span.file).path.clone());
            if let Some(case) = file.and_then(|path| self.case_of(&path)) {
                runs[case].problems.push(problem);
            }
        }
        runs
    }

    fn run_root(&self, root: &Root, catalog: &Catalog<'_>, selection: &Selection) -> (Outcome, Vec<Problem>) {
        let (program, infra, problems) = infra::analyze(&self.config, root, &self.sandbox, &AnalysisOptions::default());
        let host = RootHost::new(&root.dir, self.sandbox.clone(), self.config.sources.clone());
        (rules::check(catalog, selection, &infra, &host, &program), problems)
    }

    /// What the run of a fixture proves wrong about the rules that its marks and its folder name.
    pub fn faults(&self, run: &Run) -> Vec<Fault> {
        let case = &run.case;
        let mut faults = self.problems(run);
        let expected = expectations(case);
        let rules: BTreeSet<&str> =
            expected.iter().map(|(rule, ..)| rule.as_str()).chain([case.rule.as_str()]).collect();
        for rule in rules {
            let wanted = expected.iter().filter(|(r, ..)| r == rule).map(|(_, file, line)| (file.clone(), *line));
            let wanted: BTreeSet<(PathBuf, u32)> = wanted.collect();
            let found = run.outcome.findings.iter().filter(|f| *f.about.rule == *rule);
            let found: BTreeMap<_, _> = found.map(|f| (self.place(f.span), f.message().into_owned())).collect();
            let missing = wanted.iter().filter(|place| !found.contains_key(place)).cloned().collect();
            let noisy = found.into_iter().filter(|(place, _)| !wanted.contains(place)).collect();
            faults.extend(compared(rule, missing, noisy));
        }
        faults.extend(self.verdict(run, expected.is_empty()));
        faults.sort();
        faults
    }

    fn verdict(&self, run: &Run, nothing_expected: bool) -> Option<Fault> {
        let case = &run.case;
        let undecided = run.outcome.undecided.iter().find(|u| *u.rule == *case.rule);
        let text = match (case.verdict, undecided) {
            (Verdict::Fail, _) if nothing_expected => "no line says `# expect: …`".to_owned(),
            (Verdict::Pass | Verdict::Unknown, _) if !nothing_expected => "only `fail*` expects findings".to_owned(),
            (Verdict::Unknown, None) => "decided, and should not be".to_owned(),
            (Verdict::Pass, Some(undecided)) => {
                let place = self.place(undecided.span);
                let text = format!("{} is undecided, and should pass: {}", undecided.address, undecided.because);
                return Some(Fault { rule: case.rule.clone(), place, kind: "wrong verdict", text });
            }
            _ => return None,
        };
        Some(Fault { rule: case.rule.clone(), place: (case.path.clone(), 1), kind: "wrong verdict", text })
    }

    /// Mistakes in the fixture itself, and rules that fail on it.
    fn problems(&self, run: &Run) -> Vec<Fault> {
        let fault = |problem: &Problem| {
            let place = problem.label.as_ref().map(|l| self.place(l.span));
            let about = problem.related.first().map(|l| self.place(l.span));
            let about = about.map_or_else(String::new, |(file, line)| format!(" ({}:{line})", file.display()));
            Fault {
                rule: run.case.rule.clone(),
                place: place.unwrap_or_else(|| (run.case.path.clone(), 1)),
                kind: if problem.kind == ProblemKind::Rule { "rule error" } else { "broken fixture" },
                text: format!("{}{about}", problem.message),
            }
        };
        run.problems.iter().chain(&run.outcome.problems).map(fault).collect()
    }

    /// What a finding says, for people.
    pub fn described(&self, finding: &rules::Finding) -> String {
        let (file, line) = self.place(finding.span);
        let mut text = format!(
            "{}:{line}: {} [{}]: {}\n    {}",
            file.display(),
            finding.severity.word(),
            finding.about.rule,
            finding.message(),
            finding.label
        );
        for step in finding.trail().iter().chain(finding.related()) {
            let (file, line) = self.place(step.span);
            text.push_str(&format!("\n    {}:{line}: {}", file.display(), step.note));
        }
        text
    }
}

/// Findings where none are expected and none where they are: pairs are findings at the wrong place.
fn compared(rule: &str, missing: BTreeSet<(PathBuf, u32)>, noisy: BTreeMap<(PathBuf, u32), String>) -> Vec<Fault> {
    let fault = |place, kind, text| Fault { rule: rule.to_owned(), place, kind, text };
    let mut missing = missing.into_iter();
    let mut faults = Vec::new();
    for (place, message) in noisy {
        faults.push(match missing.next() {
            Some(expected) => fault(expected, "wrong place", format!("reported at line {}: {message}", place.1)),
            None => fault(place, "noisy", message),
        });
    }
    faults.extend(missing.map(|place| fault(place, "missing", "nothing is reported here".to_owned())));
    faults
}

/// What one fixture's root modules gave.
pub struct Run {
    pub case: Case,
    pub outcome: Outcome,
    pub problems: Vec<Problem>,
}

impl Run {
    fn new(case: Case) -> Run {
        Run { case, outcome: Outcome::default(), problems: Vec::new() }
    }

    fn add(&mut self, outcome: Outcome, problems: Vec<Problem>) {
        self.outcome.findings.extend(outcome.findings);
        self.outcome.undecided.extend(outcome.undecided);
        self.outcome.problems.extend(outcome.problems);
        self.problems.extend(problems);
    }
}

/// The rules that a fixture's marks name, with file and line.
pub fn expectations(case: &Case) -> BTreeSet<(String, PathBuf, u32)> {
    let mut found = BTreeSet::new();
    for file in files(&case.path) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (index, line) in text.lines().enumerate() {
            let Some((_, ids)) = line.split_once("expect: ") else { continue };
            // JSON has no comments: there a `"//"` entry speaks of the line below it.
            let offset = if file.extension().is_some_and(|e| e == "json") { 2 } else { 1 };
            for id in ids.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|id| !id.is_empty()) {
                found.insert((id.to_owned(), file.clone(), (index + offset) as u32));
            }
        }
    }
    found
}

fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_path_buf()];
    }
    entries(path).iter().flat_map(|p| files(p)).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder for the fixture");
    for path in entries(from) {
        let target = to.join(file_name(&path));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).expect("a copy of the fixture");
        }
    }
}
