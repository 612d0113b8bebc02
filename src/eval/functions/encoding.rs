//! base64, JSON, CSV and URLs.

use super::Function;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[];
