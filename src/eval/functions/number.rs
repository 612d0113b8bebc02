//! Numbers.

mod float;

use num_bigint::BigInt;

use super::super::ops::with_hint;
use super::super::{EvalError, Hint, Kind, Number, Type, Value, convert};
use super::args::{integer, number, text};
use super::types::{self, ANY, NUMBER};
use super::{Function, Host};

/// How many elements `range` makes at most.
const MAX_RANGE: usize = 1024;
/// How many digits `parseint` reads at most.
const MAX_DIGITS: usize = 10_000;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { params: &[NUMBER.or_unknown()], ..numeric("abs", abs) },
    Function { params: &[NUMBER], ..numeric("ceil", |_, args| Ok(number(&args[0])?.ceil().into())) },
    Function { params: &[NUMBER], ..numeric("floor", |_, args| Ok(number(&args[0])?.floor().into())) },
    Function { params: &[NUMBER, NUMBER], ..numeric("log", log) },
    Function { params: &[NUMBER], variadic: Some(NUMBER), ..numeric("max", max) },
    Function { params: &[NUMBER], variadic: Some(NUMBER), ..numeric("min", min) },
    Function { params: &[ANY, NUMBER], ..numeric("parseint", parseint) },
    Function { params: &[NUMBER, NUMBER], ..numeric("pow", pow) },
    Function { params: &[NUMBER, NUMBER, NUMBER], optional: 2, result: numbers, ..numeric("range", range) },
    Function { params: &[NUMBER], ..numeric("signum", signum) },
    Function { params: &[ANY], ..numeric("sum", sum) },
];

/// A function that gives a number.
const fn numeric(name: &'static str, run: fn(&dyn Host, &[Value]) -> Result<Value, EvalError>) -> Function {
    Function { name, params: &[], optional: 0, variadic: None, result: types::number, run, transparent: false }
}

fn numbers(_: &[Value]) -> Type {
    Type::list(Type::Number)
}

fn abs(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    match &args[0].kind {
        Kind::Number(n) => Ok(n.abs().into()),
        _ => {
            let unknown = Value::unknown_from(args, Type::Number, true);
            Ok(with_hint(unknown, Hint::Range(Some(Number::from(0)), None)))
        }
    }
}

/// A logarithm of 64-bit floats.
fn log(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let (n, base) = (as_f64(&args[0])?, as_f64(&args[1])?);
    from_f64(float::ln(n) / float::ln(base))
}

fn pow(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    from_f64(float::power(as_f64(&args[0])?, as_f64(&args[1])?))
}

fn as_f64(value: &Value) -> Result<f64, EvalError> {
    let n = number(value)?;
    let float = n.to_f64();
    match float.is_infinite() && !n.is_infinite() {
        true => Err(EvalError::new("the number is too large for this function")),
        false => Ok(float),
    }
}

fn from_f64(value: f64) -> Result<Value, EvalError> {
    Number::from_f64(value).map(Value::from).ok_or_else(|| EvalError::new("the result is not a number"))
}

fn max(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    best(args, |n, best| n > best)
}

fn min(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    best(args, |n, best| n < best)
}

fn best(args: &[Value], better: fn(&Number, &Number) -> bool) -> Result<Value, EvalError> {
    let mut best = number(&args[0])?;
    for arg in &args[1..] {
        let n = number(arg)?;
        if better(n, best) {
            best = n;
        }
    }
    Ok(best.clone().into())
}

fn signum(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    Ok(integer(&args[0])?.signum().into())
}

fn parseint(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    if !matches!(args[0].kind, Kind::String(_)) {
        return Err(EvalError::new("the first argument of `parseint` must be a string"));
    }
    let digits = text(&args[0])?;
    let base = integer(&args[1])?;
    let base = u32::try_from(base).ok().filter(|b| (2..=62).contains(b));
    let base = base.ok_or_else(|| EvalError::new("the base must be a whole number from 2 to 62"))?;
    let (negative, unsigned) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let values: Option<Vec<u8>> = unsigned.bytes().map(|b| digit(b, base)).collect();
    let values = values.filter(|v| (1..=MAX_DIGITS).contains(&v.len()));
    let parsed = values.and_then(|v| num_bigint::BigUint::from_radix_be(&v, base));
    let parsed = parsed.ok_or_else(|| EvalError::new(format!("this string is no whole number of base {base}")))?;
    let sign = if negative { num_bigint::Sign::Minus } else { num_bigint::Sign::Plus };
    Ok(Number::from(BigInt::from_biguint(sign, parsed)).into())
}

/// A digit's value: letters follow the digits, and above base 36 capitals follow the small letters.
fn digit(byte: u8, base: u32) -> Option<u8> {
    let value = match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'z' => byte - b'a' + 10,
        b'A'..=b'Z' if base <= 36 => byte - b'A' + 10,
        b'A'..=b'Z' => byte - b'A' + 36,
        _ => return None,
    };
    (u32::from(value) < base).then_some(value)
}

fn range(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let zero = Number::from(0);
    let (start, end) = match args {
        [end] => (&zero, number(end)?),
        _ => (number(&args[0])?, number(&args[1])?),
    };
    let step = match args.get(2) {
        Some(step) => number(step)?.clone(),
        None => Number::from(if end < start { -1 } else { 1 }),
    };
    if step.is_zero() && !step.is_negative() {
        return Err(EvalError::new("the step of `range` must not be zero"));
    }
    let down = step < zero;
    if (down && end > start) || (!down && end < start) {
        let direction = if down { "negative" } else { "positive" };
        return Err(EvalError::new(format!("`range` cannot reach its end with a {direction} step")));
    }
    let mut items = Vec::new();
    let mut next = start.clone();
    while if down { next > *end } else { next < *end } {
        if items.len() == MAX_RANGE {
            return Err(EvalError::new(format!("`range` makes at most {MAX_RANGE} elements")));
        }
        items.push(Value::from(next.clone()));
        next = next.checked_add(&step).ok_or_else(|| EvalError::new("`range` cannot start at infinity"))?;
    }
    Ok(Value::list(Type::Number, items))
}

fn sum(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let Some(seq) = args[0].as_seq() else { return Err(EvalError::new("`sum` takes a list, set or tuple")) };
    let mut total: Option<Number> = None;
    for item in &seq.items {
        let item = convert(item, &Type::Number)?;
        let n = number(&item).map_err(|_| EvalError::new("`sum` takes numbers, not null"))?;
        total = match total {
            None => Some(n.clone()),
            Some(total) => Some(total.checked_add(n).ok_or_else(|| EvalError::new("opposite infinities have no sum"))?),
        };
    }
    total.map(Value::from).ok_or_else(|| EvalError::new("`sum` takes at least one number"))
}
