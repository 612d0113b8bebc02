//! From the paths of the command line to everything that is looked at: folders found, read and parsed, override files
//! merged, call trees built, variable files at hand. [`load`] reads as the steps it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::Mode;
use super::folder::{Folder, FolderReader, Request};
use super::manifest::Manifest;
use super::module::{Module, Provenance};
use super::names::{Dialect, is_module_file, is_variable_file};
use super::neighbours::{self, Neighbours};
use super::root::{Root, make_root};
use super::roots::{RootStanding, find_units};
use super::scope::Scope;
use super::terragrunt::is_terragrunt_file;
use super::terragrunt_files::{read_included, read_terragrunt};
use super::tree::{Child, ModuleNode, TreeBuilder};
use super::variables::{Input, InputArgument, VariableFile, VariableText};
use crate::clock::{Clock, Stage};
use crate::source::{
    FileId, Ignored, PathMap, Problem, RealPaths, SourceMap, Text, Walk, leads_out, normalize, shown_path, walk,
};
use crate::syntax::Document;

/// What to load. Relative paths are relative to `working_dir`.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// An absolute folder; names shown to people are relative to it.
    pub working_dir: PathBuf,
    /// Folders, which are searched for modules, and files, whose modules are looked for in the work tree around them.
    pub paths: Vec<PathBuf>,
    /// Values for variables, in the order of the command line.
    pub inputs: Vec<InputArgument>,
    /// Values from `TF_VAR_` variables of the environment: name without the prefix, and value.
    pub environment: Vec<(String, String)>,
    /// Which language it is; without it OpenTofu's files count where there are any.
    pub dialect: Option<Dialect>,
    /// Where `terraform init` puts what it downloads, relative to a root.
    pub data_dir: PathBuf,
    /// Whether variable files that stand for environments are looked for.
    pub find_environments: bool,
    /// Where the texts go; what was read before keeps its place.
    pub sources: Arc<SourceMap>,
    /// What measures the stages.
    pub clock: Clock,
}

impl LoadOptions {
    /// Options that load `paths` and nothing else.
    pub fn new(working_dir: impl Into<PathBuf>, paths: impl IntoIterator<Item = PathBuf>) -> LoadOptions {
        LoadOptions {
            working_dir: working_dir.into(),
            paths: paths.into_iter().collect(),
            inputs: Vec::new(),
            environment: Vec::new(),
            dialect: None,
            data_dir: PathBuf::from(".terraform"),
            find_environments: false,
            sources: Arc::default(),
            clock: Clock::default(),
        }
    }
}

/// Why nothing was loaded: what was asked for is not there.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A path that does not exist.
    #[error("`{0}`: no such file or folder")]
    NoSuchPath(String),
    /// A variable file that cannot be read.
    #[error("variable file `{name}`: {reason}")]
    VariableFile {
        /// The file as shown to people.
        name: String,
        /// Why.
        reason: crate::source::ReadError,
    },
}

/// Everything that is looked at.
#[derive(Debug)]
pub struct Config {
    /// All texts.
    pub sources: Arc<SourceMap>,
    /// The folders that are looked at by themselves, in order of their paths.
    pub roots: Vec<Root>,
    /// All modules in the trees of the roots, by folder.
    pub modules: PathMap<Arc<Module>>,
    /// Values for variables of every root, weakest first: environment, then the command line in its order. The variable
    /// files of a root stand between the two.
    pub inputs: Inputs,
    /// What is wrong with folders, links and calls; modules, documents and variable files have their own, see
    /// [`Config::all_problems`].
    pub problems: Vec<Problem>,
    /// The folders that were searched.
    pub checked: Vec<PathBuf>,
    /// Names that files declare which scripts copy into other folders: `var.region`, `local.name`, `data.aws_region.current`.
    pub copied: Arc<FxHashSet<Text>>,
    /// Where single files were named: these, and the folders named beside them.
    pub focus: Option<BTreeSet<PathBuf>>,
    /// What measures the stages.
    pub clock: Clock,
    /// Paths whose links have been resolved.
    pub real_paths: Arc<RealPaths>,
    neighbours: BTreeMap<PathBuf, Neighbours>,
}

