//! What is worked out once about all subnets of an infra: whose ranges overlap, and which NAT gateway serves them.

use std::cmp::Reverse;
use std::sync::OnceLock;

use ipnet::Ipv4Net;
use rustc_hash::FxHashMap;

use super::routes::Target;
use super::{Links, Network};
use crate::eval::{Cause, Kind, Reference, ReferenceKind, Value};
use crate::infra::{InstanceId, InstanceKind};

/// The types that are subnets.
const SUBNETS: [&str; 2] = ["aws_subnet", "aws_default_subnet"];

/// A subnet that shares addresses with more than so many others is told of so many of them.
const MOST_PARTNERS: usize = 16;

/// Answers about all subnets of an infra, each worked out when first asked for.
#[derive(Default)]
pub struct Subnets {
    overlaps: OnceLock<Overlaps>,
    nat_use: OnceLock<NatUse>,
}

/// Instances: those that are certain, those that may be, and why there may be others.
#[derive(Default, Debug)]
pub struct Found {
    /// Certainly.
    pub certain: Vec<InstanceId>,
    /// Perhaps.
    pub possible: Vec<InstanceId>,
    /// Why there may be others.
    pub doubt: Option<Cause>,
}

/// The VPC of something, as far as it can be told from others.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum VpcKey {
    /// One of the configuration.
    Declared(InstanceId),
    /// One named by its id.
    Literal(String),
    /// One that something names which is not known: the same name is the same VPC, another name may be.
    Named(String),
    /// Not known at all, of this instance.
    Unknown(InstanceId),
}

impl VpcKey {
    fn same(&self, other: &VpcKey) -> Option<bool> {
        match (self, other) {
            (VpcKey::Unknown(_), _) => None,
            _ if self == other => Some(true),
            (VpcKey::Declared(_), VpcKey::Declared(_)) | (VpcKey::Literal(_), VpcKey::Literal(_)) => Some(false),
            _ => None,
        }
    }

    fn is_vague(&self) -> bool {
        !matches!(self, VpcKey::Declared(_))
    }
}

/// Pairs of subnets that share addresses, kept with the later one.
#[derive(Default)]
struct Overlaps {
    partners: FxHashMap<InstanceId, Found>,
    /// In each VPC the first subnet whose range is not known.
    unknown: FxHashMap<VpcKey, (InstanceId, Cause)>,
}

/// Which subnets reach the internet through which NAT gateway.
#[derive(Default)]
struct NatUse {
    subnets: FxHashMap<InstanceId, Found>,
    /// In each VPC a subnet of which that is not known.
    doubtful: FxHashMap<VpcKey, Cause>,
}

/// A subnet's range: first address, last address, which subnet.
type Range = (u32, Reverse<u32>, InstanceId);

