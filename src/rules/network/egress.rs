//! Where a subnet's traffic to the internet leaves.

use super::routes::{DefaultRoute, Target};
use super::{Known, Network};
use crate::eval::Cause;
use crate::infra::InstanceId;

/// The way from a subnet to the internet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Egress {
    /// Straight through an internet gateway: a public subnet.
    InternetGateway,
    /// Through a NAT gateway.
    NatGateway,
    /// Through something else: a transit gateway, an appliance, a virtual private gateway.
    Other,
    /// There is no default route: an isolated subnet.
    None,
}

impl Egress {
    /// The word that rules compare with.
    pub fn word(self) -> &'static str {
        match self {
            Egress::InternetGateway => "igw",
            Egress::NatGateway => "nat",
            Egress::Other => "other",
            Egress::None => "none",
        }
    }

    /// Where traffic leaves through these routes, of which there may be others. A route that is there counts whatever else
    /// may be added; that there is none is only said where all routes are known.
    pub(super) fn through(routes: &[DefaultRoute], doubt: Option<&Cause>) -> Known<Egress> {
        let of_target = |target: &Target| match target {
            Target::InternetGateway => Ok(Egress::InternetGateway),
            Target::NatGateway(_) => Ok(Egress::NatGateway),
            Target::Other(_) => Ok(Egress::Other),
            Target::Unresolved(cause) => Err(cause.clone()),
        };
        // The way for IPv4 decides; one for IPv6 alone makes a subnet public but not NAT-routed.
        let mut certain: Vec<_> = routes.iter().filter(|r| r.certain).collect();
        certain.sort_by_key(|r| r.ipv6);
        if let Some(public) = certain.iter().find(|r| r.target == Target::InternetGateway) {
            return of_target(&public.target);
        }
        if let Some(route) = certain.first() {
            return of_target(&route.target);
        }
        match (routes.is_empty(), doubt) {
            (true, None) => Ok(Egress::None),
            (_, Some(cause)) => Err(cause.clone()),
            (false, None) => Err(Cause::how_many()),
        }
    }
}

impl Network<'_> {
    /// Where a subnet's traffic leaves.
    pub fn egress(&self, subnet: InstanceId) -> Known<Egress> {
        self.default_routes(self.route_table(subnet)?).egress.clone()
    }

    /// The NAT gateways of the configuration to which a subnet's default routes lead.
    pub fn nat_gateways(&self, subnet: InstanceId) -> Known<Vec<InstanceId>> {
        let table = self.default_routes(self.route_table(subnet)?);
        let nat = table.routes.iter().filter(|r| r.certain && !r.ipv6).filter_map(|r| match r.target {
            Target::NatGateway(id) => id,
            _ => None,
        });
        Ok(nat.collect())
    }
}
