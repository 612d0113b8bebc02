//! Dates and times.

use super::Function;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[];
