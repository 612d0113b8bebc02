//! Fixes as edits of the text, where that is certain: one top-level argument that is a literal here, or is not there
//! and can be written as the first line of its block.

use crate::infra::Origin;
use crate::report::{Entry, Report, hcl};
use crate::rules::{Finding, Safety};
use crate::source::{SourceFile, Span};

/// Text to put in the place of a span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Edit {
    pub span: Span,
    pub text: String,
}

/// The edit that makes the fix, where there is one that needs no thought.
pub(super) fn edit(entry: &Entry, report: &Report) -> Option<Edit> {
    let finding = entry.finding()?;
    let span = entry.place.span?;
    let fix = finding.fix.as_ref().filter(|f| f.safety == Some(Safety::Safe) && f.text.is_none())?;
    let [value] = fix.set.as_slice() else { return None };
    let file = report.sources.file(span.file);
    if value.path.contains(['.', '[']) || file.name.ends_with(".json") {
        return None;
    }
    // What stands at a call of a module belongs into the module, whose arguments may have other names.
    if file.text.get(span.range()).is_some_and(|text| text.starts_with("module")) {
        return None;
    }
    let text = hcl::fix_lines(fix).join("\n");
    match finding.origin {
        Origin::Literal => replaced(finding, &value.path, span, &file).map(|span| Edit { span, text }),
        Origin::ProviderDefault => {
            inserted(span, &file).map(|span| Edit { span, text: format!("\n{}  {text}", indent(span, &file)) })
        }
        _ => None,
    }
}

/// The span of `name = value`, where the finding points at that argument and all of it stands in one line.
fn replaced(finding: &Finding, name: &str, span: Span, file: &SourceFile) -> Option<Span> {
    let text = file.text.get(span.range())?;
    let rest = text.strip_prefix(name)?.trim_start();
    (rest.starts_with('=') && !rest.starts_with("==") && finding.span == span).then_some(span)
}

/// The place behind the brace that opens the block whose header the span is.
fn inserted(span: Span, file: &SourceFile) -> Option<Span> {
    let line = file.line_range(file.line_column(span.start).line);
    let rest = file.text.get(span.end as usize..line.end)?;
    let brace = rest.find('{')?;
    let only_brace = rest[..brace].trim().is_empty() && rest[brace + 1..].trim().is_empty();
    let after = span.end as usize + brace + 1;
    only_brace.then(|| Span::new(span.file, after, after))
}

fn indent(span: Span, file: &SourceFile) -> String {
    let line = file.line_range(file.line_column(span.start).line);
    file.text[line].chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}
