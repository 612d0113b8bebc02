//! `eval`: what tfcheck knows an expression to be, in a root module.

use std::io::{self, BufRead, Read as _};
use std::path::Path;

use serde_json::json;

use super::args::EvalArgs;
use super::exit::Exit;
use super::failure::Failure;
use super::options::load_options;
use super::{output, terminal, threads};
use crate::config::{self, Config, Root, RootStanding};
use crate::eval::{self, Cause, EvalError, Program, Value};
use crate::infra::{self, AnalysisOptions};
use crate::report::{formats, harmless, pretty, words};
use crate::secrets::Secrets;
use crate::source::{MAX_FILE_SIZE, Problem, ProblemSeverity, Span, normalize};
use crate::syntax::parse_expression;

/// Evaluates the expressions of the arguments or of standard input.
pub(super) fn eval(mut args: EvalArgs) -> Result<Exit, Failure> {
    let load = load_options(vec![args.dir.clone()], std::mem::take(&mut args.inputs.0))?;
    threads::start(None)?;
    let config = config::load(&load)?;
    let dir = normalize(&load.working_dir.join(&args.dir));
    let root = config.roots.iter().find(|r| r.dir == dir).cloned().unwrap_or_else(|| Root::empty(&dir));
    // Who names a folder wants it to be the root, with the defaults of its variables, whatever it is in a check.
    let root = Root { standing: RootStanding::Root, ..root };
    // On a thread with room for expressions that nest deeply.
    rayon::scope(|_| in_root(&config, &root, &args))
}

/// Faults of the configuration are not what was asked for, but they may be why something is not known.
fn say_faults(faults: usize, dir: &Path) {
    if faults > 0 {
        let faults = words::count(faults, "fault");
        output::complain(&format!("note: {faults} in the configuration, see `tfcheck {}`\n", dir.display()));
    }
}

fn in_root(config: &Config, root: &Root, args: &EvalArgs) -> Result<Exit, Failure> {
    let sandbox = infra::sandbox(config);
    let (program, _, problems) = infra::analyze(config, root, &sandbox, &AnalysisOptions::default());
    say_faults(config.all_problems().len() + problems.len(), &args.dir);
    let session = Session { config, program: &program, secrets: &Secrets::of(config, []) };
    if args.stdin { session.lines() } else { session.expressions(&args.expressions) }
}

struct Session<'a> {
    config: &'a Config,
    program: &'a Program<'a>,
    secrets: &'a Secrets,
}

/// What came of an expression.
enum Answer {
    Known(Value),
    /// Not known, and why.
    Unknown(String),
    Error(Vec<Problem>),
}

impl Session<'_> {
    /// One expression a line in, one JSON object a line out.
    fn lines(&self) -> Result<Exit, Failure> {
        let mut input = io::stdin().lock();
        loop {
            let line =
                next_line(&mut input).map_err(|reason| Failure::Read { path: "standard input".into(), reason })?;
            let mut object = match line {
                Line::End => return Ok(Exit::Clean),
                Line::NotText => json!({ "error": "the line is not UTF-8 text" }),
                Line::TooLong => {
                    let most = MAX_FILE_SIZE / (1024 * 1024);
                    json!({ "error": format!("the line is longer than {most} MiB, the most that is read") })
                }
                Line::Text(line) => match self.answer(&line) {
                    Answer::Known(value) => json!({ "value": eval::json::display(&value) }),
                    Answer::Unknown(because) => json!({ "unknown": because }),
                    Answer::Error(problems) => json!({ "error": problems.first().map_or("", |p| &p.message) }),
                },
            };
            self.secrets.hide_json(&mut object);
            output::print(&formats::json_line(&object))?;
        }
    }

    fn expressions(&self, expressions: &[String]) -> Result<Exit, Failure> {
        let mut exit = Exit::Clean;
        for text in expressions {
            match self.answer(text) {
                Answer::Known(value) => {
                    let mut value = eval::json::display(&value);
                    self.secrets.hide_json(&mut value);
                    output::print(&formats::json_text(&value))?;
                }
                Answer::Unknown(because) => {
                    let because = self.secrets.hide(&because);
                    output::print(&format!("unknown: {}\n", harmless::line(&because)))?;
                }
                Answer::Error(problems) => {
                    let look = terminal::look_of_errors();
                    output::complain(&pretty::problems(&problems, &self.config.sources, self.secrets, look));
                    exit = Exit::Failed;
                }
            }
        }
        Ok(exit)
    }

    fn answer(&self, text: &str) -> Answer {
        let name = "expression";
        let file = self.config.sources.add(Path::new(name), name, text);
        let (expr, problems) = parse_expression(file.id, &file.text, 0);
        if !problems.is_empty() {
            return Answer::Error(problems);
        }
        let value = match self.program.try_eval(&expr, &self.program.root_frame()) {
            Ok(value) => value,
            Err(error) => return Answer::Error(vec![as_error(error.into_problem(expr.span))]),
        };
        match value.as_unknown().map(|unknown| &unknown.cause) {
            None => Answer::Known(value),
            Some(Cause::Error | Cause::Cycle) => Answer::Error(self.behind(expr.span)),
            Some(cause) => Answer::Unknown(cause.to_string()),
        }
    }

    /// The faults that made a value unknown, where they were found just now; they are told once.
    fn behind(&self, span: Span) -> Vec<Problem> {
        let found: Vec<Problem> = self.program.take_problems().into_iter().map(as_error).collect();
        if found.is_empty() {
            vec![as_error(EvalError::new("it could not be evaluated").into_problem(span))]
        } else {
            found
        }
    }
}

/// A line of the input.
enum Line {
    Text(String),
    NotText,
    TooLong,
    /// There is none.
    End,
}

/// Reads a line. One that cannot be used is read to its end all the same: those behind it can.
fn next_line(input: &mut impl BufRead) -> io::Result<Line> {
    let mut line = Vec::new();
    // One more for the line's end.
    input.by_ref().take(MAX_FILE_SIZE + 1).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(Line::End);
    }
    match line.pop_if(|last| *last == b'\n') {
        None if line.len() as u64 > MAX_FILE_SIZE => {
            input.skip_until(b'\n')?;
            return Ok(Line::TooLong);
        }
        _ => line.pop_if(|last| *last == b'\r'),
    };
    Ok(String::from_utf8(line).map_or(Line::NotText, Line::Text))
}

/// What was asked for could not be done: more than the warning that it is in a check.
fn as_error(problem: Problem) -> Problem {
    Problem { severity: ProblemSeverity::Error, ..problem }
}
