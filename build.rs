//! Writes the lists by which the files below `rules/` become part of the binary; nothing else.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/rules/scan.rs"]
mod scan;
#[path = "src/rules/weight.rs"]
mod weight;

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    embed(&root.join("rules/facts"), "tsv", &out.join("fact_tables.rs"))?;
    for name in ["schema", "secrets", "defaults", "checked"] {
        embed_records(&root.join("rules/facts/provider").join(name).with_extension("txt"), &out.join(name))?;
    }
    embed_rules(&root.join("rules"), &out.join("rule_files.rs"))
}

/// Writes an array of `(name without extension, text)`, sorted by name, of the files in `folder` with this extension.
fn embed(folder: &Path, extension: &str, list: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    let mut text = String::from("&[\n");
    for path in &files {
        let name = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a file name that is not UTF-8")?;
        writeln!(text, "    ({name:?}, include_str!({path:?})),")?;
    }
    text.push_str("]\n");
    fs::write(list, text)?;
    Ok(())
}

/// Writes a text of records, as `facts::records` describes them, with where each of them begins.
fn embed_records(path: &Path, list: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path)?;
    let mut starts = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with(|first: char| first.is_whitespace() || first == '#') {
            starts.push(at);
        }
        at += line.len();
    }
    fs::write(list.with_extension("rs"), format!("Records {{ text: include_str!({path:?}), starts: &{starts:?} }}"))?;
    Ok(())
}

/// Writes the outlines of the rule files, sorted by path, as `EmbeddedFile`s of `rules::catalog`.
fn embed_rules(root: &Path, list: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    rule_files(root, &mut files)?;
    files.sort();
    let mut text = String::from("&[\n");
    for path in &files {
        let shown = path.strip_prefix(root)?.to_str().ok_or("a file name that is not UTF-8")?.replace('\\', "/");
        let source = fs::read_to_string(path)?;
        let outline = scan::outline(&source);
        writeln!(text, "    EmbeddedFile {{ path: {shown:?}, text: include_str!({path:?}), rules: &[")?;
        for rule in &outline.rules {
            let scan::RuleOutline { id, category, subjects, only, bytes, words, logic } = rule;
            write!(text, "        EmbeddedRule {{ id: {id:?}, category: {category:?}, only: {only:?}, ")?;
            writeln!(text, "subjects: &{subjects:?}, bytes: {bytes:?}, words: &{words:?}, logic: &{logic:?} }},")?;
        }
        writeln!(text, "    ], functions: &[")?;
        for scan::FunctionOutline { name, params, bytes } in &outline.functions {
            let value = source[bytes.clone()].split_once("\n  value").map_or("", |(_, value)| value);
            let cost = weight::of_text(value);
            write!(text, "        EmbeddedFunction {{ name: {name:?}, params: {params}, cost: {cost}, ")?;
            writeln!(text, "bytes: {bytes:?} }},")?;
        }
        writeln!(text, "    ] }},")?;
    }
    text.push_str("]\n");
    fs::write(list, text)?;
    Ok(())
}

/// All `.hcl` files below a folder.
fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            rule_files(&path, files)?;
        } else if path.extension().is_some_and(|found| found == "hcl") {
            files.push(path);
        }
    }
    Ok(())
}
