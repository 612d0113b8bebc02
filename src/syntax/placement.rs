//! What a comment belongs to: the argument or block it stands on, above, or in the first lines of.
//!
//! Knows nothing of what comments say. Entry point: [`place`].

use super::ast::{Attribute, Block, Body, Comment, Document};
use crate::source::Span;

/// What a comment belongs to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Placement<'d> {
    /// What it stands for; `None` where it stands by itself.
    pub target: Option<Target>,
    /// The header of the innermost block around a comment that has a line to itself: what the block lacks is about it too.
    pub around: Option<Span>,
    /// The top-level block that it is in, or stands for.
    pub top: Option<TopBlock<'d>>,
}

/// What a comment stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// An argument, from its name to the end of its value.
    Argument(Span),
    /// A block, from its type to the closing brace.
    Block(Span),
}

/// A block of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TopBlock<'d> {
    /// Its type: `resource`, `module`.
    pub kind: &'d str,
    /// Its type and labels.
    pub header: Span,
}

/// Where a comment of the document belongs. `text` is the document's.
pub fn place<'d>(document: &'d Document, text: &str, comment: Comment) -> Placement<'d> {
    let place = Place { text, comment };
    let (mut body, mut block, mut top) = (&*document.body, None, None);
    let around = |blocks: &'d [Block]| {
        let block = blocks.get(blocks.partition_point(|b| b.span.end <= comment.span.start));
        block.filter(|b| b.span.contains(comment.span))
    };
    while let Some(inner) = around(&body.blocks) {
        top = top.or(Some(inner));
        if comment.span.start < inner.body.span.start {
            return Placement { target: Some(Target::Block(inner.span)), around: None, top: top.map(top_block) };
        }
        (body, block) = (&*inner.body, Some(inner));
    }
    let mut placement = place.in_body(body, block);
    let blocks = &document.body.blocks;
    let at = |span: Span| blocks.get(blocks.partition_point(|b| b.span.start < span.start)).filter(|b| b.span == span);
    let target = match placement.target {
        Some(Target::Block(span)) => at(span),
        _ => None,
    };
    placement.top = top.or(target).map(top_block);
    placement
}

fn top_block(block: &Block) -> TopBlock<'_> {
    TopBlock { kind: &block.kind.text, header: block.header }
}

/// An argument or a block.
#[derive(Clone, Copy)]
enum Item<'d> {
    Attribute(&'d Attribute),
    Block(&'d Block),
}

impl Item<'_> {
    fn span(self) -> Span {
        match self {
            Item::Attribute(a) => a.span(),
            Item::Block(b) => b.span,
        }
    }

    fn target(self) -> Target {
        match self {
            Item::Attribute(a) => Target::Argument(a.span()),
            Item::Block(b) => Target::Block(b.span),
        }
    }
}

/// The last item that ends at or before a place. Items stand in the order of the text and do not overlap.
fn last_before(body: &Body, at: u32) -> Option<Item<'_>> {
    let attribute = body.attributes.partition_point(|a| a.span().end <= at).checked_sub(1);
    let block = body.blocks.partition_point(|b| b.span.end <= at).checked_sub(1);
    let attribute = attribute.map(|position| Item::Attribute(&body.attributes[position]));
    let block = block.map(|position| Item::Block(&body.blocks[position]));
    attribute.into_iter().chain(block).max_by_key(|item| item.span().end)
}

/// The first item that begins at or behind a place.
fn first_behind(body: &Body, at: u32) -> Option<Item<'_>> {
    let attribute = body.attributes.get(body.attributes.partition_point(|a| a.span().start < at)).map(Item::Attribute);
    let block = body.blocks.get(body.blocks.partition_point(|b| b.span.start < at)).map(Item::Block);
    attribute.into_iter().chain(block).min_by_key(|item| item.span().start)
}

/// What stands further away than this many bytes is not looked at for every comment.
const ADJOINING_LIMIT: u32 = 16 << 10;

struct Place<'t> {
    text: &'t str,
    comment: Comment,
}

