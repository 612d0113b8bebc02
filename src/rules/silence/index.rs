//! Which comments may cover a place: found without a look at all of them, of which generated files have thousands.

use rustc_hash::FxHashMap;

use super::scope::{Scope, Where};
use crate::source::{FileId, Span};

/// Comments by the places that they cover, as positions in the order in which they were read.
#[derive(Default)]
pub(super) struct Index {
    files: FxHashMap<FileId, OfFile>,
    /// By the block that they stand in.
    around: FxHashMap<Span, Vec<usize>>,
    /// By the header of the top-level block that they stand in.
    top: FxHashMap<Span, Vec<usize>>,
    /// Those that may concern what is anywhere.
    pub(super) elsewhere: Vec<usize>,
}

#[derive(Default)]
struct OfFile {
    /// Those that cover all of it.
    whole: Vec<usize>,
    /// What others cover, by where it begins, the outer before the inner.
    parts: Vec<Part>,
}

struct Part {
    span: Span,
    comment: usize,
    /// The part around it.
    outer: Option<usize>,
}

impl Index {
    /// The index of comments with these files and scopes.
    pub(super) fn new<'s>(comments: impl Iterator<Item = (FileId, &'s Scope)>) -> Index {
        let mut index = Index::default();
        for (comment, (file, scope)) in comments.enumerate() {
            match scope.target {
                Some(Where::File) => index.files.entry(file).or_default().whole.push(comment),
                Some(Where::Block(span) | Where::Argument(span)) => {
                    let part = Part { span, comment, outer: None };
                    index.files.entry(span.file).or_default().parts.push(part);
                }
                None => {}
            }
            if let Some(block) = scope.around {
                index.around.entry(block).or_default().push(comment);
            }
            if let Some((_, header)) = &scope.top {
                index.top.entry(*header).or_default().push(comment);
            }
            if scope.may_concern_anything() {
                index.elsewhere.push(comment);
            }
        }
        index.files.values_mut().for_each(OfFile::nest);
        index
    }

    /// The comments that may have to do with any of these places, each once, in their order: those around them, those
    /// in a block that is one of them, and those in a top-level block whose header is one of them.
    pub(super) fn near(&self, places: impl IntoIterator<Item = Span>) -> Vec<usize> {
        let mut found = Vec::new();
        for place in places {
            if let Some(file) = self.files.get(&place.file) {
                found.extend(&file.whole);
                found.extend(file.around(place));
            }
            found.extend(self.around.get(&place).into_iter().chain(self.top.get(&place)).flatten());
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl OfFile {
    /// Blocks and arguments lie inside each other or apart.
    fn nest(&mut self) {
        self.parts.sort_by_key(|part| (part.span.start, std::cmp::Reverse(part.span.end)));
        let mut open: Vec<usize> = Vec::new();
        for at in 0..self.parts.len() {
            let span = self.parts[at].span;
            while open.pop_if(|outer| !self.parts[*outer].span.contains(span)).is_some() {}
            self.parts[at].outer = open.last().copied();
            open.push(at);
        }
    }

    /// The comments that cover what a place lies in.
    fn around(&self, place: Span) -> impl Iterator<Item = usize> {
        let last = self.parts.partition_point(|part| part.span.start <= place.start).checked_sub(1);
        let outwards = std::iter::successors(last, |at| self.parts[*at].outer);
        outwards.map(|at| &self.parts[at]).filter(move |part| part.span.contains(place)).map(|part| part.comment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_look_at_all_finds() {
        let file = FileId(0);
        // Blocks in blocks, some of which begin or end where theirs does, and some of which are covered twice.
        let mut spans = Vec::new();
        for a in (0..100).step_by(20) {
            spans.push(Span::new(file, a, a + 18));
            for b in (a..a + 15).step_by(6) {
                spans.extend([Span::new(file, b, b + 5), Span::new(file, b, b + 5), Span::new(file, b + 3, b + 5)]);
            }
        }
        let scopes: Vec<Scope> = spans
            .iter()
            .enumerate()
            .map(|(at, span)| {
                let target = Some(if at % 2 == 0 { Where::Block(*span) } else { Where::Argument(*span) });
                Scope { target, around: None, top: None }
            })
            .collect();
        let index = Index::new(scopes.iter().map(|scope| (file, scope)));
        for start in 0..110 {
            for end in start..110 {
                let place = Span::new(file, start, end);
                let expected: Vec<usize> = (0..spans.len()).filter(|at| spans[*at].contains(place)).collect();
                assert_eq!(index.near([place]), expected, "{start}..{end}");
            }
        }
        assert!(index.near([Span::new(FileId(1), 0, 1)]).is_empty());
    }
}
