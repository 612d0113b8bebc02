//! Where an object that was made from a block stands in the configuration.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::Body;

/// The block behind an object value, so that a finding can point at its arguments and walk their expressions again.
#[derive(Clone, Debug)]
pub struct BlockSource {
    /// The block's type and labels.
    pub header: Span,
    /// Its body (for a `dynamic` block: the body of `content`).
    pub body: Arc<Body>,
    /// Names the bindings (each, count, iterators, module instance) that its expressions see; see `Frames` of the
    /// evaluator. Opaque here.
    pub frame: u32,
}

/// Two sources are equal where they are the same block.
impl PartialEq for BlockSource {
    fn eq(&self, other: &BlockSource) -> bool {
        self.header == other.header && self.frame == other.frame
    }
}

impl Eq for BlockSource {}

impl Hash for BlockSource {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.header.hash(state);
        self.frame.hash(state);
    }
}
