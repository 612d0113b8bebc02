//! Which rules look at what: by kinds and names of instances, and by modules.

use smallvec::SmallVec;

use super::catalog::{Catalog, Entry};
use super::rule::{Pattern, Subject};
use super::settings::Selection;
use crate::infra::{InstanceKind, Within};
use crate::syntax::Text;

/// Positions of rules; few look at one and the same thing.
type Positions = SmallVec<[usize; 16]>;

impl Catalog<'_> {
    /// The positions of the enabled rules that look at instances of this kind whatever they are called, each once.
    pub(super) fn rules_for_all(&self, selection: &Selection, kind: InstanceKind) -> Positions {
        let any = self.globs.iter().filter(|(s, _)| s.kind == kind && matches!(s.pattern, Pattern::Any(_)));
        enabled(selection, any.map(|(_, at)| *at))
    }

    /// Those that look at instances of this kind and name, but not at all of the kind.
    pub(super) fn rules_for(&self, selection: &Selection, kind: InstanceKind, name: &Text) -> Positions {
        let exact = self.by_subject.get(&kind).and_then(|names| names.get(name));
        let of_glob = |(s, _): &&(Subject, usize)| s.kind == kind && s.pattern.is_glob() && s.pattern.matches(name);
        let globs = self.globs.iter().filter(of_glob).map(|(_, at)| at);
        let looks_at_all = |at: usize| {
            self.entries[at].subjects.iter().any(|s| s.kind == kind && matches!(s.pattern, Pattern::Any(_)))
        };
        enabled(selection, exact.into_iter().flatten().chain(globs).copied().filter(|at| !looks_at_all(*at)))
    }

    /// The modules that the rule at this position looks into.
    pub(super) fn within(&self, position: usize) -> Within {
        self.entries[position].within
    }

    /// The modules in which enabled rules look at instances of this kind; `None` where none does.
    pub fn looks_within(&self, selection: &Selection, kind: InstanceKind) -> Option<Within> {
        let looks = |entry: &Entry| entry.subjects.iter().any(|subject| subject.kind == kind);
        let entries = self.entries.iter().zip(&selection.enabled);
        entries.filter(|(entry, enabled)| **enabled && looks(entry)).map(|(entry, _)| entry.within).max()
    }

    /// Whether some rules look at instances of this kind by their names.
    pub(super) fn tells_apart(&self, kind: InstanceKind) -> bool {
        self.by_subject.contains_key(&kind) || self.globs.iter().any(|(s, _)| s.kind == kind && s.pattern.is_glob())
    }
}

/// The enabled ones, each once.
fn enabled(selection: &Selection, positions: impl Iterator<Item = usize>) -> Positions {
    let mut wanted = Positions::new();
    for at in positions {
        if selection.enabled[at] && !wanted.contains(&at) {
            wanted.push(at);
        }
    }
    wanted
}
