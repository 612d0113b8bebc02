//! Reads folders: lists them, reads and parses their files on all threads, and hands out modules in a fixed order.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::assemble::{ModuleFile, ModuleFolder, assemble};
use super::environments::Layout;
use super::module::{Module, Provenance};
use super::names::{Dialect, automatic_variable_files, is_module_file, made_from, module_names};
use super::parsing::parse_document;
use super::terragrunt::Terragrunt;
use crate::clock::{Clock, Stage};
use crate::source::{
    FileText, Ignored, PathMap, Problem, ReadError, RealPaths, SourceFile, SourceMap, leads_out, link_leads_out,
    read_text, shown_path,
};

/// The name of the lock file that `terraform init` writes.
const LOCK_FILE: &str = ".terraform.lock.hcl";

/// A module and what lies beside its files.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) module: Arc<Module>,
    /// Automatic variable files in the order in which later ones win.
    pub(crate) variable_files: Vec<PathBuf>,
    pub(crate) lock_file: Option<PathBuf>,
    /// Whether `terraform init` ran here.
    pub(crate) is_initialized: bool,
    /// The folder with links resolved: what tells whether two paths are one folder.
    pub(crate) identity: PathBuf,
    /// What lies beside its files, as far as it tells of environments.
    pub(crate) layout: Layout,
    /// The names of the module's files.
    pub(crate) files: Vec<String>,
    /// Where those of them lead that are symbolic links.
    pub(crate) links_to: Vec<PathBuf>,
}

/// A folder to read.
pub(crate) struct Request {
    pub(crate) dir: PathBuf,
    /// The names that the walk found in it; none for a folder outside of it, which is taken as it is.
    pub(crate) walked: Option<BTreeSet<String>>,
    pub(crate) provenance: Provenance,
}

/// What holds for all folders.
pub(crate) struct FolderReader<'a> {
    pub(crate) sources: &'a SourceMap,
    pub(crate) working_dir: &'a Path,
    pub(crate) data_dir: &'a Path,
    pub(crate) dialect: Option<Dialect>,
    pub(crate) clock: &'a Clock,
    pub(crate) terragrunt: &'a Terragrunt,
    pub(crate) ignored: &'a Ignored,
    pub(crate) real_paths: Arc<RealPaths>,
}

/// A folder listed and its files read, not yet parsed.
struct ReadFolder {
    request: Request,
    listing: Listing,
    texts: Vec<ReadText>,
}

/// A file's text, ready to be kept.
struct ReadText {
    path: PathBuf,
    /// How people know the path.
    name: String,
    text: Result<FileText, ReadError>,
}

/// The same with its texts at their places.
struct AddedFolder {
    request: Request,
    listing: Listing,
    files: Vec<Result<Arc<SourceFile>, (String, ReadError)>>,
}

/// The same with its files parsed.
struct ParsedFolder {
    request: Request,
    listing: Listing,
    files: Vec<ModuleFile>,
    problems: Vec<Problem>,
    incomplete: bool,
}

struct Listing {
    /// Links that lead elsewhere and are not followed.
    outside: Vec<PathBuf>,
    files: Vec<String>,
    first_override: usize,
    opentofu: bool,
    variable_files: Vec<PathBuf>,
    lock_file: Option<PathBuf>,
    is_initialized: bool,
    incomplete: bool,
    /// Whether there are templates of module files that are not there.
    has_templates: bool,
    layout: Layout,
    links_to: Vec<PathBuf>,
}

