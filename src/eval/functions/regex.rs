//! `regex`, `regexall`, and the patterns of `replace`.
//!
//! A text that is unknown from some place on is searched as far as it is known, state by state: what that settles is
//! settled whatever follows.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use regex_automata::Input;
use regex_automata::hybrid::dfa::DFA;
use regex_automata::hybrid::{CacheError, LazyStateID};
use rustc_hash::FxHashMap;

use super::args::{function, parts, text};
use super::re2::{self, Translated};
use super::types::STRING;
use super::{Function, Host, Param, partial};
use crate::eval::text::{check_count, check_length};
use crate::eval::{EvalError, Kind, Node, Seq, Type, Value};
use crate::source::ProblemKind;
use crate::syntax::Text;

/// How large a compiled pattern may be, in bytes.
const MAX_COMPILED: usize = 4 << 20;
/// How many compiled patterns each thread keeps.
const MAX_KEPT: usize = 256;
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
    regex: regex::Regex,
    /// The automaton behind it, made where it is needed; `None` if there is none of a sensible size.
    automaton: OnceCell<Option<DFA>>,
    /// For each group, in order, its name where it has one.
    groups: Vec<Option<String>>,
    /// What short texts gave, if they match: finding groups takes long, and loops ask for each of them in turn. It
    /// depends on nothing but the pattern and the text.
    answers: RefCell<FxHashMap<Text, Option<Value>>>,
}

thread_local! {
    /// Modules are evaluated many times with the same patterns, and compiling one takes longer than using it.
    static COMPILED: RefCell<FxHashMap<String, Result<Rc<Pattern>, EvalError>>> = RefCell::default();
}

impl Pattern {
    /// Compiles a pattern, or finds it compiled.
    pub(super) fn compile(pattern: &str) -> Result<Rc<Pattern>, EvalError> {
        if let Some(known) = COMPILED.with_borrow(|known| known.get(pattern).cloned()) {
            return known;
        }
        let compiled = Pattern::new(pattern).map(Rc::new);
        COMPILED.with_borrow_mut(|known| {
            if known.len() >= MAX_KEPT {
                known.clear();
            }
            known.insert(pattern.to_owned(), compiled.clone());
        });
        compiled
    }

    fn new(pattern: &str) -> Result<Pattern, EvalError> {
        let translated = re2::translate(pattern);
        let Translated { pattern, groups } =
            translated.map_err(|e| EvalError::new(format!("invalid regular expression `{pattern}`: {e}")))?;
        let mut builder = regex::RegexBuilder::new(&pattern);
        match builder.size_limit(MAX_COMPILED).nest_limit(1000).build() {
            Ok(regex) => Ok(Pattern { regex, automaton: OnceCell::new(), groups, answers: RefCell::default() }),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err(EvalError::new("the regular expression is too large").of_kind(ProblemKind::Limit))
            }
            Err(_) => Err(EvalError::new(format!("invalid regular expression `{pattern}`"))),
        }
    }

    /// The text with each match replaced by the template, in which `$1` and `${name}` stand for groups.
    pub(super) fn replace_all(&self, text: &str, template: &str) -> Result<String, EvalError> {
        let template = self.template(template);
        let mut out = String::with_capacity(text.len());
        let mut end = 0;
        for captures in self.regex.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            out.push_str(&text[end..whole.start()]);
            for piece in &template {
                match piece {
                    Piece::Text(text) => out.push_str(text),
                    Piece::Groups(groups) => {
                        out.push_str(groups.iter().find_map(|g| captures.get(*g)).map_or("", |m| m.as_str()));
                    }
                }
            }
            end = whole.end();
            check_length(out.len())?;
        }
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
        let build = || {
            let config = DFA::config().skip_cache_capacity_check(true);
            DFA::builder().configure(config).build(self.regex.as_str()).ok()
        };
        let Some(automaton) = self.automaton.get_or_init(build) else { return Settled::Open };
        let mut cache = automaton.create_cache();
        let Ok(mut state) = automaton.start_state_forward(&mut cache, &Input::new(head)) else { return Settled::Open };
        let found = || self.regex.captures(head).map_or(Settled::Open, Settled::Match);
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
            n => Type::Tuple(std::iter::repeat_n(Type::String, n).collect()),
        })
    }

    /// What the first match in a known text gives.
    fn answer(&self, text: &Text, named: bool) -> Option<Value> {
        let find = || self.regex.captures(text).map(|captures| self.value(&captures, named));
        if text.len() > MAX_ASKED {
            return find();
        }
        if let Some(known) = self.answers.borrow().get(text) {
            return known.clone();
        }
        let answer = find();
        let mut answers = self.answers.borrow_mut();
        if answers.len() >= MAX_ANSWERS {
            answers.clear();
        }
        answers.insert(text.clone(), answer.clone());
        answer
    }

    /// What a match gives: its text, or its groups as a tuple or as an object.
    fn value(&self, captures: &regex::Captures<'_>, named: bool) -> Value {
        let group = |i: usize| captures.get(i).map_or(Value::NULL, |m| m.as_str().into());
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

/// What is certain of the first match in a text of which only the beginning is known.
enum Settled<'t> {
    Match(regex::Captures<'t>),
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
        return pattern.answer(text, named).ok_or_else(no_match);
    }
    match pattern.settled(partial::head(&parts(&args[1]))) {
        Settled::Match(captures) => Ok(pattern.value(&captures, named)),
        Settled::NoMatch => Err(no_match()),
        Settled::Open => Ok(Value::unknown_from(args, pattern.match_type()?, true)),
    }
}

fn all(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let pattern = Pattern::compile(text(&args[0])?)?;
    let named = pattern.is_named()?;
    let ty = pattern.match_type()?;
    let parts = parts(&args[1]);
    let Some(text) = partial::known(&parts) else {
        let first = match pattern.settled(partial::head(&parts)) {
            Settled::NoMatch => return Ok(Value::list(ty, Vec::new())),
            Settled::Match(captures) => vec![pattern.value(&captures, named)],
            Settled::Open => Vec::new(),
        };
        let rest = Value::unknown_from(args, ty.clone(), true);
        return Ok(Kind::List(Node::new(Seq { items: first, element: ty, rest: Some(rest), loose: 0 })).into());
    };
    let mut matches = Vec::new();
    for captures in pattern.regex.captures_iter(text) {
        matches.push(pattern.value(&captures, named));
        check_count(matches.len() * captures.len())?;
    }
    Ok(Value::list(ty, matches))
}

fn match_type(args: &[Value]) -> Type {
    let pattern = args.first().and_then(Value::as_str).map(Pattern::compile);
    pattern.and_then(|p| p.and_then(|p| p.match_type()).ok()).unwrap_or(Type::Any)
}

fn all_type(args: &[Value]) -> Type {
    Type::list(match_type(args))
}
