//! Writes the lists by which the files below `rules/` become part of the binary, rules already parsed; nothing else.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use rules::pack;
use source::FileId;

#[path = "src/facts/name_hash.rs"]
mod name_hash;
/// The parts of the crate that turn rule files into what is embedded of them.
#[path = "src/rules"]
mod rules {
    pub mod pack;
    mod reads;
    mod weight;
}
#[expect(dead_code, reason = "the crate uses the rest")]
#[path = "src/source"]
mod source {
    mod problem;
    mod span;
    mod text;
    pub use problem::{Problem, ProblemKind};
    pub use span::{FileId, Span};
    pub use text::{Text, char_boundary};
}
#[expect(dead_code, unused_imports, reason = "the crate uses the rest")]
#[path = "src/syntax"]
mod syntax {
    mod ast;
    mod items;
    mod lexer;
    pub mod packed;
    mod parser;
    mod scan;
    pub use ast::*;
    pub use parser::parse;
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    embed_tables(&root.join("rules/facts"), &out.join("fact_tables.rs"))?;
    for name in ["schema", "secrets", "defaults", "checked"] {
        embed_records(&root.join("rules/facts/provider").join(name).with_extension("txt"), &out.join(name))?;
    }
    embed_rules(&root.join("rules"), &out)
}

/// Writes the tables of facts in `folder`, sorted by name, as `TableText`s of `facts::table`.
fn embed_tables(folder: &Path, list: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == "tsv") {
            files.push(path);
        }
    }
    files.sort();
    let mut list_text = String::from("&[\n");
    for path in &files {
        let name = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a file name that is not UTF-8")?;
        let text = fs::read_to_string(path)?;
        let key_columns = text.lines().find_map(|line| line.strip_prefix("# key columns: "));
        let key_columns: usize = key_columns.map_or(Ok(1), |count| count.trim().parse())?;
        let (mut starts, mut keys, mut at) = (Vec::new(), Vec::new(), 0);
        for line in text.split_inclusive('\n') {
            if !starts.is_empty() || !line.starts_with('#') {
                starts.push(at);
                keys.push(line.trim_end().split('\t').take(key_columns).collect::<Vec<_>>().join("/"));
            }
            at += line.len();
        }
        starts.push(at);
        let mut by_key: Vec<usize> = (0..keys.len().saturating_sub(1)).collect();
        by_key.sort_by_key(|row| &keys[row + 1]);
        write!(list_text, "    TableText {{ name: {name:?}, text: include_str!({path:?}), ")?;
        writeln!(list_text, "starts: &{starts:?}, by_key: &{by_key:?} }},")?;
    }
    list_text.push_str("]\n");
    fs::write(list, list_text)?;
    Ok(())
}

/// Writes a text of records, as `facts::records` describes them, with where each of them begins and the index of names.
fn embed_records(path: &Path, list: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path)?;
    let (mut starts, mut index) = (Vec::new(), Vec::new());
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with(|first: char| first.is_whitespace() || first == '#') {
            index.push((name_hash::of(line.split_whitespace().next().unwrap_or_default()), starts.len()));
            starts.push(at);
        }
        at += line.len();
    }
    index.sort_unstable();
    let records = format!("Records {{ text: include_str!({path:?}), starts: &{starts:?}, index: &{index:?} }}");
    fs::write(list.with_extension("rs"), records)?;
    Ok(())
}

/// Writes what the rule files declare, sorted by path, as `EmbeddedFile`s of `rules::embedded`.
fn embed_rules(root: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut paths = Vec::new();
    rule_files(root, &mut paths)?;
    paths.sort();
    let read = |path: &PathBuf| fs::read_to_string(path).map(|source| (syntax::parse(FileId(0), &source).body, source));
    let files = paths.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let costs: HashMap<String, usize> = files.iter().flat_map(|(body, source)| pack::costs(source, body)).collect();
    let mut text = String::from("&[\n");
    for (number, (path, (body, source))) in paths.iter().zip(&files).enumerate() {
        let shown = path.strip_prefix(root)?.to_str().ok_or("a file name that is not UTF-8")?.replace('\\', "/");
        let packed = pack::pack(source, body, &|function| costs.get(function).copied());
        let bytes = out.join(format!("rule_file_{number}.bin"));
        fs::write(&bytes, &packed.bytes)?;
        write!(text, "    EmbeddedFile {{ path: {shown:?}, text: include_str!({path:?}), ")?;
        writeln!(text, "bytes: include_bytes!({bytes:?}), rules: &[")?;
        for pack::RuleOutline { id, category, subjects, only, logic, words } in &packed.rules {
            write!(text, "        EmbeddedRule {{ id: {id:?}, category: {category:?}, only: {only:?}, ")?;
            writeln!(text, "subjects: &{subjects:?}, logic: {logic}, words: {words} }},")?;
        }
        writeln!(text, "    ], functions: &[")?;
        for pack::FunctionOutline { name, params, cost, begin } in &packed.functions {
            write!(text, "        EmbeddedFunction {{ name: {name:?}, params: {params}, cost: {cost}, ")?;
            writeln!(text, "begin: {begin} }},")?;
        }
        writeln!(text, "    ] }},")?;
    }
    text.push_str("]\n");
    fs::write(out.join("rule_files.rs"), text)?;
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
