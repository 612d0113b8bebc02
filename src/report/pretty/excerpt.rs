//! The lines of source that an entry shows, ready to be drawn: harmless, without tabs and secrets, cut where they are
//! too long.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::snippet::Look;
use super::wrapping;
use crate::report::harmless;
use crate::report::{Note, Place};
use crate::secrets::{Cover, HIDDEN};
use crate::source::{SourceFile, SourceMap, char_boundary};

/// Lines of one file that stand together.
#[derive(Debug)]
pub(super) struct Excerpt {
    /// Where its first mark stands: `prod/main.tf:12:3`.
    pub title: String,
    /// The number of its first line.
    pub first_line: u32,
    /// Its lines.
    pub text: String,
    /// What is marked in it, as byte ranges of `text`.
    pub labels: Vec<(Range<usize>, String)>,
}

/// A place and what to say there.
#[derive(Debug)]
pub(super) struct Mark<'a> {
    place: &'a Place,
    text: String,
}

/// Marks at most this many lines apart are drawn together, with the lines between them.
const TOGETHER: u32 = 2;
/// Tabs are drawn as spaces up to the next multiple of this.
const TAB: usize = 4;
/// Of a longer line only so many bytes before and behind its first mark are looked at: no terminal shows more.
const AROUND: usize = 1024;
/// Labels get at least this much room, even if a line becomes longer than the terminal is wide.
const LABEL_WIDTH: usize = 30;

impl<'a> Mark<'a> {
    /// The primary place and what is said there first, then each note; what is said of one place is joined.
    pub(super) fn list(place: &'a Place, label: &str, notes: impl IntoIterator<Item = &'a Note>) -> Vec<Mark<'a>> {
        let mut marks = vec![Mark { place, text: label.to_owned() }];
        for note in notes {
            match marks.iter_mut().find(|m| m.place == &note.place) {
                Some(mark) if mark.text.is_empty() => mark.text = note.text.clone(),
                Some(mark) if mark.text.contains(&note.text) => {}
                Some(mark) => mark.text = format!("{}; {}", mark.text, note.text),
                None => marks.push(Mark { place: &note.place, text: note.text.clone() }),
            }
        }
        marks
    }
}

