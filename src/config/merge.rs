//! What an override file does to a block of a primary file.

use std::sync::Arc;

use super::body::{BodyReader, without};
use crate::source::{Problem, ProblemKind};
use crate::syntax::{Attribute, Block, Body, ExprKind};

/// Merges an override into a `variable` or `output`: argument by argument; nested conditions stay as they were.
pub(crate) fn merge_arguments(reader: &mut BodyReader, base: &Block, over: &Block) -> Block {
    let over = forbid_depends_on(reader, &over.body);
    let arguments = Body { blocks: Box::default(), ..Body::clone(&over) };
    Block { body: merge_bodies(reader, &base.body, &arguments), ..base.clone() }
}

/// Merges an override into a `resource`, `module`, `provider` and the like: arguments one by one, nested blocks by type,
/// `lifecycle` argument by argument.
pub(crate) fn merge_block(reader: &mut BodyReader, base: &Block, over: &Block) -> Block {
    let over = forbid_depends_on(reader, &over.body);
    let lifecycle = merge_lifecycle(reader, &base.body, &over);
    let mut body = merge_bodies(reader, &base.body, &without(&over, |name| name == "lifecycle"));
    if let Some(lifecycle) = lifecycle {
        let others = without(&body, |name| name == "lifecycle");
        let blocks = others.blocks.iter().cloned().chain([lifecycle]).collect();
        body = Arc::new(Body { blocks, ..Body::clone(&others) });
    }
    Block { body, ..base.clone() }
}

fn forbid_depends_on(reader: &mut BodyReader, over: &Arc<Body>) -> Arc<Body> {
    let Some(attribute) = over.attribute("depends_on") else {
        return over.clone();
    };
    let message = "an override file may not change `depends_on`";
    reader.report(Problem::error(ProblemKind::Configuration, attribute.span(), message, "not allowed here"));
    without(over, |name| name == "depends_on")
}

/// A name that the override uses, for an argument, a block or a `dynamic` block, replaces all that the base has of it.
pub(crate) fn merge_bodies(reader: &BodyReader, base: &Arc<Body>, over: &Body) -> Arc<Body> {
    let set: Vec<_> = over.attributes.iter().filter(|a| reader.is_set(a)).collect();
    let is_replaced =
        |name: &str| set.iter().any(|a| &*a.name.text == name) || over.blocks.iter().any(|b| block_name(b) == name);
    let kept_attributes = base.attributes.iter().filter(|a| !is_replaced(&a.name.text));
    let kept_blocks = base.blocks.iter().filter(|b| !is_replaced(block_name(b)));
    Arc::new(Body {
        attributes: kept_attributes.chain(set.iter().copied()).cloned().collect(),
        blocks: kept_blocks.chain(&over.blocks).cloned().collect(),
        span: base.span,
        incomplete: base.incomplete || over.incomplete,
    })
}

/// The type of the blocks that a block stands for.
fn block_name(block: &Block) -> &str {
    match block.labels.first() {
        Some(label) if &*block.kind.text == "dynamic" => &label.text,
        _ => &block.kind.text,
    }
}

/// The merged `lifecycle` block; none where the override has none. Conditions stay those of the base.
fn merge_lifecycle(reader: &BodyReader, base: &Body, over: &Body) -> Option<Block> {
    let over = reader.blocks(over, "lifecycle", 0).into_iter().next()?;
    // An empty list overrides nothing.
    let counts = |a: &&Attribute| {
        !(&*a.name.text == "ignore_changes" && matches!(&a.expr.kind, ExprKind::Tuple(items) if items.is_empty()))
    };
    let attributes = over.body.attributes.iter().filter(counts).cloned().collect();
    let arguments = Body { attributes, blocks: Box::default(), ..Body::clone(&over.body) };
    let arguments = without(&Arc::new(arguments), |name| matches!(name, "precondition" | "postcondition"));
    Some(match reader.blocks(base, "lifecycle", 0).into_iter().next() {
        Some(base) => Block { body: merge_bodies(reader, &base.body, &arguments), ..base },
        None => Block { body: arguments, ..over },
    })
}