/// Values that are not written beside a root.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// From `TF_VAR_` variables; weaker than a root's variable files.
    pub environment: Vec<VariableText>,
    /// From `--var` and `--var-file`; stronger, later ones win.
    pub command_line: Vec<Input>,
}

impl Inputs {
    /// What `TF_VAR_` variables and `--var` give.
    pub fn texts(&self) -> impl Iterator<Item = &VariableText> {
        let from_line = self.command_line.iter().filter_map(|input| match input {
            Input::Text(text) => Some(text),
            Input::File(_) => None,
        });
        self.environment.iter().chain(from_line)
    }
}

/// Reads all that `options` ask for. Whatever is wrong with the input becomes a [`Problem`]; only what was asked for and
/// is not there is an error. Work is done on the current rayon pool, and the result does not depend on its size.
pub fn load(options: &LoadOptions) -> Result<Config, LoadError> {
    let working_dir = normalize(&options.working_dir);
    let scope = Scope::new(&working_dir, &options.paths)?;
    let sources = options.sources.clone();
    let inputs = read_inputs(&sources, &working_dir, options)?;
    let walk = options.clock.stage(Stage::Find, || walk_all(&scope, &working_dir));
    let mut problems = walk.problems;
    let mut terragrunt = read_terragrunt(&walk.folders, (&sources, &working_dir), &mut problems);
    if terragrunt.is_there() {
        options.clock.stage(Stage::Find, || read_included(&mut terragrunt, &scope, (&sources, &working_dir)));
    }
    let ignored = Ignored::default();
    let reader = FolderReader {
        sources: &sources,
        working_dir: &working_dir,
        data_dir: &options.data_dir,
        dialect: options.dialect,
        clock: &options.clock,
        terragrunt: &terragrunt,
        ignored: &ignored,
        real_paths: Arc::default(),
    };
    let mut folders = read_checked(walk.folders, &reader);
    read_called(&mut folders, &reader);
    drop_arguments(&mut folders, &scope);
    let units = options.clock.stage(Stage::Load, || scope.narrow(find_units(&folders), &folders));
    let manifests = read_manifests(&units, options, &mut folders, &reader, &mut problems);
    let (roots, modules) = options.clock.stage(Stage::Load, || {
        let mut trees = TreeBuilder::new(&folders, &ignored);
        let mut roots = Vec::with_capacity(units.len());
        for (dir, manifest) in units.iter().zip(&manifests) {
            if let Some(node) = trees.build(dir, manifest) {
                roots.push(make_root(&folders[dir.as_path()], node, (options, &inputs), &reader, &mut problems));
            }
        }
        problems.append(&mut trees.problems);
        let modules = modules_of(&roots);
        (roots, modules)
    });
    let copied = Arc::new(copied_names(&roots));
    let checked: Vec<PathBuf> = scope.folders.into_iter().collect();
    let neighbours = neighbours_of(&checked, &roots);
    Ok(Config {
        sources: sources.clone(),
        roots,
        modules,
        inputs,
        problems,
        checked,
        copied,
        focus: scope.focus,
        clock: options.clock.clone(),
        real_paths: reader.real_paths,
        neighbours,
    })
}

fn neighbours_of(checked: &[PathBuf], roots: &[Root]) -> BTreeMap<PathBuf, Neighbours> {
    let alone = roots.iter().map(|r| &*r.dir).filter(|dir| folder_around(checked, dir).is_none());
    neighbours::gather(checked.iter().map(PathBuf::as_path).chain(alone), roots)
}

