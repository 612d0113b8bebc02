//! tfcheck: a linter for Terraform and OpenTofu whose subject is production defaults.
//!
//! The modules stand in the order of the data flow; each uses only those above it:
//!
//! 1. [`source`]: finds and reads files, owns their text, knows lines and columns.
//! 2. [`syntax`]: text to one small syntax tree with a span on every node.
//! 3. [`config`]: trees to typed modules, variable files, and the tree of module calls.
//! 4. [`eval`]: Terraform's expressions, values with unknowns and references, expansion.
//! 5. [`facts`]: what AWS and its provider do when nobody says anything: data, not code.
//! 6. [`secrets`]: what of the configuration's text must not be shown.
//! 7. [`infra`]: the resource instances of one root module and the edges between them.
//! 8. [`rules`]: rule declarations, compiled and run over an infra; findings.
//! 9. [`report`]: findings to text, JSON and the other formats.
//! 10. [`cli`]: arguments, settings, exit status; the only part that knows all others.
//!
//! Beside them stands [`clock`], which measures how long the others take.

pub mod cli;
pub mod clock;
pub mod config;
pub mod eval;
pub mod facts;
pub mod infra;
pub mod report;
pub mod rules;
pub mod secrets;
pub mod source;
pub mod syntax;
