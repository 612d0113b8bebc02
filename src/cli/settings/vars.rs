//! Values that settings give to variables, which may be secret like those of variable files.

use std::ops::Range;

use crate::secrets::Secrets;
use crate::source::{Problem, SourceMap};
use crate::syntax::{self, Attribute, Document, ExprKind};

/// Where they stand, but for those of variables that may be shown.
pub(super) fn values(document: &Document, text: &str, is_shown: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for environment in document.body.blocks("environment") {
        let vars = environment.body.attribute("vars");
        vars.iter().for_each(|vars| of_argument(vars, document, text, is_shown, &mut found));
        found.extend(environment.body.blocks("vars").map(|block| block.body.span.range()));
    }
    found
}

fn of_argument(
    vars: &Attribute,
    document: &Document,
    text: &str,
    is_shown: &dyn Fn(&str) -> bool,
    found: &mut Vec<Range<usize>>,
) {
    let Range { start, end } = vars.expr.span.range();
    // What the parser did not understand may stand behind it.
    let rest = text.get(end..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    let line = start..=end + rest.len();
    let is_torn =
        document.problems.iter().any(|p| p.label.as_ref().is_some_and(|l| line.contains(&l.span.range().start)));
    match &vars.expr.kind {
        ExprKind::Object(items) if !is_torn => {
            let hidden =
                items.iter().filter(|item| !matches!(&item.key.kind, ExprKind::String(name) if is_shown(name)));
            found.extend(hidden.map(|item| item.value.span.range()));
        }
        _ => found.push(start..end + rest.trim_end().len()),
    }
}

/// Mistakes in settings as they may be told when nobody knows which variables are secret, and what to cover beside them.
pub(in crate::cli) fn hide(problems: &[Problem], sources: &SourceMap) -> (Vec<Problem>, Secrets) {
    let mut problems = problems.to_vec();
    let Some(label) = problems.iter().find_map(|problem| problem.label.as_ref()) else {
        return (problems, Secrets::default());
    };
    let file = sources.file(label.span.file);
    let hidden = values(&syntax::parse(file.id, &file.text), &file.text, &|_| false);
    for problem in &mut problems {
        let place = problem.label.as_ref().map(|label| label.span.range().start);
        let about = hidden.iter().find(|range| place.is_some_and(|at| (range.start..=range.end).contains(&at)));
        if let Some(value) = about.and_then(|range| file.text.get(range.clone())) {
            problem.leave_out_words(value, &|_| false);
        }
    }
    (problems, Secrets::covering(&file, hidden))
}
