//! Terraform's numbers.

/// A number of Terraform's precision: small integers inline, everything else as a binary float of up to 512 bits.
#[derive(Clone, PartialEq, Debug)]
pub struct Number(i64);

impl From<i64> for Number {
    fn from(n: i64) -> Number {
        Number(n)
    }
}