impl Config {
    /// Takes reusable modules without callers for roots that somebody applies, where `applied` says so.
    pub fn take_for_roots(&mut self, applied: impl Fn(&Root) -> bool) {
        for root in self.roots.iter_mut().filter(|r| r.standing == RootStanding::Library) {
            if applied(root) {
                root.standing = RootStanding::Root;
            }
        }
        self.neighbours = neighbours_of(&self.checked, &self.roots);
    }

    /// The searched folder that a root lies in; its own folder where it lies in none.
    pub fn checked_folder<'c>(&'c self, root: &'c Root) -> &'c Path {
        folder_around(&self.checked, &root.dir).unwrap_or(&root.dir)
    }

    /// The roots below the searched folder that a root lies in, itself included.
    pub fn neighbours(&self, root: &Root) -> &Neighbours {
        static NONE: LazyLock<Neighbours> = LazyLock::new(Neighbours::default);
        self.neighbours.get(self.checked_folder(root)).unwrap_or(&NONE)
    }

    /// Everything that is wrong with what was read, apart from downloaded modules, in a fixed order and once each.
    pub fn all_problems(&self) -> Vec<Problem> {
        let own = |m: &&Arc<Module>| m.provenance != Provenance::Downloaded;
        let modules = self.modules.values().filter(own);
        let of_modules = modules.flat_map(|m| m.problems.iter().chain(m.documents.iter().flat_map(|d| &d.problems)));
        let of_files = self.variable_files().flat_map(|f| f.problems.iter().chain(&f.document.problems));
        let mut all: Vec<Problem> = self.problems.iter().chain(of_modules).chain(of_files).cloned().collect();
        all.sort_by_cached_key(|p| self.problem_key(p));
        all.dedup();
        all
    }

    fn problem_key(&self, problem: &Problem) -> (Text, u32, String) {
        let span = problem.label.as_ref().map(|l| l.span);
        let name = span.map(|s| self.sources.file(s.file).name.clone()).or_else(|| problem.file.clone());
        (name.unwrap_or_default(), span.map_or(0, |s| s.start), problem.message.clone())
    }

    /// All variable files: those beside roots, and those named on the command line.
    pub fn variable_files(&self) -> impl Iterator<Item = &VariableFile> {
        let named = self.inputs.command_line.iter().filter_map(|input| match input {
            Input::File(file) => Some(&**file),
            Input::Text(_) => None,
        });
        let files = self.roots.iter().flat_map(|r| r.var_files.iter().chain(r.environments.iter().map(|e| &e.file)));
        files.map(|f| &**f).chain(named)
    }

    /// How many files were read that were to be checked or that local calls led to.
    pub fn files_checked(&self) -> usize {
        let modules = self.modules.values().filter(|m| m.provenance != Provenance::Downloaded);
        let files: BTreeSet<FileId> = modules
            .flat_map(|m| m.documents.iter().map(|d| d.file))
            .chain(self.variable_files().map(|f| f.document.file))
            .collect();
        files.len()
    }

    /// Whether findings in a file are wanted: always, unless single files were named.
    pub fn in_focus(&self, file: FileId) -> bool {
        let Some(focus) = &self.focus else { return true };
        let path = &self.sources.file(file).path;
        path.ancestors().any(|p| focus.contains(p))
    }
}

/// The innermost of these sorted folders that a folder lies in.
fn folder_around<'f>(folders: &'f [PathBuf], dir: &Path) -> Option<&'f Path> {
    // As it mostly is, and every root asks several times.
    if let [only] = folders {
        return dir.starts_with(only).then_some(only);
    }
    let position = |around: &Path| folders.binary_search_by(|folder| folder.as_path().cmp(around)).ok();
    dir.ancestors().find_map(position).map(|at| folders[at].as_path())
}

