//! Reads the values of settings, and says what is wrong with those that are none.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use clap::ValueEnum as _;
use rustc_hash::FxHashMap;

use super::written::Placed;
use crate::cli::args::FailOnArg;
use crate::eval::nearest;
use crate::rules::{self, Day, Severity, Word as _};
use crate::source::{Problem, ProblemKind, Span};
use crate::syntax::{Attribute, Block, Body, Document, Expr, ExprKind, Ident};

/// Collects mistakes on its way.
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
}

/// What an argument of a `rule` block says.
pub(super) enum RuleItem {
    Severity(Option<Placed<Severity>>),
    Enabled(Option<bool>),
    Setting,
}

/// A mistake in settings.
pub(super) fn wrong(span: Span, message: impl Into<String>, label: impl Into<String>) -> Problem {
    Problem::error(ProblemKind::Settings, span, message, label)
}

/// The same with the name that was probably meant.
pub(super) fn with_nearest(problem: Problem, nearest: Option<&str>) -> Problem {
    match nearest {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem,
    }
}

impl Reader {
    /// What the parser did not understand is a mistake in the settings.
    pub(super) fn new(document: &Document) -> Reader {
        let ours = |p: &Problem| Problem { kind: ProblemKind::Settings, ..p.clone() };
        Reader { problems: document.problems.iter().map(ours).collect() }
    }

    fn wrong(&mut self, span: Span, message: String, label: &str) {
        self.problems.push(wrong(span, message, label));
    }

