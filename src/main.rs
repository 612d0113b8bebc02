//! The `tfcheck` binary: hands the arguments to [`tfcheck::cli::run`].

use std::process::ExitCode;

fn main() -> ExitCode {
    tfcheck::cli::run(std::env::args_os())
}
