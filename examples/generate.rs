//! Writes a configuration like those that the benchmarks measure, for measuring the program as a whole.
//!
//!     cargo run --example generate -- FILES FOLDER

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::path::Path;
use std::process::ExitCode;

#[path = "../benches/configuration/mod.rs"]
mod configuration;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [count, folder] = &arguments[..] else { return complain("usage: generate FILES FOLDER") };
    let Ok(count) = count.parse() else { return complain("the number of files is no number") };
    let files = configuration::configuration(count);
    match configuration::write(&files, Path::new(folder)) {
        Ok(bytes) => {
            println!("{} files, {bytes} bytes", files.len());
            ExitCode::SUCCESS
        }
        Err(error) => complain(&format!("`{folder}`: {error}")),
    }
}

fn complain(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(2)
}
