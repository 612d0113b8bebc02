//! Which arguments of resources a root's variables are passed to unchanged, through locals and modules.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Child, Mode, ModuleNode};
use crate::syntax::{Block, Body, Expr, ExprKind, Text};

/// Calls and locals are followed this deep.
const DEPTH: usize = 16;

/// The names of the arguments that each variable of the root reaches.
pub(super) fn reached(root: &ModuleNode) -> BTreeMap<Text, BTreeSet<Text>> {
    let own = root.module.variables.keys().map(|name| (name.clone(), name.clone())).collect();
    let mut reach = BTreeMap::new();
    module(root, &own, 0, &mut reach);
    reach
}

/// Looks at one module; `inputs` names the root's variable behind each of its own.
fn module(node: &ModuleNode, inputs: &BTreeMap<Text, Text>, depth: usize, reach: &mut BTreeMap<Text, BTreeSet<Text>>) {
    if depth > DEPTH {
        return;
    }
    for resource in node.module.resources.values().filter(|r| r.name.mode == Mode::Managed) {
        body(&resource.arguments, node, inputs, reach);
    }
    for (name, call) in &node.module.calls {
        let Some(Child::Loaded(child)) = node.children.get(name) else { continue };
        let passed = call
            .arguments()
            .filter_map(|argument| Some((argument.name.text.clone(), source(&argument.expr, node, inputs, 0)?)));
        module(child, &passed.collect(), depth + 1, reach);
    }
}

fn body(
    arguments: &Body,
    node: &ModuleNode,
    inputs: &BTreeMap<Text, Text>,
    reach: &mut BTreeMap<Text, BTreeSet<Text>>,
) {
    for argument in &arguments.attributes {
        if let Some(variable) = source(&argument.expr, node, inputs, 0) {
            reach.entry(variable).or_default().insert(argument.name.text.clone());
        }
    }
    arguments.blocks.iter().for_each(|Block { body: inner, .. }| body(inner, node, inputs, reach));
}

/// The root's variable that an expression hands on unchanged.
fn source(expr: &Expr, node: &ModuleNode, inputs: &BTreeMap<Text, Text>, depth: usize) -> Option<Text> {
    match &expr.kind {
        ExprKind::Paren(inner) => source(inner, node, inputs, depth),
        ExprKind::Attr(attr) => match &attr.base.kind {
            ExprKind::Variable(root) if &**root == "var" => inputs.get(&attr.name.text).cloned(),
            ExprKind::Variable(root) if &**root == "local" && depth < DEPTH => {
                source(&node.module.locals.get(&attr.name.text)?.value, node, inputs, depth + 1)
            }
            _ => None,
        },
        _ => None,
    }
}
