//! Which evaluations a run makes of each root: one for each of its environments, or the only one.
//!
//! Environments are those of the settings; where these name none, those that a root's layout shows. Entry point:
//! [`Plan::new`].

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::failure::Failure;
use super::settings::{EnvironmentBlock, Written};
use crate::config::{Config, Root, VariableFile};
use crate::eval::nearest;
use crate::infra::{AnalysisOptions, is_nonproduction};
use crate::source::{Problem, ProblemKind, Sandbox, normalize, shown_path, work_tree};
use crate::syntax::{Ident, Text};

/// What is evaluated.
pub(super) struct Plan {
    /// For each root, in the order of the configuration, its evaluations; at least one.
    pub of_roots: Vec<Vec<AnalysisOptions>>,
    /// What is wrong with variable files that settings name, and with what they set.
    pub problems: Vec<Problem>,
    /// Whether there are environments that are not evaluated.
    pub partial: bool,
    /// How many variable files were read for it.
    pub files: usize,
}

impl Plan {
    /// The evaluations of all roots; with `chosen` those in one environment.
    pub(super) fn new(config: &Config, written: &Written, chosen: Option<&str>) -> Result<Plan, Failure> {
        let mut planner =
            Planner { config, written, read: BTreeMap::new(), mistakes: Vec::new(), readable: OnceCell::new() };
        let mut of_roots: Vec<Vec<AnalysisOptions>> = config.roots.iter().map(|r| planner.of_root(r)).collect();
        planner.look_at_what_nothing_used();
        if !planner.mistakes.is_empty() {
            return Err(Failure::Settings { problems: planner.mistakes, sources: config.sources.clone() });
        }
        let all = of_roots.iter().flatten().count();
        match chosen {
            Some(chosen) => choose(&mut of_roots, written, chosen)?,
            None if written.environments.is_empty() => of_roots.iter_mut().for_each(leave_out_without_production),
            None => {}
        }
        let left: usize = of_roots.iter().flatten().count();
        let files: Vec<&Arc<VariableFile>> = planner.read.values().flatten().collect();
        let problems = files.iter().flat_map(|f| f.problems.iter().chain(&f.document.problems)).cloned();
        let undeclared = planner.undeclared();
        let problems = problems.chain(undeclared).collect();
        let files = files.len();
        for options in of_roots.iter_mut().filter(|o| o.is_empty()) {
            // There may be thousands of roots: no room for more than the one.
            *options = vec![AnalysisOptions { environment: chosen.map(named), ..AnalysisOptions::default() }];
        }
        Ok(Plan { of_roots, problems, partial: left < all, files })
    }

    /// The variable files of the evaluations.
    pub(super) fn variable_files(&self) -> impl Iterator<Item = &Arc<VariableFile>> {
        self.of_roots.iter().flatten().flat_map(|options| &options.var_files)
    }
}

/// A layout that shows no production says nothing of it: the root is then evaluated as it is, and nothing is let pass
/// because a file for tests lies beside it.
fn leave_out_without_production(found: &mut Vec<AnalysisOptions>) {
    let nonproduction = |o: &AnalysisOptions| o.environment.as_ref().is_some_and(|(_, nonproduction)| *nonproduction);
    if found.iter().all(nonproduction) {
        found.clear();
    }
}

fn named(name: &str) -> (Text, bool) {
    (name.into(), is_nonproduction(name))
}

/// Leaves the evaluations in one environment; a root that does not know it is evaluated once, under its name.
fn choose(of_roots: &mut [Vec<AnalysisOptions>], written: &Written, chosen: &str) -> Result<(), Failure> {
    let name = |options: &AnalysisOptions| options.environment.as_ref().map(|(name, _)| name.clone());
    let declared = written.environments.iter().map(|e| e.name.text.clone());
    let known: BTreeSet<Text> = of_roots.iter().flatten().filter_map(name).chain(declared).collect();
    if !known.is_empty() && !known.contains(chosen) {
        let nearest = nearest(chosen, known.iter().map(|k| &**k)).map(str::to_owned);
        let known = known.iter().map(ToString::to_string).collect();
        return Err(Failure::UnknownEnvironment { name: chosen.to_owned(), nearest, known });
    }
    of_roots.iter_mut().for_each(|options| options.retain(|o| name(o).as_deref() == Some(chosen)));
    Ok(())
}

struct Planner<'a> {
    config: &'a Config,
    written: &'a Written,
    /// Variable files by path; none where there is no such file.
    read: BTreeMap<PathBuf, Option<Arc<VariableFile>>>,
    mistakes: Vec<Problem>,
    /// The folders that settings may have files read from, once something has asked.
    readable: OnceCell<Sandbox>,
}