impl FolderReader<'_> {
    /// How people know a path.
    pub(crate) fn shown(&self, path: &Path) -> String {
        shown_path(path, self.working_dir)
    }

    /// Reads folders; what holds no module file is left out of the result. File ids follow the order of the requests,
    /// whatever the threads do.
    pub(crate) fn read(&self, requests: Vec<Request>) -> PathMap<Folder> {
        let clock = self.clock;
        let read: Vec<ReadFolder> = clock.stage(Stage::Read, || {
            let read = |request| clock.part(Stage::Read, || self.read_texts(request));
            requests.into_par_iter().filter_map(read).collect()
        });
        let parsed: Vec<ParsedFolder> = clock.stage(Stage::Parse, || {
            let added: Vec<AddedFolder> = read.into_iter().map(|folder| self.add_sources(folder)).collect();
            added.into_par_iter().map(|folder| clock.part(Stage::Parse, || parse(folder))).collect()
        });
        clock.stage(Stage::Load, || {
            let assemble = |folder| clock.part(Stage::Load, || self.assemble(folder));
            parsed.into_par_iter().map(assemble).collect::<Vec<_>>().into_iter().collect()
        })
    }

    fn read_texts(&self, request: Request) -> Option<ReadFolder> {
        let listing = self.list(&request)?;
        let read = |name: &String| {
            let path = request.dir.join(name);
            let text = read_text(&path).map(FileText::from);
            ReadText { name: self.shown(&path), path, text }
        };
        let texts = listing.files.iter().map(read).collect();
        Some(ReadFolder { request, listing, texts })
    }

    fn list(&self, request: &Request) -> Option<Listing> {
        let dir = &request.dir;
        let mut links = Vec::new();
        let mut all = BTreeSet::new();
        for entry in fs::read_dir(dir).ok()?.filter_map(Result::ok) {
            let Ok(name) = entry.file_name().into_string() else { continue };
            if is_module_file(&name) && entry.file_type().is_ok_and(|of| of.is_symlink()) {
                links.push(name.clone());
            }
            all.insert(name);
        }
        // Where no walk was, links out of the folder and out of the work tree are not followed either.
        let stays = |name: &str| !leads_out(&dir.join(name), [dir.as_path(), self.working_dir]);
        let is_walked = |name: &str| match &request.walked {
            Some(walked) => walked.contains(name),
            None => stays(name),
        };
        let names = module_names(all.iter().map(String::as_str).filter(|n| is_walked(n)), self.dialect);
        if names.is_empty() {
            return None;
        }
        // Variable files are inputs of the root rather than configuration: one that git ignores counts too.
        let is_variable_file = |name: &&str| is_walked(name) || !dir.join(name).is_symlink();
        let variable_files = automatic_variable_files(all.iter().map(String::as_str).filter(is_variable_file));
        let lock_file = all.contains(LOCK_FILE).then(|| dir.join(LOCK_FILE));
        let is_outside = |name: &&String| request.walked.is_none() && is_module_file(name) && !stays(name);
        Some(Listing {
            outside: all.iter().filter(is_outside).map(|name| dir.join(name)).collect(),
            first_override: names.primary.len(),
            opentofu: names.opentofu,
            variable_files: variable_files.into_iter().map(|n| dir.join(n)).collect(),
            lock_file,
            is_initialized: self.has_data_dir(dir, &all),
            // What git ignores is not checked, but Terraform reads it: it may declare anything.
            incomplete: all.iter().any(|n| is_module_file(n) && !is_walked(n) && !is_passed_over(n, self.dialect)),
            has_templates: all.iter().filter_map(|name| made_from(name)).any(|made| !all.contains(made)),
            files: names.primary.into_iter().chain(names.overrides).collect(),
            layout: Layout::of(&all),
            links_to: links.iter().filter_map(|name| fs::canonicalize(dir.join(name)).ok()).collect(),
        })
    }

    /// Whether `terraform init` left its folder in one that has these entries.
    fn has_data_dir(&self, dir: &Path, entries: &BTreeSet<String>) -> bool {
        // The listing tells of most folders that there is none.
        let mut steps = self.data_dir.components();
        let may_be = match (steps.next(), steps.next()) {
            (Some(Component::Normal(name)), None) => name.to_str().is_none_or(|name| entries.contains(name)),
            _ => true,
        };
        may_be && dir.join(self.data_dir).is_dir()
    }

    fn add_sources(&self, folder: ReadFolder) -> AddedFolder {
        // One after the other: what takes long was done where the texts were read.
        let add = |ReadText { path, name, text }| match text {
            Ok(text) => Ok(self.sources.add(&path, name, text)),
            Err(error) => Err((name, error)),
        };
        let files = folder.texts.into_iter().map(add).collect();
        AddedFolder { request: folder.request, listing: folder.listing, files }
    }

    fn assemble(&self, folder: ParsedFolder) -> (PathBuf, Folder) {
        let ParsedFolder { request, listing, files, mut problems, incomplete } = folder;
        problems.extend(listing.outside.iter().map(|path| link_leads_out(&self.shown(path))));
        let identity = self.real_paths.of(&request.dir).unwrap_or_else(|| request.dir.clone());
        let module = assemble(ModuleFolder {
            name: self.shown(&request.dir).into(),
            dir: request.dir.clone(),
            files,
            problems,
            incomplete,
            generated: listing.has_templates || self.terragrunt.may_declare(&request.dir),
            opentofu: listing.opentofu,
            provenance: request.provenance,
        });
        let folder = Folder {
            module: Arc::new(module),
            variable_files: listing.variable_files,
            lock_file: listing.lock_file,
            is_initialized: listing.is_initialized,
            identity,
            layout: listing.layout,
            files: listing.files,
            links_to: listing.links_to,
        };
        (request.dir, folder)
    }
}

fn parse(folder: AddedFolder) -> ParsedFolder {
    let AddedFolder { request, listing, files: texts } = folder;
    let mut files = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    let mut incomplete = listing.incomplete;
    for (i, text) in texts.into_iter().enumerate() {
        match text {
            Ok(source) => {
                let document = Arc::new(parse_document(&source));
                files.push(ModuleFile { document, is_override: i >= listing.first_override });
            }
            Err((name, error)) => {
                incomplete |= !matches!(error, ReadError::NotAFile("a folder"));
                problems.push(error.problem(name));
            }
        }
    }
    ParsedFolder { request, listing, files, problems, incomplete }
}

/// A file of OpenTofu's that Terraform does not read.
fn is_passed_over(name: &str, dialect: Option<Dialect>) -> bool {
    dialect == Some(Dialect::Terraform) && (name.ends_with(".tofu") || name.ends_with(".tofu.json"))
}
