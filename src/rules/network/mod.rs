//! The network of an infra: which route table serves a subnet, where its traffic leaves, in which zone it lies, which
//! address ranges a VPC has. What lies outside the configuration is unknown, never guessed.
//!
//! Terms: a subnet's *effective route table* is the one associated with it, else its VPC's main table. A *default
//! route* is one for `0.0.0.0/0` or `::/0`. A VPC's implicit main table holds the local route only.

mod egress;
mod ranges;
mod routes;
mod subnets;
mod zones;

pub use egress::Egress;
pub use routes::{DefaultRoute, RouteTable, TableRoutes, Tables, Target};
pub use subnets::{Found, Subnets};
pub use zones::{Zone, ZoneCount};

use crate::eval::{Cause, Hint, Kind, Value};
use crate::infra::{Infra, InstanceId, InstanceKind};

/// The network questions that rules ask of one infra.
#[derive(Clone, Copy)]
pub struct Network<'a> {
    infra: &'a Infra,
    tables: &'a Tables,
}

impl<'a> Network<'a> {
    /// The network of this infra, and what is known of its route tables already.
    pub fn new(infra: &'a Infra, tables: &'a Tables) -> Network<'a> {
        Network { infra, tables }
    }
}

/// What can be said: an answer, or why there is none.
pub type Known<T> = Result<T, Cause>;

/// The instances of an answer of the graph: those that are certain, those that may be, and why there may be others.
#[derive(Default, Debug)]
struct Links {
    certain: Vec<InstanceId>,
    possible: Vec<InstanceId>,
    doubt: Option<Cause>,
}

impl Links {
    fn of(value: &Value) -> Links {
        let mut links = Links::default();
        match value.as_seq() {
            Some(seq) => {
                seq.items.iter().for_each(|v| links.add(v, true));
                seq.rest.iter().for_each(|v| links.add(v, false));
            }
            None if value.is_null() => {}
            None => links.add(value, true),
        }
        links
    }

    fn add(&mut self, value: &Value, certain: bool) {
        match &value.kind {
            Kind::Handle(id) if certain => self.certain.push(*id),
            Kind::Handle(id) => self.possible.push(*id),
            Kind::Unknown(u) => match &u.hint {
                Hint::OneOf(alternatives) => alternatives.iter().for_each(|v| self.add(v, false)),
                _ => {
                    self.doubt.get_or_insert(u.cause.clone());
                }
            },
            _ => {}
        }
    }

    /// The one instance that this is; an error where it is not certain, `None` where there is none.
    fn only(&self) -> Known<Option<InstanceId>> {
        match (self.certain.as_slice(), self.possible.is_empty(), &self.doubt) {
            ([id], true, None) => Ok(Some(*id)),
            ([], true, None) => Ok(None),
            (_, _, Some(cause)) => Err(cause.clone()),
            _ => Err(Cause::how_many()),
        }
    }
}

impl Network<'_> {
    /// The resources of these types that refer to an instance; data sources that read about it are no part of it.
    fn referrers(&self, id: InstanceId, types: &[&str], attributes: &[&str]) -> Links {
        let mut links = Links::of(&self.infra.referrers(id, types, attributes));
        let is_resource = |id: &InstanceId| self.infra.get(*id).kind == InstanceKind::Resource;
        links.certain.retain(is_resource);
        links.possible.retain(is_resource);
        links
    }

    /// What an attribute of an instance refers to.
    fn attribute_target(&self, id: InstanceId, attribute: &str, types: &[&str]) -> Links {
        Links::of(&self.infra.referenced(&self.infra.attribute(id, attribute), types))
    }

    /// The VPC of a subnet, route table or the like; an error where it is not one of this configuration.
    pub fn vpc_of(&self, id: InstanceId) -> Known<InstanceId> {
        let value = self.infra.attribute(id, "vpc_id");
        let links = Links::of(&self.infra.referenced(&value, &["aws_vpc", "aws_default_vpc"]));
        let outside = || value.cause().unwrap_or_else(|| self.outside(id, "vpc_id"));
        links.only()?.ok_or_else(outside)
    }

    /// Why something is not known that an attribute of an instance decides.
    fn outside(&self, id: InstanceId, attribute: &str) -> Cause {
        Cause::attribute(self.address(id), attribute)
    }

    fn address(&self, id: InstanceId) -> &str {
        &self.infra.get(id).address
    }

    fn is_type(&self, id: InstanceId, ty: &str) -> bool {
        let instance = self.infra.get(id);
        instance.kind == InstanceKind::Resource && &*instance.type_name == ty
    }
}
