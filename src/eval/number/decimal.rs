//! Decimal digits of binary floats: reading them, the exact expansion, the shortest that reads back, rounding.

use std::fmt;

use num_bigint::BigUint;
use num_traits::{Pow, Zero};

use super::MAX_DIGITS;
use super::float::Float;

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
    let exact = exact(float);
    if float.is_zero() {
        return exact;
    }
    // The mantissa with one bit more than the precision: its last bit is half a unit in the last place.
    let shift = (u64::from(float.precision) + 1).saturating_sub(float.mantissa.bits());
    let halves = &float.mantissa << shift;
    let exponent = float.exponent.saturating_sub_unsigned(shift);
    let lower = expand(&(&halves - 1u32), exponent);
    let upper = expand(&(&halves + 1u32), exponent);
    let inclusive = !halves.bit(1);
    for (i, digit) in exact.digits.iter().copied().enumerate() {
        let (low, high) = (lower.digit(i), upper.digit(i));
        let may_cut = low != digit || inclusive && i + 1 == lower.digits.len();
        let may_raise = digit != high && (inclusive || digit + 1 < high || i + 1 < upper.digits.len());
        match (may_cut, may_raise) {
            (true, true) => return exact.round(i + 1),
            (true, false) => return exact.cut(i + 1),
            (false, true) => return exact.raise(i + 1),
            (false, false) => {}
        }
    }
    exact
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
