//! What a scalar of YAML stands for, by the rules of version 1.1 that Terraform keeps: `yes` is true, `2024-01-02` a
//! timestamp, `017` seventeen.

use base64::Engine;

use super::encoding::BASE64;
use super::time::{Timestamp, fraction_nanoseconds};
use crate::eval::text::normalized;
use crate::eval::{EvalError, Kind, Number, Value};

/// What the standard tags begin with.
pub(super) const TAG_PREFIX: &str = "tag:yaml.org,2002:";

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    Plain,
    Quoted,
    /// `|` or `>`: resolved like a plain one, and then text again.
    Block,
}

/// The value of a scalar with its tag, written in full.
pub(super) fn resolve(text: &str, style: Style, tag: Option<&str>) -> Result<Value, EvalError> {
    let value = resolved(text, style, tag)?;
    Ok(match (&value.kind, style, tag) {
        (Kind::Bool(b), Style::Block, None) => b.to_string().into(),
        (Kind::Number(n), Style::Block, None) => n.to_string().into(),
        _ => value,
    })
}

fn resolved(text: &str, style: Style, tag: Option<&str>) -> Result<Value, EvalError> {
    let unsupported = || EvalError::new(format!("invalid YAML: unsupported tag `{}`", tag.unwrap_or_default()));
    let tag = tag.map(|tag| tag.strip_prefix(TAG_PREFIX).ok_or_else(unsupported)).transpose()?;
    if !matches!(tag, None | Some("str" | "bool" | "int" | "float" | "null" | "timestamp" | "binary")) {
        return Err(unsupported());
    }
    let string = || Ok(Value::from(normalized(text)));
    if let Some(kind) = Hint::of(text).filter(|_| !matches!(tag, Some("str" | "binary"))) {
        if style == Style::Quoted {
            return string();
        }
        if let Some(value) = word(text) {
            return Ok(value);
        }
        if tag.is_none() && matches!(text, ".nan" | ".NaN" | ".NAN") {
            return Err(EvalError::new("invalid YAML: Terraform has no number for NaN"));
        }
        match kind {
            Hint::Word => {}
            Hint::Point => {
                if let Some(number) = Number::parse(text) {
                    return Ok(number.into());
                }
            }
            Hint::Number => {
                if let (None | Some("timestamp"), Some(timestamp)) = (tag, timestamp(text)) {
                    return Ok(timestamp.to_rfc3339().into());
                }
                if is_integer(text) || is_float(text) {
                    return number(text);
                }
            }
        }
    }
    let cannot = |tag: &str| EvalError::new(format!("invalid YAML: `{text}` is not of the type `!!{tag}`"));
    match tag {
        Some(tag @ "binary") if BASE64.decode(text).is_err() => Err(cannot(tag)),
        None | Some("str" | "binary") => string(),
        Some("null") => Ok(Value::NULL),
        Some(tag @ "bool") => word(text).filter(|v| v.as_bool().is_some()).ok_or_else(|| cannot(tag)),
        Some("int" | "float") => number(text),
        Some(tag) => timestamp(text).map(|t| t.to_rfc3339().into()).ok_or_else(|| cannot(tag)),
    }
}

/// What the first character says that a text may be.
enum Hint {
    Word,
    Number,
    Point,
}

impl Hint {
    fn of(text: &str) -> Option<Hint> {
        match text.chars().next() {
            None | Some('y' | 'Y' | 'n' | 'N' | 't' | 'T' | 'f' | 'F' | 'o' | 'O' | '~') => Some(Hint::Word),
            Some('+' | '-' | '0'..='9') => Some(Hint::Number),
            Some('.') => Some(Hint::Point),
            Some(_) => None,
        }
    }
}

/// The words with a meaning.
fn word(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => true.into(),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => false.into(),
        "" | "~" | "null" | "Null" | "NULL" => Value::NULL,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Number::INFINITY.into(),
        "-.inf" | "-.Inf" | "-.INF" => Number::INFINITY.negated().into(),
        _ => return None,
    })
}

fn number(text: &str) -> Result<Value, EvalError> {
    let plain = text.replace('_', "");
    let radix = |prefix: [&str; 2], radix| {
        let (negative, digits) = plain.strip_prefix('-').map_or((false, plain.as_str()), |digits| (true, digits));
        let digits = prefix.iter().find_map(|p| digits.strip_prefix(p))?;
        let digits = u64::from_str_radix(digits, radix).ok()?;
        let number = Number::from(num_bigint::BigInt::from(digits));
        Some(if negative { number.negated() } else { number })
    };
    let number = Number::parse(&plain)
        .or_else(|| radix(["0x", "0X"], 16))
        .or_else(|| radix(["0o", "0O"], 8))
        .or_else(|| radix(["0b", "0B"], 2));
    number.map(Value::from).ok_or_else(|| EvalError::new(format!("invalid YAML: `{text}` is not a number")))
}

fn is_integer(text: &str) -> bool {
    let all = |digits: &str, radix| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    text.strip_prefix("0o").is_some_and(|digits| all(digits, 8))
        || text.strip_prefix("0x").is_some_and(|digits| all(digits, 16))
        || all(text.strip_prefix(['+', '-']).unwrap_or(text), 10)
}

fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|e| !e.is_empty() && digits(e))
}

/// A date, or a date with a time: then with a zone behind `T`, without one behind a space.
fn timestamp(text: &str) -> Option<Timestamp> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((text.as_bytes()[at], &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts = date.splitn(3, '-');
    let year = parts.next().filter(|year| year.len() == 4)?;
    let date = [short(year, 4)?, short(parts.next()?, 2)?, short(parts.next()?, 2)?];
    let Some((separator, time)) = time else { return Timestamp::at(date, [0; 3], 0, 0) };
    let (time, offset) = match separator {
        b' ' => (time, 0),
        _ => {
            let zone = time.find(['Z', '+', '-'])?;
            (&time[..zone], zone_offset(&time[zone..])?)
        }
    };
    let (time, fraction) = time.split_once(['.', ',']).map_or((time, None), |(t, f)| (t, Some(f)));
    let mut parts = time.splitn(3, ':');
    let time = [short(parts.next()?, 2)?, short(parts.next()?, 2)?, short(parts.next()?, 2)?];
    Timestamp::at(date, time, fraction.map_or(Some(0), fraction_nanoseconds)?, offset)
}

/// A number of at most so many digits.
fn short(digits: &str, most: usize) -> Option<i32> {
    let valid = (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| valid)
}

fn zone_offset(zone: &str) -> Option<i32> {
    if zone == "Z" {
        return Some(0);
    }
    let (hours, minutes) = zone[1..].split_once(':')?;
    let exact = hours.len() == 2 && minutes.len() == 2;
    let minutes = short(hours, 2).filter(|h| exact && *h <= 24)? * 60 + short(minutes, 2).filter(|m| *m < 60)?;
    Some(if zone.starts_with('-') { -minutes } else { minutes })
}
