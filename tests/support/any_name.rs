//! A scope for expressions from nowhere: every name has a value, some known, some not.

use tfcheck::eval::functions::{Host, NoFiles};
use tfcheck::eval::{Cause, EvalError, Evaluation, Hop, Resolved, Scope, Type, Value};
use tfcheck::source::Span;
use tfcheck::syntax::Text;

/// Names stand for values by their length.
pub struct AnyName;

impl Scope for AnyName {
    fn resolve(&self, root: &Text, _: Span, _: &[Hop<'_>], _: &Evaluation<'_>) -> Result<Resolved, EvalError> {
        let value = match root.len() % 4 {
            0 => Value::NULL,
            1 => Value::unknown(Type::Any, Cause::Variable(root.clone())),
            2 => Value::tuple(vec![1.into(), "two".into(), Value::unknown(Type::String, Cause::Error)]),
            _ => root.clone().into(),
        };
        Ok(Resolved { value, consumed: 0 })
    }

    fn handle_attribute(&self, _: u32, name: &str) -> Result<Value, EvalError> {
        Err(EvalError::new(format!("no `{name}`")))
    }

    fn host(&self) -> &dyn Host {
        &NoFiles
    }
}
