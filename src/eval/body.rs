//! The contents of a block as an object: arguments by name, nested blocks as lists of objects, `dynamic` blocks
//! expanded.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::bindings::Binding;
use super::iterate::iterate;
use super::program::{Frame, Program};
use super::union::is_union;
use super::{BlockSource, Cause, Fields, Hint, Inner, Kind, Node, Place, Seq, Type, Unknown, Value};
use crate::source::{Problem, ProblemKind};
use crate::syntax::{Attribute, Block, Body, Text};

/// Arguments and blocks that belong to Terraform itself, not to the resource.
const META: [&str; 7] = ["count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"];

/// Of more different names in one body the others are left out: the largest schemas have some hundreds.
pub(super) const NAME_LIMIT: usize = 10_000;

/// Something that a body writes: its name, and the argument of that name; none where it is blocks.
#[derive(Clone, Copy)]
pub(super) struct Written<'b> {
    pub(super) name: &'b Text,
    pub(super) argument: Option<&'b Attribute>,
    /// Where it stands among all that the body holds: arguments first, then blocks, of which the first of the type counts.
    pub(super) place: u32,
}

/// All that a body holds, in the order of the places.
fn contents(body: &Body) -> impl Iterator<Item = Written<'_>> {
    let arguments = body.attributes.iter().map(|a| (&a.name.text, Some(a)));
    let blocks = body.blocks.iter().map(|b| (block_type(b), None));
    let placed = arguments.chain(blocks).zip(0..);
    placed.map(|((name, argument), place)| Written { name, argument, place })
}

/// The arguments and block types that a resource's body writes, `dynamic` ones included; see [`all_written`].
pub(super) fn written(body: &Body) -> Vec<Written<'_>> {
    let mut written = all_written(body);
    written.retain(|written| !META.contains(&&**written.name));
    written
}

/// All arguments and block types that a body writes, each once, in the order of their names; of too many the first.
pub(super) fn all_written(body: &Body) -> Vec<Written<'_>> {
    let mut all: Vec<Written<'_>> = contents(body).collect();
    // Of those with one name the first stays.
    all.sort_by(|a, b| by_beginning(a.name, b.name));
    all.dedup_by(|later, kept| later.name == kept.name);
    all.truncate(NAME_LIMIT);
    all
}

/// The order of names: the first bytes of two mostly tell, as one number.
fn by_beginning(a: &str, b: &str) -> Ordering {
    fn beginning(name: &str) -> u64 {
        let mut bytes = [0; 8];
        let length = name.len().min(bytes.len());
        bytes[..length].copy_from_slice(&name.as_bytes()[..length]);
        u64::from_be_bytes(bytes)
    }
    beginning(a).cmp(&beginning(b)).then_with(|| a.cmp(b))
}

/// What a resource's body writes under that name.
pub(super) fn find<'b>(body: &'b Body, name: &str) -> Option<Written<'b>> {
    contents(body).find(|written| **written.name == *name).filter(|_| !META.contains(&name))
}

/// The type of a block; of a `dynamic` block the type that it makes.
fn block_type(block: &Block) -> &Text {
    match (&*block.kind.text, block.labels.first()) {
        ("dynamic", Some(label)) => &label.text,
        _ => &block.kind.text,
    }
}

/// Nested blocks deeper than this are not evaluated; Terraform's deepest schemas have about twenty levels.
const BLOCK_DEPTH: usize = 64;
/// The `dynamic` blocks of a root and its modules make no more blocks than this; nested ones multiply.
pub(super) const BLOCK_LIMIT: usize = 200_000;

impl<'c> Program<'c> {
    /// The value of one argument, or of all blocks of one type, of a block of the module itself; `None` where neither is
    /// written.
    pub(crate) fn body_item(&self, body: &Body, name: &Text, frame: &Rc<Frame>) -> Option<Value> {
        find(body, name).map(|written| self.item(body, written, frame, 0))
    }

    /// The value of an argument, or of all blocks of a type. `depth` says how many blocks it stands in.
    pub(super) fn item(&self, body: &Body, written: Written<'_>, frame: &Rc<Frame>, depth: usize) -> Value {
        if let Some(argument) = written.argument {
            return self.eval(&argument.expr, frame);
        }
        let mut seq = Seq::default();
        let of_type = || body.blocks.iter().filter(|b| block_type(b) == written.name);
        // Most types have one block, and a list that grows has room for four.
        seq.items.reserve_exact(of_type().filter(|b| &*b.kind.text != "dynamic").count());
        for block in of_type() {
            if &*block.kind.text == "dynamic" {
                self.dynamic(block, frame, depth, &mut seq);
            } else {
                let source = BlockSource { header: block.header, body: block.body.clone(), frame: frame.id };
                push(&mut seq, self.object_of(source, frame, depth + 1), true);
            }
        }
        Kind::Tuple(Node::new(seq)).into()
    }

    /// A block as an object of what it writes; what the provider may add to it is [`with_rest`]'s business.
    fn object_of(&self, source: BlockSource, frame: &Rc<Frame>, depth: usize) -> Value {
        if depth > BLOCK_DEPTH {
            return Value::unknown(Type::Any, Cause::Limit);
        }
        let body = source.body.clone();
        let read = |written: Written<'_>| (written.name.clone(), self.item(&body, written, frame, depth));
        // Inside nested blocks, `count` and the like are arguments as others are.
        let entries = all_written(&body).into_iter().map(read).collect();
        Kind::Object(Node::new(Fields { entries, block: Some(Arc::new(source)), ..Fields::default() })).into()
    }

