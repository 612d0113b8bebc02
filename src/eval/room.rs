//! How many instances a root may have, and how long their addresses may be: `count`, `for_each` and calls of modules
//! multiply.

use std::cell::Cell;

use super::expand::RepetitionArgs;
use super::program::{ModuleInstance, Program};
use crate::config::{Key, ModuleNode};
use crate::source::{Problem, ProblemKind, Span};
use crate::syntax::Text;

/// More instances of one block than this are not expanded.
const INSTANCE_LIMIT: usize = 200_000;
/// More instances of all blocks and modules together than this are not expanded; what modules declare counts for each of
/// their instances.
const TOTAL_LIMIT: usize = 1_000_000;
/// Instances with longer keys are not expanded, in bytes: their addresses stand in each finding.
const KEY_LIMIT: usize = 4096;
/// Addresses of more bytes than this in all are not made.
const ADDRESS_LIMIT: usize = 128 << 20;

/// What the instances of a root take.
#[derive(Default)]
pub(super) struct Room {
    instances: Cell<usize>,
    address_bytes: Cell<usize>,
    /// Whether it has been said that modules are left out.
    told: Cell<bool>,
}

/// Instances that are to be made.
pub(super) struct Planned {
    /// How many.
    pub instances: usize,
    /// The bytes of all their keys.
    pub key_bytes: usize,
    /// The bytes of the longest key.
    pub longest: usize,
}

impl Planned {
    /// Those of `count`.
    pub(super) fn counted(instances: usize) -> Planned {
        let longest = instances.checked_ilog10().map_or(1, |digits| digits as usize + 1);
        Planned { instances, key_bytes: instances.saturating_mul(longest), longest }
    }

    /// Those with these keys.
    pub(super) fn keyed<'k>(keys: impl Iterator<Item = &'k Key>) -> Planned {
        let mut planned = Planned { instances: 0, key_bytes: 0, longest: 0 };
        for key in keys {
            let bytes = if let Key::Str(text) = key { text.len() } else { 0 };
            planned.instances += 1;
            planned.key_bytes += bytes;
            planned.longest = planned.longest.max(bytes);
        }
        planned
    }
}

/// How many things a module declares that each of its instances has.
pub(super) fn declarations(node: &ModuleNode) -> usize {
    let module = &node.module;
    module.resources.len() + module.calls.len() + module.outputs.len() + module.variables.len() + module.locals.len()
}

impl Room {
    /// What there would be with so many more instances, and addresses of so many more bytes.
    fn with(&self, instances: usize, address_bytes: usize) -> (usize, usize) {
        (self.instances.get().saturating_add(instances), self.address_bytes.get().saturating_add(address_bytes))
    }

    fn take(&self, instances: usize, address_bytes: usize) {
        let (instances, address_bytes) = self.with(instances, address_bytes);
        self.instances.set(instances);
        self.address_bytes.set(address_bytes);
    }

    /// What there is too much of with so many more.
    fn excess(&self, instances: usize, address_bytes: usize) -> Option<String> {
        let (instances, address_bytes) = self.with(instances, address_bytes);
        if instances > TOTAL_LIMIT {
            return Some(format!("more than {TOTAL_LIMIT} instances in all are not expanded"));
        }
        let megabytes = ADDRESS_LIMIT >> 20;
        (address_bytes > ADDRESS_LIMIT).then(|| format!("addresses of more than {megabytes} MiB in all are not made"))
    }
}

impl Program<'_> {
    /// Whether there is room for the instances of a block of this module, and takes it; otherwise that is reported.
    pub(super) fn takes_room(
        &self,
        module: &ModuleInstance,
        planned: &Planned,
        args: &RepetitionArgs<'_>,
        span: Span,
    ) -> bool {
        let Planned { instances, key_bytes, longest } = *planned;
        let address_bytes = instances.saturating_mul(module.prefix.len()).saturating_add(key_bytes);
        // What a called module holds takes its room once the module is looked at.
        let each = 1 + args.inside;
        let message = if instances > INSTANCE_LIMIT {
            Some(format!("more than {INSTANCE_LIMIT} instances of one block are not expanded"))
        } else if longest > KEY_LIMIT {
            Some(format!("instances with keys of more than {KEY_LIMIT} bytes are not expanded"))
        } else {
            self.room.excess(instances.saturating_mul(each), address_bytes.saturating_mul(each))
        };
        let Some(message) = message else {
            self.room.take(instances, address_bytes);
            return true;
        };
        let problem = Problem::warning(ProblemKind::Limit, span, message, "too many instances");
        let problem = problem.with_related(args.header, "of this block");
        self.report(problem.with_help("the block is checked as one instance"));
        false
    }

    /// Whether there is room for what an instance of a module holds, and takes it; otherwise that is reported.
    pub(super) fn takes_room_of_module(&self, caller: &ModuleInstance, name: &Text, node: &ModuleNode) -> bool {
        let inside = declarations(node);
        let address_bytes = inside.saturating_mul(caller.prefix.len() + name.len());
        let Some(message) = self.room.excess(inside, address_bytes) else {
            self.room.take(inside, address_bytes);
            return true;
        };
        // Thousands of calls may follow for which there is no room either.
        if !self.room.told.replace(true)
            && let Some(call) = caller.module().calls.find(name)
        {
            let problem = Problem::warning(ProblemKind::Limit, call.declared.header, message, "too many instances");
            self.report(problem.with_help("this module is not looked into, nor are others for which there is no room"));
        }
        false
    }
}