/// The excerpts that hold these marks, in the order of the marks.
pub(super) fn excerpts(marks: &[Mark<'_>], sources: &SourceMap, cover: &mut Cover<'_>, look: Look) -> Vec<Excerpt> {
    let mut groups: Vec<(Range<u32>, Vec<&Mark<'_>>)> = Vec::new();
    for mark in marks.iter().filter(|m| m.place.span.is_some()) {
        let line = mark.place.line;
        let near = |(lines, group): &(Range<u32>, Vec<&Mark<'_>>)| {
            group[0].place.file == mark.place.file
                && line + TOGETHER >= lines.start
                && line < lines.end.saturating_add(TOGETHER)
        };
        match groups.iter_mut().find(|g| near(g)) {
            Some((lines, group)) => {
                *lines = lines.start.min(line)..lines.end.max(line + 1);
                group.push(mark);
            }
            None => groups.push((line..line + 1, vec![mark])),
        }
    }
    groups.iter().map(|(lines, group)| excerpt(lines.clone(), group, sources, cover, look)).collect()
}

fn excerpt(lines: Range<u32>, marks: &[&Mark<'_>], sources: &SourceMap, cover: &mut Cover<'_>, look: Look) -> Excerpt {
    let gutter = lines.end.to_string().len() + 4;
    let room = look.width.saturating_sub(gutter).max(LABEL_WIDTH);
    let mut text = String::new();
    let mut labels = Vec::new();
    let file = marks.first().and_then(|m| m.place.span).map(|s| sources.file(s.file));
    let covered = file.as_ref().map(|file| cover.ranges(file.id)).unwrap_or_default();
    for number in lines.clone() {
        let here: Vec<(Range<usize>, &str)> =
            marks.iter().filter(|m| m.place.line == number).map(|m| (range(m), &*m.text)).collect();
        let Some(file) = &file else { continue };
        let line = Line::new((file, &covered), number, &here, room, look);
        for (range, label) in &here {
            let range = line.drawn(range);
            let column = line.text[..range.start].width() + line.text[range.clone()].width() / 2;
            let label = wrapped_label(label, room.saturating_sub(column + 5));
            labels.push((text.len() + range.start..text.len() + range.end, label));
        }
        text.push_str(&line.text);
        text.push('\n');
    }
    let title = marks.first().map(|m| harmless::line(&m.place.to_string()).into_owned()).unwrap_or_default();
    Excerpt { title, first_line: lines.start, text, labels }
}

fn range(mark: &Mark<'_>) -> Range<usize> {
    mark.place.span.map_or(0..0, |s| s.range())
}

fn wrapped_label(text: &str, width: usize) -> String {
    textwrap::fill(&harmless::line(text), wrapping(width.max(LABEL_WIDTH)))
}

/// One line as it is drawn, and where its bytes came from.
struct Line {
    text: String,
    /// For each character drawn: where it stands in the file, and where in `text`.
    positions: Vec<(usize, usize)>,
}

impl Line {
    fn new(
        (file, covered): (&SourceFile, &[Range<usize>]),
        number: u32,
        marks: &[(Range<usize>, &str)],
        room: usize,
        look: Look,
    ) -> Line {
        let whole = file.line_range(number);
        let bytes = near(&file.text, whole.clone(), marks.first().map_or(whole.start, |(mark, _)| mark.start));
        let cells = cells(file.text.get(bytes.clone()).unwrap_or_default(), bytes.start, covered);
        let shown = window(&cells, marks.iter().map(|(range, _)| range), room);
        let ellipsis = if look.unicode { "…" } else { "..." };

        let mut line = Line { text: String::new(), positions: Vec::new() };
        if shown.start > 0 || bytes.start > whole.start {
            line.text.push_str(ellipsis);
        }
        for cell in &cells[shown.clone()] {
            line.positions.push((cell.at, line.text.len()));
            line.text.push_str(&cell.text);
        }
        let end = cells.get(shown.end).map_or(bytes.end, |c| c.at);
        line.positions.push((end, line.text.len()));
        if shown.end < cells.len() || bytes.end < whole.end {
            line.text.push_str(ellipsis);
        }
        line
    }

    /// Where a range of the file is drawn; what was cut away counts as the nearest end.
    fn drawn(&self, range: &Range<usize>) -> Range<usize> {
        let text_at = |index: usize| self.positions.get(index).or(self.positions.last()).map_or(0, |(_, text)| *text);
        let next = |at: usize| self.positions.partition_point(|(in_file, _)| *in_file < at);
        let exact = |at: usize, index: usize| self.positions.get(index).is_none_or(|(in_file, _)| *in_file == at);
        // What begins inside something covered begins where that does.
        let first = next(range.start);
        let first = if exact(range.start, first) { first } else { first.saturating_sub(1) };
        let (start, end) = (text_at(first), text_at(next(range.end)));
        start..end.max(start)
    }
}

/// The part of a line that stands around a place.
fn near(text: &str, line: Range<usize>, place: usize) -> Range<usize> {
    let boundary = |at: usize| char_boundary(text, at);
    let end = boundary(line.end.min(place.saturating_add(AROUND)));
    boundary(line.start.max(place.saturating_sub(AROUND))).min(end)..end
}

/// A character as it is drawn.
struct Cell {
    at: usize,
    text: String,
    width: usize,
}

/// The characters of a line; what is covered is one cell, whatever its length.
fn cells(line: &str, start: usize, covered: &[Range<usize>]) -> Vec<Cell> {
    let mut column = 0;
    let drawn = |(at, c): (usize, char)| {
        let next = covered.partition_point(|range| range.end <= start + at);
        let text = match covered.get(next) {
            Some(range) if range.start < start + at && at > 0 => return None,
            Some(range) if range.start <= start + at => HIDDEN.to_owned(),
            _ => match c {
                // A byte-order mark takes no column; nor does it where it is drawn.
                '\u{feff}' if start + at == 0 => String::new(),
                '\t' => " ".repeat(TAB - column % TAB),
                c => harmless::line(c.encode_utf8(&mut [0; 4])).into_owned(),
            },
        };
        let width = text.width();
        column += width;
        Some(Cell { at: start + at, text, width })
    };
    line.char_indices().filter_map(drawn).collect()
}

/// The cells to draw: all where there is room, else a stretch around the first mark.
fn window<'a>(cells: &[Cell], mut marks: impl Iterator<Item = &'a Range<usize>>, room: usize) -> Range<usize> {
    let width = |cells: &[Cell]| cells.iter().map(|c| c.width).sum::<usize>();
    if width(cells) <= room {
        return 0..cells.len();
    }
    // Room for an ellipsis at both ends.
    let room = room.saturating_sub(6);
    let (first, last) = marks.next().map_or((0, 0), |mark| {
        let index = |at: usize| cells.partition_point(|c| c.at < at);
        (index(mark.start), index(mark.end))
    });
    let mut start = 0;
    if width(&cells[..last]) > room {
        let mut before = 0;
        start = first;
        while start > 0 && before + cells[start - 1].width <= room / 4 {
            start -= 1;
            before += cells[start].width;
        }
    }
    let mut used = 0;
    let fits = |cell: &&Cell| {
        used += cell.width;
        used <= room
    };
    let count = cells[start..].iter().take_while(fits).count();
    start..start + count
}
