//! Values for the variables of a root: variable files, `--var`, the environment. They stay expressions and text here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::parsing::parse_values;
use crate::source::{Problem, ProblemKind, ReadError, SourceMap, Span, read_text};
use crate::syntax::{Document, Expr, Ident, Text};

/// Values that are given to variables, by name, each with the name as it is written.
pub type Given<'f> = FxHashMap<&'f str, &'f (Ident, Arc<Expr>)>;

/// One `.tfvars` or `.tfvars.json` file.
#[derive(Debug)]
pub struct VariableFile {
    /// Where it was read from.
    pub path: PathBuf,
    /// The parsed file.
    pub document: Arc<Document>,
    /// Names and values in the order of the text.
    pub values: Vec<(Ident, Arc<Expr>)>,
    /// What a variable file may not hold; what the parser found is with the document.
    pub problems: Vec<Problem>,
}

/// A value that is text: `--var NAME=VALUE` or `TF_VAR_NAME`. What it means depends on the variable's type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VariableText {
    /// The variable.
    pub name: Text,
    /// Its value as given.
    pub text: Text,
    /// The whole value, in a source of its own that is called `--var NAME` or `TF_VAR_NAME`.
    pub span: Span,
}

/// Values that hold for every root.
#[derive(Clone, Debug)]
pub enum Input {
    /// `--var-file FILE`
    File(Arc<VariableFile>),
    /// `--var NAME=VALUE`, or `TF_VAR_NAME`
    Text(VariableText),
}

/// Values as they are asked for, before anything is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InputArgument {
    /// `--var-file FILE`
    File(PathBuf),
    /// `--var NAME=VALUE`
    Text {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
    },
}

impl VariableFile {
    /// Reads a variable file that people know as `name`.
    pub fn read(sources: &SourceMap, path: &Path, name: &str) -> Result<VariableFile, ReadError> {
        let text = read_text(path)?;
        Ok(VariableFile::parse(sources, path, name, text))
    }

    /// Parses the text of a variable file.
    pub fn parse(sources: &SourceMap, path: &Path, name: &str, text: String) -> VariableFile {
        let file = sources.add(path, name, text);
        let document = parse_values(&file);
        let attributes = document.body.attributes.iter();
        let values = attributes.map(|a| (a.name.clone(), a.expr.clone())).collect();
        let problems = document.body.blocks.iter().map(|block| {
            let message = format!("a variable file holds `name = value` only, not a `{}` block", block.kind.text);
            let problem = Problem::error(ProblemKind::Configuration, block.header, message, "not allowed here");
            problem.with_help("declarations belong in a `.tf` file")
        });
        let problems = problems.collect();
        VariableFile { path: path.to_path_buf(), document: Arc::new(document), values, problems }
    }

    /// The values that it gives to variables, by name; of two for one variable the first.
    pub fn by_name(&self) -> Given<'_> {
        self.values.iter().rev().map(|given| (&*given.0.text, given)).collect()
    }
}

impl VariableText {
    /// A value from the command line.
    pub fn from_argument(sources: &SourceMap, name: &str, value: &str) -> VariableText {
        VariableText::add(sources, format!("--var {name}"), name, value)
    }

    /// A value from an environment variable; `name` comes without `TF_VAR_`.
    pub fn from_environment(sources: &SourceMap, name: &str, value: &str) -> VariableText {
        VariableText::add(sources, format!("TF_VAR_{name}"), name, value)
    }

    fn add(sources: &SourceMap, source: String, name: &str, value: &str) -> VariableText {
        let file = sources.add(Path::new(&source), source.clone(), value);
        VariableText { name: name.into(), text: value.into(), span: Span::new(file.id, 0, value.len()) }
    }
}
