//! `completions` and `man`: what a shell and `man` want to know of the command line. Only the arguments are looked at.

use clap::CommandFactory as _;

use super::args::{Args, CompletionsArgs, ManArgs};
use super::exit::Exit;
use super::failure::Failure;
use super::output;

/// Prints the script that completes tfcheck's arguments in a shell.
pub(super) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "tfcheck", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}

/// Prints the manual page of tfcheck or of one of its commands.
pub(super) fn man(args: &ManArgs) -> Result<Exit, Failure> {
    let mut tfcheck = Args::command();
    tfcheck.build();
    let command = match &args.command {
        None => &tfcheck,
        Some(name) => tfcheck.find_subcommand(name).ok_or_else(|| Failure::UnknownCommand {
            name: name.clone(),
            nearest: crate::eval::nearest(name, tfcheck.get_subcommands().map(clap::Command::get_name))
                .map(str::to_owned),
        })?,
    };
    let mut page = Vec::new();
    let written = clap_mangen::Man::new(command.clone())
        .source(format!("tfcheck {}", env!("CARGO_PKG_VERSION")))
        .render(&mut page);
    written.map_err(|reason| Failure::Write { path: "the manual page".into(), reason })?;
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Clean)
}