impl Planner<'_> {
    fn of_root(&mut self, root: &Root) -> Vec<AnalysisOptions> {
        if self.written.environments.is_empty() {
            let found = root.environments.iter().map(|environment| AnalysisOptions {
                environment: Some(named(&environment.name)),
                var_files: vec![environment.file.clone()],
                ..AnalysisOptions::default()
            });
            return found.collect();
        }
        let written = self.written;
        written.environments.iter().filter_map(|block| self.of_block(root, block)).collect()
    }

    /// An environment of the settings in a root: not one that lacks all of its files.
    fn of_block(&mut self, root: &Root, block: &EnvironmentBlock) -> Option<AnalysisOptions> {
        let mut var_files: Vec<Arc<VariableFile>> = Vec::new();
        for name in &block.var_files {
            var_files.extend(self.file(root, name));
        }
        if var_files.is_empty() && !block.var_files.is_empty() {
            return None;
        }
        if let Some(document) = self.written.document.as_ref().filter(|_| !block.vars.is_empty()) {
            let values = block.vars.iter().filter(|(name, _)| declares(root, name)).cloned().collect();
            let path = self.written.file.as_ref().map(|f| f.path.clone()).unwrap_or_default();
            var_files.push(Arc::new(VariableFile { path, document: document.clone(), values, problems: Vec::new() }));
        }
        let name = block.name.text.clone();
        let nonproduction = block.production.map_or_else(|| is_nonproduction(&name), |production| !production);
        Some(AnalysisOptions {
            environment: Some((name, nonproduction)),
            keep_defaults: !var_files.is_empty(),
            var_files,
            workspace: block.workspace.as_ref().map(|w| w.text.clone()),
            ..AnalysisOptions::default()
        })
    }

    /// A variable file of an environment: beside the root, else beside the settings. What several roots share may set
    /// more than one of them declares.
    fn file(&mut self, root: &Root, name: &Ident) -> Option<Arc<VariableFile>> {
        let own = normalize(&root.dir.join(&*name.text));
        let shared = normalize(&self.written.folder.join(&*name.text));
        if own.is_file() {
            return self.read(own, name);
        }
        let file = self.read(shared, name)?;
        let values = file.values.iter().filter(|(name, _)| declares(root, name)).cloned().collect();
        let (path, document) = (file.path.clone(), file.document.clone());
        Some(Arc::new(VariableFile { path, document, values, problems: Vec::new() }))
    }

    fn read(&mut self, path: PathBuf, name: &Ident) -> Option<Arc<VariableFile>> {
        if let Some(known) = self.read.get(&path) {
            return known.clone();
        }
        let here = std::env::current_dir().unwrap_or_default();
        let shown = shown_path(&path, &normalize(&here));
        let file = match self.may_read(&path).then(|| VariableFile::read(&self.config.sources, &path, &shown)) {
            Some(Ok(file)) => Some(Arc::new(file)),
            Some(Err(error)) if path.exists() => {
                let message = format!("variable file `{shown}`: {error}");
                self.mistakes.push(Problem::error(ProblemKind::Settings, name.span, message, "named here"));
                None
            }
            Some(Err(_)) => None,
            None => {
                let message = format!("variable file `{shown}` is not read: it lies outside of what is checked");
                let problem = Problem::error(ProblemKind::Settings, name.span, message, "leads elsewhere");
                let help = "it may lie below the settings, a checked folder, or the git repository around them";
                self.mistakes.push(problem.with_help(help));
                None
            }
        };
        self.read.insert(path, file.clone());
        file
    }

    /// Whether settings may have a file read: they may come from a fork, and reports show lines of what is read.
    fn may_read(&self, path: &Path) -> bool {
        let Ok(real) = path.canonicalize() else { return true };
        let readable = self.readable.get_or_init(|| {
            let folders = self.config.checked.iter().chain(self.config.roots.iter().map(|root| &root.dir));
            let around =
                folders.chain([&self.written.folder]).map(|folder| work_tree(folder).unwrap_or(folder.as_path()));
            Sandbox::new(around.collect::<BTreeSet<_>>())
        });
        readable.holds(&real)
    }

    /// Files that lie beside no root and not beside the settings.
    fn look_at_what_nothing_used(&mut self) {
        for name in self.written.environments.iter().flat_map(|e| &e.var_files) {
            let roots = self.config.roots.iter().map(|r| &r.dir);
            let found = roots.chain([&self.written.folder]).any(|dir| normalize(&dir.join(&*name.text)).exists());
            if !found {
                let message = format!("there is no variable file `{}`", name.text);
                let problem = Problem::error(ProblemKind::Settings, name.span, message, "no such file");
                let help = "its path is seen from the folder of the root module, or from that of the settings";
                self.mistakes.push(problem.with_help(help));
            }
        }
    }

    /// Variables set by the settings that no root declares.
    fn undeclared(&self) -> Vec<Problem> {
        let roots = &self.config.roots;
        let mut problems = Vec::new();
        for (name, _) in self.written.environments.iter().flat_map(|e| &e.vars) {
            if roots.iter().any(|r| r.module.module.may_declare_more() || declares(r, name)) {
                continue;
            }
            let message = format!("a value is set for `{}`, which no root module declares", name.text);
            let problem = Problem::warning(ProblemKind::UndeclaredName, name.span, message, "no such variable");
            let known = roots.iter().flat_map(|r| r.module.module.variables.keys());
            problems.push(match nearest(&name.text, known.map(|k| &**k)) {
                Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                None => problem,
            });
        }
        problems
    }
}

fn declares(root: &Root, name: &Ident) -> bool {
    root.module.module.variables.contains_key(&name.text)
}
