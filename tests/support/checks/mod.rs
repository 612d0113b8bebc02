//! What holds for any input whatever, one function for each way in. The fuzz targets call these with what the fuzzer
//! makes up, `tests/regressions.rs` with the inputs that once broke something.

#[path = "../any_name.rs"]
mod any_name;
pub mod evaluator;
pub mod json;
pub mod rule_files;
pub mod settings;
mod stage;
pub mod suppressions;
pub mod syntax;
mod tree;

/// A way in: its name, which is also that of its fuzz target, and what holds there.
pub type Check = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: [Check; 6] = [
    ("evaluator", evaluator::check),
    ("json", json::check),
    ("rule_files", rule_files::check),
    ("settings", settings::check),
    ("suppressions", suppressions::check),
    ("syntax", syntax::check),
];

/// Texts are read as the product reads files: what is not UTF-8, or holds a NUL, never gets to the parsers.
fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok().filter(|text| !text.contains('\0'))
}
