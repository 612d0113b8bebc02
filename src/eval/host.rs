//! The files that functions of one root may read.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::functions::{FileAnswer, Host};
use super::inside::BYTES_AT_ONCE;
use super::{EvalError, Marks, steps};
use crate::source::{Sandbox, SandboxRead, SourceMap, normalize, shown_path};
use crate::syntax::{Expr, parse_template};

/// Answers functions about files; paths are relative to the root module's folder, as Terraform's are.
pub struct RootHost {
    folder: PathBuf,
    sandbox: Arc<Sandbox>,
    sources: Arc<SourceMap>,
    templates: Mutex<FxHashMap<String, Option<Arc<Expr>>>>,
    /// The working folder, once something in it is shown.
    here: OnceLock<PathBuf>,
    secret: SecretAttributes,
    /// Whether the schema of a resource type is known.
    known: fn(&str) -> bool,
}

/// Says of a resource type and an attribute whether the provider calls its values secret.
pub type SecretAttributes = fn(&str, &str) -> bool;

impl RootHost {
    /// A host for the root module in `folder`.
    pub fn new(folder: &Path, sandbox: Arc<Sandbox>, sources: Arc<SourceMap>) -> RootHost {
        RootHost {
            folder: folder.to_path_buf(),
            sandbox,
            sources,
            templates: Mutex::default(),
            here: OnceLock::new(),
            secret: |_, _| false,
            known: |_| true,
        }
    }

    /// The same, with values of these attributes marked as sensitive where they are referred to.
    #[must_use]
    pub fn with_secrets(self, secret: SecretAttributes) -> RootHost {
        RootHost { secret, ..self }
    }

    /// The same, where only the schemas of some resource types are known: an object that is written in a resource of
    /// another type may not be all of it.
    #[must_use]
    pub fn with_known(self, known: fn(&str) -> bool) -> RootHost {
        RootHost { known, ..self }
    }

    /// Whether the schema of a resource type is known.
    pub(super) fn knows(&self, resource_type: &str) -> bool {
        (self.known)(resource_type)
    }

    /// The mark of what is read from an attribute of a managed resource.
    pub(super) fn marks_of(&self, resource_type: &str, attribute: &str) -> Marks {
        if (self.secret)(resource_type, attribute) { Marks::SENSITIVE } else { Marks::NONE }
    }

    /// `path.module` of a module in this folder: relative to the root module, without a leading `./`.
    pub(super) fn module_path(&self, folder: &Path) -> String {
        shown_path(&normalize(folder), &normalize(&self.folder))
    }

    /// A template file, parsed once; `None` where it may not be read.
    pub(super) fn template(&self, path: &str) -> Result<Option<Arc<Expr>>, EvalError> {
        if let Some(known) = self.templates.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Ok(known.clone());
        }
        let template = match self.read_file(path) {
            FileAnswer::Missing => {
                return Err(EvalError::new(format!("there is no file `{path}`")).with_label("no such file"));
            }
            FileAnswer::OutOfBounds => None,
            FileAnswer::Bytes(bytes) => match String::from_utf8(bytes) {
                Err(_) => return Err(EvalError::new(format!("the file `{path}` is not UTF-8 text"))),
                Ok(text) => Some(self.parse(path, text)?),
            },
        };
        let mut templates = self.templates.lock().unwrap_or_else(PoisonError::into_inner);
        templates.insert(path.to_owned(), template.clone());
        Ok(template)
    }

    fn parse(&self, path: &str, text: String) -> Result<Arc<Expr>, EvalError> {
        let place = normalize(&self.folder.join(path));
        let here = self.here.get_or_init(|| normalize(&std::env::current_dir().unwrap_or_default()));
        let name = shown_path(&place, here);
        let file = self.sources.add(&place, name, text);
        let (template, problems) = parse_template(file.id, &file.text, 0);
        match problems.into_iter().next() {
            None => Ok(Arc::new(template)),
            Some(problem) => {
                let error = EvalError::new(format!("the template `{path}` has an error: {}", problem.message));
                Err(match problem.label {
                    Some(label) => error.with_label(label.text).at(label.span),
                    None => error,
                })
            }
        }
    }
}

/// To look at a file takes as long as so many elements that a `for` makes,
const STEPS_OF_A_FILE: usize = 50;
/// and an entry of a folder that is listed as this many.
const STEPS_OF_AN_ENTRY: usize = 2;

impl Host for RootHost {
    fn read_file(&self, path: &str) -> FileAnswer {
        if path.starts_with('~') {
            return FileAnswer::OutOfBounds;
        }
        steps::count(STEPS_OF_A_FILE);
        match self.sandbox.read(&self.folder.join(path)) {
            SandboxRead::Bytes(bytes) => {
                steps::count(bytes.len() / BYTES_AT_ONCE);
                FileAnswer::Bytes(bytes)
            }
            SandboxRead::Missing => FileAnswer::Missing,
            SandboxRead::Refused => FileAnswer::OutOfBounds,
        }
    }

    fn has_file(&self, path: &str) -> Option<bool> {
        if path.starts_with('~') {
            return None;
        }
        steps::count(STEPS_OF_A_FILE);
        self.sandbox.has_file(&self.folder.join(path))
    }

    fn file_set(&self, path: &str, pattern: &str) -> Option<Vec<String>> {
        steps::count(STEPS_OF_A_FILE);
        let listing = self.sandbox.list(&self.folder.join(path), pattern)?;
        steps::count(listing.entries * STEPS_OF_AN_ENTRY);
        listing.names
    }
}
