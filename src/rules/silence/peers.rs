//! Comments for other tools, for those who want them to count.

use rustc_hash::FxHashMap;

use super::scope::{Scope, Where};
use super::{Named, Silence};
use crate::rules::{Catalog, Pattern};
use crate::syntax::{Document, ForeignIgnore, Text, place};

/// What comments for other tools silence: the rules that name the other tool's check as a peer.
pub(super) struct Peers {
    rules: FxHashMap<String, Vec<Text>>,
}

impl Peers {
    pub(super) fn of(catalog: &Catalog<'_>) -> Peers {
        let mut rules: FxHashMap<String, Vec<Text>> = FxHashMap::default();
        for info in catalog.infos() {
            for peer in &info.peers {
                rules.entry(Peers::key(peer)).or_default().push(info.id.clone());
            }
        }
        Peers { rules }
    }

    /// One check has several spellings: `AVD-AWS-0180`, `AWS-0180`.
    fn key(id: &str) -> String {
        let upper = id.to_ascii_uppercase();
        upper.strip_prefix("AVD-").map_or(upper.clone(), str::to_owned)
    }

    pub(super) fn silence(&self, foreign: &ForeignIgnore, document: &Document, text: &str) -> Option<Silence> {
        let rules = foreign.ids.iter().filter_map(|id| self.rules.get(&Peers::key(id))).flatten();
        let span = foreign.comment.span;
        let name =
            |rule: &Text| Named { pattern: Pattern::Exact(rule.clone()), span, runs: true, production_only: false };
        let names: Vec<Named> = rules.map(name).collect();
        let mut scope = Scope::of(place(document, text, foreign.comment));
        if let Some((_, header)) = scope.top.as_ref().filter(|_| foreign.whole_block) {
            let block = document.body.blocks.iter().find(|b| b.header == *header)?;
            scope.target = Some(Where::Block(block.span));
        }
        (!names.is_empty()).then(|| Silence {
            file: span.file,
            names,
            reason: foreign.reason.clone(),
            scope,
            told: false,
        })
    }
}
