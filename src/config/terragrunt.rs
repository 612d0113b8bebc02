//! What Terragrunt's files say about folders: it generates backends, providers and inputs that cannot be seen here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::source::normalize;
use crate::syntax::{Document, Expr, ExprKind, TemplatePart};

/// Names of Terragrunt's files.
pub(crate) fn is_terragrunt_file(name: &str) -> bool {
    matches!(name, "terragrunt.hcl" | "root.hcl")
}

/// Where Terragrunt is at work.
#[derive(Debug, Default)]
pub(crate) struct Terragrunt {
    /// Folders with a file of Terragrunt's.
    folders: BTreeSet<PathBuf>,
    /// Folders that it uses as source.
    sources: BTreeSet<PathBuf>,
    /// Ends of such folders' paths, where a function call stands before them.
    source_ends: BTreeSet<PathBuf>,
}

impl Terragrunt {
    /// Notes a file of Terragrunt's in `folder`.
    pub(crate) fn add(&mut self, folder: &Path, document: &Document) {
        self.folders.insert(folder.to_path_buf());
        for block in document.body.blocks("terraform") {
            if let Some(source) = block.body.attribute("source") {
                self.add_source(folder, &source.expr);
            }
        }
    }

    fn add_source(&mut self, folder: &Path, expr: &Expr) {
        match &expr.kind {
            ExprKind::String(text) if text.starts_with('.') => {
                self.sources.insert(normalize(&folder.join(without_query(text))));
            }
            // `"${get_repo_root()}//modules/vpc"`: only the end of the path is known.
            ExprKind::Template(parts) => {
                if let [TemplatePart::Interpolation(_), .., TemplatePart::Literal(text, _)] = &**parts {
                    let end = normalize(Path::new(without_query(text).trim_start_matches('/')));
                    let end: PathBuf = end.components().filter(|c| c.as_os_str() != "..").collect();
                    if end.components().next().is_some() {
                        self.source_ends.insert(end);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether a file of Terragrunt's uses the folder as its source.
    pub(crate) fn is_source(&self, folder: &Path) -> bool {
        self.sources.contains(folder) || self.source_ends.iter().any(|end| folder.ends_with(end))
    }

    /// Whether Terragrunt is at work in the folder: a file of its lies there or above, or uses the folder as source.
    pub(crate) fn governs(&self, folder: &Path) -> bool {
        self.is_source(folder) || folder.ancestors().any(|f| self.folders.contains(f))
    }
}

fn without_query(text: &str) -> &str {
    text.split_once('?').map_or(text, |(path, _)| path)
}
