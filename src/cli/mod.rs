//! The command line: arguments in, exit status out. The only part that knows all others.
//!
//! What was typed ([`args`]) becomes what it means ([`options`]), the pipeline runs ([`run`](mod@run)), the report is
//! written ([`output`]), and the outcome is one of three exit statuses ([`exit`]).

mod args;
mod baseline;
mod catalog;
mod environments;
mod eval;
mod exit;
mod failure;
mod inputs;
mod options;
mod output;
mod pages;
mod progress;
mod run;
mod settings;
mod shell;
mod since;
mod stages;
mod terminal;
mod threads;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

pub use self::settings::mistakes;

use self::args::{Args, Command};
use self::exit::Exit;
use self::failure::Failure;
use self::options::CheckOptions;

/// Runs tfcheck with these arguments (the first is the program's name).
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let exit = match Args::try_parse_from(args) {
        Ok(args) => dispatch(args).unwrap_or_else(|failure| failure.complain()),
        // Help and version are asked for, and are no failure; clap knows the difference.
        Err(message) => {
            let status = if message.use_stderr() { Exit::Failed } else { Exit::Clean };
            // The message goes to a terminal or a pipe; where neither listens there is nobody to tell.
            let _ = message.print();
            status
        }
    };
    exit.into()
}

fn dispatch(args: Args) -> Result<Exit, Failure> {
    match args.command {
        None => run::check(&CheckOptions::new(args.check)?),
        Some(Command::Check(check)) => run::check(&CheckOptions::new(*check)?),
        Some(Command::Explain(explain)) => pages::explain(&explain),
        Some(Command::Rules(rules)) => pages::rules(&rules),
        Some(Command::Settings(args)) => settings::settings(&args),
        Some(Command::Why(why)) => why::why(why),
        Some(Command::Eval(eval)) => eval::eval(eval),
        Some(Command::Completions(args)) => shell::completions(&args),
        Some(Command::Man(args)) => shell::man(&args),
    }
}
