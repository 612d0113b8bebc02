//! Dates: timestamps of RFC 3339, Go's durations, and the letters of `formatdate`.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use super::args::{function, text};
use super::types::{STRING, number, string};
use super::{Function, Host};
use crate::eval::{Cause, EvalError, Type, Value};

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    function("formatdate", &[STRING, STRING], string, format_date),
    function("plantimestamp", &[], string, |_, _| Ok(known_at_apply("plantimestamp"))),
    function("timeadd", &[STRING, STRING], string, time_add),
    function("timecmp", &[STRING, STRING], number, time_cmp),
    function("timestamp", &[], string, |_, _| Ok(known_at_apply("timestamp"))),
];

/// What an impure function gives.
pub(super) fn known_at_apply(name: &str) -> Value {
    Value::unknown_not_null(Type::String, Cause::Function(name.into()))
}

fn format_date(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let timestamp = Timestamp::parse(text(&args[1])?)?;
    let mut out = String::new();
    let mut rest = text(&args[0])?;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => quoted_length(rest),
            'a'..='z' | 'A'..='Z' => rest.find(|c| c != first).unwrap_or(rest.len()),
            _ => rest.find(|c: char| c == '\'' || c.is_ascii_alphabetic()).unwrap_or(rest.len()),
        };
        let (token, behind) = rest.split_at(length);
        rest = behind;
        match first {
            '\'' if token == "''" => out.push('\''),
            '\'' => {
                let inner = token[1..].strip_suffix('\'');
                let inner = inner.ok_or_else(|| EvalError::new("the format string has an unterminated quote"))?;
                out.push_str(&inner.replace("''", "'"));
            }
            'a'..='z' | 'A'..='Z' => out.push_str(&timestamp.field(token)?),
            _ => out.push_str(token),
        }
    }
    Ok(crate::eval::text::normalized(out).into())
}