    /// A name that does not exist.
    pub(super) fn unknown<'n>(&mut self, name: &Ident, message: String, known: impl IntoIterator<Item = &'n str>) {
        self.problems.push(with_nearest(wrong(name.span, message, "unknown"), nearest(&name.text, known)));
    }

    /// Reports arguments and blocks that do not belong into a body.
    pub(super) fn names(&mut self, body: &Body, what: &str, arguments: &[&str], blocks: &[&str]) {
        for Attribute { name, .. } in body.attributes.iter().filter(|a| !arguments.contains(&&*a.name.text)) {
            if blocks.contains(&&*name.text) {
                let problem = wrong(name.span, format!("`{}` is a block", name.text), "not an argument");
                self.problems.push(problem.with_help("write it without `=`"));
            } else {
                self.unknown(name, format!("{what} has no argument `{}`", name.text), arguments.iter().copied());
            }
        }
        self.blocks(body, what, arguments, blocks);
    }

    /// Reports blocks that do not belong into a body.
    pub(super) fn blocks(&mut self, body: &Body, what: &str, arguments: &[&str], blocks: &[&str]) {
        for Block { kind, .. } in body.blocks.iter().filter(|b| !blocks.contains(&&*b.kind.text)) {
            if arguments.contains(&&*kind.text) {
                let problem = wrong(kind.span, format!("`{}` is an argument", kind.text), "not a block");
                self.problems.push(problem.with_help("write it with `=`"));
            } else {
                self.unknown(kind, format!("{what} has no block `{}`", kind.text), blocks.iter().copied());
            }
        }
    }

    /// The only label of a block.
    pub(super) fn label(&mut self, block: &Block) -> Option<Ident> {
        if let [label] = &*block.labels {
            return Some(label.clone());
        }
        let message = format!("`{}` has one name", block.kind.text);
        let problem = wrong(block.header, message, format!("{} names", block.labels.len()));
        self.problems.push(problem.with_help(format!("write `{} \"name\" {{`", block.kind.text)));
        None
    }

    /// Reports names that occur for the second time.
    pub(super) fn unique<'i>(&mut self, names: impl Iterator<Item = &'i Ident>, what: &str) {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for name in names {
            match seen.entry(&name.text) {
                Entry::Occupied(first) => {
                    let problem = wrong(name.span, format!("{what} `{}` is set twice", name.text), "the second time");
                    self.problems.push(problem.with_related(*first.get(), "the first time"));
                }
                Entry::Vacant(first) => drop(first.insert(name.span)),
            }
        }
    }

    /// Says from where on there is more than is taken.
    pub(super) fn too_many(&mut self, first: &Ident, message: String) {
        self.wrong(first.span, message, "the first of the rest");
    }

    /// A plain text.
    pub(super) fn text(&mut self, attribute: &Attribute) -> Option<Ident> {
        self.text_of(&attribute.expr, &attribute.name.text)
    }

    fn text_of(&mut self, expr: &Expr, what: &str) -> Option<Ident> {
        if let ExprKind::String(text) = &expr.kind {
            return Some(Ident { text: text.clone(), span: expr.span });
        }
        self.wrong(expr.span, format!("`{what}` is a plain text"), "not a text in quotes");
        None
    }

    /// A list of plain texts.
    pub(super) fn texts(&mut self, attribute: Option<&Attribute>) -> Vec<Ident> {
        let Some(attribute) = attribute else { return Vec::new() };
        let ExprKind::Tuple(items) = &attribute.expr.kind else {
            self.wrong(attribute.expr.span, format!("`{}` is a list of texts", attribute.name.text), "not a list");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.text_of(item, &attribute.name.text)).collect()
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, attribute: &Attribute) -> Option<bool> {
        if let ExprKind::Bool(b) = attribute.expr.kind {
            return Some(b);
        }
        self.wrong(attribute.expr.span, format!("`{}` is `true` or `false`", attribute.name.text), "neither");
        None
    }

    pub(super) fn severity(&mut self, attribute: &Attribute) -> Option<Placed<Severity>> {
        self.severity_of(&attribute.expr)
    }

    fn severity_of(&mut self, expr: &Expr) -> Option<Placed<Severity>> {
        let word = self.text_of(expr, "severity")?;
        let found = Severity::parse(&word.text);
        if found.is_none() {
            let message = format!("`{}` is not a severity: it is {}", word.text, Severity::listed());
            self.unknown(&word, message, Severity::WORDS.iter().map(|(word, _)| *word));
        }
        Some(Placed { value: found?, span: expr.span })
    }

    pub(super) fn fail_on(&mut self, attribute: &Attribute) -> Option<Placed<FailOnArg>> {
        let word = self.text(attribute)?;
        match FailOnArg::from_str(&word.text, false) {
            Ok(value) => Some(Placed { value, span: word.span }),
            Err(_) => {
                let message = format!("`{}` is not `error`, `warning`, `advice` or `never`", word.text);
                self.unknown(&word, message, ["error", "warning", "advice", "never"]);
                None
            }
        }
    }

    /// `{ rule-id = "level" }`
    pub(super) fn severities(&mut self, attribute: &Attribute) -> Vec<(Ident, Placed<Severity>)> {
        let entries = self.entries(attribute);
        entries.into_iter().filter_map(|(name, expr)| Some((name, self.severity_of(&expr)?))).collect()
    }

    /// The names and values of an object.
    pub(super) fn entries(&mut self, attribute: &Attribute) -> Vec<(Ident, Arc<Expr>)> {
        let ExprKind::Object(items) = &attribute.expr.kind else {
            let message = format!("`{}` holds names and values", attribute.name.text);
            self.wrong(attribute.expr.span, message, "write `{ name = value }`");
            return Vec::new();
        };
        let mut entries = Vec::new();
        for item in items {
            let key = self.text_of(&item.key, "name");
            entries.extend(key.map(|key| (key, Arc::new(item.value.clone()))));
        }
        self.unique(entries.iter().map(|(key, _)| key), "name");
        entries
    }

    /// A day, as in `2027-01-31`.
    pub(super) fn day(&mut self, attribute: &Attribute) -> Option<Placed<Day>> {
        let text = self.text(attribute)?;
        let day = rules::day(&text.text);
        if day.is_none() {
            let problem = wrong(text.span, format!("`{}` is no day", text.text), "not a day");
            self.problems.push(problem.with_help("write it as in `2027-01-31`"));
        }
        Some(Placed { value: day?, span: text.span })
    }

    pub(super) fn rule_item(&mut self, attribute: &Attribute) -> RuleItem {
        match &*attribute.name.text {
            "severity" => RuleItem::Severity(self.severity(attribute)),
            "enabled" => RuleItem::Enabled(self.boolean(attribute)),
            _ => RuleItem::Setting,
        }
    }
}
