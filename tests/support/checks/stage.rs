//! A run as the binary makes it, from a text in memory to what every format writes.

use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use tfcheck::config::{self, Config, LoadOptions, Root};
use tfcheck::eval::RootHost;
use tfcheck::infra::{self, AnalysisOptions, Infra};
use tfcheck::report::pretty::{Detail, Look, pretty};
use tfcheck::report::{self, Report, Wanted, formats, written};
use tfcheck::rules::{self, Catalog, Ignores, Outcome, RuleOptions, Selection, Severity};
use tfcheck::source::{Problem, Sandbox, SourceMap, Span};

/// How many files a configuration may add to the rules' own: its text, and templates that it reads.
const ROOM: usize = 64;

/// The rules, compiled once and for all.
pub struct Stage {
    pub catalog: Catalog<'static>,
    pub selection: Selection,
    /// The texts of the rules, and room for those of a configuration: rules ask for the name of a file only.
    texts: &'static SourceMap,
}

pub static STAGE: LazyLock<Stage> = LazyLock::new(|| {
    let texts: &'static SourceMap = Box::leak(Box::default());
    let catalog = Catalog::embedded(texts);
    assert_eq!(catalog.verify(), []);
    let selection = catalog.select(&RuleOptions::default()).expect("no names, no mistakes");
    let stage = Stage { catalog, selection, texts };
    for _ in 0..ROOM {
        texts.add(Path::new("main.tf"), "main.tf", "");
    }
    stage
});

/// A folder with a single file, as it was loaded.
pub struct Loaded {
    folder: tempfile::TempDir,
    pub config: Config,
    sandbox: Arc<Sandbox>,
}

impl Stage {
    /// The texts of the rules, before those of a configuration.
    pub fn map(&self) -> Arc<SourceMap> {
        let map = SourceMap::new();
        let files = self.texts.files();
        for file in &files[..files.len() - ROOM] {
            map.add(&file.path, file.name.clone(), file.text.clone());
        }
        Arc::new(map)
    }

    /// Loads a folder with this file; nothing where it holds nothing to look at.
    pub fn load(&self, name: &str, text: &str) -> Option<Loaded> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(name), text).expect("a file");
        let mut options = LoadOptions::new(folder.path(), [folder.path().to_path_buf()]);
        options.sources = self.map();
        let config = config::load(&options).ok()?;
        let sandbox = infra::sandbox(&config);
        Some(Loaded { folder, config, sandbox })
    }

    /// Runs the rules over everything that was loaded, and writes what they found.
    pub fn run(&self, loaded: &Loaded) {
        let Loaded { folder, config, sandbox } = loaded;
        let day = rules::day("2026-01-01").expect("a day");
        let ignores = Ignores::read(config, &self.catalog, &self.selection, day, true);
        let mut whole = report::Outcome { sources: config.sources.clone(), ..report::Outcome::default() };
        whole.problems = config.all_problems();
        let mut usages = Vec::new();
        for root in &config.roots {
            let (program, infra, problems) = infra::analyze(config, root, sandbox, &AnalysisOptions::default());
            if config.sources.files().len() > self.texts.files().len() {
                return;
            }
            let host = RootHost::new(&root.dir, sandbox.clone(), config.sources.clone());
            let mut outcome = rules::check(&self.catalog, &self.selection, &infra, &host, &program);
            usages.push(ignores.apply(root, &infra, &mut outcome));
            look(root, &infra, &outcome);
            whole.problems.extend(problems.into_iter().chain(outcome.problems));
            whole.findings.extend(outcome.findings);
            whole.undecided.extend(outcome.undecided);
        }
        whole.problems.extend(ignores.problems(&usages, false));
        places(config, &whole);
        write(whole, folder.path());
    }
}

/// Whatever may be asked of an infra has an answer.
fn look(root: &Root, infra: &Infra, outcome: &Outcome) {
    assert!(root.dir.is_absolute());
    for instance in infra.instances() {
        assert_eq!(infra.get(instance.id).address, instance.address);
    }
    outcome.findings.iter().for_each(|f| assert!(!f.addresses.is_empty() && !f.message().is_empty()));
}

/// Every place lies in a text.
fn places(config: &Config, outcome: &report::Outcome) {
    let fits = |span: Span, what: &str| {
        let file = config.sources.file(span.file);
        assert!(file.text.get(span.range()).is_some(), "{what}: {span:?} does not fit {}", file.name);
    };
    for finding in &outcome.findings {
        fits(finding.span, &finding.message());
        finding.trail().iter().chain(finding.related()).for_each(|step| fits(step.span, &step.note));
    }
    outcome.undecided.iter().for_each(|u| fits(u.span, &u.because));
    for Problem { message, label, related, .. } in &outcome.problems {
        label.iter().chain(related).for_each(|label| fits(label.span, message));
    }
}

/// Every format writes the report; nothing in the one for people can act on a terminal.
fn write(outcome: report::Outcome, folder: &Path) {
    let report = Report::new(outcome, &Wanted { min_severity: Severity::Advice, suppressed: true });
    let detail = Detail { verbose: true, quiet: false, undecided: true, statistics: true };
    let look = Look { color: false, unicode: true, width: 80 };
    let page = written(|out| pretty(out, &report, detail, look));
    let acts = |c: &char| c.is_control() && *c != '\n';
    assert_eq!(page.chars().find(acts), None, "{page:?}");
    assert!(!page.contains(&*folder.to_string_lossy()), "paths are shown as seen from the working folder");
    type Format = fn(&mut dyn io::Write, &Report) -> io::Result<()>;
    let machines: [Format; 4] =
        [|out, report| formats::json(out, report, true, true), formats::sarif, formats::gitlab, formats::rdjson];
    for format in machines {
        serde_json::from_str::<serde_json::Value>(&written(|out| format(out, &report))).expect("JSON");
    }
    let others: [Format; 5] =
        [formats::compact, formats::github, formats::junit, formats::checkstyle, formats::markdown];
    for format in others {
        let text = written(|out| format(out, &report));
        assert_eq!(text.chars().find(|c| acts(c) && *c != '\t'), None, "{text:?}");
    }
}
