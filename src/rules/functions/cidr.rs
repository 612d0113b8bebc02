//! Address ranges: sizes, overlap, containment.

use std::net::IpAddr;

use ipnet::IpNet;
use num_bigint::BigInt;

use super::{Call, OwnFunction};
use crate::eval::{EvalError, Number, Type, Value};

/// Addresses that AWS keeps in every subnet: the first four and the last.
const RESERVED: i64 = 5;

pub(super) const FUNCTIONS: &[OwnFunction] = &[
    OwnFunction {
        name: "cidr_size",
        params: "range",
        arity: (1, 1),
        description: "The number of addresses in a range: `cidr_size(\"10.0.0.0/24\")` is 256.",
        run: |call| size(call, 0),
    },
    OwnFunction {
        name: "cidr_usable",
        params: "range",
        arity: (1, 1),
        description: "The number of addresses that a subnet of this range can give away: AWS keeps five of each subnet.",
        run: |call| size(call, RESERVED),
    },
    OwnFunction {
        name: "cidr_overlaps",
        params: "a, b",
        arity: (2, 2),
        description: "Whether two ranges share an address. Ranges of different families never do.",
        run: |call| pair(call, Type::Bool, |a, b| (a.contains(&b) || b.contains(&a)).into()),
    },
    OwnFunction {
        name: "cidr_contains",
        params: "a, b",
        arity: (2, 2),
        description: "Whether the range `a` holds all of the range or address `b`.",
        run: |call| pair(call, Type::Bool, |a, b| a.contains(&b).into()),
    },
    OwnFunction {
        name: "cidr_intersection",
        params: "a, b",
        arity: (2, 2),
        description: "The range that two ranges share, or null where they share none.",
        run: |call| pair(call, Type::String, intersection),
    },
];

fn intersection(a: IpNet, b: IpNet) -> Value {
    match (a.contains(&b), b.contains(&a)) {
        (true, _) => b.to_string().into(),
        (_, true) => a.to_string().into(),
        _ => Value::NULL,
    }
}

fn size(call: &Call<'_>, reserved: i64) -> Result<Value, EvalError> {
    let range = match call.text(0, Type::Number)? {
        Ok(text) => parse(&text).map_err(|e| call.at(0, e))?,
        Err(unknown) => return Ok(unknown),
    };
    let size = (BigInt::from(1) << (range.max_prefix_len() - range.prefix_len())) - reserved;
    let size = size.max(BigInt::from(0)).to_string();
    Number::parse(&size).map(Value::from).ok_or_else(|| EvalError::new("the range is too large"))
}

fn pair(call: &Call<'_>, ty: Type, run: fn(IpNet, IpNet) -> Value) -> Result<Value, EvalError> {
    let range = |index| match call.text(index, ty.clone())? {
        Ok(text) => parse(&text).map(Ok).map_err(|e| call.at(index, e)),
        Err(unknown) => Ok(Err(unknown)),
    };
    Ok(match (range(0)?, range(1)?) {
        (Ok(a), Ok(b)) => run(a, b),
        (Err(unknown), _) | (_, Err(unknown)) => unknown,
    })
}

/// A range; a lone address is a range of one. Bits behind the prefix do not matter.
fn parse(text: &str) -> Result<IpNet, EvalError> {
    let range: Option<IpNet> = match text.contains('/') {
        true => text.parse().ok(),
        false => text.parse::<IpAddr>().ok().map(IpNet::from),
    };
    let error = || EvalError::new(format!("`{text}` is no address range")).with_label("not a range");
    range.map(|r| r.trunc()).ok_or_else(error)
}
