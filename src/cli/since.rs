//! What is new since a revision: looked up before the work, applied to what was found.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::failure::Failure;
use super::options::CheckOptions;
use crate::config::Config;
use crate::report::Outcome;
use crate::rules::Touched;
use crate::source::{
    Changes, Excess, FileId, Problem, ProblemKind, ProblemSeverity, Revision, RevisionError, is_work_tree, normalize,
};

/// The revision, in each repository that checked paths lie in.
pub(super) struct Since {
    revisions: Vec<Revision>,
}

impl Since {
    /// The revision that the options name.
    pub(super) fn open(options: &CheckOptions) -> Result<Option<Since>, Failure> {
        let Some(name) = &options.new_since else { return Ok(None) };
        let mut since = Since { revisions: Vec::new() };
        for path in &options.load.paths {
            let path = normalize(&options.load.working_dir.join(path));
            let folder = if path.is_dir() { &path } else { path.parent().unwrap_or(Path::new("/")) };
            // A path that is not there is told by those who read it.
            if folder.is_dir() && !since.revisions.iter().any(|r| r.holds(&path) && !is_work_tree(folder)) {
                since.revisions.push(Revision::open(folder, name).map_err(Failure::Revision)?);
            }
        }
        Ok(Some(since))
    }

    /// Leaves out what stands on lines that are as they were.
    pub(super) fn keep_new(&self, outcome: &mut Outcome, config: &Config) -> Result<(), Failure> {
        let known: RefCell<FxHashMap<FileId, Rc<Changes>>> = RefCell::default();
        let failed: RefCell<Option<RevisionError>> = RefCell::default();
        let excesses: RefCell<Vec<Problem>> = RefCell::default();
        let changes = |file: FileId| {
            if let Some(changes) = known.borrow().get(&file) {
                return changes.clone();
            }
            let changes = Rc::new(self.changes(config, file).unwrap_or_else(|error| {
                failed.borrow_mut().get_or_insert(error);
                Changes::All
            }));
            let excess = self.revisions.iter().find_map(Revision::take_excess);
            excesses.borrow_mut().extend(excess.map(|excess| limit(config, file, excess)));
            known.borrow_mut().insert(file, changes.clone());
            changes
        };
        let touched = Touched::new(config, &changes);
        let (new, older) = std::mem::take(&mut outcome.findings).into_iter().partition(|f| touched.finding(f));
        (outcome.findings, outcome.older) = (new, older);
        let (new, older) = std::mem::take(&mut outcome.problems).into_iter().partition(|p| touched.problem(p));
        (outcome.problems, outcome.older_problems) = (new, older);
        outcome.undecided.retain(|u| touched.undecided(u));
        outcome.problems.append(&mut excesses.into_inner());
        match failed.into_inner() {
            Some(error) => Err(Failure::Revision(error)),
            None => Ok(()),
        }
    }

    fn changes(&self, config: &Config, file: FileId) -> Result<Changes, RevisionError> {
        let source = config.sources.file(file);
        let holding = self.revisions.iter().filter(|r| r.holds(&source.path));
        let nearest = holding.max_by_key(|r| r.top().components().count());
        let Some(revision) = nearest else { return Ok(Changes::All) };
        let before = revision.text(&source.path, &source.text)?;
        Ok(before.map_or(Changes::All, |before| Changes::between(&before, &source.text)))
    }
}

/// Says that all of a file counts as new for want of what it was.
fn limit(config: &Config, file: FileId, excess: Excess) -> Problem {
    let name = config.sources.file(file).name.clone();
    let problem = Problem::about_file(ProblemKind::Limit, name, excess.to_string());
    let problem = Problem { severity: ProblemSeverity::Warning, ..problem };
    problem.with_help("all of the file counts as new")
}