/// The length of the quoted text at the beginning; two quotes in it are one.
fn quoted_length(text: &str) -> usize {
    if text.starts_with("''") {
        return 2;
    }
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

fn time_add(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let timestamp = Timestamp::parse(text(&args[0])?)?;
    let duration = text(&args[1])?;
    let nanoseconds = parse_duration(duration);
    let nanoseconds = nanoseconds.ok_or_else(|| EvalError::new(format!("`{duration}` is not a duration")))?;
    let added = timestamp.local.checked_add(SignedDuration::from_nanos(nanoseconds));
    let local = added.map_err(|_| EvalError::new("the result is not between the years 0 and 9999"))?;
    if local.year() < 0 {
        return Err(EvalError::new("the result is not between the years 0 and 9999"));
    }
    Ok(Timestamp { local, ..timestamp }.to_rfc3339().into())
}

fn time_cmp(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let a = Timestamp::parse(text(&args[0])?)?.instant()?;
    let b = Timestamp::parse(text(&args[1])?)?.instant()?;
    Ok((a.cmp(&b) as i64).into())
}

/// A point in time with the offset it was written with.
#[derive(Clone, Copy)]
pub(super) struct Timestamp {
    local: DateTime,
    /// Minutes ahead of UTC.
    offset: i32,
}

impl Timestamp {
    /// Reads the one form of RFC 3339 that Terraform accepts.
    fn parse(text: &str) -> Result<Timestamp, EvalError> {
        Timestamp::read(text).ok_or_else(|| EvalError::new(format!("`{text}` is not a timestamp of RFC 3339")))
    }

    fn read(text: &str) -> Option<Timestamp> {
        let (date, time) = text.split_once('T')?;
        let zone = time.find(['Z', '+', '-'])?;
        let (time, zone) = time.split_at(zone);
        let [year, month, day] = fields(date, '-', [4, 2, 2])?;
        let (time, fraction) = time.split_once('.').map_or((time, None), |(t, f)| (t, Some(f)));
        let [hour, minute, second] = fields(time, ':', [2, 2, 2])?;
        let fraction = fraction.map_or(Some(0), fraction_nanoseconds)?;
        let offset = match zone.as_bytes()[0] {
            b'Z' if zone.len() == 1 => 0,
            b'Z' => return None,
            sign => {
                let [hours, minutes] = fields(&zone[1..], ':', [2, 2])?;
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let offset = hours * 60 + minutes;
                if sign == b'-' { -offset } else { offset }
            }
        };
        Timestamp::at([year, month, day], [hour, minute, second], fraction, offset)
    }

    /// A point in time, where these numbers are one.
    pub(super) fn at(date: [i32; 3], time: [i32; 3], fraction: i32, offset: i32) -> Option<Timestamp> {
        let small = |n: i32| i8::try_from(n).ok();
        let date = Date::new(i16::try_from(date[0]).ok()?, small(date[1])?, small(date[2])?).ok()?;
        if time[2] > 59 {
            return None;
        }
        let time = Time::new(small(time[0])?, small(time[1])?, small(time[2])?, fraction).ok()?;
        Some(Timestamp { local: DateTime::from_parts(date, time), offset })
    }

    /// The same in RFC 3339, with whole seconds.
    pub(super) fn to_rfc3339(self) -> String {
        let zone = self.field("Z").unwrap_or_default();
        format!("{}{zone}", self.local.strftime("%Y-%m-%dT%H:%M:%S"))
    }

    fn instant(&self) -> Result<DateTime, EvalError> {
        let offset = SignedDuration::from_mins(self.offset.into());
        self.local.checked_sub(offset).map_err(|_| EvalError::new("the timestamp is out of range"))
    }

    /// What the letters of `formatdate` stand for.
    fn field(&self, letters: &str) -> Result<String, EvalError> {
        let local = self.local;
        let twelve = (local.hour() + 11) % 12 + 1;
        let (hours, minutes) = (self.offset.abs() / 60, self.offset.abs() % 60);
        let sign = if self.offset < 0 { '-' } else { '+' };
        Ok(match letters {
            "YYYY" => format!("{:04}", local.year()),
            "YY" => format!("{:02}", local.year().rem_euclid(100)),
            "MMMM" => local.strftime("%B").to_string(),
            "MMM" => local.strftime("%b").to_string(),
            "MM" => format!("{:02}", local.month()),
            "M" => local.month().to_string(),
            "DD" => format!("{:02}", local.day()),
            "D" => local.day().to_string(),
            "EEEE" => local.strftime("%A").to_string(),
            "EEE" => local.strftime("%a").to_string(),
            "hh" => format!("{:02}", local.hour()),
            "h" => local.hour().to_string(),
            "HH" => format!("{twelve:02}"),
            "H" => twelve.to_string(),
            "AA" => if local.hour() < 12 { "AM" } else { "PM" }.into(),
            "aa" => if local.hour() < 12 { "am" } else { "pm" }.into(),
            "mm" => format!("{:02}", local.minute()),
            "m" => local.minute().to_string(),
            "ss" => format!("{:02}", local.second()),
            "s" => local.second().to_string(),
            "Z" if self.offset == 0 => "Z".into(),
            "ZZZ" if self.offset == 0 => "UTC".into(),
            "ZZZ" | "ZZZZ" => format!("{sign}{hours:02}{minutes:02}"),
            "Z" | "ZZZZZ" => format!("{sign}{hours:02}:{minutes:02}"),
            _ => return Err(EvalError::new(format!("the format string has an invalid sequence `{letters}`"))),
        })
    }
}

/// Numbers of exactly these widths with a separator between them.
fn fields<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i32; N]> {
    let mut fields = [0; N];
    let mut texts = text.split(separator);
    for (field, width) in fields.iter_mut().zip(widths) {
        let text = texts.next().filter(|t| t.len() == width && t.bytes().all(|b| b.is_ascii_digit()))?;
        *field = text.parse().ok()?;
    }
    texts.next().is_none().then_some(fields)
}

/// The digits behind the point of a second.
pub(super) fn fraction_nanoseconds(digits: &str) -> Option<i32> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(digits.bytes().chain(std::iter::repeat(b'0')).take(9).fold(0, |n, b| n * 10 + i32::from(b - b'0')))
}

/// A duration as Go writes it, such as `-1h30m` or `1.5s`, in nanoseconds.
fn parse_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0i64;
    while !rest.is_empty() {
        let number = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let (digits, behind) = rest.split_at(number);
        let unit = behind.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit);
        let scale: i64 = match unit {
            "ns" => 1,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let whole = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()?.checked_mul(scale)? };
        // As Go does, in the precision of a float.
        let fraction = format!("0.{fraction}0").parse::<f64>().ok()? * scale as f64;
        total = total.checked_add(whole)?.checked_add(fraction as i64)?;
        rest = behind;
    }
    Some(if negative { -total } else { total })
}
