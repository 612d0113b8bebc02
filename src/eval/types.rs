//! Terraform's types.

use std::fmt;
use std::sync::Arc;

use super::{ByName, Value};
use crate::syntax::Text;

/// The type of a value, or the type that a variable asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Type {
    /// Not known, or anything: `any`, the type of an untyped null, of an unknown of which nothing is known.
    #[default]
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Arc<Type>),
    /// `set(T)`
    Set(Arc<Type>),
    /// `map(T)`
    Map(Arc<Type>),
    /// `tuple([T…])`
    Tuple(Arc<Vec<Type>>),
    /// `object({…})`
    Object(Arc<ObjectType>),
}

/// The attributes of an object type.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObjectType {
    /// By name.
    pub attributes: ByName<AttributeType>,
}

/// One attribute of an object type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttributeType {
    /// Its type.
    pub ty: Type,
    /// Whether it was declared `optional(…)`.
    pub optional: bool,
    /// The default of `optional(T, default)`, already converted to the type.
    pub default: Option<Value>,
}

impl Type {
    /// `list(T)`
    pub fn list(of: Type) -> Type {
        Type::List(Arc::new(of))
    }

    /// `set(T)`
    pub fn set(of: Type) -> Type {
        Type::Set(Arc::new(of))
    }

    /// `map(T)`
    pub fn map(of: Type) -> Type {
        Type::Map(Arc::new(of))
    }

    /// `tuple([T…])`. Behind one word, as all others are: each collection has room for a type.
    pub fn tuple(of: impl IntoIterator<Item = Type>) -> Type {
        Type::Tuple(Arc::new(of.into_iter().collect()))
    }

    /// An object type of required attributes.
    pub fn object(attributes: impl IntoIterator<Item = (Text, Type)>) -> Type {
        let attributes = attributes.into_iter();
        let attributes = attributes.map(|(n, ty)| (n, ty.required()));
        Type::Object(Arc::new(ObjectType { attributes: attributes.collect() }))
    }

    /// The type of an attribute of this type that is required.
    pub(super) fn required(self) -> AttributeType {
        AttributeType { ty: self, optional: false, default: None }
    }

    /// The type of the elements of a list, set or map; `Any` for all others.
    pub fn element(&self) -> Type {
        match self {
            Type::List(t) | Type::Set(t) | Type::Map(t) => (**t).clone(),
            _ => Type::Any,
        }
    }

    /// Whether it is `bool`, `number` or `string`.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Type::Bool | Type::Number | Type::String)
    }

    /// A name for messages, as Terraform writes it: "list of string", "object", "dynamic".
    pub fn friendly_name(&self) -> String {
        match self {
            Type::Any => "dynamic".into(),
            Type::Bool => "bool".into(),
            Type::Number => "number".into(),
            Type::String => "string".into(),
            Type::List(t) => format!("list of {}", t.friendly_name()),
            Type::Set(t) => format!("set of {}", t.friendly_name()),
            Type::Map(t) => format!("map of {}", t.friendly_name()),
            Type::Tuple(_) => "tuple".into(),
            Type::Object(_) => "object".into(),
        }
    }
}

/// As a type expression: `list(string)`, `object({a=number})`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text);
        f.write_str(&text)
    }
}

impl Type {
    fn write(&self, out: &mut String) {
        let around = |out: &mut String, name: &str, of: &Type| {
            out.push_str(name);
            out.push('(');
            of.write(out);
            out.push(')');
        };
        match self {
            Type::Any => out.push_str("any"),
            Type::Bool => out.push_str("bool"),
            Type::Number => out.push_str("number"),
            Type::String => out.push_str("string"),
            Type::List(t) => around(out, "list", t),
            Type::Set(t) => around(out, "set", t),
            Type::Map(t) => around(out, "map", t),
            Type::Tuple(ts) => {
                out.push_str("tuple([");
                for (i, t) in ts.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    t.write(out);
                }
                out.push_str("])");
            }
            Type::Object(o) => {
                out.push_str("object({");
                for (i, (name, attribute)) in o.attributes.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    out.push_str(name);
                    out.push('=');
                    match attribute.optional {
                        true => around(out, "optional", &attribute.ty),
                        false => attribute.ty.write(out),
                    }
                }
                out.push_str("})");
            }
        }
    }
}
