//! What is promised as a ratio, measured as one: both sides in turn in one run, so that a machine that is busy or slow
//! changes little. `cargo bench --bench ratios`.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tfcheck::source::{FileId, read_text};
use tfcheck::syntax;

mod configuration;

/// As the program itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Makes this program read and parse a folder and nothing else.
const READ_AND_PARSE: &str = "--read-and-parse";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, what, folder, ..] = arguments.as_slice()
        && what == READ_AND_PARSE
    {
        return read_and_parse(Path::new(folder));
    }
    println!("ratios (median of pairs run in turn; least and most in brackets)\n");
    parser();
    let folders = [written(100), written(1_000), written(10_000)];
    let [small, middle, large] = &folders;
    whole_run(middle);
    files("1,000 files / 100 files", middle, small, 7);
    files("10,000 files / 1,000 files", large, middle, 3);
    threads(middle);
}

/// hcl-edit and our parser on the same text. What is parsed is kept, as whoever wants to look at it must: taking it apart
/// again is no part of parsing.
fn parser() {
    let files = configuration::configuration(100);
    let texts: Vec<&str> = files.iter().filter(|f| f.is_native()).map(|f| &*f.text).collect();
    let theirs = || kept(&texts, |text| hcl_edit::parser::parse_body(text).expect("it is valid"));
    let ours = || {
        let parsed = kept(&texts, |text| syntax::parse(FileId(0), text));
        assert!(parsed.iter().all(|document| document.problems.is_empty()));
        parsed
    };
    show("hcl-edit / parser", "at least 4", &ratios(15, theirs, ours));
}

fn kept<T>(texts: &[&str], parse: impl Fn(&str) -> T) -> Vec<T> {
    black_box(texts.iter().map(|text| parse(text)).collect())
}

/// The whole run and reading and parsing alone, both on one thread and in a process of their own: our parser, and hcl-edit
/// on what is native syntax.
fn whole_run(folder: &TempDir) {
    let all = || run(folder.path(), "1");
    let alone = || {
        let this = std::env::current_exe().expect("this program has a path");
        let status = Command::new(this).arg(READ_AND_PARSE).arg(folder.path()).status();
        assert!(status.expect("this program runs").success());
    };
    show("whole run / reading and parsing", "at most 3", &ratios(7, all, alone));
    show("the same on two threads", "", &ratios(7, || run(folder.path(), "2"), alone));
    let texts: Vec<String> = files_in(folder.path()).filter(|f| !is_json(f)).map(|f| text(&f)).collect();
    let theirs = || texts.iter().for_each(|text| assert!(black_box(hcl_edit::parser::parse_body(text)).is_ok()));
    show("whole run / hcl-edit", "", &ratios(7, all, theirs));
}

/// Ten times the files.
fn files(name: &str, more: &TempDir, fewer: &TempDir, pairs: usize) {
    show(name, "at most 11", &ratios(pairs, || run(more.path(), "1"), || run(fewer.path(), "1")));
}

/// One thread and two.
fn threads(folder: &TempDir) {
    show("one thread / two threads", "", &ratios(7, || run(folder.path(), "1"), || run(folder.path(), "2")));
}

fn written(files: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    configuration::write(&configuration::configuration(files), folder.path()).expect("files can be written");
    folder
}

fn run(folder: &Path, jobs: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfcheck"));
    command.current_dir(folder).args(["--format", "compact", "--jobs", jobs, "."]).stdout(Stdio::null());
    command.status().expect("the program runs");
}

/// Keeps what was parsed, as whoever wants to look at it must, and leaves taking it apart to the end of the process.
fn read_and_parse(folder: &Path) {
    let parsed = files_in(folder).map(|file| {
        let parse = if is_json(&file) { syntax::parse_json } else { syntax::parse };
        let text = text(&file);
        (parse(FileId(0), &text), text)
    });
    std::mem::forget(black_box(parsed.collect::<Vec<_>>()));
}

fn files_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let mut open: Vec<PathBuf> = vec![folder.to_path_buf()];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(&path).expect("the folder is there").flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files.into_iter()
}

fn is_json(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "json")
}

fn text(file: &Path) -> String {
    read_text(file).expect("the file is text")
}

/// How many times longer the first takes than the second, sorted. What they make is dropped when the time has been taken.
fn ratios<A, B>(pairs: usize, mut a: impl FnMut() -> A, mut b: impl FnMut() -> B) -> Vec<f64> {
    // Once for the caches.
    b();
    let mut ratios: Vec<f64> = (0..pairs).map(|_| time(&mut a).as_secs_f64() / time(&mut b).as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    ratios
}

fn time<T>(work: &mut impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    let made = work();
    let time = start.elapsed();
    drop(made);
    time
}

fn show(name: &str, wanted: &str, ratios: &[f64]) {
    let (least, median, most) = (ratios[0], ratios[ratios.len() / 2], ratios[ratios.len() - 1]);
    let line = format!("{name:<34} {median:>6.2}  [{least:.2}, {most:.2}]  {wanted}");
    println!("{}", line.trim_end());
}
