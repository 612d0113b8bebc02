//! What a rule says, from wherever it was read, put together as it is run and as the docs show it.

use super::clauses::Parts;
use super::render;
use super::rule::{Check, FixTemplate, Rule, Subject};
use super::{Category, Fix, FixedValue, RuleInfo, RuleSetting};
use crate::eval::{Evaluation, NoScope, Value};
use crate::source::Span;
use crate::syntax::{Expr, ExprKind, TemplatePart, Text};

/// What is known of a rule before the rest of it is read.
pub struct Head {
    /// Its id.
    pub id: Text,
    /// The name of its file.
    pub service: Text,
    /// What it is about, if that is said.
    pub category: Option<Category>,
    /// What it looks at.
    pub subjects: Vec<Subject>,
}

/// The rest of what it says; the names are those of the arguments.
pub struct Said {
    /// Where it is declared.
    pub span: Span,
    pub first: bool,
    pub settings: Vec<Setting>,
    pub supersedes: Vec<Text>,
    pub title: Option<Text>,
    pub default: Option<Text>,
    pub exceptions: Vec<Text>,
    pub sources: Vec<Text>,
    pub peers: Vec<Text>,
    /// What all of its checks share.
    pub parts: Parts,
    pub checks: Vec<Check>,
}

/// A threshold.
pub struct Setting {
    /// Its name.
    pub name: Text,
    /// What it is unless somebody says otherwise.
    pub value: Value,
    /// What it is for.
    pub description: Text,
}

impl Said {
    /// The rule that says this, if it says all that it has to. `source` is the text of its file, whose constants
    /// `literals` evaluates.
    pub fn rule(self, head: Head, source: &str, literals: &NoScope<'_>) -> Option<Rule> {
        let Head { id, service, category, subjects } = head;
        let Said { span, first, settings, checks, parts, .. } = self;
        let severity = parts.severity.or_else(|| checks.iter().map(|check| check.severity).max());
        let setting = |Setting { name, value, description }: &Setting| RuleSetting {
            name: name.clone(),
            default: render::json(value),
            description: description.clone(),
        };
        let info = RuleInfo {
            id,
            title: self.title?,
            severity: severity?,
            category: category?,
            scenario: parts.scenario.unwrap_or_default(),
            service,
            subjects: subjects.iter().map(|subject| subject.pattern.text().clone()).collect(),
            default: self.default,
            why: parts.why.unwrap_or_default(),
            fix: parts.fix.map(|fix| shown(&fix, source, literals)),
            exceptions: self.exceptions,
            sources: self.sources,
            peers: self.peers,
            settings: settings.iter().map(setting).collect(),
            supersedes: self.supersedes,
        };
        let settings = settings.into_iter().map(|setting| (setting.name, setting.value)).collect();
        (!checks.is_empty()).then_some(Rule { info, span, subjects, first, settings, checks })
    }
}

/// A fix as the docs show it: what depends on the instance is shown as it is written.
fn shown(fix: &FixTemplate, source: &str, literals: &NoScope<'_>) -> Fix {
    let constant = |expr: &Expr| Evaluation::new(literals).eval(expr).ok().filter(Value::is_wholly_known);
    let set = fix.set.iter().map(|(path, expr)| FixedValue {
        path: path.clone(),
        hcl: written(expr.span, source),
        json: constant(expr).map_or(serde_json::Value::Null, |value| render::json(&value)),
    });
    let words = |expr: &Expr| match constant(expr).as_ref().and_then(Value::as_str) {
        Some(text) => text.trim_end().to_owned(),
        None => template(expr, source),
    };
    Fix {
        set: set.collect(),
        text: fix.text.as_deref().map(words).map(Text::from),
        safety: fix.safety,
        impact: fix.impact,
        note: fix.note.as_deref().map(words).map(Text::from),
    }
}

fn written(span: Span, source: &str) -> String {
    source.get(span.range()).unwrap_or_default().to_owned()
}

/// A template with its interpolations as they are written.
fn template(expr: &Expr, source: &str) -> String {
    let ExprKind::Template(parts) = &expr.kind else { return written(expr.span, source) };
    let part = |part: &TemplatePart| match part {
        TemplatePart::Literal(text, _) => text.to_string(),
        TemplatePart::Interpolation(expr) => format!("${{{}}}", written(expr.span, source)),
        TemplatePart::If(part) => written(part.span, source),
        TemplatePart::For(part) => written(part.span, source),
    };
    parts.iter().map(part).collect::<String>().trim_end().to_owned()
}
