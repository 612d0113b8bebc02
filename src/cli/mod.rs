//! The command line: arguments in, exit status out.

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs tfcheck with these arguments (the first is the program's name).
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let _ = args.into_iter().count();
    ExitCode::from(2)
}
