//! Files that were moved: those that are new under their paths and much like others that are gone, as git sees renames.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::hash::BuildHasher as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::bstr::{BStr, ByteSlice as _};
use gix::objs::tree::EntryRef;
use gix::traverse::tree::visit::Action;
use gix::traverse::tree::{Recorder, Visit};
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::{Excess, Revision, RevisionError};

/// Files that the revision has and the work tree has not.
#[derive(Default)]
pub(super) struct Moved {
    /// By their paths.
    gone: OnceCell<BTreeMap<PathBuf, Gone>>,
    /// Lines of files that were compared with each other so far.
    compared: Cell<usize>,
    /// Bytes of files that were read to be compared.
    read: Cell<usize>,
}

/// A file that is no more.
struct Gone {
    id: ObjectId,
    lines: OnceCell<Lines>,
}

/// The different lines of a file, each by its hash.
type Lines = FxHashSet<u64>;

/// Files that Terraform, OpenTofu or tfcheck read: only these are looked for under other paths.
const ENDINGS: [&str; 4] = ["tf", "tofu", "tfvars", "json"];
/// How large a part of its lines a file must share with one that is gone to be called the same.
const ALIKE: f64 = 0.5;
/// Each file that is new is compared with many that are gone: beyond so many lines in all, what is new is taken for new.
const MOST_COMPARED: usize = 50_000_000;
/// And so it is where those that are gone have more bytes than these.
const MOST_READ: usize = 128 << 20;
/// Of larger trees only the beginning is looked through, in bytes of all paths: few trees can stand for very many files.
const MOST_PATHS: usize = 128 << 20;
/// What an entry of a tree counts for beside its path.
const ENTRY: usize = 64;

impl Revision {
    /// What a file was under another path: the file that is gone and shares most of its lines.
    pub(super) fn former(&self, inner: &Path, present: &str) -> Result<Option<String>, RevisionError> {
        let mut best: Option<(f64, &PathBuf, ObjectId)> = None;
        let present = lines(present);
        for (path, gone) in self.gone(inner)? {
            if path.file_name() != inner.file_name() && path.parent() != inner.parent() {
                continue;
            }
            let compared = &self.moved.compared;
            let Some(lines) = self.lines(path, gone)? else { break };
            if compared.replace(compared.get() + present.len() + 1) > MOST_COMPARED {
                self.excess.set(Some(Excess::Gone));
                break;
            }
            let likeness = likeness(lines, &present);
            if likeness >= ALIKE && best.as_ref().is_none_or(|(most, ..)| likeness > *most) {
                best = Some((likeness, path, gone.id));
            }
        }
        match best {
            Some((_, path, id)) => self.blob(id, path),
            None => Ok(None),
        }
    }

    /// The lines of a file; none of one that is too large, and `None` where too much was read.
    fn lines<'g>(&self, path: &Path, gone: &'g Gone) -> Result<Option<&'g Lines>, RevisionError> {
        if let Some(known) = gone.lines.get() {
            return Ok(Some(known));
        }
        let text = self.blob(gone.id, path)?.unwrap_or_default();
        let read = &self.moved.read;
        if read.replace(read.get() + text.len()) > MOST_READ {
            self.excess.set(Some(Excess::Gone));
            return Ok(None);
        }
        Ok(Some(gone.lines.get_or_init(|| lines(&text))))
    }

    fn gone(&self, inner: &Path) -> Result<&BTreeMap<PathBuf, Gone>, RevisionError> {
        if let Some(gone) = self.moved.gone.get() {
            return Ok(gone);
        }
        let tree = self.repository.find_tree(self.tree).map_err(|error| self.missing(inner, &error))?;
        let mut search = Search { top: self.top(), paths: Recorder::default(), seen: 0, gone: BTreeMap::new() };
        let searched = tree.traverse().depthfirst(&mut search);
        match searched {
            _ if search.seen > MOST_PATHS => self.excess.set(Some(Excess::Gone)),
            searched => searched.map_err(|error| self.missing(inner, &error))?,
        }
        Ok(self.moved.gone.get_or_init(|| search.gone))
    }
}

/// Looks through a tree for files that are gone.
struct Search<'r> {
    top: &'r Path,
    paths: Recorder,
    /// What the entries so far count for.
    seen: usize,
    gone: BTreeMap<PathBuf, Gone>,
}

impl Search<'_> {
    fn see(&mut self) -> Action {
        self.seen += self.paths.path().len() + ENTRY;
        if self.seen > MOST_PATHS { ControlFlow::Break(()) } else { ControlFlow::Continue(true) }
    }
}

impl Visit for Search<'_> {
    fn pop_back_tracked_path_and_set_current(&mut self) {
        self.paths.pop_back_tracked_path_and_set_current();
    }

    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.paths.pop_front_tracked_path_and_set_current();
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        self.paths.push_back_tracked_path_component(component);
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.paths.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.paths.pop_path_component();
    }

    fn visit_tree(&mut self, _: &EntryRef<'_>) -> Action {
        self.see()
    }

    fn visit_nontree(&mut self, entry: &EntryRef<'_>) -> Action {
        let path = gix::path::from_bstr(self.paths.path().as_bstr()).unwrap_or_default();
        let is_read = path.extension().is_some_and(|e| ENDINGS.iter().any(|ending| e == *ending));
        if entry.mode.is_blob() && is_read && !self.top.join(&path).exists() {
            self.gone.insert(path.into_owned(), Gone { id: entry.oid.to_owned(), lines: OnceCell::new() });
        }
        self.see()
    }
}

fn lines(text: &str) -> Lines {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| FxBuildHasher.hash_one(line)).collect()
}

/// The part of the lines, counted once each, that two texts share.
fn likeness(one: &Lines, other: &Lines) -> f64 {
    match one.len().max(other.len()) {
        0 => 1.0,
        most => one.intersection(other).count() as f64 / most as f64,
    }
}