impl Place<'_> {
    fn in_body<'d>(&self, body: &'d Body, block: Option<&'d Block>) -> Placement<'d> {
        let comment = self.comment.span;
        let target = |target| Placement { target, ..Placement::default() };
        let around = body.attributes.get(body.attributes.partition_point(|a| a.span().end <= comment.start));
        if let Some(argument) = around.filter(|a| a.span().contains(comment)) {
            return target(Some(Target::Argument(argument.span())));
        }
        if let Some(block) = block.filter(|b| self.one_line(b.body.span.start, comment.start)) {
            return target(Some(Target::Block(block.span)));
        }
        let (before, after) = (last_before(body, comment.start), first_behind(body, comment.end));
        if let Some(item) = before.filter(|i| self.one_line(i.span().end, comment.start)) {
            return target(Some(item.target()));
        }
        let below = after.filter(|i| self.adjoining(comment.end, i.span().start)).map(Item::target);
        let Some(block) = block else { return target(below) };
        // The first lines of a block speak of all of it, and so does what stands for nothing else. The arguments of a
        // module call are rarely what a finding is about: a comment among them means the call.
        let is_call = &*block.kind.text == "module";
        let whole = before.is_none() || below.is_none() || is_call;
        Placement {
            target: Some(if whole { Target::Block(block.span) } else { below.unwrap_or(Target::Block(block.span)) }),
            around: Some(block.header),
            top: None,
        }
    }

    fn between(&self, from: u32, to: u32) -> &str {
        self.text.get(from as usize..to as usize).unwrap_or_default()
    }

    fn one_line(&self, from: u32, to: u32) -> bool {
        !self.between(from, to).contains('\n')
    }

    /// Whether no blank line lies between two places.
    fn adjoining(&self, from: u32, to: u32) -> bool {
        if to.saturating_sub(from) > ADJOINING_LIMIT {
            return false;
        }
        let between = self.between(from, to);
        let lines = between.matches('\n').count();
        between.split('\n').enumerate().all(|(i, line)| i == 0 || i == lines || !line.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::syntax::parse;

    /// The first line of what the only comment stands for, then its top-level block's type.
    #[track_caller]
    fn check(text: &str, target: &str, top: &str) {
        let document = parse(FileId(0), text);
        assert!(document.problems.is_empty(), "{:?}", document.problems);
        let comment = document.comments.iter().find(|c| text[c.span.range()].contains("here")).expect("a comment");
        let placement = place(&document, text, *comment);
        let found = match placement.target {
            None => "",
            Some(Target::Argument(span) | Target::Block(span)) => text[span.range()].lines().next().unwrap_or_default(),
        };
        assert_eq!((found, placement.top.map_or("", |t| t.kind)), (target, top), "{text}");
    }

    #[test]
    fn at_the_end_of_a_line() {
        check("a \"b\" {\n  c = 1 # here\n  d = 2\n}\n", "c = 1", "a");
        check("a \"b\" {\n  c = [\n    1, # here\n  ]\n}\n", "c = [", "a");
        check("a \"b\" {\n  c = [\n    1,\n  ] # here\n}\n", "c = [", "a");
        check("a \"b\" { # here\n  c = 1\n}\n", "a \"b\" { # here", "a");
        check("a \"b\" {\n  c = 1\n} # here\n", "a \"b\" {", "a");
        check("a \"b\" { c = 1 } // here\n", "a \"b\" { c = 1 } // here".trim_end_matches(" // here"), "a");
        check("a \"b\" {\n  d {\n  } # here\n}\n", "d {", "a");
        check("c = 1 # here\n", "c = 1", "");
    }

    #[test]
    fn above() {
        check("# here\na {\n}\n", "a {", "a");
        check("# here\n# and more\n/* and */\na {\n}\n", "a {", "a");
        check("# here\n\na {\n}\n", "", "");
        check("a {\n  b = 1\n  # here\n  c = 2\n}\n", "c = 2", "a");
        check("a {\n  b = 1\n  # here\n  c {\n  }\n}\n", "c {", "a");
        check("/* here */ a {\n}\n", "a {", "a");
        check("a {\n  b = 1\n  /* here */ c = 2\n}\n", "c = 2", "a");
        check("a {}\n# here", "", "");
    }

    #[test]
    fn inside_of_a_block() {
        check("a {\n  # here\n  b = 1\n}\n", "a {", "a");
        check("a {\n\n  # here\n}\n", "a {", "a");
        check("a {\n  b = 1\n  # here\n}\n", "a {", "a");
        check("a {\n  b = 1\n  # here\n\n  c = 1\n}\n", "a {", "a");
        check("a {\n  c = 1\n  b {\n    # here\n    d = 1\n  }\n}\n", "b {", "a");
        check("a /* here */ \"b\" {\n  b = 1\n}\n", "a /* here */ \"b\" {", "a");
        check("module \"m\" {\n  source = \"./m\"\n  # here\n  c = 1\n}\n", "module \"m\" {", "module");
        check("module \"m\" {\n  source = \"./m\"\n  c = 1 # here\n}\n", "c = 1", "module");
    }

    #[test]
    fn what_a_block_lacks_is_about_comments_inside_of_it() {
        let text = "a {\n  b = 1\n  # here\n  c = 2\n}\n";
        let document = parse(FileId(0), text);
        let placement = place(&document, text, document.comments[0]);
        assert_eq!(placement.around.map(|s| &text[s.range()]), Some("a"));
    }
}