impl Network<'_> {
    /// All subnets of the configuration, in its order.
    fn all_subnets(&self) -> Vec<InstanceId> {
        let of_type = |ty: &&str| self.infra.of_type(InstanceKind::Resource, ty).iter().copied();
        let mut subnets: Vec<InstanceId> = SUBNETS.iter().flat_map(of_type).collect();
        subnets.sort_unstable();
        subnets
    }

    /// The subnets that ids name: all of them, else the answer is open.
    pub fn subnets(&self, ids: &Value) -> Found {
        let mut found = Found::default();
        match ids.as_seq() {
            Some(seq) => {
                seq.items.iter().for_each(|id| self.named_subnets(id, true, &mut found));
                seq.rest.iter().for_each(|id| self.named_subnets(id, false, &mut found));
            }
            None if ids.is_null() => {}
            None => self.named_subnets(ids, true, &mut found),
        }
        found
    }

    fn named_subnets(&self, id: &Value, certain: bool, found: &mut Found) {
        let links = Links::of(&self.infra.referenced(id, &SUBNETS));
        let named = links.certain.len() + links.possible.len();
        for subnet in links.certain {
            let place = if certain { &mut found.certain } else { &mut found.possible };
            if !place.contains(&subnet) {
                place.push(subnet);
            }
        }
        found.possible.extend(links.possible);
        let known = || Cause::Data(Reference::to(ReferenceKind::Data, id.as_str().unwrap_or("a subnet")));
        let elsewhere = || id.cause().unwrap_or_else(known);
        let doubt = links.doubt.or_else(|| (named == 0).then(elsewhere));
        found.doubt = found.doubt.take().or(doubt);
    }

    /// The subnets before this one that lie in the same VPC and share addresses with it.
    pub fn overlapping_subnets(&self, all: &Subnets, subnet: InstanceId) -> Found {
        let overlaps = all.overlaps.get_or_init(|| self.overlaps());
        let mut found = Found::default();
        if let Some(partners) = overlaps.partners.get(&subnet) {
            found.certain.clone_from(&partners.certain);
            found.possible.clone_from(&partners.possible);
        }
        let vpc = self.vpc_key(subnet);
        // Its own range, or that of an earlier one.
        found.doubt = overlaps.unknown.get(&vpc).filter(|(id, _)| *id <= subnet).map(|(_, cause)| cause.clone());
        found
    }

    fn overlaps(&self) -> Overlaps {
        let mut overlaps = Overlaps::default();
        let mut of_vpc: FxHashMap<VpcKey, Vec<Range>> = FxHashMap::default();
        let mut all: Vec<(Range, VpcKey)> = Vec::new();
        for subnet in self.all_subnets() {
            let value = self.infra.attribute(subnet, "cidr_block");
            let vpc = self.vpc_key(subnet);
            if let Some(net) = value.as_str().and_then(|text| text.parse::<Ipv4Net>().ok()) {
                let range = (net.network().into(), Reverse(net.broadcast().into()), subnet);
                all.push((range, vpc.clone()));
                of_vpc.entry(vpc).or_default().push(range);
            } else if let Some(cause) = value.cause() {
                overlaps.unknown.entry(vpc).or_insert((subnet, cause));
            }
        }
        for ranges in of_vpc.values_mut() {
            ranges.sort_unstable();
            nested(ranges, MOST_PARTNERS, |range| range, |_| true, |a, b| overlaps.add(self, a.2, b.2, true));
        }
        // Two names may be those of one VPC.
        if of_vpc.len() > 1 && of_vpc.keys().any(VpcKey::is_vague) {
            all.sort_unstable_by_key(|(range, _)| *range);
            // Of one range in one VPC so many are enough to tell the others that there is one.
            let mut times: FxHashMap<_, usize> = FxHashMap::default();
            let stays = |((start, end, _), vpc): &'_ (Range, VpcKey)| {
                let times = times.entry((*start, *end, vpc.clone())).or_default();
                *times += 1;
                *times <= MOST_PARTNERS
            };
            nested(
                &all,
                usize::MAX,
                |(range, _)| range,
                stays,
                |a, b| {
                    if a.1 != b.1 && a.1.same(&b.1).is_none() {
                        overlaps.add(self, a.0.2, b.0.2, false);
                    }
                },
            );
        }
        overlaps
    }

    /// The subnets whose default route for IPv4 leads to this NAT gateway.
    pub fn routed_subnets(&self, all: &Subnets, nat: InstanceId) -> Found {
        let nat_use = all.nat_use.get_or_init(|| self.nat_use());
        let mut found = Found::default();
        if let Some(known) = nat_use.subnets.get(&nat) {
            found.certain.clone_from(&known.certain);
            found.possible.clone_from(&known.possible);
        }
        let own = self.vpc_of_gateway(nat);
        let here = nat_use.doubtful.get(&own);
        let elsewhere = || nat_use.doubtful.iter().filter(|(vpc, _)| own.same(vpc).is_none());
        found.doubt = here.cloned().or_else(|| elsewhere().map(|(_, cause)| cause).min().cloned());
        found
    }

    fn nat_use(&self) -> NatUse {
        let mut nat_use = NatUse::default();
        for subnet in self.all_subnets() {
            match self.nat_gateways_or_doubt(subnet) {
                Ok(gateways) => {
                    for nat in gateways {
                        let found = nat_use.subnets.entry(nat).or_default();
                        let open = self.infra.get(subnet).open;
                        let place = if open { &mut found.possible } else { &mut found.certain };
                        place.push(subnet);
                    }
                }
                Err(cause) => {
                    nat_use.doubtful.entry(self.vpc_key(subnet)).or_insert(cause);
                }
            }
        }
        nat_use
    }

    /// The NAT gateways that serve a subnet; an error where there may be one that is not seen.
    fn nat_gateways_or_doubt(&self, subnet: InstanceId) -> Result<Vec<InstanceId>, Cause> {
        let table = self.default_routes(self.route_table(subnet)?);
        let mut gateways = Vec::new();
        let mut decided = false;
        let mut doubt = table.doubt.clone();
        for route in table.routes.iter().filter(|r| !r.ipv6) {
            match &route.target {
                Target::NatGateway(Some(nat)) if route.certain => gateways.push(*nat),
                Target::NatGateway(None) => {
                    let unset = || self.outside(route.declared_by, "nat_gateway_id");
                    doubt.get_or_insert_with(unset);
                    continue;
                }
                Target::Unresolved(cause) => {
                    doubt.get_or_insert(cause.clone());
                    continue;
                }
                _ if !route.certain => {
                    doubt.get_or_insert_with(Cause::how_many);
                    continue;
                }
                _ => {}
            }
            // A table has one default route for a family.
            decided = true;
        }
        match doubt.filter(|_| !decided) {
            Some(cause) => Err(cause),
            None => Ok(gateways),
        }
    }

    fn vpc_of_gateway(&self, nat: InstanceId) -> VpcKey {
        let links = self.attribute_target(nat, "subnet_id", &SUBNETS);
        match links.only() {
            Ok(Some(subnet)) => self.vpc_key(subnet),
            _ => self.vpc_key(nat),
        }
    }

    fn vpc_key(&self, id: InstanceId) -> VpcKey {
        if let Ok(vpc) = self.vpc_of(id) {
            return VpcKey::Declared(vpc);
        }
        let value = self.infra.attribute(id, "vpc_id");
        match &value.kind {
            Kind::String(literal) => VpcKey::Literal(literal.to_string()),
            Kind::Unknown(u) => match &u.origin {
                Some(origin) => VpcKey::Named(origin.to_string()),
                None => VpcKey::Unknown(id),
            },
            _ => VpcKey::Unknown(id),
        }
    }
}

