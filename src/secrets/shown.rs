//! The names that reports show wherever they speak of the configuration: labels of blocks, names of arguments and files.

use std::sync::Arc;

use crate::source::SourceMap;
use crate::syntax::{Block, Document};

/// The documents of a configuration, from which the names are read when somebody asks.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// The documents, once each.
    pub documents: Vec<Arc<Document>>,
    /// Their files.
    pub sources: Arc<SourceMap>,
}

impl Names {
    /// Hands on every name; many of them occur many times.
    pub(super) fn for_each(&self, mut f: impl FnMut(&str)) {
        for document in &self.documents {
            f(&self.sources.file(document.file).name);
            document.body.blocks.iter().for_each(|block| of_block(block, &mut f));
        }
    }
}

fn of_block(block: &Block, f: &mut impl FnMut(&str)) {
    block.labels.iter().for_each(|label| f(&label.text));
    let inner = block.body.blocks.iter().map(|inner| &inner.body);
    let arguments = [&block.body].into_iter().chain(inner).flat_map(|body| &body.attributes);
    arguments.for_each(|argument| f(&argument.name.text));
}
