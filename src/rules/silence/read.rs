//! Gathers the comments of all modules, and finds what is wrong with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::index::Index;
use super::peers::Peers;
use super::scope::{Scope, Where};
use super::{Day, Ignores, Named, Silence, day};
use crate::config::{Config, Provenance};
use crate::eval::nearest;
use crate::rules::settings::Selection;
use crate::rules::words::Word as _;
use crate::rules::{Catalog, Category, Pattern};
use crate::source::{FileId, Problem, ProblemKind, Span};
use crate::syntax::{Document, ForeignIgnore, Ident, Ignore, Placement, Text, foreign_ignores, ignores, place};

pub(super) struct Reader<'a> {
    config: &'a Config,
    catalog: &'a Catalog<'a>,
    selection: &'a Selection,
    today: Day,
    peers: Option<Peers>,
    ignores: Vec<Silence>,
    problems: Vec<Problem>,
    /// What names mean that were met before.
    known: FxHashMap<Text, Meaning>,
    /// How many names there are for a block or an argument, or for a whole file.
    names: FxHashMap<(FileId, Option<Span>), usize>,
}

/// What covers the same may have so many names in all: each is held against each finding there.
const MOST_NAMES: usize = 1_000;

/// The rules that a comment names.
#[derive(Clone)]
struct Meaning {
    pattern: Pattern,
    runs: bool,
    production_only: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        config: &'a Config,
        catalog: &'a Catalog<'a>,
        selection: &'a Selection,
        today: Day,
        peers: Option<Peers>,
    ) -> Reader<'a> {
        Reader {
            config,
            catalog,
            selection,
            today,
            peers,
            ignores: Vec::new(),
            problems: Vec::new(),
            known: FxHashMap::default(),
            names: FxHashMap::default(),
        }
    }

    /// What was found.
    pub(super) fn finish(self) -> Ignores {
        let index = Index::new(self.ignores.iter().map(|silence| (silence.file, &silence.scope)));
        Ignores { ignores: self.ignores, index, problems: self.problems }
    }

    pub(super) fn document(&mut self, document: &Arc<Document>, provenance: Provenance) {
        let source = self.config.sources.file(document.file);
        let (ignores, problems) = ignores(document, &source.text);
        let own = provenance != Provenance::Downloaded;
        if own {
            self.problems.extend(problems);
        }
        for ignore in ignores {
            let before = self.problems.len();
            let placement = place(document, &source.text, ignore.comment);
            // Where something was not understood, a comment may belong to what is missing; modules outside of the
            // checked folders have callers elsewhere.
            let told = provenance == Provenance::Checked && document.problems.is_empty();
            let silence = self.silence(&ignore, placement, told);
            self.ignores.extend(silence);
            if !own {
                self.problems.truncate(before);
            }
        }
        if let Some(peers) = &self.peers {
            let foreign = foreign_ignores(document, &source.text);
            let holds = |f: &&ForeignIgnore| {
                f.until.as_deref().is_none_or(|until| day(until).is_some_and(|day| day >= self.today))
            };
            let silences = foreign.iter().filter(holds).filter_map(|f| peers.silence(f, document, &source.text));
            self.ignores.extend(silences);
        }
    }

    fn silence(&mut self, ignore: &Ignore, placement: Placement<'_>, told: bool) -> Option<Silence> {
        let names: Vec<Named> = ignore.rules.iter().filter_map(|rule| self.named(rule)).collect();
        if ignore.reason.is_none() {
            let message = "`tfcheck:ignore` gives no reason";
            let problem = Problem::warning(ProblemKind::IgnoreWithoutReason, ignore.span, message, "why?");
            self.problems.push(problem.with_help("write the reason behind the bracket"));
        }
        if !self.holds(ignore.until.as_ref()) {
            return None;
        }
        let scope = match ignore.whole_file {
            true => Scope { target: Some(Where::File), around: None, top: None },
            false => Scope::of(placement),
        };
        let file = ignore.span.file;
        if !self.has_room(file, &scope, ignore, names.len()) {
            return None;
        }
        Some(Silence { file, names, reason: ignore.reason.clone(), scope, told })
    }

    /// Whether as many more names for the same are still held against what is found; the first time that they are not
    /// is a word worth.
    fn has_room(&mut self, file: FileId, scope: &Scope, ignore: &Ignore, more: usize) -> bool {
        let covered = match scope.target {
            Some(Where::File) => None,
            Some(Where::Block(span) | Where::Argument(span)) => Some(span),
            None => return true,
        };
        let names = self.names.entry((file, covered)).or_default();
        let before = *names;
        *names += more;
        if *names <= MOST_NAMES {
            return true;
        }
        if before <= MOST_NAMES {
            let message = format!("more than {MOST_NAMES} names for the same are not read");
            self.problems.push(Problem::warning(ProblemKind::Limit, ignore.span, message, "silences nothing"));
        }
        false
    }

    /// Whether the day has not passed.
    fn holds(&mut self, until: Option<&Ident>) -> bool {
        let Some(until) = until else { return true };
        let problem = match day(&until.text) {
            Some(day) if day >= self.today => return true,
            Some(_) => {
                let message = format!("this comment silences nothing since {} has passed", until.text);
                let problem = Problem::warning(ProblemKind::ExpiredIgnore, until.span, message, "in the past");
                problem.with_help("repair what it silenced, or decide again and set another day")
            }
            None => {
                let message = format!("`{}` is no day, so this comment silences nothing", until.text);
                let problem = Problem::warning(ProblemKind::InvalidIgnore, until.span, message, "not a day");
                problem.with_help("write the day as in `until=2027-01-31`")
            }
        };
        self.problems.push(problem);
        false
    }

    fn named(&mut self, rule: &Ident) -> Option<Named> {
        let meaning = match self.known.get(&rule.text) {
            Some(known) => known.clone(),
            None => {
                let meaning = self.meaning(rule)?;
                self.known.insert(rule.text.clone(), meaning.clone());
                meaning
            }
        };
        let Meaning { pattern, runs, production_only } = meaning;
        Some(Named { pattern, span: rule.span, runs, production_only })
    }

    fn meaning(&mut self, rule: &Ident) -> Option<Meaning> {
        let pattern = match Pattern::parse(&rule.text) {
            Ok(pattern) => pattern,
            Err(why) => {
                let message = format!("`{}` is not a pattern of rule ids: {why}", rule.text);
                self.problems.push(invalid(rule, message, "malformed"));
                return None;
            }
        };
        let matching: BTreeSet<&str> = self.catalog.ids().filter(|id| pattern.matches(id)).collect();
        if matching.is_empty() {
            let problem = self.unknown(rule);
            self.problems.push(problem);
            return None;
        }
        let runs = matching.iter().any(|id| self.catalog.runs(self.selection, id));
        let rules = matching.iter().filter_map(|id| self.catalog.rule(id));
        let production_only = rules.into_iter().any(|rule| rule.checks.iter().any(|c| c.production_only));
        Some(Meaning { pattern, runs, production_only })
    }

    fn unknown(&self, rule: &Ident) -> Problem {
        let name = &*rule.text;
        if ProblemKind::ALL.iter().any(|kind| kind.id() == name) {
            let message = format!("`{name}` is no rule but a fault of what is checked, and cannot be silenced");
            return invalid(rule, message, "not a rule");
        }
        let problem = invalid(rule, format!("there is no rule `{name}`"), "no such rule");
        if Category::parse(name).is_some() || self.catalog.has_service(name) {
            return problem.with_help("a comment names rules by their ids; settings can silence whole groups");
        }
        match nearest(name, self.catalog.ids()) {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem.with_help("`tfcheck rules` lists all rules"),
        }
    }
}

fn invalid(rule: &Ident, message: String, label: &str) -> Problem {
    Problem::warning(ProblemKind::InvalidIgnore, rule.span, message, label)
}
