//! Finding files and reading them. Knows which files to leave alone and why a file could not be read,
//! not what is in them.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};
use rustc_hash::FxHashMap;

use super::tracked::kept;
use super::{PathMap, Problem, ProblemKind, ProblemSeverity, Text, is_work_tree, work_tree};

/// The largest file that is read, in bytes.
pub const MAX_FILE_SIZE: u64 = 16 * 1024 * 1024;

/// Folders that hold copies and caches rather than configuration. Hidden folders are left out anyway.
pub(super) const SKIPPED_FOLDERS: [&str; 4] = [".terraform", ".terragrunt-cache", ".git", "node_modules"];

/// What a walk found: the wanted names of each folder, and what stood in the way.
#[derive(Debug, Default)]
pub struct Walk {
    /// Folder to the wanted names directly in it: files, and whatever else bears such a name.
    pub folders: PathMap<BTreeSet<String>>,
    /// Folders that could not be listed, links that lead nowhere, in a circle or out of the walked folder.
    pub problems: Vec<Problem>,
}

/// Walks `root` for entries whose name is `wanted`, respecting `.gitignore` as git does: what git keeps is not ignored.
/// Nor is all of a folder that was asked for. Hidden folders, caches and links to folders are not entered; a link to a file
/// counts if it leads to a file below `root`. `shown` names a path for people.
pub fn walk(root: &Path, wanted: impl Fn(&str) -> bool + Sync, shown: impl Fn(&Path) -> Text + Sync) -> Walk {
    let boundary = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
    let walker = Walker {
        boundary: &boundary,
        wanted: &wanted,
        shown: &shown,
        found: Mutex::default(),
        trees: Arc::default(),
        has_lists: Arc::default(),
    };
    let mut faults = ignore_files_above(&boundary);
    let lists = if faults.is_empty() { Lists::All } else { Lists::None };
    let mut unwalked = walker.walk(root, lists);
    // Below a list of ignored files that cannot be read, nothing is ignored: better too much than too little.
    while let Some((folder, fault)) = unwalked.pop() {
        faults.push(fault);
        walker.walk(&folder, Lists::None);
    }
    let mut walk = walker.gathered();
    if lists == Lists::All {
        walker.add_kept(root, &mut walk);
        // Whoever asks for a folder wants to know of it, even if a list above it names all that it holds.
        if walk.folders.is_empty() {
            walker.walk(root, Lists::Below);
            let again = walker.gathered();
            walk = Walk { folders: again.folders, ..walk };
        }
    }
    walk.problems.extend(faults.into_iter().map(|(path, error)| error.problem(shown(&path))));
    walk.problems.sort_by(|a, b| (&a.file, &a.message).cmp(&(&b.file, &b.message)));
    walk
}

/// Which lists of ignored files are respected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lists {
    All,
    /// Those of the walked folder and of the folders in it.
    Below,
    None,
}

/// A list of ignored files, and why it cannot be read.
type IgnoreFault = (PathBuf, ReadError);

struct Walker<'w, W, S> {
    boundary: &'w Path,
    wanted: &'w W,
    shown: &'w S,
    found: Mutex<Vec<Item>>,
    /// The work trees of git that were entered.
    trees: Arc<Mutex<Vec<PathBuf>>>,
    /// Whether there are lists of ignored files in folders that were entered.
    has_lists: Arc<AtomicBool>,
}

