//! Finds instances by their addresses.

use std::hash::BuildHasher as _;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::{Instance, InstanceId};

/// The ids of instances by the hashes of their addresses. The addresses themselves stand with the instances only, of which
/// there may be hundreds of thousands.
#[derive(Default)]
pub(super) struct ByAddress(HashTable<InstanceId>);

fn hash(address: &str) -> u64 {
    FxBuildHasher.hash_one(address)
}

impl ByAddress {
    /// Of all these instances. Of several with one address the last is found.
    pub(super) fn of(instances: &[Instance]) -> ByAddress {
        let mut ids = HashTable::with_capacity(instances.len());
        let address = |id: &InstanceId| &*instances[*id as usize].address;
        for instance in instances {
            let same = |id: &InstanceId| address(id) == &*instance.address;
            let entry = ids.entry(hash(&instance.address), same, |id| hash(address(id)));
            *entry.or_insert(instance.id).into_mut() = instance.id;
        }
        ByAddress(ids)
    }

    /// The instance with this address; `instances` are those that this was made of.
    pub(super) fn get(&self, address: &str, instances: &[Instance]) -> Option<InstanceId> {
        self.0.find(hash(address), |id| &*instances[*id as usize].address == address).copied()
    }
}
