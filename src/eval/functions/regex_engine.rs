//! The engines that search texts for a pattern: none is made before something needs it.

use std::cell::OnceCell;
use std::error::Error as _;
use std::ops::Range;

use regex_automata::hybrid::dfa::DFA;
use regex_automata::nfa::thompson::backtrack::BoundedBacktracker;
use regex_automata::nfa::thompson::{self, NFA};
use regex_automata::util;
use regex_automata::util::syntax;
use smallvec::SmallVec;

use crate::eval::EvalError;
use crate::source::ProblemKind;

/// How large a compiled pattern may be, in bytes: each is as small as one of these allows.
const SIZES: [usize; 6] = [4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20];
/// How many times its size a pattern takes while it is made, about.
const IN_THE_MAKING: usize = 2;
/// Deeper patterns are refused.
const NESTED: u32 = 1000;

/// Shorter texts are searched by the simplest of engines, which needs the least to be made: most patterns are asked about a
/// name or two.
const SHORT: usize = 512;

/// A match in a text: the whole and the groups, of which some may have taken no part.
pub(super) struct Match<'t> {
    text: &'t str,
    groups: SmallVec<[Option<Range<usize>>; 4]>,
}

impl<'t> Match<'t> {
    fn short(text: &'t str, captures: &util::captures::Captures) -> Match<'t> {
        Match { text, groups: captures.iter().map(|group| group.map(|span| span.range())).collect() }
    }

    fn long(text: &'t str, captures: &regex::Captures<'t>) -> Match<'t> {
        Match { text, groups: captures.iter().map(|group| group.map(|group| group.range())).collect() }
    }

    /// Where the whole stands.
    pub(super) fn whole(&self) -> Range<usize> {
        self.groups.first().cloned().flatten().unwrap_or_default()
    }

    /// How many groups there are, the whole included.
    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    /// The text of a group that took part.
    pub(super) fn get(&self, group: usize) -> Option<&'t str> {
        self.text.get(self.groups.get(group)?.clone()?)
    }
}

/// A pattern in Rust's syntax, and what searches for it.
pub(super) struct Engine {
    pattern: String,
    nfa: NFA,
    /// How many times the smallest size it is large: so much longer a byte of the text may take.
    weight: usize,
    /// Searches short texts.
    short: BoundedBacktracker,
    /// Searches all others; `None` if it would be too large.
    long: OnceCell<Option<regex::Regex>>,
    /// The automaton behind it; `None` if there is none of a sensible size.
    automaton: OnceCell<Option<DFA>>,
}

impl Engine {
    /// What searches for a pattern.
    ///
    /// # Errors
    /// Where it is not one, or is too large.
    pub(super) fn new(pattern: String) -> Result<Engine, EvalError> {
        let [.., largest] = SIZES;
        let config = thompson::Config::new().nfa_size_limit(Some(largest));
        let syntax = syntax::Config::new().nest_limit(NESTED);
        let nfa = thompson::Compiler::new().syntax(syntax).configure(config).build(&pattern);
        let nfa = nfa.map_err(|error| match error.source() {
            Some(_) => EvalError::new(format!("invalid regular expression `{pattern}`")),
            None => too_large(),
        })?;
        let size = SIZES.into_iter().find(|size| nfa.memory_usage() * IN_THE_MAKING <= *size).unwrap_or(largest);
        let short = BoundedBacktracker::new_from_nfa(nfa.clone()).map_err(|_| too_large())?;
        Ok(Engine { pattern, nfa, weight: size / SIZES[0], short, long: OnceCell::new(), automaton: OnceCell::new() })
    }

    /// How many times the smallest size it is large.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// The automaton that takes a text byte by byte.
    pub(super) fn automaton(&self) -> Option<&DFA> {
        let build = || {
            let config = DFA::config().skip_cache_capacity_check(true);
            DFA::builder().configure(config).build_from_nfa(self.nfa.clone()).ok()
        };
        self.automaton.get_or_init(build).as_ref()
    }

    /// Whether the simplest engine can search a text.
    fn is_short(&self, text: &str) -> bool {
        text.len() <= SHORT.min(self.short.max_haystack_len())
    }

    fn long(&self) -> Result<&regex::Regex, EvalError> {
        let [.., largest] = SIZES;
        let build = || regex::RegexBuilder::new(&self.pattern).size_limit(largest).nest_limit(NESTED).build().ok();
        self.long.get_or_init(build).as_ref().ok_or_else(too_large)
    }

    /// The first match in a text.
    pub(super) fn find<'t>(&self, text: &'t str) -> Result<Option<Match<'t>>, EvalError> {
        if !self.is_short(text) {
            return Ok(self.long()?.captures(text).map(|captures| Match::long(text, &captures)));
        }
        let mut captures = self.short.create_captures();
        // A text of this length is never refused.
        let searched = self.short.try_captures(&mut self.short.create_cache(), text, &mut captures);
        Ok(searched.ok().filter(|()| captures.is_match()).map(|()| Match::short(text, &captures)))
    }

    /// Does something with each match in a text.
    pub(super) fn each<'t>(
        &self,
        text: &'t str,
        mut look: impl FnMut(Match<'t>) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        if !self.is_short(text) {
            return self.long()?.captures_iter(text).try_for_each(|captures| look(Match::long(text, &captures)));
        }
        let mut cache = self.short.create_cache();
        let found = self.short.try_captures_iter(&mut cache, text);
        found.filter_map(Result::ok).try_for_each(|captures| look(Match::short(text, &captures)))
    }
}

fn too_large() -> EvalError {
    EvalError::new("the regular expression is too large").of_kind(ProblemKind::Limit)
}
