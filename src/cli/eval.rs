//! `eval`: what tfcheck knows an expression to be, in a root module.

use std::io::BufRead as _;
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
use crate::source::{Problem, ProblemSeverity, Span, normalize};
use crate::syntax::parse_expression;

/// Evaluates the expressions of the arguments or of standard input.
pub(super) fn eval(args: EvalArgs) -> Result<Exit, Failure> {
    let load = load_options(vec![args.dir.clone()], args.inputs.0)?;
    threads::start(None)?;
    let config = config::load(&load)?;
    let dir = normalize(&load.working_dir.join(&args.dir));
    let root = config.roots.iter().find(|r| r.dir == dir).cloned().unwrap_or_else(|| Root::empty(&dir));
    // Who names a folder wants it to be the root, with the defaults of its variables, whatever it is in a check.
    let root = Root { standing: RootStanding::Root, ..root };
    say_faults(&config, &args.dir);
    // On a thread with room for expressions that nest deeply.
    rayon::scope(|_| in_root(&config, &root, &args.expressions, args.stdin))
}

/// Faults of the configuration are not what was asked for, but they may be why something is not known.
fn say_faults(config: &Config, dir: &Path) {
    let faults = config.all_problems().len();
    if faults > 0 {
        let faults = words::count(faults, "fault");
        output::complain(&format!("note: {faults} in the configuration, see `tfcheck {}`\n", dir.display()));
    }
}

fn in_root(config: &Config, root: &Root, expressions: &[String], stdin: bool) -> Result<Exit, Failure> {
    let sandbox = infra::sandbox(config);
    let (program, _, _) = infra::analyze(config, root, &sandbox, &AnalysisOptions::default());
    let session = Session { config, program: &program, secrets: &Secrets::of(config, []) };
    if stdin { session.lines() } else { session.expressions(expressions) }
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
        for line in std::io::stdin().lock().lines() {
            let line = line.map_err(|reason| Failure::Read { path: "standard input".into(), reason })?;
            let mut object = match self.answer(&line) {
                Answer::Known(value) => json!({ "value": eval::json::display(&value) }),
                Answer::Unknown(because) => json!({ "unknown": because }),
                Answer::Error(problems) => json!({ "error": problems.first().map_or("", |p| &p.message) }),
            };
            self.secrets.hide_json(&mut object);
            output::print(&formats::json_line(&object))?;
        }
        Ok(Exit::Clean)
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

/// What was asked for could not be done: more than the warning that it is in a check.
fn as_error(problem: Problem) -> Problem {
    Problem { severity: ProblemSeverity::Error, ..problem }
}
