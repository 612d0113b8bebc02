//! What the tests of this layer share: folders of files, and loading them.

use std::fs;
use std::path::PathBuf;

use super::{Config, LoadOptions, Module, load};
use crate::source::{Problem, SourceMap};

/// A folder that is removed when the test ends.
pub(crate) struct Tree(tempfile::TempDir);

impl Tree {
    /// Writes files: path and text.
    pub(crate) fn new(files: &[(&str, &str)]) -> Tree {
        let tree = Tree(tempfile::tempdir().unwrap());
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn options(&self, paths: &[&str]) -> LoadOptions {
        LoadOptions::new(self.0.path(), paths.iter().map(PathBuf::from))
    }

    pub(crate) fn load(&self, paths: &[&str]) -> Config {
        load(&self.options(paths)).unwrap()
    }
}

/// Loads one module of these files and gives it with its problems: `file:line: message`.
pub(crate) fn module(files: &[(&str, &str)]) -> (Config, Vec<String>) {
    let config = Tree::new(files).load(&["."]);
    let problems = problem_lines(&config);
    (config, problems)
}

/// The only root's module.
pub(crate) fn only(config: &Config) -> &Module {
    assert_eq!(config.roots.len(), 1);
    &config.roots[0].module.module
}

pub(crate) fn problem_lines(config: &Config) -> Vec<String> {
    config.all_problems().iter().map(|p| problem_line(&config.sources, p)).collect()
}

pub(crate) fn problem_line(sources: &SourceMap, problem: &Problem) -> String {
    match &problem.label {
        Some(label) => {
            let file = sources.file(label.span.file);
            let related: Vec<_> = problem.related.iter().map(|l| place(sources, l.span)).collect();
            let related = if related.is_empty() { String::new() } else { format!(" (see {})", related.join(", ")) };
            format!("{}:{}: {}{related}", file.name, sources.start(label.span).line, problem.message)
        }
        None => format!("{}: {}", problem.file.as_deref().unwrap_or("-"), problem.message),
    }
}

/// `file:line` of a span.
pub(crate) fn place(sources: &SourceMap, span: crate::source::Span) -> String {
    format!("{}:{}", sources.file(span.file).name, sources.start(span).line)
}
