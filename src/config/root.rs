//! Roots: folders that are looked at by themselves, with what lies beside their modules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environments::{MOST_ENVIRONMENTS, RootEnvironment, are_for, environment_files};
use super::folder::{Folder, FolderReader};
use super::load::{Inputs, LoadOptions, nodes_of};
use super::module::{Module, Provenance};
use super::names::Dialect;
use super::roots::{RootStanding, standing};
use super::tree::ModuleNode;
use super::variables::VariableFile;
use crate::source::{FileId, Ignored, Problem, ProblemKind, ProblemSeverity, leads_out, link_leads_out};
use crate::syntax::Text;

/// A folder that is looked at by itself, with all that it calls.
#[derive(Clone, Debug)]
pub struct Root {
    /// The folder: absolute and normal.
    pub dir: PathBuf,
    /// The folder as shown to people.
    pub name: Text,
    /// Its module and what it calls.
    pub module: Arc<ModuleNode>,
    /// Whether somebody applies it.
    pub standing: RootStanding,
    /// Variable files that Terraform reads by itself, weakest first.
    pub var_files: Vec<Arc<VariableFile>>,
    /// Variable files that stand for environments, by name; Terraform does not read them by itself.
    pub environments: Vec<RootEnvironment>,
    /// `.terraform.lock.hcl`
    pub lock_file: Option<PathBuf>,
    /// Whether there are automatic variable files that could not be read, or files of Terragrunt's: any variable may be set
    /// there.
    pub has_unread_values: bool,
    /// Whether something writes files into its folder before Terraform runs: Terragrunt, whoever fills in a template that lies
    /// there, or a script whose backend git ignores.
    pub generated: bool,
    /// Whether state is kept elsewhere than in a local file.
    pub has_backend: bool,
    /// Which language its tree is in.
    pub dialect: Dialect,
}

impl Root {
    /// The root of a folder without configuration, to evaluate expressions in.
    pub fn empty(dir: &Path) -> Root {
        let module = Arc::new(Module::empty(dir));
        Root {
            dir: dir.to_path_buf(),
            name: module.name.clone(),
            module: Arc::new(ModuleNode { module, children: BTreeMap::new() }),
            standing: RootStanding::Root,
            var_files: Vec::new(),
            environments: Vec::new(),
            lock_file: None,
            has_unread_values: false,
            generated: false,
            has_backend: false,
            dialect: Dialect::Terraform,
        }
    }

    /// All files that the root is made of: its module, those it calls, its variable files.
    pub fn files(&self) -> BTreeSet<FileId> {
        let nodes = nodes_of([&*self.module]).into_iter();
        let documents = nodes.flat_map(|node| node.module.documents.iter().map(|d| d.file));
        documents.chain(self.var_files.iter().map(|f| f.document.file)).collect()
    }
}

/// The root of a folder.
pub(crate) fn make_root(
    folder: &Folder,
    node: Arc<ModuleNode>,
    (options, inputs): (&LoadOptions, &Inputs),
    reader: &FolderReader<'_>,
    problems: &mut Vec<Problem>,
) -> Root {
    let module = &folder.module;
    let mut found = if options.find_environments { environment_files(&module.dir, &folder.layout) } else { Vec::new() };
    found.retain(|(_, path)| {
        let outside = leads_out(path, [module.dir.as_path(), reader.working_dir]);
        if outside {
            problems.push(link_leads_out(&reader.shown(path)));
        }
        !outside
    });
    let left_out = found.get(MOST_ENVIRONMENTS).map(|(_, path)| path.clone());
    found.truncate(MOST_ENVIRONMENTS);
    let mut read = |path: &Path| {
        let name = reader.shown(path);
        let file = VariableFile::read(reader.sources, path, &name).map(Arc::new);
        file.map_err(|error| problems.push(error.problem(name))).ok()
    };
    let var_files: Vec<_> = folder.variable_files.iter().filter_map(|path| read(path)).collect();
    let environments = found.into_iter().filter_map(|(name, path)| Some(RootEnvironment { name, file: read(&path)? }));
    let mut environments: Vec<_> = environments.collect();
    if !are_for(&environments, module, &var_files, inputs) {
        environments.clear();
    }
    if let Some(first) = left_out.filter(|_| !environments.is_empty()) {
        let message =
            format!("more than {MOST_ENVIRONMENTS} environments are not evaluated; this is the first of the rest");
        let problem = Problem::about_file(ProblemKind::Limit, reader.shown(&first), message);
        let help = "name those that are to be checked in `environment` blocks of the settings";
        problems.push(Problem { severity: ProblemSeverity::Warning, ..problem }.with_help(help));
    }
    let terragrunt = reader.terragrunt;
    // Whoever has environments applies it.
    let standing = match standing(folder, terragrunt) {
        RootStanding::Library if !environments.is_empty() && !terragrunt.governs(&module.dir) => RootStanding::Root,
        standing => standing,
    };
    let settings = &module.settings;
    let has_backend = settings.cloud.is_some() || settings.backend.as_ref().is_some_and(|b| &*b.kind.text != "local");
    Root {
        dir: module.dir.clone(),
        name: module.name.clone(),
        standing,
        has_unread_values: var_files.len() < folder.variable_files.len() || terragrunt.is_unit(&module.dir),
        var_files,
        environments,
        lock_file: folder.lock_file.clone(),
        generated: module.generated || terragrunt.governs(&module.dir) || writes_backend(&module.dir, reader.ignored),
        has_backend,
        dialect: options.dialect.unwrap_or_else(|| dialect_of(&node)),
        module: node,
    }
}

/// Files in which scripts write a backend, and which git then ignores.
const WRITTEN_BACKENDS: [&str; 5] =
    ["backend.tf", "backend_override.tf", "backend_tfscaffold.tf", "_backend.tf", "terraform_backend.tf"];

/// Whether git ignores a file for a backend in the folder: something writes it before Terraform runs. The pattern has to
/// speak of such files: lists that everybody begins with name all override files.
fn writes_backend(folder: &Path, ignored: &Ignored) -> bool {
    let speaks_of_it = |pattern: String| pattern.rsplit('/').next().is_some_and(|last| last.contains("backend"));
    WRITTEN_BACKENDS.iter().any(|name| ignored.pattern_for(&folder.join(name)).is_some_and(speaks_of_it))
}

/// OpenTofu where a module of the tree has files of its own.
fn dialect_of(node: &ModuleNode) -> Dialect {
    let modules = nodes_of([node]).into_iter().map(|node| &node.module);
    let is_opentofu = modules.into_iter().any(|m| m.opentofu && m.provenance != Provenance::Downloaded);
    if is_opentofu { Dialect::OpenTofu } else { Dialect::Terraform }
}
