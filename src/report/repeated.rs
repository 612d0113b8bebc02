//! Faults of one cause in one module are one fault.
//!
//! A variable that nothing declares is used in many places: they are told at the first of them, by file and position, and
//! not each by itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::words;
use crate::source::{Problem, ProblemKind, SourceMap, Span};

/// So many of the other places are shown.
const SHOWN: usize = 3;

/// Joins faults about one name in the files of one folder; the outcome does not depend on the order of what comes in.
pub(super) fn joined(problems: Vec<Problem>, sources: &SourceMap) -> Vec<Problem> {
    let (of_names, mut all): (Vec<_>, Vec<_>) =
        problems.into_iter().partition(|p| p.kind == ProblemKind::UndeclaredName && p.label.is_some());
    let mut by_name: BTreeMap<(PathBuf, String), Vec<Problem>> = BTreeMap::new();
    for problem in of_names {
        let folder = place(&problem).map(|span| sources.file(span.file).path.clone()).unwrap_or_default();
        let folder = folder.parent().unwrap_or(Path::new("")).to_owned();
        by_name.entry((folder, problem.message.clone())).or_default().push(problem);
    }
    all.extend(by_name.into_values().filter_map(|uses| at_the_first(uses, sources)));
    all
}

fn place(problem: &Problem) -> Option<Span> {
    problem.label.as_ref().map(|label| label.span)
}

fn at_the_first(mut uses: Vec<Problem>, sources: &SourceMap) -> Option<Problem> {
    uses.sort_by_cached_key(|p| place(p).map(|span| (sources.file(span.file).name.clone(), span)));
    // Each root and environment that a module is evaluated for tells it.
    uses.dedup_by_key(|p| place(p));
    let mut uses = uses.into_iter();
    let first = uses.next()?;
    let others: Vec<Span> = uses.filter_map(|p| place(&p)).collect();
    let left_out = others.len().saturating_sub(SHOWN);
    let words = |at: usize| match left_out > 0 && at + 1 == SHOWN {
        true => format!("here too, and in {}", words::count(left_out, "more place")),
        false => "here too".to_owned(),
    };
    let others = others.into_iter().take(SHOWN).enumerate();
    Some(others.fold(first, |problem, (at, span)| problem.with_related(span, words(at))))
}
