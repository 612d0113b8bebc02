//! Which lines of a text are not what they were before. Knows nothing of where the former text comes from.

use std::ops::RangeInclusive;

use imara_diff::{Algorithm, Diff, InternedInput};

/// What is new in a text, by lines, and which lines are gone from where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Changes {
    /// There was no such text: every line is new.
    All,
    /// Places in the order of the text.
    Some(Vec<Change>),
}

/// One place where a text was changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The first line that is new, from 1; the line behind the gap where lines were only taken out.
    pub line: u32,
    /// How many lines are new.
    pub added: u32,
    /// The lines that stood here.
    pub removed: Vec<String>,
}

impl Changes {
    /// Nothing is new.
    pub fn none() -> Changes {
        Changes::Some(Vec::new())
    }

    /// From a former text to the present one. How lines end does not matter, nor does a byte-order mark.
    pub fn between(before: &str, after: &str) -> Changes {
        let mut input = InternedInput::default();
        input.update_before(lines(before));
        input.update_after(lines(after));
        let mut diff = Diff::compute(Algorithm::Histogram, &input);
        diff.postprocess_lines(&input);
        let removed = |at: u32| input.interner[input.before[at as usize]].to_owned();
        let changes = diff.hunks().map(|hunk| Change {
            line: hunk.after.start + 1,
            added: hunk.after.len() as u32,
            removed: hunk.before.map(removed).collect(),
        });
        Changes::Some(changes.collect())
    }

    /// Whether one of these lines is new.
    pub fn touch(&self, lines: &RangeInclusive<u32>) -> bool {
        match self {
            Changes::All => true,
            Changes::Some(changes) => {
                changes.iter().any(|c| c.added > 0 && c.line <= *lines.end() && *lines.start() < c.line + c.added)
            }
        }
    }

    /// The lines that stood between the first and the last of these lines and are gone, or are others now.
    pub fn removed_between(&self, lines: RangeInclusive<u32>) -> impl Iterator<Item = &str> {
        let changes = match self {
            Changes::All => &[][..],
            Changes::Some(changes) => changes,
        };
        let inside = changes.iter().filter(move |c| *lines.start() < c.line && c.line <= *lines.end());
        inside.flat_map(|c| &c.removed).map(String::as_str)
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{feff}').lines().map(|line| line.trim_end_matches('\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that are new, and `line-text` for each that is gone.
    #[track_caller]
    fn check(before: &str, after: &str, new: &[u32], gone: &[&str]) {
        let changes = Changes::between(before, after);
        let last = after.lines().count() as u32;
        let touched: Vec<u32> = (1..=last).filter(|line| changes.touch(&(*line..=*line))).collect();
        let Changes::Some(list) = &changes else { panic!("there is a former text") };
        let removed: Vec<String> =
            list.iter().flat_map(|c| c.removed.iter().map(move |r| format!("{}-{r}", c.line))).collect();
        assert_eq!((touched.as_slice(), removed), (new, gone.iter().map(|g| (*g).to_owned()).collect()), "{changes:?}");
    }

    #[test]
    fn lines_are_new_altered_or_gone() {
        check("a\nb\n", "a\nb\n", &[], &[]);
        check("a\nb\n", "a\nx\nb\n", &[2], &[]);
        check("a\nb\nc\n", "a\nx\nc\n", &[2], &["2-b"]);
        check("a\nb\nc\n", "a\nc\n", &[], &["2-b"]);
        check("a\nb\n", "a\n", &[], &["2-b"]);
        check("", "a\nb\n", &[1, 2], &[]);
        check("a\n", "", &[], &["1-a"]);
    }

    #[test]
    fn how_lines_end_does_not_matter() {
        check("a\r\nb\r\n", "a\nb\n", &[], &[]);
        check("a\nb\n", "a\r\nx\r\nb\r\n", &[2], &[]);
        check("\u{feff}a\n", "a\n", &[], &[]);
        check("a\nb", "a\nb\n", &[], &[]);
    }

    #[test]
    fn a_range_is_touched_by_any_of_its_lines() {
        let changes = Changes::between("a\nb\nc\nd\n", "a\nx\ny\nc\n");
        let touched = |first, last| changes.touch(&(first..=last));
        assert!(touched(1, 2) && touched(3, 9) && touched(2, 3));
        assert!(!touched(1, 1) && !touched(4, 9));
        assert!(Changes::All.touch(&(7..=7)) && !Changes::none().touch(&(1..=7)));
    }

    #[test]
    fn what_is_gone_is_gone_from_between_two_lines() {
        let changes = Changes::between("a {\n  x\n}\nb {\n}\n", "a {\n}\nb {\n}\n");
        let removed = |first, last| changes.removed_between(first..=last).collect::<Vec<_>>();
        assert_eq!(removed(1, 2), ["  x"]);
        assert!(removed(3, 4).is_empty());
    }
}
