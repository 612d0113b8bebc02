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

/// What stands for what depends on the instance.
const GAP: &str = "…";
/// What stands for the name of the resource.
const NAME: &str = "NAME";

/// A fix as the docs show it: what depends on the instance is left open.
fn shown(fix: &FixTemplate, source: &str, literals: &NoScope<'_>) -> Fix {
    let constant = |expr: &Expr| Evaluation::new(literals).eval(expr).ok().filter(Value::is_wholly_known);
    let set = fix.set.iter().map(|(path, expr)| match constant(expr) {
        Some(value) => {
            let hcl = source.get(expr.span.range()).unwrap_or_default().to_owned();
            FixedValue { path: path.clone(), hcl, json: render::json(&value) }
        }
        None => FixedValue { path: path.clone(), hcl: in_general(expr), json: serde_json::Value::Null },
    });
    let words = |expr: &Expr| -> Option<Text> {
        let text = match constant(expr).as_ref().and_then(Value::as_str) {
            Some(text) => text.to_owned(),
            None => in_general(expr),
        };
        // What is nothing but a gap says nothing.
        Some(text.trim_end()).filter(|text| *text != GAP).map(Text::from)
    };
    Fix {
        set: set.collect(),
        text: fix.text.as_deref().and_then(words),
        safety: fix.safety,
        impact: fix.impact,
        note: fix.note.as_deref().and_then(words),
    }
}

/// What a text says whatever the instance: of two arms the one that is written out, gaps for the rest.
fn in_general(expr: &Expr) -> String {
    let all = |parts: &[TemplatePart]| parts.iter().map(part_in_general).collect::<String>();
    match &expr.kind {
        ExprKind::String(text) => text.to_string(),
        ExprKind::Number(text) => text.to_string(),
        ExprKind::Paren(inner) => in_general(inner),
        ExprKind::Template(parts) => all(parts),
        ExprKind::Conditional(of) => {
            let arms = [in_general(&of.otherwise), in_general(&of.then)];
            let is_said = |arm: &&String| !arm.is_empty() && !arm.starts_with(GAP);
            arms.iter().find(is_said).unwrap_or(&arms[0]).clone()
        }
        ExprKind::Attr(attr) => match &attr.base.kind {
            ExprKind::Variable(root) if &**root == "self" && &*attr.name.text == "resource_name" => NAME.to_owned(),
            _ => GAP.to_owned(),
        },
        _ => GAP.to_owned(),
    }
}

fn part_in_general(part: &TemplatePart) -> String {
    match part {
        TemplatePart::Literal(text, _) => text.to_string(),
        TemplatePart::Interpolation(expr) => in_general(expr),
        TemplatePart::If(_) | TemplatePart::For(_) => GAP.to_owned(),
    }
}
