//! `regex`, `regexall`, and the patterns of `replace`.
//!
//! A text that is unknown from some place on is searched as far as it is known, state by state: what that settles is
//! settled whatever follows.

use std::cell::RefCell;
use std::rc::Rc;

use regex_automata::Input;
use regex_automata::hybrid::dfa::Cache;
use regex_automata::hybrid::{CacheError, LazyStateID};
use rustc_hash::FxHashMap;

use super::args::{function, parts, text};
use super::re2::{self, Translated};
use super::regex_engine::{Engine, Match};
use super::types::STRING;
use super::{Function, Host, Param, partial};
use crate::eval::text::{check_count, check_length};
use crate::eval::{EvalError, Kind, Node, Seq, Type, Value};
use crate::syntax::Text;

/// How many compiled patterns each thread keeps, and how much they may weigh together.
const MAX_KEPT: usize = 256;
const MAX_WEIGHT: usize = 4096;
/// So many bytes may be looked at for one match by the smallest patterns; larger ones take longer for each byte.
const MAX_SEARCHED: usize = 16 << 20;
/// And so many for all matches in a text.
const MAX_SEARCHED_IN_ALL: usize = 128 << 20;
/// While it can be no more than this, nobody looks how many there are.
const UNMEASURED: usize = 64 << 20;
/// So many bytes are searched while a `for` makes an element.
const BYTES_AT_ONCE: usize = 16;
/// How many answers each pattern keeps, for texts of how many bytes.
const MAX_ANSWERS: usize = 256;
const MAX_ASKED: usize = 256;

const PARTIAL: Param = STRING.or_unknown();

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    function("regex", &[STRING, PARTIAL], match_type, first),
    function("regexall", &[STRING, PARTIAL], all_type, all),
];

/// A compiled pattern of Go's syntax.
pub(super) struct Pattern {
    engine: Engine,
    /// For each group, in order, its name where it has one.
    groups: Vec<Option<String>>,
    /// What short texts gave, if they match: finding groups takes long, and loops ask for each of them in turn. It
    /// depends on nothing but the pattern and the text.
    answers: RefCell<FxHashMap<Text, Option<Value>>>,
}

thread_local! {
    /// Modules are evaluated many times with the same patterns, and compiling one takes longer than using it.
    static COMPILED: RefCell<Compiled> = RefCell::default();
}

/// Patterns that were compiled before.
#[derive(Default)]
struct Compiled {
    patterns: FxHashMap<String, Result<Rc<Pattern>, EvalError>>,
    weight: usize,
}

impl Pattern {
    /// Compiles a pattern, or finds it compiled.
    pub(super) fn compile(pattern: &str) -> Result<Rc<Pattern>, EvalError> {
        if let Some(known) = COMPILED.with_borrow(|known| known.patterns.get(pattern).cloned()) {
            return known;
        }
        let compiled = Pattern::new(pattern).map(Rc::new);
        COMPILED.with_borrow_mut(|known| {
            known.weight += compiled.as_ref().map_or(1, |compiled| compiled.engine.weight());
            if known.patterns.len() >= MAX_KEPT || known.weight > MAX_WEIGHT {
                *known = Compiled::default();
            }
            known.patterns.insert(pattern.to_owned(), compiled.clone());
        });
        compiled
    }

    fn new(pattern: &str) -> Result<Pattern, EvalError> {
        let translated = re2::translate(pattern);
        let Translated { pattern, groups } =
            translated.map_err(|e| EvalError::new(format!("invalid regular expression `{pattern}`: {e}")))?;
        let engine = Engine::new(pattern)?;
        Ok(Pattern { engine, groups, answers: RefCell::default() })
    }

    /// What a search through a text takes at most, in elements that a `for` makes.
    pub(super) fn work(&self, text: &str) -> usize {
        (self.engine.weight() - 1) * 8 + self.engine.weight() * text.len() / BYTES_AT_ONCE
    }

    /// Whether a text is short enough to be searched once.
    fn fits(&self, text: &str) -> Result<(), EvalError> {
        match self.engine.weight() * text.len() > MAX_SEARCHED {
            true => Err(too_long()),
            false => Ok(()),
        }
    }

    /// The text with each match replaced by the template, in which `$1` and `${name}` stand for groups.
    pub(super) fn replace_all(&self, text: &str, template: &str) -> Result<String, EvalError> {
        self.fits(text)?;
        let template = self.template(template);
        let mut out = String::with_capacity(text.len());
        let mut end = 0;
        let mut search = Search::new(self, text);
        self.engine.each(text, |found| {
            let whole = found.whole();
            search.found(whole.end)?;
            out.push_str(&text[end..whole.start]);
            for piece in &template {
                match piece {
                    Piece::Text(text) => out.push_str(text),
                    Piece::Groups(groups) => out.push_str(groups.iter().find_map(|g| found.get(*g)).unwrap_or("")),
                }
            }
            end = whole.end;
            check_length(out.len())
        })?;
        out.push_str(&text[end..]);
        check_length(out.len())?;
        Ok(out)
    }

