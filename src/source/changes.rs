//! Which lines of a text are not what they were before. Knows nothing of where the former text comes from.

use std::ops::{Range, RangeInclusive};

use imara_diff::{Algorithm, Diff, InternedInput};
use rustc_hash::FxHashMap;

/// What is new in a text, by lines, and which lines are gone from where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Changes {
    /// There was no such text: every line is new.
    All,
    /// So much of it.
    Some(Changed),
}

/// What was changed, in the order of the text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changed {
    /// Lines that are new, from 1.
    new: Vec<Range<u32>>,
    /// Where lines are gone.
    gone: Vec<Gone>,
}

/// One place where lines were taken out or replaced.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Gone {
    /// The first line that is new here, from 1; the line behind the gap where there is none.
    line: u32,
    /// The lines that stood here.
    removed: Vec<String>,
}

/// Texts of so many lines are compared line by line, one multiplied by the other. Of longer ones lines that stand only
/// once in both are looked for first, and what lies between two of these is compared by itself.
const COMPARED: usize = 1 << 18;
/// How often such lines are looked for between those that were found.
const ROUNDS: usize = 8;

impl Changes {
    /// Nothing is new.
    pub fn none() -> Changes {
        Changes::Some(Changed::default())
    }

    /// From a former text to the present one. How lines end does not matter, nor does a byte-order mark.
    pub fn between(before: &str, after: &str) -> Changes {
        let texts = Texts { before: lines(before).collect(), after: lines(after).collect() };
        let mut changed = Changed::default();
        texts.compare(&mut changed);
        Changes::Some(changed)
    }

    /// Whether one of these lines is new.
    pub fn touch(&self, lines: &RangeInclusive<u32>) -> bool {
        match self {
            Changes::All => true,
            Changes::Some(Changed { new, .. }) => {
                let at = new.partition_point(|range| range.end <= *lines.start());
                new.get(at).is_some_and(|range| range.start <= *lines.end())
            }
        }
    }

    /// The lines that stood between the first and the last of these lines and are gone, or are others now.
    pub fn removed_between(&self, lines: RangeInclusive<u32>) -> impl Iterator<Item = &str> {
        let gone = match self {
            Changes::All => &[][..],
            Changes::Some(Changed { gone, .. }) => gone,
        };
        let from = gone.partition_point(|gone| gone.line <= *lines.start());
        let inside = gone[from..].iter().take_while(move |gone| gone.line <= *lines.end());
        inside.flat_map(|gone| &gone.removed).map(String::as_str)
    }
}

impl Changed {
    /// One more change, behind all others: lines of the present text, from 0, and those that stood there.
    fn push(&mut self, new: Range<usize>, removed: &[&str]) {
        let line = new.start as u32 + 1;
        if !new.is_empty() {
            self.new.push(line..new.end as u32 + 1);
        }
        if !removed.is_empty() {
            self.gone.push(Gone { line, removed: removed.iter().map(|line| (*line).to_owned()).collect() });
        }
    }
}

/// A part of both texts, by lines.
#[derive(Clone)]
struct Part {
    before: Range<usize>,
    after: Range<usize>,
}

/// The lines of a text as it was and as it is.
struct Texts<'t> {
    before: Vec<&'t str>,
    after: Vec<&'t str>,
}

