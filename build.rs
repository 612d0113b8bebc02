//! Writes the lists of `include_str!` by which the files below `rules/` become part of the binary; nothing else.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    embed(&root.join("rules/facts"), "tsv", &out.join("fact_tables.rs"))
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
