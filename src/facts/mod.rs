//! What AWS and its Terraform provider do when nobody says anything: data, embedded as text, read on demand.
//!
//! Five kinds of fact: the provider's schema ([`schema()`]), what in it is secret ([`secret_paths`]), the values that
//! omitted arguments get ([`default`], [`condition`]), instance types and other tables of numbers ([`lookup`],
//! [`table()`]). Nothing is parsed at start-up:
//! an index made at build time finds the few lines that a question is about, and what was parsed is kept for the process.
//!
//! The texts lie in `rules/facts`; its README explains the formats and how to carry in a new provider version.
//! This module knows nothing of rules, values under evaluation or the user's configuration.

pub(crate) mod cache;
mod defaults;
mod name_hash;
mod records;
mod schema;
mod secrets;
mod table;
mod value;

pub use defaults::{Basis, DefaultValue, Defaults, condition, default, defaults, resource_types_with_defaults};
pub use schema::{
    Argument, Body, Member, Mode, NestedBlock, Nesting, Schema, Type, provider_version, resource_types, schema,
};
pub use secrets::{is_secret, secret_paths, types_with_secrets};
pub use table::{Column, ColumnType, Row, Table, lookup, table, table_names};
pub use value::FactValue;
