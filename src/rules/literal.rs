//! Reads the arguments of rule files that are words and texts rather than conditions.

use super::decl::wrong;
use super::words::Word;
use crate::eval::nearest;
use crate::source::Problem;
use crate::syntax::{Attribute, Expr, ExprKind, Text};

/// A text without interpolation; a heredoc loses its last line break.
pub fn text(attribute: &Attribute, problems: &mut Vec<Problem>) -> Option<Text> {
    text_of(&attribute.expr, &attribute.name.text, problems)
}

fn text_of(expr: &Expr, what: &str, problems: &mut Vec<Problem>) -> Option<Text> {
    if let ExprKind::String(text) = &expr.kind {
        return Some(text.trim_end_matches('\n').into());
    }
    let help = match expr.kind {
        ExprKind::Template(_) => "only `message`, `note` and the parts of a fix are filled in for an instance",
        _ => "write it in quotes",
    };
    problems.push(wrong(expr.span, format!("`{what}` is a plain text"), "not a plain text").with_help(help));
    None
}

/// `true` or `false`.
pub fn boolean(attribute: &Attribute, problems: &mut Vec<Problem>) -> Option<bool> {
    if let ExprKind::Bool(b) = attribute.expr.kind {
        return Some(b);
    }
    let message = format!("`{}` is `true` or `false`", attribute.name.text);
    problems.push(wrong(attribute.expr.span, message, "neither"));
    None
}

/// A list of texts; one text is a list of one.
pub fn texts(attribute: &Attribute, problems: &mut Vec<Problem>) -> Vec<Text> {
    items(attribute).iter().filter_map(|item| text_of(item, &attribute.name.text, problems)).collect()
}

/// The items of a list; anything else is a list of one.
pub fn items(attribute: &Attribute) -> &[Expr] {
    match &attribute.expr.kind {
        ExprKind::Tuple(items) => items,
        _ => std::slice::from_ref(&*attribute.expr),
    }
}

/// What a plain text says.
pub fn plain(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::String(text) => Some(text),
        _ => None,
    }
}

/// One of a closed set of words.
pub fn word<W: Word>(attribute: &Attribute, problems: &mut Vec<Problem>) -> Option<W> {
    let written = text(attribute, problems)?;
    let found = W::parse(&written);
    if found.is_none() {
        let message = format!("`{written}` is not a {}: it is {}", W::WHAT, W::listed());
        let near = nearest(&written, W::WORDS.iter().map(|(word, _)| *word));
        let mut problem = wrong(attribute.expr.span, message, "unknown word");
        problem.help = near.map(|n| format!("did you mean `{n}`?"));
        problems.push(problem);
    }
    found
}
