//! Decimal digits of binary floats: reading them, the exact expansion, the shortest that reads back, rounding.

use std::fmt;

use num_bigint::BigUint;
use num_traits::{Pow, Zero};

use super::bounds::{Bounds, CERTAIN};
use super::float::{Float, PRODUCTS_PER_STEP};
use super::{MAX_DIGITS, PRECISION};

/// Beyond two to this power and its reciprocal, neither a number nor its neighbours end within the first 160 digits, of
/// which they differ in one: 512 bits hold at most the 220th power of five, so that of so many twos most are left.
const FAR: u64 = 1024;
/// The bits of two decimal digits, and one.
const SPARE_BITS: u64 = 8;
/// Ten to less than this power is quickly worked out.
const FAR_POWER_OF_TEN: u64 = 400;
/// Those of so many bits are quickly worked out.
const FEW_BITS: u64 = 2048;

/// `0.d1d2d3… * 10^point`, with a sign. No digits stand for zero.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decimal {
    /// Whether it carries a minus sign.
    pub negative: bool,
    /// The digits from 0 to 9, the first and the last of which are not zero.
    pub digits: Vec<u8>,
    /// Where the decimal point stands, counted from before the first digit.
    pub point: i64,
}

/// Reads digits with an optional point and an optional exponent, without sign.
pub(super) fn parse(text: &str, negative: bool, precision: u32) -> Option<Float> {
    if text.len() > MAX_DIGITS {
        return None;
    }
    let (mantissa, base, exponent) = match text.find(['e', 'E', 'p', 'P']) {
        Some(at) => (&text[..at], text.as_bytes()[at].to_ascii_lowercase(), parse_exponent(&text[at + 1..])?),
        None => (text, b'e', 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mantissa = BigUint::parse_bytes(&digits, 10)?;
    if mantissa.is_zero() {
        return Some(Float::zero(negative, precision));
    }
    let fraction = fraction.len() as i64;
    if base == b'e'
        && (exponent - fraction).unsigned_abs() > FAR_POWER_OF_TEN
        && let Some(float) = Bounds::of(&mantissa, 0).times_ten_to(exponent - fraction).rounded(negative, precision)
    {
        return Some(float);
    }
    let (exponent10, exponent2) = if base == b'e' { (exponent - fraction, 0) } else { (-fraction, exponent) };
    let power = BigUint::from(5u32).pow(exponent10.unsigned_abs());
    let float = match exponent10 >= 0 {
        true => Float::rounded(negative, mantissa * power, exponent10, precision),
        false => {
            let exact = |n: BigUint, exponent| Float::rounded(false, n, exponent, u32::MAX);
            let divisor = Float { precision, ..exact(power, -exponent10) };
            Float { negative, precision, ..exact(mantissa, 0) }.divide(&divisor)
        }
    };
    Some(Float { exponent: if float.is_zero() { 0 } else { float.exponent.saturating_add(exponent2) }, ..float })
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let well_formed = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let exponent = text.parse::<i64>().ok().filter(|_| well_formed)?;
    (exponent.unsigned_abs() <= MAX_DIGITS as u64).then_some(exponent)
}

/// The exact expansion, which every binary float has.
pub(super) fn exact(float: &Float) -> Decimal {
    Decimal { negative: float.negative, ..expand(&float.mantissa, float.exponent) }
}

/// The bits of the integer whose digits are those of the float, or a few more. The power of five that stands for one of two
/// has 7/3 times its bits.
fn most_bits(float: &Float) -> u64 {
    let scale = if float.exponent < 0 { 7 } else { 3 };
    float.mantissa.bits() + float.exponent.unsigned_abs() * scale / 3 + 1
}

/// What working out all digits takes, in steps: about as much as multiplying the number by itself digit by digit.
pub(super) fn steps_to_print(float: &Float) -> usize {
    let beyond = most_bits(float).saturating_sub(FEW_BITS);
    (beyond * beyond / PRODUCTS_PER_STEP) as usize
}

/// The digits of `mantissa * 2^exponent`.
fn expand(mantissa: &BigUint, exponent: i64) -> Decimal {
    if mantissa.is_zero() {
        return Decimal { negative: false, digits: Vec::new(), point: 0 };
    }
    // m * 2^-n = m * 5^n * 10^-n
    let (integer, scale) = match exponent >= 0 {
        true => (mantissa << exponent.unsigned_abs(), 0),
        false => (mantissa * BigUint::from(5u32).pow(exponent.unsigned_abs()), exponent),
    };
    let digits = integer.to_radix_be(10);
    let point = digits.len() as i64 + scale;
    Decimal { negative: false, digits, point }.trimmed()
}

/// The shortest decimal that rounds to the float at its precision.
///
/// All numbers within half a unit in the last place round to it. Digit by digit, the first place where cutting off or
/// rounding up stays within these bounds ends the number. The bounds are taken as symmetric even at powers of two,
/// as Terraform takes them.
pub(super) fn shortest(float: &Float) -> Decimal {
    // Decimals of so few digits lie further apart than what rounds to the float.
    if float.is_zero() || most_bits(float) + SPARE_BITS < u64::from(float.precision) {
        return exact(float);
    }
    let neighbours = Neighbours::of(float);
    let is_far = neighbours.exponent.unsigned_abs() > FAR && float.precision <= PRECISION;
    let shortest = if is_far { neighbours.told_by_first_digits() } else { None };
    Decimal { negative: float.negative, ..shortest.unwrap_or_else(|| neighbours.told_by_all_digits()) }
}

/// A number, and what lies half a unit in its last place below and above, as mantissas.
struct Neighbours {
    number: BigUint,
    below: BigUint,
    above: BigUint,
    exponent: i64,
    /// Whether the neighbours round to the number, too.
    inclusive: bool,
}

impl Neighbours {
    /// Of a float that is not zero.
    fn of(float: &Float) -> Neighbours {
        // The mantissa with one bit more than the precision: its last bit is half a unit in the last place.
        let shift = (u64::from(float.precision) + 1).saturating_sub(float.mantissa.bits());
        let number = &float.mantissa << shift;
        let exponent = float.exponent.saturating_sub_unsigned(shift);
        Neighbours { below: &number - 1u32, above: &number + 1u32, exponent, inclusive: !number.bit(1), number }
    }

    /// The shortest decimal between the neighbours.
    fn told_by_all_digits(&self) -> Decimal {
        let [number, below, above] = [&self.number, &self.below, &self.above].map(|m| expand(m, self.exponent));
        shortest_between(&number, &below, &above, self.inclusive).unwrap_or(number)
    }

    /// The same where only the first digits are worked out; `None` where they are not certain or do not tell.
    fn told_by_first_digits(&self) -> Option<Decimal> {
        let digits = |mantissa| {
            let (digits, point) = Bounds::of(mantissa, self.exponent).first_digits()?;
            Some(Decimal { negative: false, digits, point })
        };
        let (number, below, above) = (digits(&self.number)?, digits(&self.below)?, digits(&self.above)?);
        let shortest = shortest_between(&number, &below, &above, self.inclusive)?;
        (shortest.digits.len() < CERTAIN - 1).then_some(shortest)
    }
}

/// The shortest decimal between two others, around a third; `None` where only that is.
fn shortest_between(exact: &Decimal, lower: &Decimal, upper: &Decimal, inclusive: bool) -> Option<Decimal> {
    for (i, digit) in exact.digits.iter().copied().enumerate() {
        let (low, high) = (lower.digit(i), upper.digit(i));
        let may_cut = low != digit || inclusive && i + 1 == lower.digits.len();
        let may_raise = digit != high && (inclusive || digit + 1 < high || i + 1 < upper.digits.len());
        match (may_cut, may_raise) {
            (true, true) => return Some(exact.round(i + 1)),
            (true, false) => return Some(exact.cut(i + 1)),
            (false, true) => return Some(exact.raise(i + 1)),
            (false, false) => {}
        }
    }
    None
}

impl Decimal {
    fn digit(&self, i: usize) -> u8 {
        self.digits.get(i).copied().unwrap_or(0)
    }

    fn trimmed(mut self) -> Decimal {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
        self
    }

    /// Rounded to its first `count` digits; ties go to the even digit.
    #[must_use]
    pub fn round(&self, count: usize) -> Decimal {
        let Some(next) = self.digits.get(count) else { return self.clone() };
        let up = match (next, count + 1 == self.digits.len()) {
            (5, true) => count > 0 && self.digits[count - 1] % 2 == 1,
            _ => *next >= 5,
        };
        if up { self.raise(count) } else { self.cut(count) }
    }

    /// Rounded to `places` digits after the decimal point.
    #[must_use]
    pub fn round_places(&self, places: usize) -> Decimal {
        match usize::try_from(self.point + places as i64) {
            Ok(count) => self.round(count),
            Err(_) => Decimal { digits: Vec::new(), point: 0, ..*self },
        }
    }

    fn cut(&self, count: usize) -> Decimal {
        let digits = self.digits[..count.min(self.digits.len())].to_vec();
        Decimal { digits, ..*self }.trimmed()
    }

    fn raise(&self, count: usize) -> Decimal {
        let mut digits = self.digits[..count].to_vec();
        while digits.last() == Some(&9) {
            digits.pop();
        }
        match digits.last_mut() {
            Some(last) => {
                *last += 1;
                Decimal { digits, ..*self }
            }
            None => Decimal { digits: vec![1], point: self.point + 1, ..*self },
        }
    }

    /// As C's `%.<precision>g` prints it, with an exponent where it is small or large.
    pub fn to_general(&self, precision: usize) -> String {
        let rounded = self.round(precision);
        let exponent = rounded.point - 1;
        if rounded.digits.is_empty() || (-4..precision as i64).contains(&exponent) {
            return rounded.to_string();
        }
        let text: String = rounded.digits.iter().map(|d| char::from(b'0' + d)).collect();
        let (first, rest) = text.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if rounded.negative { "-" } else { "" };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        format!("{sign}{first}{point}{rest}e{exponent_sign}{:02}", exponent.unsigned_abs())
    }
}

/// In plain notation.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(self.digits.len() + 3);
        if self.negative {
            text.push('-');
        }
        let point = usize::try_from(self.point).unwrap_or(0);
        if point == 0 {
            text.push('0');
        }
        text.extend((0..point).map(|i| char::from(b'0' + self.digit(i))));
        if point < self.digits.len() {
            text.push('.');
            text.extend((self.point..0).map(|_| '0'));
            text.extend(self.digits[point..].iter().map(|d| char::from(b'0' + d)));
        }
        f.write_str(&text)
    }
}

/// The shortest decimal, worked out of all digits.
#[cfg(test)]
pub(super) fn shortest_of_all_digits(float: &Float) -> Decimal {
    Neighbours::of(float).told_by_all_digits()
}
