//! Finite binary floats: sign, mantissa, exponent and the precision they were rounded to.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use super::super::steps;

/// Beyond two to this power (and below two to its negation) nothing is kept.
const MAX_EXPONENT: i64 = 1 << 17;
/// A step aligns about so many bits.
const BITS_PER_STEP: u64 = 1 << 14;
/// And multiplies or divides so many bits by others.
pub(super) const PRODUCTS_PER_STEP: u64 = 20 * 64 * 64;

/// `(-1)^negative * mantissa * 2^exponent`, with an odd mantissa (or zero) of at most `precision` bits.
#[derive(Clone, Debug)]
pub(super) struct Float {
    pub(super) negative: bool,
    pub(super) mantissa: BigUint,
    pub(super) exponent: i64,
    pub(super) precision: u32,
}

/// Which way to round to an integer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Away from zero.
    Away,
    /// Toward zero.
    Toward,
}
pub(super) use Direction::{Away, Toward};

impl Float {
    pub(super) fn zero(negative: bool, precision: u32) -> Float {
        Float { negative, mantissa: BigUint::zero(), exponent: 0, precision }
    }

    /// The nearest float of `precision` bits to `mantissa * 2^exponent`; ties go to the even neighbour.
    pub(super) fn rounded(negative: bool, mantissa: BigUint, exponent: i64, precision: u32) -> Float {
        Float::rounded_sticky(negative, mantissa, exponent, precision, false)
    }

    /// The same, where `sticky` says that the true value is a little larger than the mantissa given. The mantissa
    /// must then have more than `precision` bits.
    fn rounded_sticky(negative: bool, mantissa: BigUint, exponent: i64, precision: u32, sticky: bool) -> Float {
        let excess = mantissa.bits().saturating_sub(u64::from(precision));
        let (mut mantissa, mut exponent) = match excess {
            0 => (mantissa, exponent),
            _ => {
                let half = mantissa.bit(excess - 1);
                let below = sticky || mantissa.trailing_zeros().is_some_and(|zeros| zeros < excess - 1);
                let mut kept = mantissa >> excess;
                if half && (below || kept.bit(0)) {
                    kept += 1u32;
                }
                (kept, exponent.saturating_add_unsigned(excess))
            }
        };
        match mantissa.trailing_zeros() {
            None => exponent = 0,
            Some(0) => {}
            Some(zeros) => {
                mantissa >>= zeros;
                exponent = exponent.saturating_add_unsigned(zeros);
            }
        }
        Float { negative, mantissa, exponent, precision }
    }

    pub(super) fn from_i64(value: i64, precision: u32) -> Float {
        Float::rounded(value < 0, BigUint::from(value.unsigned_abs()), 0, precision)
    }

