//! The address ranges of VPCs.

use super::{Found, Links, Network};
use crate::eval::{Cause, Reference, ReferenceKind, Value};
use crate::infra::InstanceId;

impl Network<'_> {
    /// The IPv4 ranges of a VPC of the configuration: its own and the associated ones. The second part says why there
    /// may be others.
    pub fn vpc_ranges(&self, vpc: InstanceId) -> (Vec<Value>, Option<Cause>) {
        let mut ranges = Vec::new();
        let mut doubt = None;
        let own = self.infra.attribute(vpc, "cidr_block");
        self.add_range(vpc, own, &mut ranges, &mut doubt);
        let links = self.referrers(vpc, &["aws_vpc_ipv4_cidr_block_association"], &["vpc_id"]);
        for association in &links.certain {
            let range = self.infra.attribute(*association, "cidr_block");
            self.add_range(*association, range, &mut ranges, &mut doubt);
        }
        if let Some(possible) = links.possible.first() {
            let address = self.address(*possible);
            doubt.get_or_insert_with(|| Cause::Attribute(Reference::to(ReferenceKind::Resource, address)));
        }
        (ranges, doubt.or(links.doubt))
    }

    fn add_range(&self, declared_by: InstanceId, range: Value, ranges: &mut Vec<Value>, doubt: &mut Option<Cause>) {
        match range.as_str() {
            Some(text) if !text.is_empty() => ranges.push(range),
            _ => {
                // IPAM chooses it, or it is not known.
                let unset = || self.outside(declared_by, "cidr_block");
                doubt.get_or_insert_with(|| range.cause().unwrap_or_else(unset));
            }
        }
    }

    /// The subnets of a VPC.
    pub fn subnets_in(&self, vpc: InstanceId) -> Found {
        let Links { certain, possible, doubt } = self.referrers(vpc, &["aws_subnet"], &["vpc_id"]);
        Found { certain, possible, doubt }
    }
}
