//! What files were at a revision of the git repository they lie in. The only place that knows git.
//!
//! [`Revision::open`] finds the repository and the revision, [`Revision::text`] reads one file of it. Everything comes
//! from the repository's own files: no other program runs, nothing is fetched, and no settings of the user or the machine
//! are read.

mod moved;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use gix::sec::trust::Mapping;
use gix::{ObjectId, Repository, ThreadSafeRepository, open};

use self::moved::Moved;
use super::MAX_FILE_SIZE;

/// One revision of one repository.
pub struct Revision {
    repository: Repository,
    /// The top folder of the work tree, without links.
    top: PathBuf,
    /// As it was asked for.
    name: String,
    tree: ObjectId,
    /// Files that are no more, of which one may be another under a new name.
    moved: Moved,
    /// The submodules that were asked for, by their folders.
    submodules: RefCell<BTreeMap<PathBuf, Option<Rc<Revision>>>>,
    /// What was too much, until somebody asks.
    excess: Cell<Option<Excess>>,
}

/// What of a revision is too much to be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Excess {
    /// A file that is larger than those that are checked.
    Size,
    /// Files that are no more: whether one of them is the file under another name is not known.
    Gone,
}

impl std::fmt::Display for Excess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Excess::Size => write!(f, "what the file was has more than {} MiB", MAX_FILE_SIZE >> 20),
            Excess::Gone => f.write_str("too many files are gone to tell whether this is one of them"),
        }
    }
}

/// Why a revision cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// No repository.
    #[error("`{}` lies in no git repository", .0.display())]
    NoRepository(PathBuf),
    /// A repository without files.
    #[error("the git repository of `{}` has no work tree", .0.display())]
    Bare(PathBuf),
    /// It is there, but in a form that is not understood.
    #[error("the git repository of `{}` cannot be read: {why}", .folder.display())]
    Repository {
        /// The folder from which it was looked for.
        folder: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A name that stands for nothing.
    #[error("there is no revision `{name}` in the git repository of `{}`", .folder.display())]
    Unknown {
        /// What was asked for.
        name: String,
        /// The folder from which the repository was found.
        folder: PathBuf,
        /// Whether the repository holds only the last part of its history.
        shallow: bool,
    },
    /// A short hash that several objects share.
    #[error("`{0}` may be any of several git objects")]
    Ambiguous(String),
    /// A name that stands for something else than a commit.
    #[error("`{0}` is no commit")]
    NoCommit(String),
    /// A range, or what else names more than one revision.
    #[error("`{0}` is not one revision")]
    NotOne(String),
    /// Two revisions without a common one.
    #[error("`{name}` has no common ancestor with what is compared to it")]
    NoMergeBase {
        /// What was asked for.
        name: String,
        /// Whether the repository holds only the last part of its history.
        shallow: bool,
    },
    /// A part of the revision that is not there.
    #[error("`{name}` cannot be read at `{path}`: {why}")]
    Object {
        /// What was asked for.
        name: String,
        /// The file or folder.
        path: String,
        /// What is wrong.
        why: String,
    },
}

impl RevisionError {
    /// What helps.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            RevisionError::Unknown { shallow: true, .. } | RevisionError::NoMergeBase { shallow: true, .. } => {
                Some("this clone is shallow: fetch more of the history first (in GitHub Actions, `fetch-depth: 0`)")
            }
            RevisionError::Unknown { .. } => Some("name a branch such as `origin/main`, a tag or a hash"),
            RevisionError::Ambiguous(_) => Some("give more of the hash"),
            RevisionError::NotOne(_) => {
                Some("name one revision; `origin/main...` stands for where the branch left `origin/main`")
            }
            RevisionError::Object { .. } => Some("a partial clone lacks it until git has fetched it"),
            _ => None,
        }
    }
}

/// Larger objects of a repository are not read, in bytes: what a file was may be made from such that are larger.
const LARGEST_OBJECT: u64 = 4 * MAX_FILE_SIZE;

/// How repositories are opened: nothing of the user or the machine, and nothing without bound.
fn options() -> open::Options {
    open::Options::isolated().cli_overrides([format!("gitoxide.objects.allocLimit={LARGEST_OBJECT}")])
}

