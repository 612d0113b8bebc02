//! How much rule files may declare: more is a mistake, said at its place. What checks share counts for each of them, and a
//! pattern is compiled to something large, so that few bytes may stand for much.

use super::decl::{Clauses, FileDecl, RuleDecl, argument, wrong};
use super::literal;
use super::rule::Pattern;
use crate::source::{Problem, Span};
use crate::syntax::Expr;

/// Files may declare so many rules together: each is asked of each resource that it looks at.
const MOST_RULES: usize = 5_000;
/// And so many functions.
const MOST_FUNCTIONS: usize = 2_000;
/// A rule may have so many settings, checks, locals, conditions, further places or patterns, and so may a check. Those
/// that are embedded have fewer than fifty.
const MOST_OF_A_KIND: usize = 500;
/// The checks of all rules together may have so many locals and conditions, counting those of their rules for each.
const MOST_PARTS: usize = 200_000;
/// A pattern with wildcards takes as much room as so many of them, and so many more for each byte.
const PARTS_OF_A_PATTERN: usize = 200;
const PARTS_OF_A_BYTE: usize = 10;

/// What may still come.
pub struct Left {
    rules: usize,
    functions: usize,
    parts: usize,
}

impl Default for Left {
    fn default() -> Left {
        Left { rules: MOST_RULES, functions: MOST_FUNCTIONS, parts: MOST_PARTS }
    }
}

impl Left {
    /// Takes out what is too much of a file.
    pub fn cut(&mut self, decl: &mut FileDecl, problems: &mut Vec<Problem>) {
        let mut beyond = |span: Span, message: String| problems.push(wrong(span, message, "the first of the rest"));
        if let Some(rule) = first_beyond(&mut decl.rules, &mut self.rules) {
            beyond(rule.header, format!("more than {MOST_RULES} rules are not taken"));
        }
        if let Some(function) = first_beyond(&mut decl.functions, &mut self.functions) {
            beyond(function.header, format!("more than {MOST_FUNCTIONS} functions are not taken"));
        }
        let mut is_full = false;
        decl.rules.retain(|rule| {
            if let Some((what, span)) = too_many(rule) {
                beyond(span, format!("more than {MOST_OF_A_KIND} {what} are not taken"));
                return false;
            }
            match self.parts.checked_sub(parts(rule)) {
                Some(left) => self.parts = left,
                None if is_full => return false,
                None => {
                    is_full = true;
                    let message = format!("more than {MOST_PARTS} locals and conditions of all checks are not taken");
                    beyond(rule.header, message);
                    return false;
                }
            }
            true
        });
    }
}

/// Leaves as many as may still come; the first of the rest.
fn first_beyond<T>(declared: &mut Vec<T>, left: &mut usize) -> Option<T> {
    let beyond = (*left < declared.len()).then(|| declared.drain(*left..).next()).flatten();
    *left -= declared.len();
    beyond
}

/// What a rule has too much of, and where the first of the rest stands.
fn too_many(rule: &RuleDecl) -> Option<(&'static str, Span)> {
    let of_clauses = |clauses: &Clauses| {
        first("locals", clauses.locals.iter().map(|local| local.name.span))
            .or_else(|| first("conditions", conditions(clauses).iter().map(|condition| condition.span)))
            .or_else(|| first("further places", clauses.also.iter().map(|also| also.header)))
    };
    first("settings", rule.settings.iter().map(|setting| setting.name.span))
        .or_else(|| first("checks", rule.checks.iter().map(|check| check.header)))
        .or_else(|| first("patterns", patterns(rule).map(|pattern| pattern.span)))
        .or_else(|| of_clauses(&rule.clauses))
        .or_else(|| rule.checks.iter().find_map(|check| of_clauses(&check.clauses)))
}

fn first(what: &'static str, mut spans: impl Iterator<Item = Span>) -> Option<(&'static str, Span)> {
    spans.nth(MOST_OF_A_KIND).map(|span| (what, span))
}

/// The conditions of `skip`.
fn conditions(clauses: &Clauses) -> &[Expr] {
    argument(&clauses.arguments, "skip").map(literal::items).unwrap_or_default()
}

/// What names the types that a rule looks at.
fn patterns(rule: &RuleDecl) -> impl Iterator<Item = &Expr> {
    rule.subjects.iter().flat_map(|(_, attribute)| literal::items(attribute))
}

/// How many parts a rule has.
fn parts(rule: &RuleDecl) -> usize {
    let of_clauses = |clauses: &Clauses| 1 + clauses.locals.len() + conditions(clauses).len();
    let own = of_clauses(&rule.clauses) * rule.checks.len().max(1);
    let of_checks = rule.checks.iter().map(|check| of_clauses(&check.clauses)).sum::<usize>();
    let patterns = patterns(rule).filter_map(literal::plain).filter(|text| Pattern::has_wildcards(text));
    let of_patterns = patterns.map(|text| PARTS_OF_A_PATTERN + text.len() * PARTS_OF_A_BYTE).sum::<usize>();
    own + of_checks + of_patterns
}
