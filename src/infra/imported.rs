//! Resources that `import` blocks bring in: of what they leave to the provider nobody here knows the values.

use std::fmt::Write as _;

use rustc_hash::{FxHashMap, FxHashSet};

use super::fill;
use crate::config::{Address, Import, Key, ModuleAddress, ResourceName};
use crate::eval::{Cause, Type, Value};
use crate::syntax::{Expr, ExprKind};

/// The addresses that import blocks name: a generated file may hold as many blocks as resources.
#[derive(Default)]
pub(super) struct Imported {
    /// Those that are written out.
    exact: FxHashSet<(ModuleAddress, ResourceName, Key)>,
    /// Those with a key that is not written out, which may be any, by what they name in their module.
    loose: FxHashMap<ResourceName, Vec<Address>>,
    /// What all of them name in their modules.
    names: FxHashSet<ResourceName>,
}

impl Imported {
    /// Those of the root module's blocks; other modules have none.
    pub(super) fn of(imports: &[Import]) -> Imported {
        let address = |import: &Import| {
            let mut text = String::new();
            write(import.to.as_deref()?, &mut text)?;
            text.parse().ok()
        };
        let mut imported = Imported::default();
        for to in imports.iter().filter_map(address) {
            let Address { mode, type_name, name, .. } = &to;
            let name = ResourceName { mode: *mode, type_name: type_name.clone(), name: name.clone() };
            imported.names.insert(name.clone());
            match to.key == Key::Any || is_open(&to.module) {
                true => imported.loose.entry(name).or_default().push(to),
                false => drop(imported.exact.insert((to.module, name, to.key))),
            }
        }
        imported
    }

    /// Whether an instance is one of them, or may be.
    pub(super) fn holds(&self, module: &ModuleAddress, name: &ResourceName, key: &Key) -> bool {
        if !self.names.contains(name) {
            return false;
        }
        if key.is_open() || is_open(module) {
            return true;
        }
        let is_it = |to: &Address| {
            let (steps, of) = (to.module.steps(), module.steps());
            is_same(&to.key, key)
                && steps.len() == of.len()
                && steps.iter().zip(of).all(|(a, b)| a.0 == b.0 && is_same(&a.1, &b.1))
        };
        self.exact.contains(&(module.clone(), name.clone(), key.clone()))
            || self.loose.get(name).into_iter().flatten().any(is_it)
    }
}

/// Whether some step of a module's address has a key that may be any.
fn is_open(module: &ModuleAddress) -> bool {
    module.steps().iter().any(|(_, key)| key.is_open())
}

fn is_same(written: &Key, key: &Key) -> bool {
    written == key || *written == Key::Any
}

/// Writes a reference as an address.
fn write(to: &Expr, text: &mut String) -> Option<()> {
    match &to.kind {
        ExprKind::Variable(name) => text.push_str(name),
        ExprKind::Attr(attr) => {
            write(&attr.base, text)?;
            write!(text, ".{}", attr.name.text).ok()?;
        }
        ExprKind::Index(base, key) => {
            write(base, text)?;
            match &key.kind {
                ExprKind::String(key) => write!(text, "[{key:?}]"),
                ExprKind::Number(key) => write!(text, "[{key}]"),
                _ => write!(text, "[*]"),
            }
            .ok()?;
        }
        ExprKind::Paren(inner) => write(inner, text)?,
        _ => return None,
    }
    Some(())
}

/// What an argument is worth that such a resource leaves to the provider.
pub(super) fn kept(argument: &str) -> Value {
    let what = format!("the {argument} of what is imported");
    fill::left_out(Value::unknown(Type::Any, Cause::Unseen(what.into())))
}
