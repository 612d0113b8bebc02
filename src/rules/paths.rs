//! Where nested blocks stand in the instances that they belong to.

use std::collections::hash_map::Entry;

use ecow::eco_format;
use rustc_hash::FxHashMap;

use crate::eval::{BlockSource, ByName, Value};
use crate::infra::{Infra, InstanceId};
use crate::syntax::Text;

/// Paths of nested blocks, without positions. An instance is searched for its first one; for further ones all are put
/// down, since there may be thousands.
#[derive(Default)]
pub struct Paths(FxHashMap<InstanceId, FxHashMap<BlockSource, Text>>);

impl Paths {
    /// The path of a block inside an instance.
    pub fn path(&mut self, infra: &Infra, id: InstanceId, block: &BlockSource) -> Option<Text> {
        let attributes = &infra.get(id).attributes;
        match self.0.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(FxHashMap::default());
                path_among(attributes, block)
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                if known.is_empty() {
                    put_down_among(attributes, "", known);
                }
                known.get(block).cloned()
            }
        }
    }
}

fn path_of(value: &Value, block: &BlockSource) -> Option<Text> {
    match value.as_fields() {
        Some(fields) if fields.block.as_deref() == Some(block) => Some(Text::new()),
        Some(fields) => path_among(&fields.entries, block),
        None => value.as_seq()?.items.iter().find_map(|item| path_of(item, block)),
    }
}

/// The same inside one of several values.
fn path_among(values: &ByName<Value>, block: &BlockSource) -> Option<Text> {
    values.iter().find_map(|(name, inner)| path_of(inner, block).map(|rest| join(name, &rest)))
}

/// Puts down the path of each block in a value that stands at a path, in the order in which they are found.
fn put_down(value: &Value, path: &Text, known: &mut FxHashMap<BlockSource, Text>) {
    match value.as_fields() {
        Some(fields) => {
            if let Some(block) = &fields.block {
                known.entry((**block).clone()).or_insert_with(|| path.clone());
            }
            put_down_among(&fields.entries, path, known);
        }
        None => value.as_seq().into_iter().flat_map(|seq| &seq.items).for_each(|item| put_down(item, path, known)),
    }
}

fn put_down_among(values: &ByName<Value>, path: &str, known: &mut FxHashMap<BlockSource, Text>) {
    for (name, inner) in values.iter().filter(|(_, inner)| inner.as_fields().is_some() || inner.as_seq().is_some()) {
        put_down(inner, &join(path, name), known);
    }
}

fn join(path: &str, name: &str) -> Text {
    match (path, name) {
        ("", only) | (only, "") => only.into(),
        _ => eco_format!("{path}.{name}"),
    }
}