impl<W: Fn(&str) -> bool + Sync, S: Fn(&Path) -> Text + Sync> Walker<'_, W, S> {
    /// Walks a folder, with lists of ignored files respected or not; returns the folders that it left out since their
    /// lists cannot be read.
    fn walk(&self, root: &Path, lists: Lists) -> Vec<(PathBuf, IgnoreFault)> {
        let known = self.found().len();
        let threads = rayon::current_num_threads();
        let most = if threads > 1 { FEW_ENTRIES } else { usize::MAX };
        let walked = self.walk_with(1, most, root, lists);
        walked.unwrap_or_else(|| {
            self.found().truncate(known);
            self.walk_with(threads, usize::MAX, root, lists).unwrap_or_default()
        })
    }

    /// The same on so many threads; nothing where there are more entries than `most`.
    fn walk_with(&self, threads: usize, most: usize, root: &Path, lists: Lists) -> Option<Vec<(PathBuf, IgnoreFault)>> {
        let respected = lists != Lists::None;
        let unwalked = Arc::new(Mutex::new(Vec::new()));
        let entries = AtomicUsize::new(0);
        let visit = |entry: Result<DirEntry, ignore::Error>| {
            if entries.fetch_add(1, Ordering::Relaxed) >= most {
                return WalkState::Quit;
            }
            let item = match entry {
                Ok(entry) => visit_entry(&entry, self.boundary, self.wanted, self.shown),
                Err(error) => Some(Item::Fault(walk_problem(&error, root, self.shown))),
            };
            if let Some(item) = item {
                self.found().push(item);
            }
            WalkState::Continue
        };
        let left_out = unwalked.clone();
        let (trees, has_lists) = (self.trees.clone(), self.has_lists.clone());
        let enter = move |entry: &DirEntry| {
            if entry.depth() > 0 && SKIPPED_FOLDERS.iter().any(|s| entry.file_name() == OsStr::new(s)) {
                return false;
            }
            let is_folder = respected && entry.file_type().is_some_and(|t| t.is_dir());
            if is_folder && is_work_tree(entry.path()) {
                trees.lock().unwrap_or_else(PoisonError::into_inner).push(entry.path().to_path_buf());
            }
            if is_folder && entry.path().join(GITIGNORE).exists() {
                has_lists.store(true, Ordering::Relaxed);
            }
            match is_folder.then(|| ignore_fault(entry.path())).flatten() {
                Some(fault) => {
                    let mut left_out = left_out.lock().unwrap_or_else(PoisonError::into_inner);
                    left_out.push((entry.path().to_path_buf(), fault));
                    false
                }
                None => true,
            }
        };
        let mut walk = WalkBuilder::new(root);
        walk.ignore(respected)
            .git_ignore(respected)
            .git_exclude(respected)
            .parents(lists == Lists::All)
            .git_global(false)
            .follow_links(false)
            .filter_entry(enter);
        match threads {
            1 => drop(walk.build().map(visit).find(|state| *state == WalkState::Quit)),
            _ => walk.threads(threads).build_parallel().run(|| Box::new(&visit)),
        }
        let unwalked = std::mem::take(&mut *unwalked.lock().unwrap_or_else(PoisonError::into_inner));
        (entries.into_inner() <= most).then_some(unwalked)
    }

    fn found(&self) -> MutexGuard<'_, Vec<Item>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was found since this was last asked for.
    fn gathered(&self) -> Walk {
        gather(std::mem::take(&mut *self.found()))
    }

    /// Adds the files that git keeps although a list names them.
    fn add_kept(&self, root: &Path, walk: &mut Walk) {
        let above = root.ancestors().any(|folder| folder.join(GITIGNORE).exists());
        if !above && !self.has_lists.load(Ordering::Relaxed) {
            return;
        }
        let mut trees = std::mem::take(&mut *self.trees.lock().unwrap_or_else(PoisonError::into_inner));
        trees.extend(work_tree(root).map(Path::to_path_buf));
        trees.sort();
        trees.dedup();
        let kept = kept(root, &trees, self.wanted, &walk.folders);
        if !kept.is_empty() {
            let known = std::mem::take(&mut walk.folders);
            walk.folders = PathMap::merged(known.into_iter().chain(kept), BTreeSet::extend);
        }
    }
}

/// So many entries one thread looks at by itself, in some milliseconds. Where there are more, all begin anew: of several
/// threads those that find nothing to do sleep for a millisecond, and most walks take less.
const FEW_ENTRIES: usize = 2_000;

