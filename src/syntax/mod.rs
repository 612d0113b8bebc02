//! Text to one small syntax tree with a byte span on every node: HCL's native syntax and its JSON syntax.
//! Goes on after errors, so that one mistake hides neither the rest of its file nor another file.
//! Knows nothing of Terraform's blocks beyond what the JSON syntax needs to tell blocks from arguments.

pub mod ast;
mod children;
mod comments;
mod foreign;
mod items;
mod json;
mod lexer;
pub mod packed;
mod parser;
mod placement;
mod print;
mod scan;
#[cfg(test)]
mod tests;

pub use ast::*;
pub use comments::{Ignore, ignores};
pub use foreign::{ForeignIgnore, foreign_ignores};
pub use json::{parse_json, parse_json_values};
pub use lexer::count_tokens;
pub use parser::{parse, parse_expression, parse_part, parse_template};
pub use placement::{Placement, Target, TopBlock, place};
pub use print::{print, print_expression};