impl Overlaps {
    fn add(&mut self, network: &Network<'_>, a: InstanceId, b: InstanceId, same_vpc: bool) {
        let (earlier, later) = (a.min(b), a.max(b));
        let found = self.partners.entry(later).or_default();
        let certain = same_vpc && !network.infra.get(earlier).open;
        let place = if certain { &mut found.certain } else { &mut found.possible };
        if place.len() < MOST_PARTNERS {
            place.push(earlier);
        }
    }
}

/// Calls `visit` for each two ranges of which one holds the other. Where more than `most` lie around a range, the first of
/// them says enough: thousands of subnets with one range would else have many times as many findings. Only ranges that
/// `stays` agrees to count as around others. They are sorted, wider ones first; ranges of this kind never overlap in part.
fn nested<T>(
    sorted: &[T],
    most: usize,
    range: impl Fn(&T) -> &Range,
    mut stays: impl FnMut(&T) -> bool,
    mut visit: impl FnMut(&T, &T),
) {
    let mut around: Vec<&T> = Vec::new();
    for item in sorted {
        let start = range(item).0;
        while around.last().is_some_and(|outer| range(outer).1.0 < start) {
            around.pop();
        }
        let told = if around.len() > most { 1 } else { around.len() };
        around.iter().take(told).for_each(|outer| visit(outer, item));
        if stays(item) {
            around.push(item);
        }
    }
}
