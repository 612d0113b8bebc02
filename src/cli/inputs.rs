//! `--var` and `--var-file`: two options whose order among each other decides, as with Terraform.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

use crate::config::InputArgument;

/// The values for variables, in the order of the command line.
#[derive(Clone, Debug, Default)]
pub(super) struct InputArgs(pub Vec<InputArgument>);

const HEADING: &str = "Variables";

impl Args for InputArgs {
    fn augment_args(command: Command) -> Command {
        command
            .arg(
                Arg::new("var")
                    .long("var")
                    .value_name("NAME=VALUE")
                    .help("Set a variable of the root modules; may be given several times")
                    .action(ArgAction::Append)
                    .value_parser(variable)
                    .help_heading(HEADING),
            )
            .arg(
                Arg::new("var-file")
                    .long("var-file")
                    .value_name("FILE")
                    .help("Read variables from a file; of two values for one variable the later one wins")
                    .action(ArgAction::Append)
                    .value_parser(value_parser!(PathBuf))
                    .help_heading(HEADING),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        InputArgs::augment_args(command)
    }
}

impl FromArgMatches for InputArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<InputArgs, clap::Error> {
        let variables = matches.get_many::<InputArgument>("var").unwrap_or_default().cloned();
        let files = matches.get_many::<PathBuf>("var-file").unwrap_or_default().cloned().map(InputArgument::File);
        let variables = matches.indices_of("var").unwrap_or_default().zip(variables);
        let files = matches.indices_of("var-file").unwrap_or_default().zip(files);
        let mut inputs: Vec<(usize, InputArgument)> = variables.chain(files).collect();
        inputs.sort_by_key(|(position, _)| *position);
        Ok(InputArgs(inputs.into_iter().map(|(_, input)| input).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = InputArgs::from_arg_matches(matches)?;
        Ok(())
    }
}

fn variable(text: &str) -> Result<InputArgument, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok(InputArgument::Text { name: name.trim().to_owned(), value: value.to_owned() })
        }
        _ => Err("it must have the form NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_command_line_is_kept() {
        let command = InputArgs::augment_args(Command::new("x"));
        let arguments = ["x", "--var", "a=1", "--var-file", "f", "--var", " b = c=d", "--var-file=g"];
        let matches = command.try_get_matches_from(arguments).expect("the arguments are right");
        let InputArgs(inputs) = InputArgs::from_arg_matches(&matches).expect("the arguments are right");
        let text = |name: &str, value: &str| InputArgument::Text { name: name.to_owned(), value: value.to_owned() };
        let file = |path: &str| InputArgument::File(path.into());
        assert_eq!(inputs, [text("a", "1"), file("f"), text("b", " c=d"), file("g")]);
    }

    #[test]
    fn a_variable_needs_a_name() {
        for wrong in ["a", "=1", " = 1"] {
            assert!(variable(wrong).is_err(), "{wrong}");
        }
    }
}
