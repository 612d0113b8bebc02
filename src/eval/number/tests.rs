use num_bigint::BigUint;
use num_traits::Zero;

use super::float::Float;
use super::*;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
}

fn check(operation: fn(&Number, &Number) -> Option<Number>, a: &str, b: &str, expected: &str) {
    let result = operation(&number(a), &number(b)).map_or("none".to_owned(), |n| n.to_string());
    assert_eq!(result, expected, "{a} and {b}");
}

#[test]
fn text_is_read_as_terraform_reads_it() {
    for (text, expected) in [
        ("0", "0"),
        ("-0", "-0"),
        ("007", "7"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.50", "1.5"),
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("1.5e-7", "0.00000015"),
        ("1p3", "8"),
        ("1.5p-1", "0.75"),
        ("Inf", "+Inf"),
        ("-inf", "-Inf"),
        ("9007199254740993", "9007199254740993"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551616", "18446744073709551616"),
        ("0.1234567890123456789012345678901234567890", "0.123456789012345678901234567890123456789"),
        ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
        ("1e21", "1000000000000000000000"),
        ("0e5", "0"),
    ] {
        assert_eq!(number(text).to_string(), expected, "{text}");
    }
    for text in ["", "-", ".", "e5", "1e", "1e+", "0x10", "1_000", " 1", "1 ", "1.2.3", "--1", "infinity", "1e99999999"]
    {
        assert!(Number::parse(text).is_none(), "{text}");
    }
    let large = number("1e400").to_string();
    assert_eq!((large.len(), large.trim_end_matches('0')), (401, "1"));
}

#[test]
fn arithmetic_rounds_at_512_bits() {
    check(Number::checked_add, "0.1", "0.2", "0.3");
    check(Number::checked_add, "1e30", "1", "1000000000000000000000000000001");
    check(Number::checked_add, "9223372036854775807", "1", "9223372036854775808");
    check(Number::checked_sub, "0", "0", "0");
    check(Number::checked_sub, "5", "-9223372036854775808", "9223372036854775813");
    check(Number::checked_mul, "0", "-1", "-0");
    check(Number::checked_mul, "4294967296", "4294967296", "18446744073709551616");
    check(Number::checked_div, "7", "2", "3.5");
    check(Number::checked_div, "-6", "3", "-2");
    let third = number("1").checked_div(&number("3")).unwrap();
    assert_eq!(third.to_string(), format!("0.{}5", "3".repeat(154)));
    let two_thirds = number("2").checked_div(&number("3")).unwrap();
    assert_eq!(two_thirds.to_string(), format!("0.{}7", "6".repeat(153)));
    assert_eq!(number("100").checked_div(&number("3")).unwrap().checked_mul(&number("3")).unwrap(), number("100"));
    let difference = number("2").checked_sub(&number("1.9")).unwrap();
    assert_eq!(difference.to_string(), format!("0.1{}3", "0".repeat(153)));
}

#[test]
fn remainders_take_the_sign_of_the_dividend() {
    check(Number::checked_rem, "10", "3", "1");
    check(Number::checked_rem, "-5", "3", "-2");
    check(Number::checked_rem, "5", "-3", "2");
    check(Number::checked_rem, "5.5", "2", "1.5");
    check(Number::checked_rem, "5", "0", "5");
    check(Number::checked_rem, "-0", "2", "-0");
    check(Number::checked_rem, "-6", "3", "0");
    check(Number::checked_rem, "5", "Inf", "none");
    let narrow = Number::from_f64(0.04411401252448806).unwrap();
    assert_eq!(narrow.checked_rem(&number("9007199254740993")).unwrap().to_string(), "0.04411401252448806");
}

#[test]
fn infinities_compare_and_do_not_cancel() {
    check(Number::checked_div, "1", "0", "+Inf");
    check(Number::checked_div, "-1", "0", "-Inf");
    check(Number::checked_div, "0", "0", "none");
    check(Number::checked_sub, "Inf", "Inf", "none");
    check(Number::checked_mul, "Inf", "0", "none");
    check(Number::checked_add, "Inf", "1", "+Inf");
    check(Number::checked_div, "1", "Inf", "0");
    assert!(Number::INFINITY > number("1e308"));
    assert!(number("-Inf") < number("-1e308"));
}

#[test]
fn numbers_compare_by_value() {
    for (a, b, expected) in [
        ("1", "1.0", Ordering::Equal),
        ("0", "-0", Ordering::Equal),
        ("0.1", "0.2", Ordering::Less),
        ("-0.1", "-0.2", Ordering::Greater),
        ("1e30", "1", Ordering::Greater),
        ("-1e30", "1", Ordering::Less),
        ("1.5", "1.25", Ordering::Greater),
    ] {
        assert_eq!(number(a).cmp(&number(b)), expected, "{a} and {b}");
    }
}

#[test]
fn precision_of_functions_shows_in_the_digits() {
    assert_eq!(Number::from_f64(2f64.powi(100)).unwrap().to_string(), "1267650600228229400000000000000");
    let exact = Number::from_f64(2f64.powi(100)).unwrap().checked_add(&number("0")).unwrap();
    assert_eq!(exact.to_string(), "1267650600228229401496703205376");
    assert_eq!(Number::from_f64(0.30102999566398114).unwrap().to_string(), "0.30102999566398114");
    assert_eq!(Number::from_f64(1e23).unwrap().to_string(), "100000000000000000000000");
    assert_eq!(Number::from(1).checked_div(&Number::from(3)).unwrap().to_string(), "0.33333333333333333334");
    assert_eq!(Number::from_f64(f64::NAN), None);
    assert_eq!(Number::from_f64(5e-324).unwrap().to_f64(), 5e-324);
}

#[test]
fn integers_convert_exactly() {
    assert_eq!(number("1.5").to_i64(), None);
    assert_eq!(number("-0").to_i64(), Some(0));
    assert_eq!(number("-9223372036854775808").to_i64(), Some(i64::MIN));
    assert_eq!(number("9223372036854775808").to_i64(), None);
    assert_eq!(number("-1").to_usize(), None);
    assert_eq!(number("1e20").to_bigint(), Some(BigInt::from(10).pow(20)));
    assert_eq!(number("1.5").to_bigint(), None);
    for (text, floor, ceil) in
        [("-1.1", "-2", "-1"), ("1.9", "1", "2"), ("3", "3", "3"), ("-0.5", "-1", "0"), ("-0", "0", "0")]
    {
        assert_eq!((number(text).floor().to_string(), number(text).ceil().to_string()), (floor.into(), ceil.into()));
    }
    assert_eq!(number("0.1").to_f64(), 0.1);
    assert_eq!(number("1e400").to_f64(), f64::INFINITY);
    assert_eq!(number("4.9e-324").to_f64(), 5e-324);
}

#[test]
fn decimals_round_half_to_even() {
    let exact = |text: &str| number(text).exact_decimal().unwrap();
    assert_eq!(exact("2.5").round_places(0).to_string(), "2");
    assert_eq!(exact("3.5").round_places(0).to_string(), "4");
    assert_eq!(exact("0.05").round_places(0).to_string(), "0");
    assert_eq!(exact("99.96").round_places(1).to_string(), "100");
    assert_eq!(exact("1234567890123").to_general(10), "1.23456789e+12");
    assert_eq!(exact("0.00001").to_general(10), "1e-05");
    assert_eq!(exact("-10").to_general(10), "-10");
}

#[test]
fn magnitudes_are_bounded() {
    let mut n = number("1e300");
    for _ in 0..40 {
        n = n.checked_mul(&n).unwrap();
    }
    assert!(n.is_infinite());
    let mut n = number("1e-300");
    for _ in 0..40 {
        n = n.checked_mul(&n).unwrap();
    }
    assert!(n.is_zero());
}

#[test]
fn numbers_of_few_digits_are_printed_with_all_of_them() {
    for precision in [8, 24, F64_PRECISION, PRECISION] {
        for (mantissa, exponent) in (0..2000_u32).map(|i| (i * i * 31 % 977 * 2 + 1, i as i64 % 60 - 40)) {
            let float = Float::rounded(false, mantissa.into(), exponent, precision);
            assert_eq!(decimal::shortest(&float), decimal::shortest_of_all_digits(&float), "{float:?}");
        }
    }
}

/// The digits of what is far from one are not all worked out.
#[test]
fn far_numbers_are_read_and_printed_like_others() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    for round in 0..400 {
        let length = [0, next() % 200][round % 2];
        let digits: String = (0..=length).map(|i| char::from(b'0' + (next() >> (i % 40)) as u8 % 10)).collect();
        let exponent = (next() % 4001) as i64 - 2000;
        let precision = [PRECISION, F64_PRECISION, INTEGER_PRECISION, 24][round / 2 % 4];
        let text = format!("{digits}e{exponent}");
        let mantissa = BigUint::parse_bytes(digits.as_bytes(), 10).unwrap();
        if mantissa.is_zero() {
            continue;
        }
        let power = BigUint::from(10u32).pow(exponent.unsigned_abs() as u32);
        let exactly = |mantissa| Float { precision, ..Float::rounded(false, mantissa, 0, u32::MAX) };
        let expected = match exponent >= 0 {
            true => Float::rounded(false, mantissa * power, 0, precision),
            false => exactly(mantissa).divide(&exactly(power)),
        };
        let read = decimal::parse(&text, false, precision).unwrap();
        assert_eq!((&read.mantissa, read.exponent), (&expected.mantissa, expected.exponent), "{text}");
        let printed = decimal::shortest(&read);
        assert_eq!(printed, decimal::shortest_of_all_digits(&read), "{text}");
        let again = decimal::parse(&printed.to_string(), false, precision).unwrap();
        assert_eq!((again.mantissa, again.exponent), (read.mantissa, read.exponent), "{text}");
    }
}
