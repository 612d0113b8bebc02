//! Resources that `import` blocks bring in: of what they leave to the provider nobody here knows the values.

use std::fmt::Write as _;

use super::fill;
use crate::config::{Address, Import, Key, ModuleAddress, ResourceName};
use crate::eval::{Cause, Type, Value};
use crate::syntax::{Expr, ExprKind};

/// The addresses that import blocks name. A key that is not written out may be any.
#[derive(Default)]
pub(super) struct Imported(Vec<Address>);

impl Imported {
    /// Those of the root module's blocks; other modules have none.
    pub(super) fn of(imports: &[Import]) -> Imported {
        let address = |import: &Import| {
            let mut text = String::new();
            write(import.to.as_deref()?, &mut text)?;
            text.parse().ok()
        };
        Imported(imports.iter().filter_map(address).collect())
    }

    /// Whether an instance is one of them.
    pub(super) fn holds(&self, module: &ModuleAddress, name: &ResourceName, key: &Key) -> bool {
        self.0.iter().any(|to| {
            let (steps, of) = (to.module.steps(), module.steps());
            (to.mode, &to.type_name, &to.name) == (name.mode, &name.type_name, &name.name)
                && is_same(&to.key, key)
                && steps.len() == of.len()
                && steps.iter().zip(of).all(|(a, b)| a.0 == b.0 && is_same(&a.1, &b.1))
        })
    }
}

fn is_same(a: &Key, b: &Key) -> bool {
    a == b || *a == Key::Any || *b == Key::Any
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
