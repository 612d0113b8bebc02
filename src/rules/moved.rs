//! Former addresses: what `moved` blocks, and the switch between one instance and `count`, say an instance was called.
//!
//! Entry point: [`former_addresses`].

use std::sync::Arc;

use crate::config::{Address, Child, ModuleAddress, ModuleNode, Root};
use crate::syntax::{Expr, print_expression};

/// More former addresses than this are not looked for: chains of moves are short.
const LIMIT: usize = 32;

/// The addresses that an instance had before, the nearest first.
pub fn former_addresses(root: &Root, address: &str) -> Vec<String> {
    let mut known = vec![address.to_owned()];
    let mut next = 0;
    while next < known.len() && known.len() < LIMIT {
        for former in step(root, &known[next]) {
            if !known.contains(&former) {
                known.push(former);
            }
        }
        next += 1;
    }
    known.remove(0);
    known
}

/// The addresses that are one move away.
fn step(root: &Root, address: &str) -> Vec<String> {
    let mut former = Vec::new();
    for (prefix, node) in modules(root, address) {
        let Some(rest) = address.strip_prefix(&*prefix) else { continue };
        for moved in &node.module.moved {
            let (Some(from), Some(to)) = (written(moved.from.as_ref()), written(moved.to.as_ref())) else { continue };
            let behind = rest.strip_prefix(&*to).filter(|b| b.is_empty() || b.starts_with(['.', '[']));
            former.extend(behind.map(|behind| format!("{prefix}{from}{behind}")));
        }
    }
    // Terraform takes the first of several for the only one, and the other way round.
    match address.strip_suffix("[0]") {
        Some(only) => former.push(only.to_owned()),
        None if !address.ends_with(']') => former.push(format!("{address}[0]")),
        None => {}
    }
    former
}

/// The modules that an address leads through, with what stands before the addresses in them.
fn modules<'r>(root: &'r Root, address: &str) -> Vec<(String, &'r Arc<ModuleNode>)> {
    let mut found = vec![(String::new(), &root.module)];
    let mut prefix = String::new();
    let mut node = &root.module;
    for (name, key) in ModuleAddress::of(address).steps() {
        let Some(Child::Loaded(child)) = node.children.get(name) else { break };
        prefix += &format!("module.{name}{key}.");
        node = child;
        found.push((prefix.clone(), node));
    }
    found
}

/// An address of a `moved` block as addresses are printed.
fn written(expr: Option<&Arc<Expr>>) -> Option<String> {
    let text = print_expression(expr?);
    let module = text.parse::<ModuleAddress>().map(|m| m.to_string());
    module.ok().or_else(|| text.parse::<Address>().ok().map(|a| a.to_string()))
}
