//! Numbers under the verbs `b d o x X e E f g G` of `format`, as Go's `math/big` prints them.

use num_bigint::{BigInt, Sign};

use crate::eval::{Decimal, Number};

use super::format_verb::Verb;

/// An integer in the base of the verb.
pub(super) fn integer(verb: &Verb<'_>, value: &BigInt) -> String {
    let (base, prefix) = match verb.mode {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = value.magnitude().to_str_radix(base);
    if verb.mode == 'X' {
        digits.make_ascii_uppercase();
    }
    if verb.precision == Some(0) && value.sign() == Sign::NoSign {
        return String::new();
    }
    let sign = sign(verb, value.sign() == Sign::Minus);
    let prefix = if verb.sharp { prefix } else { "" };
    let mut zeros = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    let padding = verb.width.unwrap_or(0).saturating_sub(sign.len() + prefix.len() + zeros + digits.len());
    let (mut left, mut right) = (0, 0);
    match () {
        () if verb.minus => right = padding,
        () if verb.zero && verb.precision.is_none() => zeros = padding,
        () => left = padding,
    }
    [&" ".repeat(left), sign, prefix, &"0".repeat(zeros), &digits, &" ".repeat(right)].concat()
}

/// A number with a point or an exponent.
pub(super) fn float(verb: &Verb<'_>, value: &Number) -> String {
    let (digits, zero) = match float_digits(verb, value) {
        Some(digits) => (digits, verb.zero),
        None => ("Inf".to_owned(), false),
    };
    let sign = match sign(verb, value.is_negative()) {
        "" if value.is_infinite() => "+",
        sign => sign,
    };
    let padding = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
    match () {
        () if zero => [sign, &"0".repeat(padding), &digits].concat(),
        () if verb.minus => [sign, &digits, &" ".repeat(padding)].concat(),
        () => [&" ".repeat(padding), sign, &digits].concat(),
    }
}

/// A number under `%v`: as under `%g` without a precision.
pub(super) fn general(value: &Number) -> String {
    match value.shortest_decimal() {
        Some(decimal) => {
            let sign = if decimal.negative { "-" } else { "" };
            format!("{sign}{}", shortest_general(&decimal, 'e'))
        }
        None => value.to_string(),
    }
}

fn sign(verb: &Verb<'_>, negative: bool) -> &'static str {
    match () {
        () if negative => "-",
        () if verb.plus => "+",
        () if verb.space => " ",
        () => "",
    }
}

/// The digits without sign; `None` for infinities.
fn float_digits(verb: &Verb<'_>, value: &Number) -> Option<String> {
    let letter = if verb.mode.is_ascii_uppercase() { 'E' } else { 'e' };
    Some(match (verb.mode, verb.precision) {
        ('f', precision) => plain(&value.exact_decimal()?, precision.unwrap_or(6)),
        ('g' | 'G', None) => shortest_general(&value.shortest_decimal()?, letter),
        ('g' | 'G', Some(precision)) => {
            let precision = precision.max(1);
            let rounded = value.exact_decimal()?.round(precision);
            match uses_exponent(&rounded, precision as i64) {
                true => exponential(&rounded, rounded.digits.len().saturating_sub(1), letter),
                false => plain(&rounded, fraction_digits(&rounded)),
            }
        }
        (_, precision) => {
            let precision = precision.unwrap_or(6);
            exponential(&value.exact_decimal()?.round(precision + 1), precision, letter)
        }
    })
}

fn shortest_general(decimal: &Decimal, letter: char) -> String {
    match uses_exponent(decimal, 6) {
        true => exponential(decimal, decimal.digits.len().saturating_sub(1), letter),
        false => plain(decimal, fraction_digits(decimal)),
    }
}

fn uses_exponent(decimal: &Decimal, precision: i64) -> bool {
    !decimal.digits.is_empty() && !(-4..precision).contains(&(decimal.point - 1))
}

/// How many digits stand behind the point.
fn fraction_digits(decimal: &Decimal) -> usize {
    usize::try_from(decimal.digits.len() as i64 - decimal.point).unwrap_or(0)
}

/// `12.50`: rounded to so many digits behind the point.
fn plain(decimal: &Decimal, places: usize) -> String {
    let rounded = Decimal { negative: false, ..decimal.round_places(places) };
    let mut text = rounded.to_string();
    if places > 0 {
        let written = text.find('.').map(|point| text.len() - point - 1);
        if written.is_none() {
            text.push('.');
        }
        text.extend(std::iter::repeat_n('0', places - written.unwrap_or(0)));
    }
    text
}

/// `1.25e+01` with so many digits behind the point; the decimal has at most one more.
fn exponential(decimal: &Decimal, places: usize, letter: char) -> String {
    let mut digits = decimal.digits.iter().map(|d| char::from(b'0' + d)).chain(std::iter::repeat('0'));
    let mut text = String::with_capacity(places + 8);
    text.extend(digits.next());
    if places > 0 {
        text.push('.');
        text.extend(digits.take(places));
    }
    let exponent = if decimal.digits.is_empty() { 0 } else { decimal.point - 1 };
    let sign = if exponent < 0 { '-' } else { '+' };
    text.push(letter);
    text.push(sign);
    text.push_str(&format!("{:02}", exponent.unsigned_abs()));
    text
}
