//! Comments that silence rules, and what they silence.

use tfcheck::source::{FileId, Span};
use tfcheck::syntax::{Target, foreign_ignores, ignores, parse, place};

use super::stage::STAGE;
use super::tree::Spans;

/// Every comment that silences something lies in the text, as do its parts and what it stands for.
pub fn check(input: &[u8]) {
    let Some(text) = super::text(input) else { return };
    let document = parse(FileId(0), text);
    let whole = Span::new(document.file, 0, text.len());
    let spans = Spans::new(text);
    for comment in &document.comments {
        let placement = place(&document, text, *comment);
        let target = placement.target.map(|(Target::Argument(span) | Target::Block(span))| span);
        target.iter().chain(&placement.around).for_each(|span| spans.inside(*span, whole, "a target"));
        let top = placement.top.map(|top| top.header);
        assert!(top.is_none_or(|top| document.body.blocks.iter().any(|b| b.header == top)));
    }
    let (found, problems) = ignores(&document, text);
    spans.problems(&problems, whole);
    for ignore in &found {
        spans.inside(ignore.span, ignore.comment.span, "`ignore`");
        assert!(!ignore.rules.is_empty(), "every comment names a rule");
        for name in ignore.rules.iter().chain(&ignore.until) {
            spans.inside(name.span, ignore.comment.span, &name.text);
            assert_eq!(&text[name.span.range()], &*name.text);
        }
    }
    for foreign in foreign_ignores(&document, text) {
        assert!(!foreign.ids.is_empty());
    }
    if (!found.is_empty() || !problems.is_empty())
        && let Some(loaded) = STAGE.load("main.tf", text)
    {
        STAGE.run(&loaded);
    }
}
