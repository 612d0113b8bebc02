//! Each stage by itself, and the program as a whole: `cargo bench --bench stages [-- FILTER]`.

use std::io;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use tempfile::TempDir;
use tfcheck::config::{self, Config, LoadOptions};
use tfcheck::eval::RootHost;
use tfcheck::infra::{self, AnalysisOptions};
use tfcheck::report::pretty::{Detail, Look};
use tfcheck::report::{self, Outcome, Report, Wanted, formats, pretty};
use tfcheck::rules::{self, Catalog, RuleOptions, Severity};
use tfcheck::source::{FileId, SourceMap};
use tfcheck::syntax;

mod configuration;

/// As the program itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many files the stages are measured on.
const FILES: usize = configuration::FILES_OF_A_TEAM;

fn main() {
    divan::main();
}

/// The text of all native files.
static TEXT: LazyLock<String> = LazyLock::new(|| configuration::native_text(&configuration::configuration(FILES)));

/// The loaded configuration; its folder is not needed any more, and goes.
static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let folder = written(FILES);
    config::load(&LoadOptions::new(folder.path(), [".".into()])).expect("the folder is there")
});

fn written(files: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    configuration::write(&configuration::configuration(files), folder.path()).expect("files can be written");
    folder
}

#[divan::bench]
fn lexer(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_str(TEXT.as_str())).bench(|| syntax::count_tokens(&TEXT));
}

#[divan::bench]
fn parser(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_str(TEXT.as_str())).bench(|| syntax::parse(FileId(0), &TEXT));
}

#[divan::bench]
fn loader(bencher: Bencher<'_, '_>) {
    let folder = written(FILES);
    let options = LoadOptions::new(folder.path(), [".".into()]);
    bencher.counter(ItemsCount::new(FILES)).bench(|| config::load(&options).map(|config| config.roots.len()));
}

#[divan::bench]
fn evaluator(bencher: Bencher<'_, '_>) {
    let config = &*CONFIG;
    let sandbox = infra::sandbox(config);
    let evaluate = |root| infra::analyze(config, root, &sandbox, &AnalysisOptions::default()).1.instances().len();
    bencher.bench_local(|| config.roots.iter().map(evaluate).sum::<usize>());
}

/// All rules read and compiled, and those of one type of resource.
#[divan::bench(args = ["all", "aws_s3_bucket"])]
fn rule_loading(bencher: Bencher<'_, '_>, which: &str) {
    bencher.bench(|| {
        let sources = SourceMap::new();
        let catalog = Catalog::embedded(&sources);
        match which {
            "all" => catalog.rules().len(),
            only => catalog.rules_about(only).len(),
        }
    });
}

#[divan::bench]
fn rule_evaluation(bencher: Bencher<'_, '_>) {
    let config = &*CONFIG;
    let catalog = Catalog::embedded(&config.sources);
    let selection = catalog.select(&RuleOptions::default()).expect("no rule is named");
    let sandbox = infra::sandbox(config);
    let analyzed: Vec<_> = config
        .roots
        .iter()
        .map(|root| (root, infra::analyze(config, root, &sandbox, &AnalysisOptions::default())))
        .collect();
    bencher.bench_local(|| {
        for (root, (program, infra, _)) in &analyzed {
            let host = RootHost::new(&root.dir, sandbox.clone(), config.sources.clone());
            divan::black_box(rules::check(&catalog, &selection, infra, &host, program));
        }
    });
}

/// What there is to say of the whole configuration.
static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let config = &*CONFIG;
    let catalog = Catalog::embedded(&config.sources);
    let selection = catalog.select(&RuleOptions::default()).expect("no rule is named");
    let sandbox = infra::sandbox(config);
    let mut outcome = Outcome { sources: config.sources.clone(), ..Outcome::default() };
    for root in &config.roots {
        let (program, infra, _) = infra::analyze(config, root, &sandbox, &AnalysisOptions::default());
        let host = RootHost::new(&root.dir, sandbox.clone(), config.sources.clone());
        let found = rules::check(&catalog, &selection, &infra, &host, &program);
        outcome.findings.extend(found.findings);
        outcome.undecided.extend(found.undecided);
    }
    outcome.rules = catalog.enabled_infos(&selection);
    Report::new(outcome, &Wanted { min_severity: Severity::Advice, suppressed: false })
});

#[divan::bench(args = ["pretty", "compact", "json", "sarif", "github", "gitlab", "junit", "markdown"])]
fn report(bencher: Bencher<'_, '_>, format: &str) {
    let report = &*REPORT;
    let look = Look { color: true, unicode: true, width: 100 };
    let write = |out: &mut dyn io::Write| match format {
        "pretty" => pretty::pretty(out, report, Detail::default(), look),
        "compact" => formats::compact(out, report),
        "json" => formats::json(out, report, false, false),
        "sarif" => formats::sarif(out, report),
        "github" => formats::github(out, report),
        "gitlab" => formats::gitlab(out, report),
        "junit" => formats::junit(out, report),
        _ => formats::markdown(out, report),
    };
    bencher.counter(ItemsCount::new(report.entries.len())).bench_local(|| report::written(write));
}

/// The program, from its start to its end.
#[divan::bench(args = [1, 100, 1_000, 10_000], sample_count = 3, sample_size = 1)]
fn whole_run(bencher: Bencher<'_, '_>, files: usize) {
    let folder = match files {
        1 => {
            let folder = tempfile::tempdir().expect("a folder can be made");
            std::fs::write(folder.path().join("main.tf"), configuration::SIX_LINES).expect("a file can be written");
            folder
        }
        files => written(files),
    };
    bencher.counter(ItemsCount::new(files)).bench(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tfcheck"));
        command.current_dir(&folder).args(["--format", "json", "."]).stdout(Stdio::null());
        command.status().expect("the program runs").code()
    });
}
