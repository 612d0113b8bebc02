//! Expressions as bytes, and back: what is embedded is parsed when the program is built.
//!
//! A tree is written in the order in which it is read, without lengths or names of its parts, so that [`Writer`] and
//! [`Reader`] are each other's mirror. A number takes a byte for seven bits; a span says how far it begins behind the one
//! before, and how long it is; a text that stands in the source is read from there. Knows nothing of what the trees are
//! for.

mod read;
mod write;

pub use read::Reader;
pub use write::Writer;

use super::ast::BinaryOp;

/// The forms of expression.
mod form {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const NUMBER: u8 = 3;
    pub(super) const STRING: u8 = 4;
    pub(super) const TEMPLATE: u8 = 5;
    pub(super) const TUPLE: u8 = 6;
    pub(super) const OBJECT: u8 = 7;
    pub(super) const VARIABLE: u8 = 8;
    pub(super) const ATTR: u8 = 9;
    pub(super) const INDEX: u8 = 10;
    pub(super) const SPLAT: u8 = 11;
    pub(super) const SPLAT_ELEMENT: u8 = 12;
    pub(super) const CALL: u8 = 13;
    pub(super) const NOT: u8 = 14;
    pub(super) const NEGATE: u8 = 15;
    pub(super) const BINARY: u8 = 16;
    pub(super) const CONDITIONAL: u8 = 17;
    pub(super) const FOR: u8 = 18;
    pub(super) const PAREN: u8 = 19;
    pub(super) const INVALID: u8 = 20;
}

/// The parts of a template.
mod part {
    pub(super) const LITERAL: u8 = 0;
    pub(super) const INTERPOLATION: u8 = 1;
    pub(super) const IF: u8 = 2;
    pub(super) const FOR: u8 = 3;
}

/// Where a text stands.
mod stands {
    /// In the source, as the span has it.
    pub(super) const THERE: u8 = 0;
    /// In the source, between the quotes that the span has.
    pub(super) const QUOTED: u8 = 1;
    /// Behind this, with its length.
    pub(super) const HERE: u8 = 2;
}

/// The operators by their numbers.
const OPERATORS: [BinaryOp; 13] = [
    BinaryOp::Or,
    BinaryOp::And,
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterEqual,
    BinaryOp::Less,
    BinaryOp::LessEqual,
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::Divide,
    BinaryOp::Modulo,
];
