//! Terraform's numbers: binary floats of up to 512 bits, each with a precision of its own.
//!
//! Small integers are kept inline, everything else as mantissa and exponent. Arithmetic rounds to the nearest even
//! value at the precision that Terraform uses, and numbers print as the shortest decimal that reads back as the same
//! value at their precision. Magnitudes beyond about ten to the 40 000th count as infinite, those below its
//! reciprocal as zero, so that no number takes much memory. Knows nothing of values.

mod bounds;
mod decimal;
mod float;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use num_bigint::{BigInt, Sign};

pub use decimal::Decimal;
use float::Float;

/// The precision of literals and of numbers read from text, in bits.
const PRECISION: u32 = 512;
/// The precision of integers that functions compute.
const INTEGER_PRECISION: u32 = 64;
/// The precision of what functions compute as 64-bit floats.
const F64_PRECISION: u32 = 53;
/// The longest text that is read as a number, and the largest decimal exponent in it.
const MAX_DIGITS: usize = 20_000;

/// A number of Terraform's precision: small integers inline, everything else as a binary float.
///
/// Numbers are equal by value, whatever their precision; negative zero equals zero.
#[derive(Clone, Debug)]
pub struct Number(Repr);

#[derive(Clone, Debug)]
enum Repr {
    /// An integer that fits its precision, and so prints exactly. Never negative zero.
    Small { value: i64, precision: u32 },
    /// Any other finite number.
    Big(Arc<Float>),
    /// Positive or negative infinity.
    Infinity { negative: bool },
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number(Repr::Small { value, precision: INTEGER_PRECISION })
    }
}

impl From<BigInt> for Number {
    fn from(value: BigInt) -> Number {
        let precision = u32::try_from(value.bits()).unwrap_or(u32::MAX).max(INTEGER_PRECISION);
        Float::rounded(value.sign() == Sign::Minus, value.into_parts().1, 0, precision).into()
    }
}

impl From<Float> for Number {
    fn from(float: Float) -> Number {
        match float.to_i64() {
            Some(value) if i64::BITS - value.unsigned_abs().leading_zeros() <= float.precision => {
                Number(Repr::Small { value, precision: float.precision })
            }
            _ if float.is_too_large() => Number(Repr::Infinity { negative: float.negative }),
            _ if float.is_too_small() => Float::zero(float.negative, float.precision).into(),
            _ => Number(Repr::Big(Arc::new(float))),
        }
    }
}

impl Number {
    /// Positive infinity: what one divided by zero is.
    pub const INFINITY: Number = Number(Repr::Infinity { negative: false });