impl Revision {
    /// The revision of this name in the repository that a folder lies in. `A...` and `A...B` stand for the common ancestor,
    /// where `B` is `HEAD` if it is not there; `A..` is the same as `A`.
    ///
    /// # Errors
    /// There is no such repository or revision, or it cannot be read.
    pub fn open(folder: &Path, name: &str) -> Result<Revision, RevisionError> {
        if let Some(special) = special_file(folder, name) {
            let why = format!("`{}` is no plain file", special.display());
            return Err(RevisionError::Repository { folder: folder.to_path_buf(), why });
        }
        let options = Mapping { full: options(), reduced: options() };
        let found = ThreadSafeRepository::discover_opts(folder, Default::default(), options);
        let repository = found.map_err(|error| unreadable(folder, &error))?.to_thread_local();
        let references = repository.config_snapshot().string("extensions.refStorage");
        if let Some(form) = references.filter(|form| &***form != b"files") {
            let why = format!("its references are kept as `{form}`, not as files");
            return Err(RevisionError::Repository { folder: folder.to_path_buf(), why });
        }
        let top = repository.workdir().map(Path::to_path_buf);
        let top = top.ok_or_else(|| RevisionError::Bare(folder.to_path_buf()))?;
        let commit = Names { repository: &repository, folder, name }.commit()?;
        Revision::of(repository, &top, name, commit)
    }

    fn of(repository: Repository, top: &Path, name: &str, commit: ObjectId) -> Result<Revision, RevisionError> {
        let commit = repository.find_object(commit).ok().and_then(|object| object.peel_to_commit().ok());
        let tree = commit.and_then(|commit| commit.tree_id().ok()).map(gix::Id::detach);
        let tree = tree.ok_or_else(|| RevisionError::NoCommit(name.to_owned()))?;
        let top = top.canonicalize().unwrap_or_else(|_| top.to_path_buf());
        let (moved, submodules, excess) = (Moved::default(), RefCell::default(), Cell::default());
        Ok(Revision { repository, top, name: name.to_owned(), tree, moved, submodules, excess })
    }

    /// What was too much since somebody asked.
    pub fn take_excess(&self) -> Option<Excess> {
        let inside = || self.submodules.borrow().values().flatten().find_map(|submodule| submodule.take_excess());
        self.excess.take().or_else(inside)
    }

    /// The top folder of the work tree, without links.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Whether a file lies in this repository's work tree.
    pub fn holds(&self, path: &Path) -> bool {
        self.inner_path(path).is_some()
    }

    /// What a file was; `None` where there was none, or where that is too much ([`Revision::take_excess`]). A file that is
    /// new under its path and much like one that is gone counts as that one. Files of a submodule are those of the commit
    /// that the revision names for it.
    ///
    /// # Errors
    /// The repository does not hold all of the revision.
    pub fn text(&self, path: &Path, present: &str) -> Result<Option<String>, RevisionError> {
        let Some(inner) = self.inner_path(path) else { return Ok(None) };
        if let Some(submodule) = self.submodule(&inner)? {
            return submodule.text(path, present);
        }
        match self.entry(&inner)? {
            Some(entry) if entry.mode().is_blob() => {
                let text = self.blob(entry.object_id(), &inner)?;
                if text.is_none() {
                    self.excess.set(Some(Excess::Size));
                }
                Ok(text)
            }
            Some(_) => Ok(None),
            None => self.former(&inner, present),
        }
    }

    /// The path as seen from the top; links are followed, since git keeps files where they really are.
    fn inner_path(&self, path: &Path) -> Option<PathBuf> {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        real.strip_prefix(&self.top).ok().map(Path::to_path_buf)
    }

    fn entry(&self, inner: &Path) -> Result<Option<gix::object::tree::Entry<'_>>, RevisionError> {
        let tree = self.repository.find_tree(self.tree).map_err(|error| self.missing(inner, &error))?;
        tree.lookup_entry_by_path(inner).map_err(|error| self.missing(inner, &error))
    }

    /// The text of a file; `None` where it is larger than those that are checked.
    fn blob(&self, id: ObjectId, inner: &Path) -> Result<Option<String>, RevisionError> {
        // Very little may stand for very much: its size is told before it is unpacked.
        let header = self.repository.find_header(id).map_err(|error| self.missing(inner, &error))?;
        if header.size() > MAX_FILE_SIZE {
            return Ok(None);
        }
        let blob = self.repository.find_object(id).map_err(|error| self.missing(inner, &error))?;
        Ok(Some(String::from_utf8_lossy(&blob.data).into_owned()))
    }

    /// The submodule that a file lies in, at the commit that this revision has of it.
    fn submodule(&self, inner: &Path) -> Result<Option<Rc<Revision>>, RevisionError> {
        for folder in inner.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            let top = self.top.join(folder);
            if !super::is_work_tree(&top) {
                continue;
            }
            if let Some(known) = self.submodules.borrow().get(folder) {
                return Ok(known.clone());
            }
            let opened = match self.entry(folder)?.filter(|entry| entry.mode().is_commit()) {
                Some(entry) => Some(Rc::new(self.open_submodule(&top, entry.object_id())?)),
                None => None,
            };
            self.submodules.borrow_mut().insert(folder.to_path_buf(), opened.clone());
            return Ok(opened);
        }
        Ok(None)
    }

    fn open_submodule(&self, top: &Path, commit: ObjectId) -> Result<Revision, RevisionError> {
        let opened = options().open(top).map_err(|error| unreadable(top, &error))?;
        Revision::of(opened.to_thread_local(), top, &self.name, commit)
    }

    fn missing(&self, inner: &Path, error: &dyn std::error::Error) -> RevisionError {
        let path = inner.to_string_lossy().replace('\\', "/");
        RevisionError::Object { name: self.name.clone(), path, why: reason(error) }
    }
}

