//! Names and values as text.

/// Text that is cheap to clone: up to 15 bytes stand in place, longer ones are shared. Most names and values of a
/// configuration are short.
pub type Text = ecow::EcoString;

/// The last boundary of a character at or before a byte.
pub fn char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
