//! The `terraform` blocks of a module as one.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::{Block, Body, Expr, Ident, Text};

/// The `terraform` blocks of a module, override files applied.
#[derive(Debug, Default)]
pub struct TerraformSettings {
    /// The headers of the blocks, in order; empty where there is none.
    pub headers: Vec<Span>,
    /// The names in `experiments`.
    pub experiments: Vec<Text>,
    /// Every `required_version`; all must hold.
    pub required_versions: Vec<Arc<Expr>>,
    /// `required_providers` by local name.
    pub required_providers: BTreeMap<Text, RequiredProvider>,
    /// The header of the `required_providers` block.
    pub required_providers_header: Option<Span>,
    /// `backend "s3" { … }`, or a `state_store`
    pub backend: Option<Backend>,
    /// `cloud { … }`
    pub cloud: Option<Box<Block>>,
    /// All arguments and blocks together, as one block would hold them; none where there is no block.
    pub body: Option<Arc<Body>>,
}

/// A `backend` or `state_store` block.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Its label: `s3`.
    pub kind: Ident,
    /// The block's type and label.
    pub header: Span,
    /// What it holds.
    pub body: Arc<Body>,
}

/// One entry of `required_providers`.
#[derive(Clone, Debug)]
pub struct RequiredProvider {
    /// Its local name.
    pub name: Ident,
    /// `source`
    pub source: Option<Arc<Expr>>,
    /// `version`, or the whole value in its old form `aws = "~> 5.0"`.
    pub version: Option<Arc<Expr>>,
    /// From the name to the end of the value.
    pub span: Span,
}
