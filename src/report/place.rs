//! Places as reports give them: a file and a part of one line.

use crate::source::{SourceMap, Span, Text};

/// A part of one line of a file; the whole file where nothing nearer is known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// The file as shown to people.
    pub file: Text,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The last line: the same, since a place is cut to its first line.
    pub end_line: u32,
    /// Column behind the last character.
    pub end_column: u32,
    /// The bytes meant; `None` where only the file is known.
    pub span: Option<Span>,
}

impl Place {
    /// The first line of a span, without the white space at its end.
    ///
    /// A code-scanning alert shows on a pull request only if all its lines are in the diff, and a label of many lines
    /// hides more than it shows.
    pub fn of(span: Span, sources: &SourceMap) -> Place {
        let file = sources.file(span.file);
        let start = file.line_column(span.start);
        let first = (span.start as usize).min(file.text.len());
        let end = (span.end as usize).clamp(first, file.line_end(first));
        let text = file.text.get(first..end).unwrap_or_default();
        let end = first + text.trim_end().len();
        Place {
            file: file.name.clone(),
            line: start.line,
            column: start.column,
            end_line: start.line,
            end_column: file.line_column(end as u32).column.max(start.column),
            span: Some(Span::new(span.file, first, end)),
        }
    }

    /// A file as a whole.
    pub fn file(name: Text) -> Place {
        Place { file: name, line: 1, column: 1, end_line: 1, end_column: 1, span: None }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.span {
            Some(_) => write!(f, "{}:{}:{}", self.file, self.line, self.column),
            None => f.write_str(&self.file),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn places_are_cut_to_their_first_line() {
        let sources = SourceMap::new();
        let file = sources.add(Path::new("a.tf"), "a.tf", "é = {  \r\n  b = 1\n}\n\n");
        let check = |start: usize, end: usize, line: u32, column: u32, end_column: u32| {
            let place = Place::of(Span::new(file.id, start, end), &sources);
            assert_eq!((place.line, place.column, place.end_line, place.end_column), (line, column, line, end_column));
        };
        check(0, 18, 1, 1, 6);
        check(12, 17, 2, 3, 8);
        check(17, 17, 2, 8, 8);
        check(20, 21, 4, 1, 1);
        check(21, 21, 5, 1, 1);
        check(900, 901, 5, 1, 1);
    }
}