    /// Reads a number as Terraform converts text: an optional sign, digits with an optional point, an optional
    /// exponent (`e` decimal, `p` binary), or `Inf`. Also reads every literal of the language.
    pub fn parse(text: &str) -> Option<Number> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if matches!(digits, "Inf" | "inf") {
            return Some(Number(Repr::Infinity { negative }));
        }
        if let Some(value) = small_integer(digits) {
            let value = if negative { -value } else { value };
            return match negative && value == 0 {
                true => Some(Float::zero(true, PRECISION).into()),
                false => Some(Number(Repr::Small { value, precision: PRECISION })),
            };
        }
        decimal::parse(digits, negative, PRECISION).map(Number::from)
    }

    /// The number of a 64-bit float; `None` for what is not a number.
    pub fn from_f64(value: f64) -> Option<Number> {
        if value.is_nan() {
            return None;
        }
        if value.is_infinite() {
            return Some(Number(Repr::Infinity { negative: value < 0.0 }));
        }
        Some(Float::from_f64(value, F64_PRECISION).into())
    }

    /// The sum; `None` for infinities of opposite signs.
    pub fn checked_add(&self, other: &Number) -> Option<Number> {
        match (&self.0, &other.0) {
            (Repr::Small { value: a, precision: p }, Repr::Small { value: b, precision: q }) => {
                if let Some(sum) = a.checked_add(*b).filter(|sum| fits(*sum, *p.max(q))) {
                    return Some(Number(Repr::Small { value: sum, precision: *p.max(q) }));
                }
            }
            (Repr::Infinity { negative: a }, Repr::Infinity { negative: b }) => {
                return (a == b).then(|| self.clone());
            }
            (Repr::Infinity { .. }, _) => return Some(self.clone()),
            (_, Repr::Infinity { .. }) => return Some(other.clone()),
            _ => {}
        }
        Some(self.float()?.add(&*other.float()?).into())
    }

    /// The difference; `None` for infinities of the same sign.
    pub fn checked_sub(&self, other: &Number) -> Option<Number> {
        self.checked_add(&other.negated())
    }

    /// The product; `None` for zero times infinity.
    pub fn checked_mul(&self, other: &Number) -> Option<Number> {
        if self.is_infinite() || other.is_infinite() {
            let negative = self.is_negative() != other.is_negative();
            return (!self.is_zero() && !other.is_zero()).then_some(Number(Repr::Infinity { negative }));
        }
        if let (Repr::Small { value: a, precision: p }, Repr::Small { value: b, precision: q }) = (&self.0, &other.0)
            && let Some(product) = a.checked_mul(*b)
            && product != 0
        {
            // Terraform widens the precision where the product needs more bits than either operand has.
            let needed = i64::BITS - product.unsigned_abs().leading_zeros() - product.trailing_zeros();
            let precision = (*p.max(q)).max(needed);
            if fits(product, precision) {
                return Some(Number(Repr::Small { value: product, precision }));
            }
        }
        Some(self.float()?.multiply(&*other.float()?, PRECISION).into())
    }

    /// The quotient; `None` for zero by zero and infinity by infinity.
    pub fn checked_div(&self, other: &Number) -> Option<Number> {
        let negative = self.is_negative() != other.is_negative();
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return None,
            (true, false) => return Some(Number(Repr::Infinity { negative })),
            (false, true) => return Some(Float::zero(negative, self.precision().max(INTEGER_PRECISION)).into()),
            (false, false) => {}
        }
        if other.is_zero() {
            return (!self.is_zero()).then_some(Number(Repr::Infinity { negative }));
        }
        Some(self.float()?.divide(&*other.float()?).into())
    }

    /// What is left after dividing towards zero, at the dividend's precision; a number modulo zero is itself. `None`
    /// for infinities.
    pub fn checked_rem(&self, other: &Number) -> Option<Number> {
        if other.is_zero() {
            return Some(self.clone());
        }
        if let (Repr::Small { value: a, precision }, Repr::Small { value: b, .. }) = (&self.0, &other.0)
            && let Some(value) = a.checked_rem(*b)
            && value != 0
        {
            return Some(Number(Repr::Small { value, precision: *precision }));
        }
        let (a, b) = (self.float()?, other.float()?);
        let whole = a.divide(&b).to_integer(float::Toward).at(a.precision);
        let taken = whole.multiply(&b, a.precision).at(a.precision);
        Some(a.add(&taken.negated()).at(a.precision).into())
    }

    /// The number with the other sign; zero becomes negative zero.
    pub fn negated(&self) -> Number {
        match &self.0 {
            Repr::Small { value: 0, precision } => Float::zero(true, *precision).into(),
            Repr::Small { value, precision } if *value != i64::MIN => {
                Number(Repr::Small { value: -value, precision: *precision })
            }
            Repr::Infinity { negative } => Number(Repr::Infinity { negative: !negative }),
            _ => self.float().map_or_else(|| self.clone(), |f| f.negated().into()),
        }
    }

    /// The number without its sign.
    pub fn abs(&self) -> Number {
        if self.is_negative() { self.negated() } else { self.clone() }
    }

    /// The largest integer that is not larger.
    pub fn floor(&self) -> Number {
        match &self.0 {
            Repr::Big(f) => f.to_integer(if f.negative { float::Away } else { float::Toward }).into(),
            _ => self.clone(),
        }
    }

    /// The smallest integer that is not smaller.
    pub fn ceil(&self) -> Number {
        match &self.0 {
            Repr::Big(f) => f.to_integer(if f.negative { float::Toward } else { float::Away }).into(),
            _ => self.clone(),
        }
    }

    /// Whether it is a whole number; infinities are not.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small { .. } => true,
            Repr::Big(f) => f.is_integer(),
            Repr::Infinity { .. } => false,
        }
    }

    /// Whether it is positive or negative infinity.
    pub fn is_infinite(&self) -> bool {
        matches!(self.0, Repr::Infinity { .. })
    }

    /// Whether it carries a minus sign; negative zero does.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { value, .. } => *value < 0,
            Repr::Big(f) => f.negative,
            Repr::Infinity { negative } => *negative,
        }
    }

    /// Whether it is zero or negative zero.
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            Repr::Small { value, .. } => *value == 0,
            Repr::Big(f) => f.is_zero(),
            Repr::Infinity { .. } => false,
        }
    }

    /// Its value, where it is an integer that fits.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small { value, .. } => Some(*value),
            Repr::Big(f) => f.to_i64().or(f.is_zero().then_some(0)),
            Repr::Infinity { .. } => None,
        }
    }

    /// Its value, where it is a non-negative integer that fits.
    pub fn to_usize(&self) -> Option<usize> {
        self.to_i64().and_then(|n| usize::try_from(n).ok())
    }

    /// Its value, where it is an integer of any size.
    pub fn to_bigint(&self) -> Option<BigInt> {
        match &self.0 {
            Repr::Small { value, .. } => Some(BigInt::from(*value)),
            Repr::Big(f) => f.to_bigint(),
            Repr::Infinity { .. } => None,
        }
    }

    /// The nearest 64-bit float; may be infinite.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Small { value, .. } => *value as f64,
            Repr::Big(f) => f.to_f64(),
            Repr::Infinity { negative: false } => f64::INFINITY,
            Repr::Infinity { negative: true } => f64::NEG_INFINITY,
        }
    }

    /// The shortest decimal that reads back as this number at its own precision; `None` for infinities.
    pub fn shortest_decimal(&self) -> Option<Decimal> {
        self.float().map(|f| decimal::shortest(&f))
    }

    /// The exact decimal expansion; `None` for infinities.
    pub fn exact_decimal(&self) -> Option<Decimal> {
        self.float().map(|f| decimal::exact(&f))
    }

    /// What printing all of its digits takes, in steps of those that large values are gone through with.
    pub(super) fn steps_to_print(&self) -> usize {
        match &self.0 {
            Repr::Big(float) => decimal::steps_to_print(float),
            Repr::Small { .. } | Repr::Infinity { .. } => 0,
        }
    }

    fn precision(&self) -> u32 {
        match &self.0 {
            Repr::Small { precision, .. } => *precision,
            Repr::Big(f) => f.precision,
            Repr::Infinity { .. } => 0,
        }
    }

    /// As a float; `None` for infinities.
    fn float(&self) -> Option<Arc<Float>> {
        match &self.0 {
            Repr::Small { value, precision } => Some(Arc::new(Float::from_i64(*value, *precision))),
            Repr::Big(f) => Some(f.clone()),
            Repr::Infinity { .. } => None,
        }
    }
}

/// Up to 18 decimal digits.
fn small_integer(digits: &str) -> Option<i64> {
    let short = (1..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    short.then(|| digits.bytes().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
}

fn fits(value: i64, precision: u32) -> bool {
    i64::BITS - value.unsigned_abs().leading_zeros() <= precision
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small { value: a, .. }, Repr::Small { value: b, .. }) => a.cmp(b),
            (Repr::Infinity { negative: a }, Repr::Infinity { negative: b }) => b.cmp(a),
            (Repr::Infinity { negative: true }, _) | (_, Repr::Infinity { negative: false }) => Ordering::Less,
            (Repr::Infinity { .. }, _) | (_, Repr::Infinity { .. }) => Ordering::Greater,
            _ => match (self.float(), other.float()) {
                (Some(a), Some(b)) => a.compare(&b),
                _ => Ordering::Equal,
            },
        }
    }
}

/// In plain notation, never with an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small { value, .. } => write!(f, "{value}"),
            Repr::Big(float) => write!(f, "{}", decimal::shortest(float)),
            Repr::Infinity { negative: false } => f.write_str("+Inf"),
            Repr::Infinity { negative: true } => f.write_str("-Inf"),
        }
    }
}

#[cfg(test)]
mod tests;