fn read_inputs(sources: &SourceMap, working_dir: &Path, options: &LoadOptions) -> Result<Inputs, LoadError> {
    let environment = options.environment.iter();
    let environment = environment.map(|(name, value)| VariableText::from_environment(sources, name, value)).collect();
    let read = |argument: &InputArgument| match argument {
        InputArgument::Text { name, value } => Ok(Input::Text(VariableText::from_argument(sources, name, value))),
        InputArgument::File(path) => {
            let path = normalize(&working_dir.join(path));
            let name = shown_path(&path, working_dir);
            match VariableFile::read(sources, &path, &name) {
                Ok(file) => Ok(Input::File(Arc::new(file))),
                Err(reason) => Err(LoadError::VariableFile { name, reason }),
            }
        }
    };
    let command_line = options.inputs.iter().map(read).collect::<Result<_, _>>()?;
    Ok(Inputs { environment, command_line })
}

/// Walks every folder of the scope; one that lies in another adds what git ignores in the other.
fn walk_all(scope: &Scope, working_dir: &Path) -> Walk {
    let wanted = |name: &str| is_module_file(name) || is_variable_file(name) || is_terragrunt_file(name);
    let shown = |path: &Path| Text::from(shown_path(path, working_dir));
    let mut walks: Vec<Walk> = scope.folders.iter().map(|folder| walk(folder, wanted, shown)).collect();
    // A file that is asked for by name counts even where git ignores it.
    let mut named = Vec::new();
    for file in scope.focus.iter().flatten().filter(|path| !scope.folders.contains(*path)) {
        // The walk has said so already.
        if leads_out(file, scope.folders.iter().map(|folder| folder.as_path())) {
            continue;
        }
        if let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|n| n.to_str())) {
            named.push((folder.to_path_buf(), BTreeSet::from([name.to_owned()])));
        }
    }
    match walks.len() {
        1 if named.is_empty() => walks.remove(0),
        _ => {
            let problems = walks.iter_mut().flat_map(|walk| std::mem::take(&mut walk.problems)).collect();
            let found = walks.into_iter().flat_map(|walk| walk.folders).chain(named);
            Walk { folders: PathMap::merged(found, BTreeSet::extend), problems }
        }
    }
}

fn read_checked(found: PathMap<BTreeSet<String>>, reader: &FolderReader<'_>) -> PathMap<Folder> {
    let is_module = |names: &BTreeSet<String>| names.iter().any(|n| is_module_file(n));
    let found = found.into_iter().filter(|(_, names)| is_module(names));
    let requests = found.map(|(dir, names)| Request { dir, walked: Some(names), provenance: Provenance::Checked });
    reader.read(requests.collect())
}

/// Leaves out folders that nobody named or calls and whose files hold arguments only: values for a backend or for
/// variables, in files that have the suffix of configuration.
fn drop_arguments(folders: &mut PathMap<Folder>, scope: &Scope) {
    let holds_arguments = |folder: &Folder| {
        let documents = &folder.module.documents;
        let is_plain = |d: &Document| !d.json && d.problems.is_empty() && d.body.blocks.is_empty();
        !folder.module.incomplete
            && documents.iter().all(|d| is_plain(d))
            && documents.iter().any(|d| !d.body.attributes.is_empty())
    };
    let found = folders.iter().filter(|(dir, folder)| holds_arguments(folder) && !scope.names(dir));
    let mut dropped: BTreeSet<PathBuf> = found.map(|(dir, _)| dir.clone()).collect();
    if dropped.is_empty() {
        return;
    }
    for call in folders.values().flat_map(|folder| folder.module.calls.values()) {
        if let Some(target) = &call.target {
            dropped.remove(target);
        }
    }
    let kept = std::mem::take(folders).into_iter().filter(|(dir, _)| !dropped.contains(dir));
    *folders = kept.collect();
}

