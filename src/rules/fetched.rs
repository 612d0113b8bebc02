//! Findings in modules that `terraform init` fetched are shown where the user's own code calls these: a file below
//! `.terraform` is in nobody's repository, and can be edited only until the next `init`.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Finding;
use crate::config::{Child, Config, ModuleAddress, ModuleCall, Provenance, Root};
use crate::infra::TrailStep;
use crate::source::{FileId, Span};

/// The files of fetched modules.
pub struct Fetched {
    files: FxHashSet<FileId>,
}

impl Fetched {
    /// All of a configuration.
    pub fn of(config: &Config) -> Fetched {
        let modules = config.modules.values().filter(|m| m.provenance == Provenance::Downloaded);
        Fetched { files: modules.flat_map(|m| m.documents.iter().map(|d| d.file)).collect() }
    }

    /// Whether a file belongs to a fetched module.
    pub fn holds(&self, file: FileId) -> bool {
        self.files.contains(&file)
    }

    /// Shows findings of one root at the call, or at the argument of the call that decided; the place in the module
    /// becomes the first step of the trail.
    pub fn show_at_calls(&self, root: &Root, findings: &mut [Box<Finding>]) {
        for finding in findings.iter_mut().filter(|f| self.holds(f.span.file)) {
            if let Some(call) = own_call(root, finding.address()) {
                show_at(finding, call);
            }
        }
    }
}

/// The last call on the way to an address that stands in code of the user's own.
fn own_call<'r>(root: &'r Root, address: &str) -> Option<&'r ModuleCall> {
    let mut node = &root.module;
    for (name, _) in ModuleAddress::of(address).steps() {
        let Some(Child::Loaded(child)) = node.children.get(name) else { return None };
        if child.module.provenance == Provenance::Downloaded {
            return node.module.calls.get(name).map(|call| &**call);
        }
        node = child;
    }
    None
}

fn show_at(finding: &mut Finding, call: &ModuleCall) {
    let inside = |span: Span| call.span.contains(span);
    let place = TrailStep { span: finding.span, note: format!("in the module `{}`", call.source_text()) };
    let trail = &mut Arc::make_mut(finding.more.get_or_insert_default()).trail;
    match trail.iter().position(|step| inside(step.span)) {
        Some(at) => {
            let decided = trail.remove(at);
            let label = std::mem::replace(&mut finding.label, decided.note.into());
            finding.span = decided.span;
            trail.insert(0, TrailStep { note: label.into(), ..place });
        }
        None => {
            finding.span = call.header;
            trail.insert(0, place);
        }
    }
}
