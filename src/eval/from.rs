//! Values made from plain data.

use super::{Kind, Number, Value};
use crate::syntax::Text;

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Kind::Bool(b).into()
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Value {
        Kind::Number(Number::from(n)).into()
    }
}

impl From<Number> for Value {
    fn from(n: Number) -> Value {
        Kind::Number(n).into()
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Value {
        Kind::String(s.into()).into()
    }
}

impl From<String> for Value {
    fn from(s: String) -> Value {
        Kind::String(s.into()).into()
    }
}

impl From<Text> for Value {
    fn from(s: Text) -> Value {
        Kind::String(s).into()
    }
}
