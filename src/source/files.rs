//! Finding files and reading them. Knows which files to leave alone and why a file could not be read,
//! not what is in them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::{Problem, ProblemKind, ProblemSeverity};

/// The largest file that is read, in bytes.
pub const MAX_FILE_SIZE: u64 = 16 * 1024 * 1024;

/// Folders that hold copies and caches rather than configuration. Hidden folders are left out anyway.
const SKIPPED_FOLDERS: [&str; 4] = [".terraform", ".terragrunt-cache", ".git", "node_modules"];

/// What a walk found: the wanted names of each folder, and what stood in the way.
#[derive(Debug, Default)]
pub struct Walk {
    /// Folder to the wanted names directly in it: files, and whatever else bears such a name.
    pub folders: BTreeMap<PathBuf, BTreeSet<String>>,
    /// Folders that could not be listed, links that lead nowhere, in a circle or out of the walked folder.
    pub problems: Vec<Problem>,
}

/// Walks `root` for entries whose name is `wanted`, respecting `.gitignore`. Hidden folders, caches and links to folders
/// are not entered; a link to a file counts if it leads to a file below `root`. `shown` names a path for people.
pub fn walk(root: &Path, wanted: impl Fn(&str) -> bool + Sync, shown: impl Fn(&Path) -> Arc<str> + Sync) -> Walk {
    let boundary = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
    let found = Mutex::new(Vec::new());
    let visit = |entry: Result<DirEntry, ignore::Error>| {
        let item = match entry {
            Ok(entry) => visit_entry(&entry, &boundary, &wanted, &shown),
            Err(error) => Some(Item::Fault(walk_problem(&error, root, &shown))),
        };
        if let Some(item) = item {
            found.lock().unwrap_or_else(PoisonError::into_inner).push(item);
        }
        WalkState::Continue
    };
    WalkBuilder::new(root)
        .git_global(false)
        .follow_links(false)
        .threads(rayon::current_num_threads())
        .filter_entry(|e| e.depth() == 0 || !SKIPPED_FOLDERS.iter().any(|s| e.file_name() == OsStr::new(s)))
        .build_parallel()
        .run(|| Box::new(visit));
    gather(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

enum Item {
    Wanted(PathBuf),
    Fault(Problem),
}

/// Items arrive in the order of the threads; what leaves is sorted.
fn gather(items: Vec<Item>) -> Walk {
    let mut walk = Walk::default();
    for item in items {
        match item {
            Item::Wanted(path) => {
                if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
                    let names = walk.folders.entry(folder.to_path_buf()).or_default();
                    names.insert(name.to_string_lossy().into_owned());
                }
            }
            Item::Fault(problem) => walk.problems.push(problem),
        }
    }
    walk.problems.sort_by(|a, b| (&a.file, &a.message).cmp(&(&b.file, &b.message)));
    walk
}

fn visit_entry(
    entry: &DirEntry,
    boundary: &Path,
    wanted: &(impl Fn(&str) -> bool + Sync),
    shown: &(impl Fn(&Path) -> Arc<str> + Sync),
) -> Option<Item> {
    if entry.depth() == 0 {
        return None;
    }
    let name = entry.file_name().to_str()?;
    let is_wanted = wanted(name);
    let take = || is_wanted.then(|| Item::Wanted(entry.path().to_path_buf()));
    if !entry.path_is_symlink() {
        return take();
    }
    let fault = |severity, message: String| {
        let problem = Problem::about_file(ProblemKind::Unreadable, shown(entry.path()), message);
        Some(Item::Fault(Problem { severity, ..problem }))
    };
    match link_target(entry.path(), boundary) {
        LinkTarget::File => take(),
        LinkTarget::Folder => None,
        // A link without a suffix may stand for a folder of configuration; any other is none of our business.
        LinkTarget::Missing if is_wanted => fault(ProblemSeverity::Error, "the link leads nowhere".into()),
        LinkTarget::Missing if !name.contains('.') => fault(ProblemSeverity::Warning, "the link leads nowhere".into()),
        LinkTarget::Missing => None,
        LinkTarget::Circle => fault(ProblemSeverity::Warning, "the link leads back to itself".into()),
        LinkTarget::Outside { folder } if folder || is_wanted => {
            fault(ProblemSeverity::Warning, "the link leads out of the checked folder and is not followed".into())
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

fn walk_problem(error: &ignore::Error, root: &Path, shown: &impl Fn(&Path) -> Arc<str>) -> Problem {
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
    /// UTF-16 text.
    #[error("the file is UTF-16 text; Terraform reads UTF-8 only")]
    Utf16,
    /// Neither UTF-8 nor UTF-16.
    #[error("the file is not UTF-8 text: line {line} holds other bytes")]
    NotUtf8 {
        /// The first line with a fault, from 1.
        line: usize,
    },
    /// Binary data.
    #[error("the file holds a NUL byte in line {line}; it is not text")]
    Nul {
        /// The first line with one, from 1.
        line: usize,
    },
}

impl ReadError {
    /// The problem to report for the file of that name.
    pub fn problem(&self, name: impl Into<Arc<str>>) -> Problem {
        let problem = Problem::about_file(ProblemKind::Unreadable, name, self.to_string());
        match self {
            // Terraform passes over folders whatever they are called.
            ReadError::NotAFile("a folder") => Problem { severity: ProblemSeverity::Warning, ..problem },
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

fn decode(bytes: Vec<u8>) -> Result<String, ReadError> {
    if looks_like_utf16(&bytes) {
        return Err(ReadError::Utf16);
    }
    let line_of = |offset: usize, bytes: &[u8]| bytes[..offset].iter().filter(|b| **b == b'\n').count() + 1;
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        ReadError::NotUtf8 { line: line_of(offset, error.as_bytes()) }
    })?;
    match text.bytes().position(|b| b == 0) {
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
    let zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    let pairs = sample.len() / 2;
    pairs > 1 && (zeros(0) * 10 > pairs * 9) != (zeros(1) * 10 > pairs * 9)
}

/// The same path without `.` and with `..` resolved by the text alone, as Terraform joins module sources.
pub fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match normal.components().next_back() {
                Some(Component::Normal(_)) => {
                    normal.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => normal.push(".."),
            },
            other => normal.push(other),
        }
    }
    normal
}

/// A path as shown to people: relative to `working_dir` where the two share a folder, with forward slashes. Both are
/// absolute and normal.
pub fn shown_path(path: &Path, working_dir: &Path) -> String {
    let shared = path.components().zip(working_dir.components()).take_while(|(a, b)| a == b).count();
    let is_normal = |c: &Component| matches!(c, Component::Normal(_));
    let relative: Vec<_> = if path.components().take(shared).any(|c| is_normal(&c)) {
        let up = working_dir.components().skip(shared).map(|_| "..".into());
        up.chain(path.components().skip(shared).map(|c| c.as_os_str().to_string_lossy())).collect()
    } else {
        return path.to_string_lossy().replace('\\', "/");
    };
    if relative.is_empty() { ".".to_owned() } else { relative.join("/") }
}

#[cfg(test)]
mod tests;
