//! What must not change what is found: the number of threads, the order of files, the order of blocks in a file, and
//! what lies beside the configuration. Tried on the fixtures: each is changed, and both are checked by all rules.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{fs, mem};

use tfcheck::rules::{Catalog, RuleOptions};
use tfcheck::source::{FileId, Span};
use tfcheck::syntax::parse;

#[allow(dead_code, reason = "each test uses a part of it")]
#[path = "support/fixtures.rs"]
mod support;

use support::{Case, Fixtures, Verdict};

/// Every so many fixtures one is tried; all with `TFCHECK_ALL_FIXTURES=1`.
const STRIDE: usize = 6;

/// The files of a root module: path below its folder, and text.
type Files = BTreeMap<PathBuf, String>;

/// One finding without its place: rule, addresses, attribute, value, message.
type Found = (String, Vec<String>, Option<String>, String, String);

fn files_of(path: &Path) -> Files {
    fn gather(path: &Path, below: &Path, files: &mut Files) {
        if path.is_dir() {
            for entry in fs::read_dir(path).expect("a folder").map(|e| e.expect("an entry")) {
                gather(&entry.path(), &below.join(entry.file_name()), files);
            }
        } else {
            files.insert(below.to_path_buf(), fs::read_to_string(path).expect("a text"));
        }
    }
    let mut files = Files::new();
    let below = if path.is_dir() { PathBuf::new() } else { PathBuf::from("main.tf") };
    gather(path, &below, &mut files);
    files
}

/// A fixture as it is, and what is found in it.
struct Tried {
    case: Case,
    files: Files,
    found: Vec<Found>,
}

static TRIED: LazyLock<Vec<Tried>> = LazyLock::new(|| {
    let (cases, _) = support::cases(Path::new("fixtures"));
    let stride = if std::env::var_os("TFCHECK_ALL_FIXTURES").is_some() { 1 } else { STRIDE };
    let tried: Vec<_> = cases.into_iter().step_by(stride).map(|case| (case.clone(), files_of(&case.path))).collect();
    let found = found(&tried);
    tried.into_iter().zip(found).map(|((case, files), found)| Tried { case, files, found }).collect()
});

/// What all rules find in each of these root modules.
fn found(roots: &[(Case, Files)]) -> Vec<Vec<Found>> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut cases = Vec::new();
    for (index, (case, files)) in roots.iter().enumerate() {
        // The end of the name says how the folder wants to be judged.
        let path = folder.path().join(format!("{index}-{}", case.name));
        for (name, text) in files {
            let file = path.join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        cases.push(Case { path, verdict: Verdict::Pass, ..case.clone() });
    }
    let fixtures = Fixtures::read(cases);
    let catalog = Catalog::embedded(fixtures.sources());
    let all = catalog.select(&RuleOptions::default()).expect("no names, no mistakes");
    let runs = fixtures.run(&catalog, |_| all.clone());
    let without_places = |run: &support::Run| {
        let mut found: Vec<Found> = Vec::new();
        for finding in &run.outcome.findings {
            let mut addresses: Vec<String> = finding.addresses.iter().map(ToString::to_string).collect();
            addresses.sort();
            let attribute = finding.about.attribute.as_ref().map(ToString::to_string);
            let (rule, value) =
                (finding.about.rule.to_string(), finding.value.as_ref().map_or_else(String::new, ToString::to_string));
            found.push((rule, addresses, attribute, value, finding.message().into_owned()));
        }
        found.sort();
        found
    };
    runs.iter().map(without_places).collect()
}

