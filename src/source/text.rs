//! Names and values as text.

/// Text that is cheap to clone: up to 15 bytes stand in place, longer ones are shared. Most names and values of a
/// configuration are short.
pub type Text = ecow::EcoString;