    /// What the beginning of a text says of its first match, whatever follows.
    fn settled<'t>(&self, head: &'t str) -> Settled<'t> {
        // Nothing settles nothing, and needs no automaton.
        if head.is_empty() {
            return Settled::Open;
        }
        let Some(automaton) = self.engine.automaton() else { return Settled::Open };
        let mut cache = automaton.create_cache();
        let Ok(mut state) = automaton.start_state_forward(&mut cache, &Input::new(head)) else { return Settled::Open };
        let found = || self.engine.find(head).ok().flatten().map_or(Settled::Open, Settled::Match);
        let mut matched = false;
        for byte in head.bytes() {
            let Ok(next) = automaton.next_state(&mut cache, state, byte) else { return Settled::Open };
            state = next;
            matched |= state.is_match();
            match () {
                // No way on: the last match is the one, and the search within the beginning finds the same.
                () if state.is_dead() && matched => return found(),
                () if state.is_dead() => return Settled::NoMatch,
                () if state.is_quit() => return Settled::Open,
                () => {}
            }
        }
        let leads_nowhere = |next: Result<LazyStateID, CacheError>| next.is_ok_and(|state| state.is_dead());
        let over = matched
            && leads_nowhere(automaton.next_eoi_state(&mut cache, state))
            && (0..=u8::MAX).all(|byte| leads_nowhere(automaton.next_state(&mut cache, state, byte)));
        if over { found() } else { Settled::Open }
    }

    fn template<'t>(&self, template: &'t str) -> Vec<Piece<'t>> {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some(at) = rest.find('$') {
            pieces.push(Piece::Text(&rest[..at]));
            rest = &rest[at + 1..];
            if let Some((name, after)) = reference(rest) {
                pieces.push(Piece::Groups(self.named(name)));
                rest = after;
            } else {
                // A dollar that no name follows stands for itself, and so do two of them.
                pieces.push(Piece::Text("$"));
                rest = rest.strip_prefix('$').unwrap_or(rest);
            }
        }
        pieces.push(Piece::Text(rest));
        pieces
    }

    /// The groups of that number or name; the first of them that took part counts.
    fn named(&self, name: &str) -> Vec<usize> {
        if name.bytes().all(|b| b.is_ascii_digit()) && !(name.len() > 1 && name.starts_with('0')) {
            return name.parse().into_iter().filter(|n| *n <= self.groups.len()).collect();
        }
        let groups = self.groups.iter().enumerate();
        groups.filter(|(_, n)| n.as_deref() == Some(name)).map(|(i, _)| i + 1).collect()
    }

    /// Whether its groups are named; an error where only some are.
    fn is_named(&self) -> Result<bool, EvalError> {
        let named = self.groups.iter().flatten().count();
        match named == self.groups.len() || named == 0 {
            true => Ok(named > 0),
            false => Err(EvalError::new("a regular expression cannot have named and unnamed groups together")),
        }
    }

    /// The type of what a match gives.
    fn match_type(&self) -> Result<Type, EvalError> {
        if self.is_named()? {
            let names = self.groups.iter().flatten();
            return Ok(Type::object(names.map(|name| (name.as_str().into(), Type::String))));
        }
        Ok(match self.groups.len() {
            0 => Type::String,
            n => Type::tuple(std::iter::repeat_n(Type::String, n)),
        })
    }

    /// What the first match in a known text gives.
    fn answer(&self, text: &Text, named: bool) -> Result<Option<Value>, EvalError> {
        let find = || Ok(self.engine.find(text)?.map(|found| self.value(&found, named)));
        if text.len() > MAX_ASKED {
            return find();
        }
        if let Some(known) = self.answers.borrow().get(text) {
            return Ok(known.clone());
        }
        let answer = find()?;
        let mut answers = self.answers.borrow_mut();
        if answers.len() >= MAX_ANSWERS {
            answers.clear();
        }
        answers.insert(text.clone(), answer.clone());
        Ok(answer)
    }

    /// What a match gives: its text, or its groups as a tuple or as an object.
    fn value(&self, found: &Match<'_>, named: bool) -> Value {
        let group = |i: usize| found.get(i).map_or(Value::NULL, Value::from);
        if self.groups.is_empty() {
            return group(0);
        }
        let groups = (1..=self.groups.len()).map(group);
        match named {
            true => Value::object(self.groups.iter().flatten().map(|name| name.as_str().into()).zip(groups).collect()),
            false => Value::tuple(groups.collect()),
        }
    }
}

fn too_long() -> EvalError {
    EvalError::too_large("the text is too long for this regular expression".to_owned())
}

/// What the search for all matches in a text costs. Each match is looked for from the end of the last one on, and how far
/// that goes depends on the pattern: where `x*z|x` finds an `x`, it has looked through all of the text.
struct Search<'a> {
    pattern: &'a Pattern,
    text: &'a str,
    /// Where the last match ends.
    end: usize,
    /// Bytes that were looked at, at most; or that were, since nobody knows how many it could be.
    most: usize,
    searched: usize,
    cache: Option<Cache>,
}

