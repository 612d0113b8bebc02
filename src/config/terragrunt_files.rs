//! Reads Terragrunt's files, and those that they may include.

use std::collections::BTreeSet;
use std::path::Path;

use super::scope::Scope;
use super::terragrunt::{Terragrunt, TerragruntFile, is_terragrunt_file, may_be_included};
use crate::source::{PathMap, Problem, SourceMap, read_text, shown_path, walk};
use crate::syntax;

/// So many files that may be included are read at most.
const MOST_INCLUDED: usize = 1000;

/// What Terragrunt's files among those of these folders say.
pub(super) fn read_terragrunt(
    folders: &PathMap<BTreeSet<String>>,
    (sources, working_dir): (&SourceMap, &Path),
    problems: &mut Vec<Problem>,
) -> Terragrunt {
    let mut files = Vec::new();
    for (folder, names) in folders.iter() {
        for name in names.iter().filter(|n| is_terragrunt_file(n)) {
            let path = folder.join(name);
            // A file that cannot be read still says that Terragrunt is at work.
            let text = read_text(&path).unwrap_or_else(|error| {
                problems.push(error.problem(shown_path(&path, working_dir)));
                String::new()
            });
            let source = sources.add(&path, shown_path(&path, working_dir), text);
            files.push(TerragruntFile::new(folder, &syntax::parse(source.id, &source.text)));
        }
    }
    Terragrunt::new(files)
}

/// Reads what files of Terragrunt's may include: a unit's source often stands there.
pub(super) fn read_included(terragrunt: &mut Terragrunt, scope: &Scope, (sources, working_dir): (&SourceMap, &Path)) {
    // Faults of these files are nobody's business here: they may be those of any other program.
    let walks =
        scope.folders.iter().map(|folder| walk(folder, may_be_included, |path| shown_path(path, working_dir).into()));
    let found = PathMap::merged(walks.flat_map(|walk| walk.folders), BTreeSet::extend);
    let paths = found.iter().flat_map(|(folder, names)| names.iter().map(move |name| (folder, folder.join(name))));
    for (folder, path) in paths.take(MOST_INCLUDED) {
        let Ok(text) = read_text(&path) else { continue };
        if text.contains("source") && text.contains("terraform") {
            let source = sources.add(&path, shown_path(&path, working_dir), text);
            terragrunt.add_included(folder, &syntax::parse(source.id, &source.text));
        }
    }
}
