//! What the terminal can do: colours, box characters, width.

use std::io::IsTerminal as _;

use supports_unicode::Stream;

use super::args::ColorArg;
use crate::report::pretty::Look;

/// The width of a report that goes to a file or a pipe.
const WIDTH_ELSEWHERE: usize = 100;
/// Narrower than this nothing can be drawn sensibly.
const LEAST_WIDTH: usize = 40;

/// The look of what is printed, `here` on standard output or into a file. Files have no colours unless they are asked
/// for.
pub(super) fn look(color: ColorArg, here: bool) -> Look {
    look_of(color, here && std::io::stdout().is_terminal(), Stream::Stdout)
}

/// The look of what is printed on standard error.
pub(super) fn look_of_errors() -> Look {
    look_of(ColorArg::Auto, std::io::stderr().is_terminal(), Stream::Stderr)
}

fn look_of(color: ColorArg, to_terminal: bool, stream: Stream) -> Look {
    let width = match terminal_size::terminal_size() {
        Some((width, _)) if to_terminal => usize::from(width.0),
        _ => WIDTH_ELSEWHERE,
    };
    Look {
        color: use_color(color, to_terminal, |name| std::env::var(name).ok()),
        unicode: supports_unicode::on(stream),
        width: width.max(LEAST_WIDTH),
    }
}

/// The option decides, then the variables that programs agree on, then the terminal.
fn use_color(color: ColorArg, to_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|v| !v.is_empty());
    let is_on = |name: &str| variable(name).is_some_and(|v| !v.is_empty() && v != "0");
    match color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto if is_set("NO_COLOR") => false,
        ColorArg::Auto if is_on("FORCE_COLOR") || is_on("CLICOLOR_FORCE") => true,
        ColorArg::Auto if variable("CLICOLOR").is_some_and(|v| v == "0") => false,
        ColorArg::Auto => to_terminal && variable("TERM").is_none_or(|t| t != "dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_wins_over_variables_and_these_over_the_terminal() {
        let check = |color, terminal, variables: &[(&str, &str)], expected: bool| {
            let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            assert_eq!(use_color(color, terminal, variable), expected, "{color:?} {variables:?}");
        };
        check(ColorArg::Auto, true, &[], true);
        check(ColorArg::Auto, false, &[], false);
        check(ColorArg::Auto, true, &[("NO_COLOR", "1")], false);
        check(ColorArg::Auto, true, &[("NO_COLOR", "")], true);
        check(ColorArg::Auto, false, &[("CLICOLOR_FORCE", "1")], true);
        check(ColorArg::Auto, false, &[("CLICOLOR_FORCE", "0")], false);
        check(ColorArg::Auto, false, &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], false);
        check(ColorArg::Auto, true, &[("CLICOLOR", "0")], false);
        check(ColorArg::Auto, true, &[("TERM", "dumb")], false);
        check(ColorArg::Always, false, &[("NO_COLOR", "1")], true);
        check(ColorArg::Never, true, &[("CLICOLOR_FORCE", "1")], false);
    }
}