    /// A finite 64-bit float.
    pub(super) fn from_f64(value: f64, precision: u32) -> Float {
        let bits = value.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) = match (bits >> 52) & 0x7ff {
            0 => (fraction, -1074),
            biased => (fraction | 1 << 52, biased as i64 - 1075),
        };
        Float::rounded(value.is_sign_negative(), BigUint::from(mantissa), exponent, precision)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.mantissa.is_zero()
    }

    pub(super) fn is_integer(&self) -> bool {
        self.exponent >= 0 || self.is_zero()
    }

    /// The power of two just above the value.
    fn magnitude(&self) -> i64 {
        self.exponent.saturating_add_unsigned(self.mantissa.bits())
    }

    pub(super) fn is_too_large(&self) -> bool {
        !self.is_zero() && self.magnitude() > MAX_EXPONENT
    }

    pub(super) fn is_too_small(&self) -> bool {
        !self.is_zero() && self.magnitude() < -MAX_EXPONENT
    }

    /// Its value, where it is an integer that fits and not negative zero.
    pub(super) fn to_i64(&self) -> Option<i64> {
        if self.is_zero() {
            return (!self.negative).then_some(0);
        }
        if self.exponent < 0 || self.magnitude() > 64 {
            return None;
        }
        let magnitude = self.mantissa.to_i128()? << self.exponent;
        i64::try_from(if self.negative { -magnitude } else { magnitude }).ok()
    }

    pub(super) fn to_bigint(&self) -> Option<BigInt> {
        let exponent = u64::try_from(self.exponent).ok()?;
        let sign = if self.negative { Sign::Minus } else { Sign::Plus };
        Some(BigInt::from_biguint(sign, &self.mantissa << exponent))
    }

    pub(super) fn to_f64(&self) -> f64 {
        // The smallest 64-bit floats have fewer bits: the precision shrinks with the distance to their end.
        let precision = (self.magnitude() + 1074).clamp(0, 53) as u32;
        let magnitude = match precision {
            0 if self.magnitude() == -1074 && !self.mantissa.is_one() => f64::from_bits(1),
            0 => 0.0,
            _ => {
                let rounded = Float::rounded(false, self.mantissa.clone(), self.exponent, precision);
                let mantissa = rounded.mantissa.to_f64().unwrap_or(f64::INFINITY);
                let exponent = rounded.exponent.clamp(-2000, 2000) as i32;
                // In two steps, since two to the power of -1074 is smaller than the smallest normal number.
                mantissa * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
            }
        };
        if self.negative { -magnitude } else { magnitude }
    }

    /// The integer beside it, at the same precision. Zero loses its sign.
    pub(super) fn to_integer(&self, direction: Direction) -> Float {
        if self.is_zero() {
            return Float::zero(false, self.precision);
        }
        if self.is_integer() {
            return self.clone();
        }
        let mut whole = &self.mantissa >> self.exponent.unsigned_abs();
        if direction == Away {
            whole += 1u32;
        }
        Float::rounded(self.negative && !whole.is_zero(), whole, 0, self.precision)
    }

    /// The same number rounded to another precision.
    pub(super) fn at(&self, precision: u32) -> Float {
        Float::rounded(self.negative, self.mantissa.clone(), self.exponent, precision)
    }

    pub(super) fn negated(&self) -> Float {
        Float { negative: !self.negative, ..self.clone() }
    }

    pub(super) fn add(&self, other: &Float) -> Float {
        let precision = self.precision.max(other.precision);
        if self.is_zero() && other.is_zero() {
            return Float::zero(self.negative && other.negative, precision);
        }
        let exponent = match (self.is_zero(), other.is_zero()) {
            (true, _) => other.exponent,
            (_, true) => self.exponent,
            _ => self.exponent.min(other.exponent),
        };
        let sum = self.aligned(exponent) + other.aligned(exponent);
        let (sign, mantissa) = sum.into_parts();
        Float::rounded(sign == Sign::Minus, mantissa, exponent, precision)
    }

    /// The signed mantissa at a smaller exponent. Exponents are bounded, so this is too.
    fn aligned(&self, exponent: i64) -> BigInt {
        let shift = u64::try_from(self.exponent - exponent).unwrap_or(0);
        steps::count((shift / BITS_PER_STEP) as usize);
        let sign = if self.negative { Sign::Minus } else { Sign::Plus };
        BigInt::from_biguint(sign, &self.mantissa << shift)
    }

    /// The product, computed at `at_most` bits and kept at the operands' precision or what it needs.
    pub(super) fn multiply(&self, other: &Float, at_most: u32) -> Float {
        self.count_products(other);
        let negative = self.negative != other.negative;
        let exponent = self.exponent.saturating_add(other.exponent);
        let product = Float::rounded(negative, &self.mantissa * &other.mantissa, exponent, at_most);
        let needed = product.mantissa.bits() as u32;
        let precision = self.precision.max(other.precision).max(needed);
        Float { precision, ..product }
    }

    /// The quotient by something that is not zero.
    pub(super) fn divide(&self, other: &Float) -> Float {
        let precision = self.precision.max(other.precision);
        let negative = self.negative != other.negative;
        if self.is_zero() {
            return Float::zero(negative, precision);
        }
        self.count_products(other);
        // Two bits more than needed, and a flag for what is left, decide the rounding.
        let shift = (u64::from(precision) + 2 + other.mantissa.bits()).saturating_sub(self.mantissa.bits());
        let (quotient, rest) = (&self.mantissa << shift).div_rem(&other.mantissa);
        let exponent = self.exponent.saturating_sub(other.exponent).saturating_sub_unsigned(shift);
        Float::rounded_sticky(negative, quotient, exponent, precision, !rest.is_zero())
    }

    fn count_products(&self, other: &Float) {
        steps::count((self.mantissa.bits() * other.mantissa.bits() / PRODUCTS_PER_STEP) as usize);
    }

    pub(super) fn compare(&self, other: &Float) -> Ordering {
        let sign = |f: &Float| match (f.is_zero(), f.negative) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => -1,
        };
        let ordering = sign(self).cmp(&sign(other));
        if ordering != Ordering::Equal || self.is_zero() {
            return ordering;
        }
        let ordering = self.magnitude().cmp(&other.magnitude()).then_with(|| {
            let exponent = self.exponent.min(other.exponent);
            self.aligned(exponent).magnitude().cmp(other.aligned(exponent).magnitude())
        });
        if self.negative { ordering.reverse() } else { ordering }
    }
}