impl Texts<'_> {
    fn compare(&self, changed: &mut Changed) {
        let whole = Part { before: 0..self.before.len(), after: 0..self.after.len() };
        let mut parts = vec![(whole, 0)];
        while let Some((part, round)) = parts.pop() {
            let inner = self.inner(&part);
            if inner.before.len().saturating_mul(inner.after.len()) <= COMPARED {
                // With what is the same on both sides: it says where a change that may be anywhere is best seen.
                let part = if round == 0 { part } else { inner };
                self.line_by_line(&part, changed);
                continue;
            }
            match if round < ROUNDS { self.between_landmarks(&inner) } else { Vec::new() } {
                // What repeats itself that much has no lines of its own to tell what it was.
                none if none.is_empty() => changed.push(inner.after, &self.before[inner.before]),
                inner => parts.extend(inner.into_iter().rev().map(|part| (part, round + 1))),
            }
        }
    }

    /// What is left without the lines that are the same at the beginning and at the end.
    fn inner(&self, part: &Part) -> Part {
        let (before, after) = (&self.before[part.before.clone()], &self.after[part.after.clone()]);
        let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
        let (before, after) = (&before[start..], &after[start..]);
        let end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
        Part {
            before: part.before.start + start..part.before.end - end,
            after: part.after.start + start..part.after.end - end,
        }
    }

    fn line_by_line(&self, part: &Part, changed: &mut Changed) {
        let (before, after) = (&self.before[part.before.clone()], &self.after[part.after.clone()]);
        let mut input = InternedInput::default();
        input.update_before(before.iter().copied());
        input.update_after(after.iter().copied());
        let mut diff = Diff::compute(Algorithm::Histogram, &input);
        diff.postprocess_lines(&input);
        for hunk in diff.hunks() {
            let new = part.after.start + hunk.after.start as usize..part.after.start + hunk.after.end as usize;
            changed.push(new, &before[hunk.before.start as usize..hunk.before.end as usize]);
        }
    }

    /// What lies before, between and behind lines that stand once in both, and in the same order; nothing where there are
    /// none.
    fn between_landmarks(&self, part: &Part) -> Vec<Part> {
        let landmarks = in_order(&self.landmarks(part));
        let mut parts = Vec::new();
        let (mut before, mut after) = (part.before.start, part.after.start);
        for (at_before, at_after) in &landmarks {
            parts.push(Part { before: before..*at_before, after: after..*at_after });
            (before, after) = (at_before + 1, at_after + 1);
        }
        if !landmarks.is_empty() {
            parts.push(Part { before: before..part.before.end, after: after..part.after.end });
        }
        parts
    }

    /// Where lines stand that each text has once, in the order of the former.
    fn landmarks(&self, part: &Part) -> Vec<(usize, usize)> {
        let mut places: FxHashMap<&str, [Place; 2]> = FxHashMap::default();
        for (text, lines, range) in [(0, &self.before, &part.before), (1, &self.after, &part.after)] {
            for at in range.clone() {
                let [before, after] = places.entry(lines[at]).or_default();
                let place = if text == 0 { before } else { after };
                *place = if *place == Place::Nowhere { Place::Once(at) } else { Place::Often };
            }
        }
        let once = |places: [Place; 2]| match places {
            [Place::Once(before), Place::Once(after)] => Some((before, after)),
            _ => None,
        };
        let mut landmarks: Vec<_> = places.into_values().filter_map(once).collect();
        landmarks.sort_unstable();
        landmarks
    }
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    #[default]
    Nowhere,
    Once(usize),
    Often,
}

/// As many pairs as possible of those that are sorted by their first numbers, so that the second ones rise as well.
fn in_order(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // Of all rows of each length the one that ends first, and before each pair the one that it follows.
    let mut ends: Vec<usize> = Vec::new();
    let mut followed = vec![None; pairs.len()];
    for (at, (_, second)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *second);
        followed[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let row = std::iter::successors(ends.last().copied(), |at| followed[*at]);
    let mut row: Vec<_> = row.map(|at| pairs[at]).collect();
    row.reverse();
    row
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
        let Changes::Some(changed) = &changes else { panic!("there is a former text") };
        let removed: Vec<String> =
            changed.gone.iter().flat_map(|c| c.removed.iter().map(move |r| format!("{}-{r}", c.line))).collect();
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

    /// A text of 2,000 lines, of which each is `same` but for those that a function says otherwise.
    fn long(other: impl Fn(usize) -> Option<String>) -> String {
        (0..2000).map(|at| other(at).unwrap_or_else(|| "same".to_owned()) + "\n").collect()
    }

    #[test]
    fn long_texts_are_compared_between_lines_that_stand_once() {
        let named = |at: usize| at.is_multiple_of(10).then(|| format!("name {at}"));
        let before = long(named);
        check(&before, &before, &[], &[]);
        let altered = long(|at| if matches!(at, 5 | 1505) { Some("x".into()) } else { named(at) });
        check(&before, &altered, &[6, 1506], &["6-same", "1506-same"]);
        let taken_out = altered.replace("name 700\n", "");
        check(&before, &taken_out, &[6, 1505], &["6-same", "701-name 700", "1505-same"]);
        // Lines that were moved past each other are not all landmarks.
        let moved = format!("name 1990\n{}end\n", taken_out.replace("name 1990\n", ""));
        check(&before, &moved, &[1, 7, 1506, 2000], &["7-same", "702-name 700", "1506-same", "1991-name 1990"]);
    }

    #[test]
    fn long_texts_that_only_repeat_themselves_are_changed_as_a_whole() {
        let before = long(|at| Some(format!("{}", at % 3)));
        let after = long(|at| Some(format!("{}", at * at % 7 % 3)));
        let changes = Changes::between(&before, &after);
        let Changes::Some(Changed { new, gone }) = &changes else { panic!("there is a former text") };
        assert_eq!((new.len(), gone.len()), (1, 1));
        assert!(changes.touch(&(1000..=1000)));
        // Between lines of their own it is told where.
        let begin = (0..600).map(|at| format!("name {at}\n")).collect::<String>();
        let changes = Changes::between(&format!("{begin}{before}{begin}"), &format!("{begin}{after}{begin}"));
        assert!(!changes.touch(&(1..=600)) && changes.touch(&(1000..=1000)) && !changes.touch(&(2601..=3200)));
    }
}