impl<'a> Search<'a> {
    fn new(pattern: &'a Pattern, text: &'a str) -> Search<'a> {
        Search { pattern, text, end: 0, most: 0, searched: 0, cache: None }
    }

    /// Takes note of the next match, which ends there.
    fn found(&mut self, end: usize) -> Result<(), EvalError> {
        let start = std::mem::replace(&mut self.end, end);
        self.most = self.most.saturating_add(self.text.len() - start);
        if self.most.saturating_mul(self.pattern.engine.weight()) <= UNMEASURED {
            return Ok(());
        }
        self.searched += self.reach(start);
        match self.searched * self.pattern.engine.weight() > MAX_SEARCHED_IN_ALL {
            true => Err(too_long()),
            false => Ok(()),
        }
    }

    /// How many bytes are looked at from a place on until the next match is certain.
    fn reach(&mut self, start: usize) -> usize {
        let rest = &self.text.as_bytes()[start..];
        let Some(automaton) = self.pattern.engine.automaton() else { return rest.len() };
        let cache = self.cache.get_or_insert_with(|| automaton.create_cache());
        let input = Input::new(self.text).range(start..);
        let Ok(mut state) = automaton.start_state_forward(cache, &input) else { return rest.len() };
        for (at, byte) in rest.iter().enumerate() {
            match automaton.next_state(cache, state, *byte) {
                Ok(next) if next.is_dead() => return at + 1,
                Ok(next) if !next.is_quit() => state = next,
                _ => return rest.len(),
            }
        }
        rest.len()
    }
}

/// What is certain of the first match in a text of which only the beginning is known.
enum Settled<'t> {
    Match(Match<'t>),
    NoMatch,
    Open,
}

/// A piece of a replacement.
enum Piece<'t> {
    Text(&'t str),
    Groups(Vec<usize>),
}

/// The name of a group behind a `$`, and what follows it.
fn reference(text: &str) -> Option<(&str, &str)> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c == '_' || c.is_alphanumeric());
    if let Some(braced) = text.strip_prefix('{') {
        return braced.split_once('}').filter(|(name, _)| is_name(name));
    }
    let end = text.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn first(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let pattern = Pattern::compile(text(&args[0])?)?;
    let named = pattern.is_named()?;
    let no_match = || EvalError::new("the text does not match the regular expression");
    if let Kind::String(text) = &args[1].kind {
        pattern.fits(text)?;
        return pattern.answer(text, named)?.ok_or_else(no_match);
    }
    let parts = parts(&args[1]);
    pattern.fits(partial::head(&parts))?;
    match pattern.settled(partial::head(&parts)) {
        Settled::Match(found) => Ok(pattern.value(&found, named)),
        Settled::NoMatch => Err(no_match()),
        Settled::Open => Ok(Value::unknown_from(args, pattern.match_type()?, true)),
    }
}

fn all(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let pattern = Pattern::compile(text(&args[0])?)?;
    let named = pattern.is_named()?;
    let ty = pattern.match_type()?;
    let parts = parts(&args[1]);
    pattern.fits(partial::head(&parts))?;
    let Some(text) = partial::known(&parts) else {
        let first = match pattern.settled(partial::head(&parts)) {
            Settled::NoMatch => return Ok(Value::list(ty, Vec::new())),
            Settled::Match(found) => vec![pattern.value(&found, named)],
            Settled::Open => Vec::new(),
        };
        let rest = Value::unknown_from(args, ty.clone(), true);
        return Ok(Kind::List(Node::new(Seq { items: first, element: ty, rest: rest.into(), loose: 0 })).into());
    };
    pattern.fits(text)?;
    let mut matches = Vec::new();
    let mut search = Search::new(&pattern, text);
    pattern.engine.each(text, |found| {
        search.found(found.whole().end)?;
        matches.push(pattern.value(&found, named));
        check_count(matches.len() * found.len())
    })?;
    Ok(Value::list(ty, matches))
}

/// What calling a function does with a pattern, in elements that a `for` makes.
pub(in crate::eval) fn work(name: &str, args: &[Value]) -> usize {
    let (pattern, text) = match (name, args) {
        ("regex" | "regexall", [pattern, text]) => (pattern.as_str(), text),
        ("replace", [text, pattern, _]) => (pattern.as_str().and_then(super::string::slashed), text),
        _ => return 0,
    };
    let Some(Ok(pattern)) = pattern.map(Pattern::compile) else { return 0 };
    pattern.work(text.as_str().unwrap_or_default())
}

fn match_type(args: &[Value]) -> Type {
    let pattern = args.first().and_then(Value::as_str).map(Pattern::compile);
    pattern.and_then(|p| p.and_then(|p| p.match_type()).ok()).unwrap_or(Type::Any)
}

fn all_type(args: &[Value]) -> Type {
    Type::list(match_type(args))
}