/// A name on its way to a commit.
struct Names<'a> {
    repository: &'a Repository,
    folder: &'a Path,
    name: &'a str,
}

impl Names<'_> {
    fn commit(&self) -> Result<ObjectId, RevisionError> {
        if self.name.is_empty() {
            return Err(self.unknown(self.name));
        }
        if let Some((one, other)) = self.name.split_once("...") {
            let (one, other) = (self.single(one)?, self.single(other)?);
            let base = self.repository.merge_base(one, other).ok().flatten();
            let none = || RevisionError::NoMergeBase { name: self.name.to_owned(), shallow: self.is_shallow() };
            return base.map(gix::Id::detach).ok_or_else(none);
        }
        match self.name.split_once("..") {
            Some((one, "" | "HEAD" | "@")) => self.single(one),
            Some(_) => Err(RevisionError::NotOne(self.name.to_owned())),
            None => self.single(self.name),
        }
    }

    /// The commit that one name stands for; `HEAD` where there is none.
    fn single(&self, name: &str) -> Result<ObjectId, RevisionError> {
        let name = if name.is_empty() { "HEAD" } else { name };
        let spec = self.repository.rev_parse(name).map_err(|error| match reason(&error) {
            why if why.contains("mbiguous") => RevisionError::Ambiguous(name.to_owned()),
            _ => self.unknown(name),
        })?;
        let object = spec.single().ok_or_else(|| RevisionError::NotOne(name.to_owned()))?.object();
        let object = object.map_err(|_| self.unknown(name))?;
        let commit = object.peel_to_commit().map_err(|_| RevisionError::NoCommit(name.to_owned()))?;
        Ok(commit.id)
    }

    fn unknown(&self, name: &str) -> RevisionError {
        RevisionError::Unknown { name: name.to_owned(), folder: self.folder.to_path_buf(), shallow: self.is_shallow() }
    }

    fn is_shallow(&self) -> bool {
        self.repository.is_shallow().unwrap_or(false)
    }
}

/// A file of the repository that would be opened and is a pipe or a device, which may have no end.
fn special_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let git = super::work_tree(folder)?.join(".git");
    let fixed = ["HEAD", "config", "packed-refs", "commondir", "shallow", "objects/info/alternates"].map(PathBuf::from);
    let revisions = name.split("..").map(|name| name.trim_matches('.'));
    let places = ["refs", "refs/heads", "refs/tags", "refs/remotes"].map(Path::new);
    let named = revisions.flat_map(|name| places.map(|place| place.join(name)));
    // A link that leads nowhere is told by those who follow it.
    let is_special = |path: &PathBuf| git.join(path).metadata().is_ok_and(|found| !found.is_file() && !found.is_dir());
    let found = fixed.into_iter().chain(named).find(is_special);
    found.or_else(|| {
        let head = std::fs::read_to_string(git.join("HEAD")).ok()?;
        Some(PathBuf::from(head.strip_prefix("ref: ")?.trim())).filter(is_special)
    })
}

fn unreadable(folder: &Path, error: &dyn std::error::Error) -> RevisionError {
    let folder = folder.to_path_buf();
    match super::work_tree(&folder).is_some() {
        true => RevisionError::Repository { why: reason(error), folder },
        false => RevisionError::NoRepository(folder),
    }
}

/// What went wrong, down to the cause, in one line.
fn reason(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
    let mut causes: Vec<String> = causes.collect();
    causes.dedup();
    causes.join(": ").lines().next().unwrap_or_default().to_owned()
}
