//! Logarithm and power of 64-bit floats, computed in the steps of Terraform's runtime: other ways differ in the last
//! bit, which shows in the printed digits.

/// The natural logarithm, by the series of the FreeBSD mathematical library.
#[expect(clippy::excessive_precision, reason = "the coefficients are written as they were published")]
pub(super) fn ln(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238_16e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_70e-10;
    const ODD: [f64; 4] = [
        6.666_666_666_666_735_13e-1,
        2.857_142_874_366_239_149e-1,
        1.818_357_216_161_805_012e-1,
        1.479_819_860_511_658_591e-1,
    ];
    const EVEN: [f64; 3] = [3.999_999_999_940_941_908e-1, 2.222_219_843_214_978_396e-1, 1.531_383_769_920_937_332e-1];
    if !x.is_finite() || x <= 0.0 {
        return x.ln();
    }
    let (mut fraction, mut exponent) = split(x);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = exponent as f64;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * (ODD[0] + s4 * (ODD[1] + s4 * (ODD[2] + s4 * ODD[3])));
    let even = s4 * (EVEN[0] + s4 * (EVEN[1] + s4 * EVEN[2]));
    let half_square = 0.5 * f * f;
    k * LN2_HIGH - ((half_square - (s * (half_square + odd + even) + k * LN2_LOW)) - f)
}

/// A power, by repeated squaring of the fraction.
pub(super) fn power(x: f64, y: f64) -> f64 {
    if x == 0.0 || y == 0.0 || !x.is_finite() || !y.is_finite() {
        return x.powf(y);
    }
    if y.abs() == 0.5 {
        return if y > 0.0 { x.sqrt() } else { 1.0 / x.sqrt() };
    }
    let (mut whole, mut fraction) = (y.abs().trunc(), y.abs().fract());
    if (fraction != 0.0 && x < 0.0) || whole >= 9e18 {
        return x.powf(y);
    }
    let mut result = 1.0;
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            whole += 1.0;
        }
        result = (fraction * ln(x)).exp();
    }
    let (mut base, mut base_exponent) = split(x);
    let mut exponent = 0i64;
    let mut left = whole as u64;
    while left != 0 {
        if base_exponent.abs() > 1 << 12 {
            exponent += base_exponent;
            break;
        }
        if left & 1 == 1 {
            result *= base;
            exponent += base_exponent;
        }
        base *= base;
        base_exponent <<= 1;
        if base < 0.5 {
            base += base;
            base_exponent -= 1;
        }
        left >>= 1;
    }
    if y < 0.0 {
        result = 1.0 / result;
        exponent = -exponent;
    }
    scale(result, exponent)
}

/// A fraction from one half to one, and the power of two that goes with it.
fn split(x: f64) -> (f64, i64) {
    let normal = if x.abs() < f64::MIN_POSITIVE { x * 2f64.powi(64) } else { x };
    let shift = if normal == x { 0 } else { 64 };
    let exponent = ((normal.to_bits() >> 52) & 0x7ff) as i64 - 1022;
    (f64::from_bits(normal.to_bits() & !(0x7ff << 52) | 1022 << 52), exponent - shift)
}

/// `x * 2^exponent`, rounded once.
fn scale(x: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-2200, 2200) as i32;
    let first = exponent.clamp(-1000, 1000);
    x * 2f64.powi(first) * 2f64.powi((exponent - first).clamp(-1000, 1000))
}
