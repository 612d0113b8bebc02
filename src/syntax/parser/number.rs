//! The text of number literals.

use std::borrow::Cow;

/// The number as the tree holds it, or `None` where the token is no number: `1.2.3`, `1e2.5`.
pub(super) fn number_text(token: &str) -> Option<Cow<'_, str>> {
    if token.bytes().all(|b| b.is_ascii_digit()) {
        return Some(token.into());
    }
    let (mantissa, exponent) = match token.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (token, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let exponent_digits = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    if whole.is_empty() || !digits(whole) || !digits(fraction) || !exponent_digits.is_none_or(digits) {
        return None;
    }
    // `1.e5` is a number to HCL; its point says nothing.
    Some(if fraction.is_empty() { token.replacen('.', "", 1).into() } else { token.into() })
}
