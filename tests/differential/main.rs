//! The tree of every fixture, held against the one that `hcl-edit` makes of it.
//!
//! Both are shown as text that leaves out what the two hold in different ways: where blanks stand in templates
//! (`hcl-edit` applies neither `<<-` nor strip markers), and how traversals group. Where `hcl-edit` is known to read
//! something else than Terraform does, a case below says so, and fails once that is no longer true.
//!
//! `TFCHECK_CORPUS` names further folders to compare, separated as in `PATH`.

mod ours;
mod theirs;

use std::path::{Path, PathBuf};

use tfcheck::source::FileId;
use tfcheck::syntax::parse;

/// The two readings of a text, `None` where it is refused.
fn readings(text: &str) -> (Option<String>, Option<String>) {
    let document = parse(FileId(0), text);
    let ours = document.problems.is_empty().then(|| ours::show(&document.body));
    let theirs = hcl_edit::parser::parse_body(text).ok().map(|body| theirs::show(&body));
    (ours, theirs)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "tf" || e == "tfvars") {
            found.push(path);
        }
    }
}

#[test]
fn fixtures_read_as_hcl_edit_reads_them() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut found);
    if let Some(folders) = std::env::var_os("TFCHECK_CORPUS") {
        std::env::split_paths(&folders).for_each(|folder| files(&folder, &mut found));
    }
    let mut differing = Vec::new();
    for path in &found {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let (ours, theirs) = readings(&text);
        if ours == theirs {
            continue;
        }
        let verdict = match (&ours, &theirs) {
            (None, _) => "refused here only".to_owned(),
            (_, None) => "refused there only".to_owned(),
            (Some(ours), Some(theirs)) => {
                let other = ours.lines().zip(theirs.lines()).find(|(a, b)| a != b);
                let (ours, theirs) = other.unwrap_or(("more lines on one side", ""));
                format!("\n  here:  {ours}\n  there: {theirs}")
            }
        };
        differing.push(format!("{}: {verdict}", path.display()));
    }
    assert!(differing.is_empty(), "{} of {} differ:\n{}", differing.len(), found.len(), differing.join("\n"));
}

/// Texts that Terraform accepts, read by `hcl-edit` as something else or not at all.
#[test]
fn known_misreadings_of_hcl_edit() {
    for (name, text) in [
        ("an empty heredoc runs on to the next marker", "a = <<E\nE\nb = <<E\nx\nE\n"),
        ("a directive's text is not unescaped", "a = \"%{ if true }a\\\"b%{ endif }\"\n"),
        ("duplicate keys of an object", "a = { x = 1, x = 2 }\n"),
        ("a flush heredoc loses text of a line that is not indented", "a = <<-E\n    x ${y}\nabcdef\n    E\n"),
        ("large exponents", "a = 1e400\n"),
        ("a byte-order mark", "\u{feff}a = 1\n"),
        ("a line break in the value of an object `for`", "a = { for k in m : k => c ? d :\n e }\n"),
        ("a line break in the collection of a `for`", "a = [for x in y\n.z : x]\n"),
        ("a line break in a directive", "a = \"%{ if a &&\n b }%{ endif }\"\n"),
        ("a line break behind a unary operator", "a = (-\n1)\n"),
        ("an index with an exponent", "a = b.1e1\n"),
    ] {
        let (ours, theirs) = readings(text);
        assert!(ours.is_some(), "{name} is refused here");
        assert_ne!(ours, theirs, "{name} is no longer misread");
    }
}

/// Texts that Terraform refuses and `hcl-edit` accepts.
#[test]
fn known_indulgences_of_hcl_edit() {
    for (name, text) in [
        ("two points in a number", "a = 1.2.3\n"),
        ("a line break in a string", "a = \"b\nc\"\n"),
        ("a line break behind a point", "a = foo.\nbar\n"),
        ("two indexes that read as a fraction", "a = foo.0.1\n"),
        ("a splat inside another", "a = foo.*.b.*.c\n"),
        ("lines around the star of a splat", "a = foo[\n*\n]\n"),
        ("a directive without a blank", "a = \"%{ifx}a%{endif}\"\n"),
        ("a heredoc that ends with the text", "a = <<E\nx\nE"),
        ("text behind the end of a heredoc", "a = [<<E\nx\nE]\n"),
    ] {
        let (ours, theirs) = readings(text);
        assert!(ours.is_none(), "{name} is accepted here");
        assert!(theirs.is_some(), "{name} is no longer accepted there");
    }
}
