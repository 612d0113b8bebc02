//! `regex`, `regexall`, and the patterns of `replace`.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::args::{function, text};
use super::re2::{self, Translated};
use super::types::STRING;
use super::{Function, Host};
use crate::eval::text::{check_count, check_length};
use crate::eval::{EvalError, Type, Value};
use crate::source::ProblemKind;

/// How large a compiled pattern may be, in bytes.
const MAX_COMPILED: usize = 4 << 20;
/// How many compiled patterns each thread keeps.
const MAX_KEPT: usize = 256;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] =
    &[function("regex", &[STRING, STRING], match_type, first), function("regexall", &[STRING, STRING], all_type, all)];

/// A compiled pattern of Go's syntax.
pub(super) struct Pattern {
    regex: regex::Regex,
    /// For each group, in order, its name where it has one.
    groups: Vec<Option<String>>,
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
            Ok(regex) => Ok(Pattern { regex, groups }),
            Err(regex::Error::CompiledTooBig(_)) => {
                let error = EvalError::new("the regular expression is too large");
                Err(EvalError { kind: ProblemKind::Limit, ..error })
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
    match pattern.regex.captures(text(&args[1])?) {
        Some(captures) => Ok(pattern.value(&captures, named)),
        None => Err(EvalError::new("the text does not match the regular expression")),
    }
}

fn all(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let pattern = Pattern::compile(text(&args[0])?)?;
    let named = pattern.is_named()?;
    let mut matches = Vec::new();
    for captures in pattern.regex.captures_iter(text(&args[1])?) {
        matches.push(pattern.value(&captures, named));
        check_count(matches.len() * captures.len())?;
    }
    Ok(Value::list(pattern.match_type()?, matches))
}

fn match_type(args: &[Value]) -> Type {
    let pattern = args.first().and_then(Value::as_str).map(Pattern::compile);
    pattern.and_then(|p| p.and_then(|p| p.match_type()).ok()).unwrap_or(Type::Any)
}

fn all_type(args: &[Value]) -> Type {
    Type::list(match_type(args))
}