/// Git's own list of a folder.
const GITIGNORE: &str = ".gitignore";
/// What the walk would read to know which files are ignored.
const IGNORE_FILES: [&str; 3] = [GITIGNORE, ".ignore", ".git/info/exclude"];

/// A list of ignored files in this folder that must not be opened: a pipe would block the run, a device never ends.
pub(super) fn ignore_fault(folder: &Path) -> Option<IgnoreFault> {
    IGNORE_FILES.iter().find_map(|name| {
        let path = folder.join(name);
        let metadata = fs::metadata(&path).ok()?;
        let kind = special_kind(metadata.file_type()).filter(|_| !metadata.is_dir());
        let error = kind.map(ReadError::NotAFile);
        let error = error.or_else(|| match metadata.len() {
            few if few <= FEW_PATTERNS => None,
            some if some <= MOST_PATTERNS => has_many_wildcards(&path).then_some(ReadError::ManyPatterns),
            _ => Some(ReadError::ManyPatterns),
        });
        error.map(|error| (path, error))
    })
}

/// Larger lists of ignored files are not respected, in bytes.
const MOST_PATTERNS: u64 = 512 << 10;
/// Nor are those with more bytes of patterns that hold wildcards: for each an automaton is made that takes hundreds of
/// times as much.
const MOST_WILDCARDS: usize = 64 << 10;
/// In smaller lists they are not counted.
const FEW_PATTERNS: u64 = MOST_WILDCARDS as u64;

fn has_many_wildcards(list: &Path) -> bool {
    let Ok(bytes) = fs::read(list) else { return false };
    let is_pattern = |line: &&[u8]| !line.starts_with(b"#") && line.iter().any(|b| matches!(b, b'*' | b'?' | b'['));
    bytes.split(|b| *b == b'\n').filter(is_pattern).map(<[u8]>::len).sum::<usize>() > MOST_WILDCARDS
}

/// The same in a folder and above it, where lists hold for what is below them.
fn ignore_files_above(folder: &Path) -> Vec<IgnoreFault> {
    folder.ancestors().filter_map(ignore_fault).collect()
}

enum Item {
    Wanted(PathBuf),
    Fault(Problem),
}

/// Items arrive in the order of the threads; what leaves is sorted.
fn gather(items: Vec<Item>) -> Walk {
    let mut walk = Walk::default();
    let mut folders: FxHashMap<OsString, BTreeSet<String>> = FxHashMap::default();
    for item in items {
        match item {
            Item::Wanted(path) => {
                let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { continue };
                let name = name.to_string_lossy().into_owned();
                match folders.get_mut(folder.as_os_str()) {
                    Some(names) => drop(names.insert(name)),
                    None => drop(folders.insert(folder.into(), BTreeSet::from([name]))),
                }
            }
            Item::Fault(problem) => walk.problems.push(problem),
        }
    }
    walk.folders = folders.into_iter().map(|(folder, names)| (PathBuf::from(folder), names)).collect();
    walk.problems.sort_by(|a, b| (&a.file, &a.message).cmp(&(&b.file, &b.message)));
    walk
}