/// Checks that a change of the files changes nothing that is found.
fn check(change: impl Fn(&Files) -> Files) {
    let changed: Vec<_> = TRIED.iter().map(|tried| (tried.case.clone(), change(&tried.files))).collect();
    let mut differences = String::new();
    for (Tried { case, found: was, .. }, is) in TRIED.iter().zip(found(&changed)) {
        let only = |these: &[Found], those: &[Found], mark: &str| -> String {
            let lone = these.iter().filter(|f| !those.contains(f));
            lone.map(|f| format!("\n  {mark} {f:?}")).collect()
        };
        if *was != is {
            differences +=
                &format!("\n{}{}{}", case.path.display(), only(was, &is, "no more:"), only(&is, was, "new:"));
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

fn is_module_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".tf") && name != "override.tf" && !name.ends_with("_override.tf")
}

/// The file of that rank under a name that sorts against its rank.
fn renamed(path: &Path, rank: usize) -> PathBuf {
    path.with_file_name(format!("{:04}.tf", 9999 - rank))
}

/// A text cut before each top-level block: what comments stand before it goes with it.
fn pieces(text: &str) -> Vec<&str> {
    let document = parse(FileId(0), text);
    let mut items: Vec<Span> = document.body.blocks.iter().map(|b| b.span).collect();
    items.extend(document.body.attributes.iter().map(|a| a.span()));
    items.sort();
    let mut pieces = Vec::new();
    let mut start = 0;
    for item in items {
        let end = text[item.end as usize..].find('\n').map_or(text.len(), |at| item.end as usize + at + 1);
        pieces.push(&text[start..end.max(start)]);
        start = end.max(start);
    }
    pieces.push(&text[start..]);
    pieces
}

/// A small generator of numbers: the same ones in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[test]
fn the_order_of_files() {
    check(|files| {
        let mut changed = Files::new();
        for (rank, (path, text)) in files.iter().enumerate() {
            let name = if is_module_file(path) { renamed(path, rank) } else { path.clone() };
            changed.insert(name, text.clone());
        }
        changed
    });
}

#[test]
fn a_file_for_each_block() {
    check(|files| {
        let mut changed = Files::new();
        for (path, text) in files {
            if !is_module_file(path) {
                changed.insert(path.clone(), text.clone());
                continue;
            }
            for piece in pieces(text) {
                changed.insert(renamed(path, changed.len()), piece.to_owned());
            }
        }
        changed
    });
}

#[test]
fn the_order_of_blocks_in_a_file() {
    for seed in 1..3 {
        check(|files| {
            let mut numbers = Numbers(seed);
            let mut changed = files.clone();
            for (_, text) in changed.iter_mut().filter(|(path, _)| is_module_file(path)) {
                let whole = mem::take(text);
                let mut pieces = pieces(&whole);
                numbers.shuffle(&mut pieces);
                *text = pieces.join("\n");
            }
            changed
        });
    }
}

#[test]
fn what_lies_beside_the_configuration() {
    check(|files| {
        let beside = [
            ("README.md", "# Read me\n\nresource \"aws_db_instance\" \"b\" {}\n"),
            ("notes.tf.txt", "}{"),
            ("unrelated/data.json", "{"),
            ("zz_comment.tf", "# nothing\n"),
            ("zz_empty.tf", ""),
            ("zz_unrelated.tf", "resource \"terraform_data\" \"unrelated\" {\n  input = \"x\"\n}\n"),
            ("00_unrelated.tf", "resource \"terraform_data\" \"unrelated_too\" {\n  input = 1\n}\n"),
        ];
        let beside = beside.map(|(path, text)| (PathBuf::from(path), text.to_owned()));
        files.clone().into_iter().chain(beside).collect()
    });
}

#[test]
fn the_number_of_threads() {
    let output = |jobs: &str, format: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tfcheck"));
        command.args(["fixtures", "--color", "never", "--show-undecided", "--jobs", jobs, "--format", format]);
        command.env_remove("GITHUB_STEP_SUMMARY").output().expect("a run").stdout
    };
    for format in ["json", "sarif"] {
        let (one, eight) = (output("1", format), output("8", format));
        assert!(one.len() > 100_000, "{} bytes say little", one.len());
        assert!(one == eight, "{format} is not the same with one thread and with eight");
    }
}

/// What several instances ask is paid for by the one that asks first, and here that is more than it may spend: which one
/// it is must not depend on the threads.
#[test]
fn the_number_of_threads_where_there_is_not_enough_for_all() {
    const QUEUES: &str = "resource \"aws_sqs_queue\" \"q\" {\n  count = 3000\n}\n";
    const RULE: &str = r#"
        function "weight" {
          params      = [queue]
          description = "Something about a queue that takes long to find out."
          value       = length([for number in range(25) : "${queue.address}-${number}"])
        }

        rule "costly" {
          title    = "Finding it out takes more than one queue may spend"
          severity = "warning"
          category = "operability"
          resource = "aws_sqs_queue"
          # Queues that different threads look at.
          skip    = !contains([for n in range(20) : tostring(n * 150)], self.instance_key)
          require = length([for other in slice(resources("aws_sqs_queue"), 0, 150) : other if weight(other) > 0 && self.address != ""]) < 0
          message = "${self.address} is one of many"
          why     = "So that there is something to find."
        }
    "#;
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("main.tf"), QUEUES).expect("a file can be written");
    fs::write(folder.path().join("costly.hcl"), RULE).expect("a file can be written");
    let output = |jobs: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tfcheck"));
        command.args(["--rules", "costly.hcl", "--select", "costly", "--format", "json", "--jobs", jobs, "."]);
        String::from_utf8(command.current_dir(folder.path()).output().expect("a run").stdout).expect("text")
    };
    let one = output("1");
    assert!(one.contains("elements is not evaluated") && one.contains("is one of many"), "{one}");
    (0..5).for_each(|_| assert!(one == output("8"), "not the same with one thread and with eight"));
}
