//! Findings with one rule, place and message are one finding with several addresses.
//!
//! A module called ten times, or a resource with `count = 3`, has one defect, not ten. Messages that differ only in
//! the address of their own instance, or of its module, count as one message.

use std::collections::BTreeMap;

use crate::config::ModuleAddress;
use crate::rules::Finding;
use crate::source::Span;
use crate::syntax::Text;

/// What makes two findings one. Ordered, so that the outcome does not depend on the order in which threads deliver.
type Key = (Text, Span, String, Option<Text>, bool);

/// Joins findings that are one; what differs between them is taken from the one with the smallest address.
#[expect(clippy::vec_box, reason = "findings are large, and the report keeps them in boxes")]
pub(super) fn merged(mut findings: Vec<Finding>) -> Vec<Box<Finding>> {
    findings.sort_by(|a, b| (&a.root, &a.addresses, &a.environments).cmp(&(&b.root, &b.addresses, &b.environments)));
    // Findings are large: they are moved once, into boxes that the report keeps.
    let mut joined: BTreeMap<Key, Box<Finding>> = BTreeMap::new();
    for finding in findings {
        match joined.entry(key(&finding)) {
            std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(Box::new(finding))),
            std::collections::btree_map::Entry::Occupied(mut first) => join(first.get_mut(), finding),
        }
    }
    joined.into_values().map(tidied).collect()
}

/// More related places than this say nothing more.
const RELATED_LIMIT: usize = 20;

fn key(finding: &Finding) -> Key {
    let message = match finding.addresses.as_slice() {
        [address] => without_addresses(&finding.message, address),
        _ => finding.message.clone(),
    };
    (finding.rule.clone(), finding.span, message, finding.attribute.clone(), finding.suppressed.is_some())
}

/// A message without what names the instance it is about, or others in the same module: several calls of one module are
/// one cause.
fn without_addresses(message: &str, address: &str) -> String {
    let message = message.replace(address, "\0");
    match ModuleAddress::of(address) {
        module if module.is_root() => message,
        module => message.replace(&format!("{module}."), "\0."),
    }
}

fn join(first: &mut Finding, other: Finding) {
    first.addresses.extend(other.addresses);
    first.environments.extend(other.environments);
    first.severity = first.severity.max(other.severity);
    for step in other.related {
        if first.related.len() < RELATED_LIMIT && !first.related.contains(&step) {
            first.related.push(step);
        }
    }
}

/// Lists that were gathered in any order, in order and without repetition.
fn tidied(mut finding: Box<Finding>) -> Box<Finding> {
    for list in [&mut finding.addresses, &mut finding.environments] {
        list.sort();
        list.dedup();
    }
    finding
}
