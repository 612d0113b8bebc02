//! The layers of `src/` depend on each other in one direction. An arrow that points back fails here.

use std::fs;
use std::path::{Path, PathBuf};

/// In the order of the data flow: each may use itself and those before it.
const LAYERS: [&str; 11] =
    ["clock", "source", "syntax", "config", "eval", "facts", "secrets", "infra", "rules", "report", "cli"];

#[test]
fn dependencies_point_one_way() {
    let mut backward = Vec::new();
    for (position, layer) in LAYERS.iter().enumerate() {
        for file in rust_files(&Path::new("src").join(layer)) {
            for (number, used) in used_layers(&read(&file)) {
                let Some(other) = LAYERS.iter().position(|l| *l == used) else { continue };
                if other > position {
                    backward.push(format!("{}:{number}: {layer} uses {used}", file.display()));
                }
            }
        }
    }
    assert!(backward.is_empty(), "{}", backward.join("\n"));
}

#[test]
fn every_module_of_the_crate_is_a_layer() {
    let lib = read(Path::new("src/lib.rs"));
    let modules: Vec<&str> = lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut layers = LAYERS.to_vec();
    layers.sort_unstable();
    assert_eq!(modules, layers);
}

#[test]
fn one_module_draws_with_miette() {
    for layer in LAYERS {
        for file in rust_files(&Path::new("src").join(layer)) {
            let allowed = file.starts_with("src/report/pretty");
            assert!(allowed || !read(&file).contains("miette::"), "{} uses miette", file.display());
        }
    }
}

#[test]
fn arrows_are_seen_in_every_form() {
    let check = |line: &str, expected: &[&str]| {
        let used: Vec<String> = used_layers(line).into_iter().map(|(_, layer)| layer).collect();
        assert_eq!(used, expected);
    };
    check("use crate::rules::Finding;", &["rules"]);
    check("use crate::{eval::Value, infra::Infra};", &["eval", "infra"]);
    check("fn f() -> crate::report::Report {", &["report"]);
    check("pub(crate) use self::x;", &[]);
    check("//! [`crate::cli`] calls this.", &[]);
    check("use crate::{\n    eval::{Value, Kind},\n    infra,\n};", &["eval", "infra"]);
}

/// The layers that a text names after `crate::`, with the line of each.
fn used_layers(text: &str) -> Vec<(usize, String)> {
    let code: String = text.lines().map(without_comment).collect::<Vec<_>>().join("\n");
    let mut used = Vec::new();
    for (start, found) in code.match_indices("crate::") {
        let line = code[..start].matches('\n').count() + 1;
        let rest = &code[start + found.len()..];
        let names = match rest.strip_prefix('{') {
            Some(group) => first_names(group),
            None => vec![name_at(rest)],
        };
        used.extend(names.into_iter().map(|name| (line, name)));
    }
    used
}

/// The first name of each path of a group, up to its closing brace.
fn first_names(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(name_at(group[start..i].trim()));
                start = i + 1;
            }
            _ => {}
        }
        if c == '}' && depth == 0 && start == i + 1 {
            break;
        }
    }
    names.retain(|n| !n.is_empty());
    names
}

fn name_at(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

fn without_comment(line: &str) -> &str {
    let is_comment = line.trim_start().starts_with("//");
    if is_comment { "" } else { line }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