fn visit_entry(
    entry: &DirEntry,
    boundary: &Path,
    wanted: &(impl Fn(&str) -> bool + Sync),
    shown: &(impl Fn(&Path) -> Text + Sync),
) -> Option<Item> {
    if entry.depth() == 0 {
        return None;
    }
    let fault = |severity, message: String| {
        let problem = Problem::about_file(ProblemKind::Unreadable, shown(entry.path()), message);
        Some(Item::Fault(Problem { severity, ..problem }))
    };
    let Some(name) = entry.file_name().to_str() else {
        let is_wanted = wanted(&entry.file_name().to_string_lossy());
        return if is_wanted { fault(ProblemSeverity::Error, "the name is not UTF-8 text".into()) } else { None };
    };
    let is_wanted = wanted(name);
    let take = || is_wanted.then(|| Item::Wanted(entry.path().to_path_buf()));
    if !entry.path_is_symlink() {
        return take();
    }
    match link_target(entry.path(), boundary) {
        LinkTarget::File => take(),
        LinkTarget::Folder => None,
        // Terraform passes over it.
        LinkTarget::Missing if name.starts_with("terraform.tfvars") => {
            fault(ProblemSeverity::Warning, "the link leads nowhere".into())
        }
        LinkTarget::Missing if is_wanted => fault(ProblemSeverity::Error, "the link leads nowhere".into()),
        // A link without a suffix may stand for a folder of configuration; any other is none of our business.
        LinkTarget::Missing if !name.contains('.') => fault(ProblemSeverity::Warning, "the link leads nowhere".into()),
        LinkTarget::Missing => None,
        LinkTarget::Circle => fault(ProblemSeverity::Warning, "the link leads back to itself".into()),
        LinkTarget::Outside { folder } if folder || is_wanted => {
            Some(Item::Fault(link_leads_out(&shown(entry.path()))))
        }
        LinkTarget::Outside { .. } => None,
    }
}

enum LinkTarget {
    File,
    /// A folder below the root: the walk meets it under its own name.
    Folder,
    Missing,
    Circle,
    Outside {
        folder: bool,
    },
}

fn link_target(link: &Path, boundary: &Path) -> LinkTarget {
    let target = match fs::canonicalize(link) {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return LinkTarget::Missing,
        Err(_) => return LinkTarget::Circle,
    };
    let folder = target.is_dir();
    let place = link.parent().and_then(|p| fs::canonicalize(p).ok());
    if folder && place.is_some_and(|p| p.starts_with(&target)) {
        return LinkTarget::Circle;
    }
    match (target.starts_with(boundary), folder) {
        (false, _) => LinkTarget::Outside { folder },
        (true, true) => LinkTarget::Folder,
        (true, false) => LinkTarget::File,
    }
}

/// Whether a path is a link that leads out of all of these folders. One that leads nowhere does not.
pub fn leads_out<'p>(path: &Path, folders: impl IntoIterator<Item = &'p Path>) -> bool {
    let Some(target) = path.is_symlink().then(|| fs::canonicalize(path).ok()).flatten() else { return false };
    let mut folders = folders.into_iter().filter_map(|folder| fs::canonicalize(folder).ok());
    !folders.any(|folder| target.starts_with(folder))
}

/// The problem to report for such a link.
pub fn link_leads_out(name: &str) -> Problem {
    let message = "the link leads out of the checked folder and is not followed";
    let problem = Problem::about_file(ProblemKind::Unreadable, name, message);
    Problem { severity: ProblemSeverity::Warning, ..problem }
}

fn walk_problem(error: &ignore::Error, root: &Path, shown: &impl Fn(&Path) -> Text) -> Problem {
    let path = error_path(error).unwrap_or(root);
    let reason = match error.io_error() {
        Some(io) => describe_io(io),
        None => "the folder cannot be listed".to_owned(),
    };
    Problem::about_file(ProblemKind::Unreadable, shown(path), reason)
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::Partial(errors) => errors.iter().find_map(error_path),
        _ => None,
    }
}

