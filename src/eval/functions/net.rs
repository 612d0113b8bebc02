//! Address ranges in CIDR notation.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::args::{function, integer, number, text};
use super::types::{NUMBER, STRING, bool, string, strings};
use super::{Function, Host};
use crate::eval::{EvalError, Type, Value};

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    function("cidrcontains", &[STRING, STRING], bool, contains),
    function("cidrhost", &[STRING, NUMBER], string, host),
    function("cidrnetmask", &[STRING], string, netmask),
    function("cidrsubnet", &[STRING, NUMBER, NUMBER], string, subnet),
    Function { variadic: Some(NUMBER), ..function("cidrsubnets", &[STRING], strings, subnets) },
];

/// A range of addresses: the first one, of which only the leading bits may be set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Range {
    first: u128,
    prefix: u32,
    /// 32 or 128.
    bits: u32,
}

impl Range {
    /// Reads `address/prefix`; bits of the address behind the prefix are cleared.
    pub(crate) fn parse(text: &str) -> Option<Range> {
        let (address, prefix) = text.split_once('/')?;
        let (address, bits) = parse_address(address)?;
        let digits = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|p| digits && *p <= bits)?;
        let range = Range { first: address, prefix, bits };
        Some(Range { first: address & !range.host_mask(), ..range })
    }

    /// The bits that tell addresses of the range apart.
    fn host_mask(self) -> u128 {
        match self.bits - self.prefix {
            128 => u128::MAX,
            free => (1 << free) - 1,
        }
    }

    fn last(self) -> u128 {
        self.first | self.host_mask()
    }

    /// Whether all of another range lies in it; `None` for ranges of different families.
    pub(crate) fn contains(self, other: Range) -> Option<bool> {
        (self.bits == other.bits).then_some(self.first <= other.first && other.last() <= self.last())
    }

    fn show_address(self, address: u128) -> String {
        match self.bits {
            32 => Ipv4Addr::from(address as u32).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.show_address(self.first), self.prefix)
    }
}

/// An address and the number of its bits. Leading zeros have no meaning, as in Terraform, which keeps an old reader.
fn parse_address(text: &str) -> Option<(u128, u32)> {
    let stripped = |digits: &str| match digits.trim_start_matches('0') {
        "" if !digits.is_empty() => "0".to_owned(),
        digits => digits.to_owned(),
    };
    if text.contains(':') {
        let groups: Vec<String> = text.split(':').map(stripped).collect();
        let address: Ipv6Addr = groups.join(":").parse().ok()?;
        return Some((address.into(), 128));
    }
    let octets: Vec<String> = text.split('.').map(stripped).collect();
    let address: Ipv4Addr = octets.join(".").parse().ok()?;
    Some((u32::from(address).into(), 32))
}

fn range(value: &Value) -> Result<Range, EvalError> {
    let text = text(value)?;
    Range::parse(text).ok_or_else(|| EvalError::new(format!("`{text}` is not an address range in CIDR notation")))
}

/// A whole number of any size.
fn whole(value: &Value) -> Result<BigInt, EvalError> {
    let number = number(value)?;
    let whole = number.to_bigint().filter(|_| number.is_integer());
    whole.ok_or_else(|| EvalError::new(format!("a whole number is required, not {number}")))
}

fn contains(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let outer = range(&args[0])?;
    let inner = match parse_address(text(&args[1])?) {
        Some((first, bits)) => Range { first, prefix: bits, bits },
        None => range(&args[1])?,
    };
    let contained = outer.contains(inner);
    contained.map(Value::from).ok_or_else(|| EvalError::new("the addresses are not of the same family"))
}

fn host(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let range = range(&args[0])?;
    let number = whole(&args[1])?;
    let beyond = || EvalError::new(format!("`{range}` has no host with the number {number}"));
    let from_end = number.sign() == Sign::Minus;
    // Minus one is the last address.
    let offset = if from_end { -&number - 1 } else { number.clone() };
    let offset = offset.to_u128().filter(|n| *n <= range.host_mask()).ok_or_else(beyond)?;
    let address = if from_end { range.last() - offset } else { range.first + offset };
    Ok(range.show_address(address).into())
}

fn netmask(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let range = range(&args[0])?;
    match range.bits {
        32 => Ok(range.show_address(!range.host_mask() & u128::from(u32::MAX)).into()),
        _ => Err(EvalError::new("IPv6 ranges have no netmask")),
    }
}

fn subnet(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let range = range(&args[0])?;
    let new_bits = integer(&args[1])?;
    let number = whole(&args[2])?;
    let free = range.bits - range.prefix;
    let bits = u32::try_from(new_bits).ok().filter(|bits| *bits <= free);
    let bits =
        bits.ok_or_else(|| EvalError::new(format!("the prefix of `{range}` cannot be extended by {new_bits}")))?;
    let narrow = Range { prefix: range.prefix + bits, ..range };
    let most = range.host_mask().checked_shr(free - bits).unwrap_or(0);
    let number = number.to_u128().filter(|n| *n <= most).ok_or_else(|| {
        EvalError::new(format!("extending the prefix by {bits} leaves no room for a subnet numbered {number}"))
    })?;
    let first = range.first | number.checked_shl(free - bits).unwrap_or(0);
    Ok(Range { first, ..narrow }.to_string().into())
}

/// Subnets one behind the other, each at the next place where one of its size can begin.
fn subnets(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let range = range(&args[0])?;
    let mut next = Some(range.first);
    let mut subnets = Vec::new();
    for new_bits in &args[1..] {
        let new_bits = integer(new_bits)?;
        let bits = u32::try_from(new_bits).ok().filter(|bits| (1..=32).contains(bits));
        let bits =
            bits.ok_or_else(|| EvalError::new(format!("a prefix is extended by 1 to 32 bits, not by {new_bits}")))?;
        let prefix = range.prefix + bits;
        if prefix > range.bits {
            return Err(EvalError::new(format!("the prefix of `{range}` cannot be extended by {bits}")));
        }
        let step = Range { prefix, ..range }.host_mask();
        let first = next.and_then(|next| next.checked_add(step)).map(|end| end & !step);
        let first = first.filter(|first| *first <= range.last()).ok_or_else(|| {
            EvalError::new(format!("`{range}` has no room left for a subnet with a prefix of {prefix} bits"))
        })?;
        next = (first | step).checked_add(1);
        subnets.push(Value::from(Range { first, prefix, ..range }.to_string()));
    }
    Ok(Value::list(Type::String, subnets))
}