    /// Adds the blocks that a `dynamic` block makes.
    fn dynamic(&self, block: &Block, frame: &Rc<Frame>, depth: usize, seq: &mut Seq) {
        let Some(content) = block.body.blocks("content").next() else { return };
        let Some(for_each) = block.body.attribute("for_each") else { return };
        let name = match block.body.attribute("iterator").map(|a| &a.expr.kind) {
            Some(crate::syntax::ExprKind::Variable(name)) => name.clone(),
            _ => block_type(block).clone(),
        };
        let collection = self.eval(&for_each.expr, frame);
        let entries = match iterate(&collection) {
            Ok(entries) => entries,
            Err(error) => {
                let unknown = self.failed(error.at(for_each.expr.span), for_each.expr.span);
                iterate(&unknown).unwrap_or_default()
            }
        };
        for entry in entries {
            if !self.spent.add_block() {
                let message = format!("more than {BLOCK_LIMIT} blocks in all are not made of `dynamic` blocks");
                let span = for_each.expr.span;
                self.report(Problem::warning(ProblemKind::Limit, span, message, "the rest is left out"));
                push(seq, Value::unknown(Type::Any, Cause::Limit), false);
                return;
            }
            let mut bindings = Vec::with_capacity(frame.bindings.len() + 1);
            bindings.extend_from_slice(&frame.bindings);
            bindings.push(Binding::element(name.clone(), entry.key, entry.value));
            let source = Some((for_each.expr.clone(), frame.clone()));
            let inner = match entry.certain {
                true => self.frame(&frame.module, bindings, source),
                false => self.open_frame(&frame.module, bindings, source),
            };
            let source = BlockSource { header: block.header, body: content.body.clone(), frame: inner.id };
            push(seq, self.object_of(source, &inner, depth + 1), entry.certain);
        }
    }
}

/// The same where each block in it may have attributes besides those written, as what refers to a resource sees it: what
/// the configuration leaves out the provider decides; `objects`: so may each object. `place` is where the value stands.
pub(super) fn with_rest(value: Value, place: &Place<'_>, objects: bool) -> Value {
    let is_open = |fields: &Fields| fields.rest.is_none() && (objects || fields.block.is_some());
    let is_block = |v: &Value| v.as_fields().is_some_and(is_open);
    let kind = match &value.kind {
        Kind::Tuple(seq) if value.children().any(|v| is_block(v) || is_union(v)) => {
            let fixed = seq.fixed().len();
            let position = |i: usize| if i < fixed { Inner::Index(i) } else { Inner::Any };
            let items = seq.items.iter().enumerate();
            let items = items.map(|(i, item)| with_rest(item.clone(), &place.child(position(i)), objects)).collect();
            let rest = seq.rest.as_ref().map(|rest| with_rest(rest.clone(), &place.child(Inner::Any), objects));
            Kind::Tuple(Node::new(Seq { items, rest: rest.into(), element: seq.element.clone(), loose: seq.loose }))
        }
        Kind::Object(fields) if is_block(&value) => {
            let unknown = |place: &Place<'_>| {
                let reference = place.reference();
                let cause = Cause::Attribute(reference.clone());
                Value::unknown_reference(reference, Type::Any, false, cause)
            };
            // Looked through once, however many there are.
            let blocks: OnceCell<FxHashSet<&Text>> = OnceCell::new();
            let is_made_by_blocks = |name: &Text| {
                let all = || fields.block.iter().flat_map(|block| block.body.blocks.iter().map(block_type)).collect();
                blocks.get_or_init(all).contains(name)
            };
            // What is null is left out as well, and so is a block of which a `dynamic` one makes none.
            let inside = |name: &Text, inner: &Value| {
                let place = place.child(if value.marks.are_secret() { Inner::Any } else { Inner::Name(name) });
                match inner.is_null() || is_nothing(inner) && is_made_by_blocks(name) {
                    true => unknown(&place),
                    false => with_rest(inner.clone(), &place, objects),
                }
            };
            let entries = fields.entries.map(inside);
            let rest = Some(unknown(&place.child(Inner::Any)));
            Kind::Object(Node::new(Fields {
                entries,
                rest: rest.into(),
                block: fields.block.clone(),
                ..Fields::default()
            }))
        }
        Kind::Unknown(unknown) => match &unknown.hint {
            Hint::OneOf(choices) if choices.iter().any(is_block) => {
                let choices = choices.iter().map(|choice| with_rest(choice.clone(), place, objects)).collect();
                Kind::Unknown(Node::new(Unknown { hint: Hint::OneOf(choices), ..Unknown::clone(unknown) }))
            }
            _ => return value,
        },
        _ => return value,
    };
    Value { kind, ..value }
}

/// Whether a value is no block, and no element of any other kind.
pub(super) fn is_nothing(value: &Value) -> bool {
    matches!(&value.kind, Kind::Tuple(seq) if seq.items.is_empty() && seq.rest.is_none())
}

fn push(seq: &mut Seq, object: Value, certain: bool) {
    match certain {
        true => {
            seq.items.push(object);
            seq.loose += usize::from(seq.rest.is_some());
        }
        false => seq.rest = super::iterate::join(seq.rest.take(), object).into(),
    }
}
