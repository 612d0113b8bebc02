//! Findings with one rule, place and message are one finding with several addresses.
//!
//! A module called ten times, or a resource with `count = 3`, has one defect, not ten. Messages that differ only in
//! the address of their own instance, or of its module, count as one message.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::config::ModuleAddress;
use crate::rules::Finding;
use crate::source::Span;
use crate::syntax::Text;

/// What makes findings of one rule at one place one. Ordered, so that the outcome does not depend on the order in which
/// threads deliver.
type Key = (String, Option<Text>, bool);

/// Joins findings that are one; what differs between them is taken from the one with the smallest address.
pub(super) fn merged(mut findings: Vec<Box<Finding>>) -> Vec<Box<Finding>> {
    fn place(f: &Finding) -> (&Text, Span) {
        (&f.about.rule, f.span)
    }
    findings.sort_by(|a, b| {
        let of_root = (&a.about.root, &a.addresses, a.environments());
        place(a).cmp(&place(b)).then_with(|| of_root.cmp(&(&b.about.root, &b.addresses, b.environments())))
    });
    let mut all = Vec::with_capacity(findings.len());
    let mut findings = findings.into_iter().peekable();
    while let Some(first) = findings.next() {
        let (about, span) = (first.about.clone(), first.span);
        let is_here = |other: &Finding| place(other) == (&about.rule, span);
        // As it mostly is: nobody needs to know what it has in common with others.
        if !findings.peek().is_some_and(|f| is_here(f)) {
            all.push(tidied(first));
            continue;
        }
        let mut joined: BTreeMap<Key, Box<Finding>> = BTreeMap::from([(key(&first), first)]);
        while let Some(finding) = findings.next_if(|f| is_here(f)) {
            match joined.entry(key(&finding)) {
                Entry::Vacant(place) => drop(place.insert(finding)),
                Entry::Occupied(mut first) => join(first.get_mut(), *finding),
            }
        }
        all.extend(joined.into_values().map(tidied));
    }
    all
}

/// More related places than this say nothing more.
const RELATED_LIMIT: usize = 20;

fn key(finding: &Finding) -> Key {
    (without_addresses(finding), finding.about.attribute.clone(), finding.suppressed.is_some())
}

/// A message without what names the instance it is about, or others in the same module: several calls of one module are
/// one cause.
fn without_addresses(finding: &Finding) -> String {
    let message = finding.message.without_address();
    match ModuleAddress::of(finding.address()) {
        module if module.is_root() => message.to_owned(),
        module => message.replace(&format!("{module}."), "\0."),
    }
}

fn join(first: &mut Finding, other: Finding) {
    first.join(other.addresses);
    first.severity = first.severity.max(other.severity);
    let Some(more) = other.more else { return };
    let known = first.more_mut();
    known.environments.extend(more.environments.iter().cloned());
    for step in &more.related {
        if known.related.len() < RELATED_LIMIT && !known.related.contains(step) {
            known.related.push(step.clone());
        }
    }
}

/// Lists that were gathered in any order, in order and without repetition.
fn tidied(mut finding: Box<Finding>) -> Box<Finding> {
    finding.addresses.sort();
    finding.addresses.dedup();
    if finding.environments().len() > 1 {
        let environments = &mut finding.more_mut().environments;
        environments.sort();
        environments.dedup();
    }
    finding
}
