//! Numbers with large decimal exponents, held between two bounds: their exact digits take milliseconds, and the first
//! few hundred decide how nearly all of them are read and printed.

use num_bigint::BigUint;

use super::super::steps;
use super::float::Float;

/// The bits that bounds keep: those of a number's precision, and as many again for what the bounds lie apart.
const WIDTH: u64 = 1024;
/// Digits that are worked out; bounds of that width tell the first ones for certain.
const DIGITS: i64 = 290;
/// Digits that must be certain.
pub(super) const CERTAIN: usize = 250;
/// Raising to a power takes about as long as so many steps.
const POWER_STEPS: usize = 200;

/// `low * 2^exponent` and `high * 2^exponent`: a positive number lies between them, or is one of them.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    low: BigUint,
    high: BigUint,
    exponent: i64,
}

impl Bounds {
    /// `mantissa * 2^exponent`, which must not be zero.
    pub(super) fn of(mantissa: &BigUint, exponent: i64) -> Bounds {
        Bounds { low: mantissa.clone(), high: mantissa.clone(), exponent }.cut()
    }

    /// Five to the power of something.
    fn power_of_five(power: u64) -> Bounds {
        steps::count(POWER_STEPS);
        let one = |n: u32| Bounds::of(&BigUint::from(n), 0);
        let bits = (0..u64::BITS - power.leading_zeros()).rev();
        bits.fold(one(1), |so_far, bit| {
            let square = so_far.times(&so_far);
            if power >> bit & 1 == 1 { square.times(&one(5)) } else { square }
        })
    }

    /// The same times ten to the power of something.
    pub(super) fn times_ten_to(&self, power: i64) -> Bounds {
        let fives = Bounds::power_of_five(power.unsigned_abs());
        let scaled = if power >= 0 { self.times(&fives) } else { self.over(&fives) };
        Bounds { exponent: scaled.exponent.saturating_add(power), ..scaled }
    }

    /// Without the bits beyond the width.
    fn cut(self) -> Bounds {
        let Bounds { low, high, exponent } = self;
        match high.bits().saturating_sub(WIDTH) {
            0 => Bounds { low, high, exponent },
            excess => {
                let is_exact = low == high && low.trailing_zeros().is_some_and(|zeros| zeros >= excess);
                let high = (high >> excess) + u32::from(!is_exact);
                Bounds { low: low >> excess, high, exponent: exponent.saturating_add_unsigned(excess) }
            }
        }
    }

    fn times(&self, other: &Bounds) -> Bounds {
        let exponent = self.exponent.saturating_add(other.exponent);
        Bounds { low: &self.low * &other.low, high: &self.high * &other.high, exponent }.cut()
    }

    fn over(&self, other: &Bounds) -> Bounds {
        let shift = WIDTH + other.high.bits();
        let exponent = self.exponent.saturating_sub(other.exponent).saturating_sub_unsigned(shift);
        let low = (&self.low << shift) / &other.high;
        let high = (&self.high << shift) / &other.low + 1u32;
        Bounds { low, high, exponent }.cut()
    }

    /// The float that both bounds round to.
    pub(super) fn rounded(&self, negative: bool, precision: u32) -> Option<Float> {
        let round = |bound: &BigUint| Float::rounded(negative, bound.clone(), self.exponent, precision);
        let (low, high) = (round(&self.low), round(&self.high));
        (low.mantissa == high.mantissa && low.exponent == high.exponent).then_some(low)
    }

    /// The first [`CERTAIN`] digits, and where the decimal point stands, counted from before the first of them.
    pub(super) fn first_digits(&self) -> Option<(Vec<u8>, i64)> {
        let magnitude = self.exponent.saturating_add_unsigned(self.high.bits());
        // 0.30103 is the logarithm of 2 to the base of 10; one digit more or less does not matter.
        let scale = (magnitude as f64 * std::f64::consts::LOG10_2) as i64 - DIGITS;
        let scaled = self.times_ten_to(-scale);
        let digits = |bound: &BigUint| match u64::try_from(scaled.exponent) {
            Ok(shift) => (bound << shift).to_radix_be(10),
            Err(_) => (bound >> scaled.exponent.unsigned_abs()).to_radix_be(10),
        };
        let (mut low, high) = (digits(&scaled.low), digits(&scaled.high));
        let point = low.len() as i64 + scale;
        let agree = low.len() == high.len() && low.len() > CERTAIN && low[..CERTAIN] == high[..CERTAIN];
        low.truncate(CERTAIN);
        agree.then_some((low, point))
    }
}