/// Why a file could not be read as text.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A folder, pipe, socket or device bears the name of a file.
    #[error("this is {0}, not a file")]
    NotAFile(&'static str),
    /// The system refused.
    #[error("{}", describe_io(.0))]
    Io(#[from] io::Error),
    /// More than [`MAX_FILE_SIZE`].
    #[error("the file is larger than {} MiB, the most that is read", MAX_FILE_SIZE / (1024 * 1024))]
    TooLarge,
    /// More patterns of ignored files than are looked through for each file.
    #[error("the list is too long to be respected: at most {} KiB, {} of them of patterns with wildcards", MOST_PATTERNS >> 10, MOST_WILDCARDS >> 10)]
    ManyPatterns,
    /// UTF-16 text.
    #[error("the file is UTF-16 text; Terraform reads UTF-8 only")]
    Utf16,
    /// Neither UTF-8 nor UTF-16.
    #[error("the file is not UTF-8 text: line {line} holds other bytes")]
    NotUtf8 {
        /// The first line with a fault, from 1.
        line: usize,
    },
    /// What git-crypt makes of a file for whoever has not unlocked it.
    #[error("the file is encrypted by git-crypt, so that nothing of it is known here")]
    Encrypted,
    /// Binary data.
    #[error("the file holds a NUL byte in line {line}; it is not text")]
    Nul {
        /// The first line with one, from 1.
        line: usize,
    },
}

impl ReadError {
    /// The problem to report for the file of that name.
    pub fn problem(&self, name: impl Into<Text>) -> Problem {
        let problem = Problem::about_file(ProblemKind::Unreadable, name, self.to_string());
        match self {
            // Terraform passes over folders whatever they are called.
            ReadError::NotAFile("a folder") => Problem { severity: ProblemSeverity::Warning, ..problem },
            // Whoever applies the configuration has unlocked it.
            ReadError::Encrypted => Problem { severity: ProblemSeverity::Warning, ..problem },
            ReadError::ManyPatterns => {
                let problem = problem.with_help("nothing below is taken for ignored");
                Problem { kind: ProblemKind::Limit, severity: ProblemSeverity::Warning, ..problem }
            }
            ReadError::Utf16 | ReadError::NotUtf8 { .. } => problem.with_help("save the file as UTF-8"),
            _ => problem,
        }
    }
}

fn describe_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => format!("cannot be read: {error}").to_lowercase(),
    }
}

/// The text of a file. What is no regular file is refused before it is opened, so that a pipe never blocks the run.
pub fn read_text(path: &Path) -> Result<String, ReadError> {
    let metadata = fs::metadata(path)?;
    if let Some(kind) = special_kind(metadata.file_type()) {
        return Err(ReadError::NotAFile(kind));
    }
    if metadata.len() > MAX_FILE_SIZE {
        return Err(ReadError::TooLarge);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    // The file may grow while it is read.
    fs::File::open(path)?.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_SIZE {
        return Err(ReadError::TooLarge);
    }
    decode(bytes)
}

fn special_kind(kind: fs::FileType) -> Option<&'static str> {
    if kind.is_dir() {
        return Some("a folder");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return Some("a named pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
        if kind.is_block_device() || kind.is_char_device() {
            return Some("a device");
        }
    }
    (!kind.is_file()).then_some("something else")
}

/// How files begin that git-crypt has encrypted.
const GIT_CRYPT: &[u8] = b"\0GITCRYPT\0";

fn decode(bytes: Vec<u8>) -> Result<String, ReadError> {
    if bytes.starts_with(GIT_CRYPT) {
        return Err(ReadError::Encrypted);
    }
    if looks_like_utf16(&bytes) {
        return Err(ReadError::Utf16);
    }
    let line_of = |offset: usize, bytes: &[u8]| bytes[..offset].iter().filter(|b| **b == b'\n').count() + 1;
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        ReadError::NotUtf8 { line: line_of(offset, error.as_bytes()) }
    })?;
    match memchr::memchr(0, text.as_bytes()) {
        Some(offset) => Err(ReadError::Nul { line: line_of(offset, text.as_bytes()) }),
        None => Ok(text),
    }
}

/// A byte-order mark, or zeros in nearly every second place as ASCII text has in UTF-16.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return true;
    }
    let sample = &bytes[..bytes.len().min(1024)];
    if memchr::memchr(0, sample).is_none() {
        return false;
    }
    let zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    let pairs = sample.len() / 2;
    pairs > 1 && (zeros(0) * 10 > pairs * 9) != (zeros(1) * 10 > pairs * 9)
}

#[cfg(test)]
mod tests;
