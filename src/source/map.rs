//! The texts of all files read, by [`FileId`]; the only place that knows lines.

use std::ops::{Deref, Range};
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
    pub text: FileText,
    line_breaks: OnceLock<Vec<u32>>,
    counts: OnceLock<Vec<Count>>,
}

/// The text of a file.
#[derive(Clone, Debug)]
pub enum FileText {
    /// It was read.
    Read(Arc<str>),
    /// It is part of the program.
    Embedded(&'static str),
}

impl Deref for FileText {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            FileText::Read(text) => text,
            FileText::Embedded(text) => text,
        }
    }
}

impl<T: Into<Arc<str>>> From<T> for FileText {
    fn from(text: T) -> FileText {
        FileText::Read(text.into())
    }
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

/// How far it is from one of the places to which line breaks are counted to the next.
const PIECE: usize = 512;

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
    /// How many line breaks stand before each piece of the text. Few places of a file are asked for, so that to note where
    /// every line begins would take longer than to count within a piece.
    fn line_breaks(&self) -> &[u32] {
        self.line_breaks.get_or_init(|| {
            let mut sum = 0;
            let sums = self.text.as_bytes().chunks(PIECE).map(|piece| {
                sum += memchr::memchr_iter(b'\n', piece).count() as u32;
                sum
            });
            std::iter::once(0).chain(sums).collect()
        })
    }

    /// Where a line begins, counted from 0; none where the text has fewer.
    fn line_start(&self, line: usize) -> Option<usize> {
        let Some(break_before) = line.checked_sub(1) else { return Some(0) };
        let breaks = self.line_breaks();
        let piece = breaks.partition_point(|before| *before as usize <= break_before) - 1;
        let rest = self.text.as_bytes().get(piece * PIECE..)?;
        let at = memchr::memchr_iter(b'\n', rest).nth(break_before - breaks[piece] as usize)?;
        Some(piece * PIECE + at + 1)
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
        let piece = offset / PIECE;
        let within = &self.text.as_bytes()[piece * PIECE..offset];
        let line = self.line_breaks()[piece] as usize + memchr::memchr_iter(b'\n', within).count();
        let start = match memchr::memrchr(b'\n', within) {
            Some(at) => piece * PIECE + at + 1,
            None => self.line_start(line).unwrap_or_default(),
        };
        // A byte-order mark takes no column.
        let first = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        (line as u32 + 1, self.between(start.max(first).min(offset), offset))
    }

    fn between(&self, start: usize, end: usize) -> Count {
        match end - start {
            0..=STRIDE => Count::of(&self.text.as_bytes()[start..end]),
            _ => self.count(end).minus(self.count(start)),
        }
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
    pub fn line_range(&self, line: u32) -> Range<usize> {
        let Some(start) = self.line_start(line.saturating_sub(1) as usize) else {
            return self.text.len()..self.text.len();
        };
        start..self.line_end(start)
    }

    /// Where the line of an offset ends, without its line break.
    pub fn line_end(&self, offset: usize) -> usize {
        let piece = offset / PIECE;
        let rest = &self.text.as_bytes()[offset..self.text.len().min((piece + 1) * PIECE)];
        let next_piece = || Some(self.line_start(*self.line_breaks().get(piece + 1)? as usize + 1)? - 1);
        let end = memchr::memchr(b'\n', rest).map(|at| offset + at).or_else(next_piece).unwrap_or(self.text.len());
        let text = &self.text.as_bytes()[offset..end];
        text.iter().rposition(|byte| *byte != b'\r').map_or(offset, |last| offset + last + 1)
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
    pub fn add(&self, path: &Path, name: impl Into<Text>, text: impl Into<FileText>) -> Arc<SourceFile> {
        let mut files = self.files.write().unwrap_or_else(|e| e.into_inner());
        let file = Arc::new(SourceFile {
            id: FileId(files.len() as u32),
            path: path.to_path_buf(),
            name: name.into(),
            text: text.into(),
            line_breaks: OnceLock::new(),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares all places and lines of a text with what counting from its beginning gives.
    fn check(text: &str) {
        let file = SourceMap::new().add(Path::new("a.tf"), "a.tf", text);
        let lines: Vec<&str> = text.split('\n').collect();
        let mut start = 0;
        for (at, line) in lines.iter().enumerate() {
            let number = at as u32 + 1;
            assert_eq!(file.line_range(number), start..start + line.len());
            for (column, offset) in (start..=start + line.len()).enumerate() {
                let expected = LineColumn { line: number, column: column as u32 + 1 };
                assert_eq!(file.line_column(offset as u32), expected);
            }
            start += line.len() + 1;
        }
        assert_eq!(file.line_range(lines.len() as u32 + 1), text.len()..text.len());
    }

    #[test]
    fn lines_are_counted_wherever_pieces_end() {
        check("");
        check("\n");
        check("one line");
        for length in [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            check(&"x".repeat(length));
            check(&"\n".repeat(length));
            check(&format!("{}\n\n{}", "x".repeat(length - 1), "y\n".repeat(length)));
        }
    }
}
