//! The texts of all files read, by [`FileId`]; the only place that knows lines.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};

use super::{FileId, Span, Text};

/// One text and where it came from.
#[derive(Debug)]
pub struct SourceFile {
    /// Its id in the map that holds it.
    pub id: FileId,
    /// The path it was read from, usable with the file system.
    pub path: PathBuf,
    /// The path as shown to people and in reports: relative to the working directory where possible, forward slashes.
    pub name: Text,
    /// The whole text, with a byte-order mark if the file has one.
    pub text: Arc<str>,
    line_starts: OnceLock<Vec<u32>>,
    counts: OnceLock<Vec<Count>>,
}

/// A place as people count it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// How far it is from one of the places to which a file is counted to the next, in bytes: nobody waits for the columns of
/// a line, even where there are many of them and it is the only one.
const STRIDE: usize = 4096;

/// Characters, and those of them that are two units in UTF-16.
#[derive(Clone, Copy, Default, Debug)]
struct Count {
    characters: u32,
    wide: u32,
}

impl Count {
    fn of(bytes: &[u8]) -> Count {
        let count = |fits: fn(&&u8) -> bool| bytes.iter().filter(fits).count() as u32;
        Count { characters: count(|b| **b & 0xc0 != 0x80), wide: count(|b| **b >= 0xf0) }
    }

    fn plus(self, more: Count) -> Count {
        Count { characters: self.characters + more.characters, wide: self.wide + more.wide }
    }

    fn minus(self, less: Count) -> Count {
        Count { characters: self.characters - less.characters, wide: self.wide - less.wide }
    }
}

impl SourceFile {
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(newlines.map(|at| at as u32 + 1)).collect()
        })
    }

    /// Line and column of a byte offset; an offset past the end counts as the end.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let (line, before) = self.before(offset);
        LineColumn { line, column: before.characters + 1 }
    }

    /// The same with the column in units of UTF-16.
    pub fn line_column_utf16(&self, offset: u32) -> LineColumn {
        let (line, before) = self.before(offset);
        LineColumn { line, column: before.characters + before.wide + 1 }
    }

    /// The line of an offset, and what stands on it before that.
    fn before(&self, offset: u32) -> (u32, Count) {
        let offset = (offset as usize).min(self.text.len());
        let starts = self.line_starts();
        let line = starts.partition_point(|s| *s as usize <= offset).max(1);
        // A byte-order mark takes no column.
        let first = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let start = (starts[line - 1] as usize).max(first).min(offset);
        let count = match offset - start {
            0..=STRIDE => Count::of(&self.text.as_bytes()[start..offset]),
            _ => self.count(offset).minus(self.count(start)),
        };
        (line as u32, count)
    }

    /// What stands before an offset in the whole file.
    fn count(&self, offset: usize) -> Count {
        let bytes = self.text.as_bytes();
        let counts = self.counts.get_or_init(|| {
            let mut sum = Count::default();
            let sums = bytes.chunks(STRIDE).map(|chunk| {
                sum = sum.plus(Count::of(chunk));
                sum
            });
            std::iter::once(Count::default()).chain(sums).collect()
        });
        let whole = offset / STRIDE;
        counts[whole].plus(Count::of(&bytes[whole * STRIDE..offset]))
    }

    /// The byte range of a line (from 1) without its line break; empty where there is no such line.
    pub fn line_range(&self, line: u32) -> std::ops::Range<usize> {
        let starts = self.line_starts();
        let Some(start) = starts.get(line.saturating_sub(1) as usize) else {
            return self.text.len()..self.text.len();
        };
        let start = *start as usize;
        let end = starts.get(line as usize).map_or(self.text.len(), |n| *n as usize);
        let text = self.text[start..end].trim_end_matches(['\n', '\r']);
        start..start + text.len()
    }
}

/// Owns every text. Files can be added from several threads.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: RwLock<Vec<Arc<SourceFile>>>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Adds a text read from `path` and shown to people as `name`.
    pub fn add(&self, path: &Path, name: impl Into<Text>, text: impl Into<Arc<str>>) -> Arc<SourceFile> {
        let mut files = self.files.write().unwrap_or_else(|e| e.into_inner());
        let file = Arc::new(SourceFile {
            id: FileId(files.len() as u32),
            path: path.to_path_buf(),
            name: name.into(),
            text: text.into(),
            line_starts: OnceLock::new(),
            counts: OnceLock::new(),
        });
        files.push(file.clone());
        file
    }

    /// The file with this id.
    ///
    /// # Panics
    /// Where the id comes from another map.
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        let files = self.files.read().unwrap_or_else(|e| e.into_inner());
        files[id.0 as usize].clone()
    }

    /// All files in the order in which they were added.
    pub fn files(&self) -> Vec<Arc<SourceFile>> {
        self.files.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// The text of a span; empty where the span does not fit the file.
    pub fn text(&self, span: Span) -> String {
        self.file(span.file).text.get(span.range()).unwrap_or_default().to_owned()
    }

    /// Where a span begins.
    pub fn start(&self, span: Span) -> LineColumn {
        self.file(span.file).line_column(span.start)
    }
}
