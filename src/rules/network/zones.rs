//! The Availability Zones of subnets.

use std::collections::BTreeSet;

use super::{Known, Network};
use crate::eval::{Cause, Hint, Kind, Marks, ReferenceKind, Segment, Step, Value};
use crate::infra::InstanceId;

/// A zone as far as it can be told apart from others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Zone {
    /// A literal name or id: `eu-west-1a`, `euw1-az1`.
    Named(String),
    /// An element of a data source's list: other elements of the same list are other zones.
    Element {
        /// The list: `data.aws_availability_zones.available.names`.
        list: String,
        /// The position in it.
        index: i64,
    },
    /// Text built on something unknown: `${var.region}a`. Other texts on the same base are other zones.
    Built {
        /// What it is built on.
        base: String,
        /// The text around it.
        text: String,
    },
}

impl Zone {
    /// What zones must have in common to be compared.
    fn family(&self) -> (u8, &str) {
        match self {
            Zone::Named(name) => (if name.contains("-az") { 1 } else { 0 }, ""),
            Zone::Element { list, .. } => (2, list),
            Zone::Built { base, .. } => (3, base),
        }
    }

    /// A name for messages.
    pub fn display(&self) -> String {
        match self {
            Zone::Named(name) => name.clone(),
            Zone::Element { list, index } => format!("{list}[{index}]"),
            Zone::Built { text, .. } => text.clone(),
        }
    }
}

/// How many zones several subnets lie in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ZoneCount {
    /// The zones.
    pub zones: BTreeSet<Zone>,
    /// At least this many are certain.
    pub at_least: usize,
    /// Why there may be more.
    pub doubt: Option<Cause>,
}

/// What names the zone of a subnet.
const ARGUMENTS: [&str; 2] = ["availability_zone", "availability_zone_id"];

impl Network<'_> {
    /// The marks of what names the zone of a subnet.
    pub fn zone_marks(&self, subnet: InstanceId) -> Marks {
        let marks = ARGUMENTS.map(|name| self.infra.attribute(subnet, name).deep_marks().secret());
        marks.into_iter().fold(Marks::NONE, Marks::union)
    }

    /// The zone of a subnet.
    pub fn zone(&self, subnet: InstanceId) -> Known<Zone> {
        let arguments = ARGUMENTS.map(|name| self.infra.attribute(subnet, name));
        // Of name and id one is given, though which one may depend on what the text looks like.
        let mut zones = BTreeSet::new();
        let understood = arguments.iter().all(|value| alternatives(value, &mut zones));
        match zones.pop_first() {
            Some(only) if understood && zones.is_empty() => Ok(only),
            _ => {
                let unset = || self.outside(subnet, "availability_zone");
                Err(arguments.iter().find_map(Value::cause).unwrap_or_else(unset))
            }
        }
    }

    /// How many zones these subnets lie in.
    pub fn zone_count(&self, subnets: &[InstanceId]) -> Known<ZoneCount> {
        let mut zones = BTreeSet::new();
        let mut unknown = None;
        for subnet in subnets {
            match self.zone(*subnet) {
                Ok(zone) => {
                    zones.insert(zone);
                }
                Err(cause) => unknown = Some(cause),
            }
        }
        // Zones named in different ways may be the same ones.
        let families: BTreeSet<_> = zones.iter().map(|z| z.family()).collect();
        let largest = families.iter().map(|f| zones.iter().filter(|z| z.family() == *f).count()).max().unwrap_or(0);
        let mixed = || {
            (families.len() > 1).then(|| Cause::Runtime("whether zones named in different ways are the same".into()))
        };
        match (largest, unknown) {
            (0, Some(cause)) => Err(cause),
            (at_least, unknown) => Ok(ZoneCount { at_least, doubt: unknown.or_else(mixed), zones }),
        }
    }
}

/// Adds the zones that a value may name, null not counted; false where one of them is not understood.
fn alternatives(value: &Value, zones: &mut BTreeSet<Zone>) -> bool {
    match value.as_unknown().map(|u| &u.hint) {
        _ if value.is_null() => true,
        Some(Hint::OneOf(values)) => values.iter().all(|v| alternatives(v, zones)),
        _ => {
            let zone = zone_of(value);
            let understood = zone.is_some();
            zones.extend(zone);
            understood
        }
    }
}

/// The zone that a value names.
pub(super) fn zone_of(value: &Value) -> Option<Zone> {
    match &value.kind {
        Kind::String(name) if !name.is_empty() => Some(Zone::Named(name.to_string())),
        Kind::Unknown(u) => match (&u.origin, &u.hint) {
            (Some(origin), _) if origin.kind == ReferenceKind::Data => match origin.path.split_last() {
                Some((Step::Index(index), _)) => {
                    let printed = origin.to_string();
                    let (list, _) = printed.rsplit_once('[')?;
                    Some(Zone::Element { list: list.to_owned(), index: *index })
                }
                _ => None,
            },
            (_, Hint::Text(segments)) => built(segments),
            _ => None,
        },
        _ => None,
    }
}

fn built(segments: &[Segment]) -> Option<Zone> {
    let (mut base, mut text) = (String::new(), String::new());
    for segment in segments {
        match segment {
            Segment::Text(t) => text.push_str(t),
            Segment::Unknown(v) => {
                let origin = v.as_unknown()?.origin.as_ref()?.to_string();
                text.push_str(&format!("${{{origin}}}"));
                base.push_str(&origin);
                base.push('\n');
            }
        }
    }
    Some(Zone::Built { base, text })
}
