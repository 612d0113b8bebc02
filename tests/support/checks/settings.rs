//! tfcheck's own settings, held against the rules there are and a small configuration.

use std::path::Path;
use std::sync::LazyLock;

use tfcheck::cli;
use tfcheck::rules;
use tfcheck::source::{FileId, Span};

use super::stage::{Loaded, STAGE};
use super::tree::Spans;

static CONFIGURATION: LazyLock<Loaded> = LazyLock::new(|| {
    STAGE.load("main.tf", "variable \"a\" {}\nterraform {\n  backend \"s3\" {}\n}\n").expect("a root")
});

/// Mistakes lie where they are said to lie; nothing else happens.
pub fn check(input: &[u8]) {
    let Some(text) = super::text(input) else { return };
    let config = &CONFIGURATION.config;
    let sources = STAGE.map();
    let file = sources.add(Path::new("/nowhere/.tfcheck.hcl"), ".tfcheck.hcl", text);
    let day = rules::day("2026-01-01").expect("a day");
    let mistakes = cli::mistakes(&file, config, &STAGE.catalog, day);
    let whole = Span::new(file.id, 0, text.len());
    assert_ne!(file.id, FileId(0), "the texts of rules come before");
    Spans::new(text).problems(&mistakes, whole);
}
