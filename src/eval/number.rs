//! Terraform's numbers.

/// A number of Terraform's precision: small integers inline, everything else as a binary float of up to 512 bits.
#[derive(Clone, PartialEq, Debug)]
pub struct Number(i64);

impl From<i64> for Number {
    fn from(n: i64) -> Number {
        Number(n)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