/// Reads the folders that local calls lead to, until nothing new turns up.
fn read_called(folders: &mut PathMap<Folder>, reader: &FolderReader<'_>) {
    // Their texts: to compare paths step by step for each call would take long.
    let mut tried: FxHashSet<OsString> = folders.keys().map(|dir| dir.clone().into()).collect();
    loop {
        let mut requests: BTreeMap<&Path, Provenance> = BTreeMap::new();
        for folder in folders.values() {
            let provenance = match folder.module.provenance {
                Provenance::Downloaded => Provenance::Downloaded,
                _ => Provenance::Called,
            };
            for target in folder.module.calls.values().filter_map(|call| call.target.as_deref()) {
                if !tried.contains(target.as_os_str()) {
                    let known = requests.entry(target).or_insert(provenance);
                    *known = provenance.min(*known);
                }
            }
        }
        if requests.is_empty() {
            return;
        }
        tried.extend(requests.keys().map(|dir| dir.into()));
        let request = |(dir, provenance): (&Path, _)| Request { dir: dir.into(), walked: None, provenance };
        let requests = requests.into_iter().map(request).collect();
        folders.append(reader.read(requests));
    }
}

/// The manifests of the units, in their order; what they list is read as well.
fn read_manifests(
    units: &[PathBuf],
    options: &LoadOptions,
    folders: &mut PathMap<Folder>,
    reader: &FolderReader<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Manifest> {
    let read = |dir: &PathBuf| match folders[dir.as_path()].is_initialized {
        true => Manifest::read(dir, &options.data_dir, |path| reader.shown(path)),
        false => Default::default(),
    };
    let (manifests, faults): (Vec<_>, Vec<_>) = units.par_iter().map(read).unzip();
    problems.extend(faults.into_iter().flatten());
    let listed: BTreeSet<&Path> = manifests.iter().flat_map(Manifest::folders).collect();
    let missing = listed.into_iter().filter(|dir| !folders.contains_key(dir));
    let requests: Vec<_> = missing
        .map(|dir| Request { dir: dir.to_path_buf(), walked: None, provenance: Provenance::Downloaded })
        .collect();
    if !requests.is_empty() {
        folders.append(reader.read(requests));
        read_called(folders, reader);
    }
    manifests
}

/// The names that folders declare which hold variables, locals and data sources and nothing that uses them: scripts copy
/// such files into the folders of root modules.
fn copied_names(roots: &[Root]) -> FxHashSet<Text> {
    let is_fragment = |module: &&Module| {
        module.calls.is_empty()
            && module.outputs.is_empty()
            && module.settings.backend.is_none()
            && module.resources.keys().all(|name| name.mode == Mode::Data)
    };
    let fragments = roots.iter().map(|root| &*root.module.module).filter(is_fragment);
    let mut names = FxHashSet::default();
    // What the only folder declares is declared where it is looked for.
    if roots.len() < 2 {
        return names;
    }
    for module in fragments {
        names.extend(module.variables.keys().map(|name| Text::from(format!("var.{name}"))));
        names.extend(module.locals.keys().map(|name| Text::from(format!("local.{name}"))));
        names.extend(module.resources.keys().map(|name| Text::from(name.text(""))));
    }
    names
}

fn modules_of(roots: &[Root]) -> PathMap<Arc<Module>> {
    let nodes = nodes_of(roots.iter().map(|root| &*root.module));
    nodes.into_iter().map(|node| (node.module.dir.clone(), node.module.clone())).collect()
}

/// The nodes of trees, each once: trees share them.
pub(crate) fn nodes_of<'n>(trees: impl IntoIterator<Item = &'n ModuleNode>) -> Vec<&'n ModuleNode> {
    let mut seen = FxHashSet::default();
    let mut nodes = Vec::new();
    let mut open: Vec<&ModuleNode> = trees.into_iter().collect();
    while let Some(node) = open.pop() {
        if !seen.insert(std::ptr::from_ref(node)) {
            continue;
        }
        nodes.push(node);
        open.extend(node.children.values().filter_map(|child| match child {
            Child::Loaded(node) => Some(&**node),
            Child::NotOnDisk { .. } | Child::Cycle => None,
        }));
    }
    nodes
}
