//! Route tables and their default routes.

use std::sync::{Arc, OnceLock};

use super::{Egress, Known, Links, Network};
use crate::eval::{Cause, Reference, ReferenceKind, Value};
use crate::infra::{InstanceId, InstanceKind};
use crate::rules::answers::Answers;

/// The route table that serves a subnet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RouteTable {
    /// A table of the configuration.
    Declared(InstanceId),
    /// The main table that comes with this VPC, to which nobody has added anything.
    Implicit(InstanceId),
}

/// Where a route leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// An internet gateway.
    InternetGateway,
    /// A NAT gateway; which one, where it is of this configuration.
    NatGateway(Option<InstanceId>),
    /// A transit gateway, virtual private gateway, endpoint, network interface, core network or the like.
    Other(&'static str),
    /// It leads somewhere, but where is not known.
    Unresolved(Cause),
}

/// A route for all addresses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefaultRoute {
    /// The instance that declares it: an `aws_route`, or a route table with an inline `route` block.
    pub declared_by: InstanceId,
    /// Where it leads.
    pub target: Target,
    /// Whether it is for IPv6.
    pub ipv6: bool,
    /// False where it may not be there.
    pub certain: bool,
}

/// What is known of the default routes of a table.
pub struct TableRoutes {
    /// All that are seen.
    pub routes: Vec<DefaultRoute>,
    /// Why there may be others. Of a declared table whose id leaves the configuration the routes are never all known.
    pub doubt: Option<Cause>,
    /// Where the traffic of its subnets leaves.
    pub egress: Known<Egress>,
    listed: OnceLock<Value>,
}

impl TableRoutes {
    /// The routes as rules see them, made once.
    pub fn listed(&self, make: impl FnOnce() -> Value) -> Value {
        self.listed.get_or_init(make).clone()
    }
}

/// What is known already of route tables.
#[derive(Default)]
pub struct Tables {
    /// Which serve a subnet: several rules ask.
    of_subnets: Answers<InstanceId, Known<RouteTable>>,
    /// Their routes: thousands of subnets may share one with thousands of routes.
    routes: Answers<RouteTable, Arc<TableRoutes>>,
}

const TABLES: [&str; 2] = ["aws_route_table", "aws_default_route_table"];

/// Arguments of a route that name a target of neither kind below.
const OTHER_TARGETS: [&str; 9] = [
    "transit_gateway_id",
    "vpc_endpoint_id",
    "network_interface_id",
    "vpc_peering_connection_id",
    "core_network_arn",
    "carrier_gateway_id",
    "local_gateway_id",
    "instance_id",
    "egress_only_gateway_id",
];

impl Network<'_> {
    /// The effective route table of a subnet.
    pub fn route_table(&self, subnet: InstanceId) -> Known<RouteTable> {
        self.tables.of_subnets.once(subnet, || self.find_route_table(subnet))
    }

    fn find_route_table(&self, subnet: InstanceId) -> Known<RouteTable> {
        let associations = self.referrers(subnet, &["aws_route_table_association"], &["subnet_id"]);
        match associations.only() {
            Ok(Some(association)) => {
                let table = self.attribute_target(association, "route_table_id", &TABLES).only()?;
                table.map(RouteTable::Declared).ok_or_else(|| self.outside(association, "route_table_id"))
            }
            // Whoever gets its id may associate it with another.
            Ok(None) if self.infra.exported(subnet, &["id"]) => Err(Cause::Runtime(
                format!("the route table of {}, whose id is an output,", self.address(subnet)).into(),
            )),
            Ok(None) => self.main_table(self.vpc_of(subnet)?),
            Err(cause) => Err(cause),
        }
    }

    /// The main route table of a VPC of the configuration.
    fn main_table(&self, vpc: InstanceId) -> Known<RouteTable> {
        let main = self.referrers(vpc, &["aws_main_route_table_association"], &["vpc_id"]).only()?;
        if let Some(association) = main {
            let table = self.attribute_target(association, "route_table_id", &TABLES).only()?;
            return table.map(RouteTable::Declared).ok_or_else(|| self.outside(association, "route_table_id"));
        }
        let default =
            self.referrers(vpc, &["aws_default_route_table"], &["default_route_table_id", "vpc_id"]).only()?;
        if let Some(table) = default {
            return Ok(RouteTable::Declared(table));
        }
        // A default VPC's main table has a route to the internet; what became of it is not seen here.
        if !self.is_type(vpc, "aws_vpc") || self.infra.exported(vpc, &["main_route_table_id", "default_route_table_id"])
        {
            return Err(self.outside(vpc, "main_route_table_id"));
        }
        Ok(RouteTable::Implicit(vpc))
    }

    /// The default routes of a table.
    pub fn default_routes(&self, table: RouteTable) -> Arc<TableRoutes> {
        self.tables.routes.once(table, || {
            let (routes, doubt) = self.find_default_routes(table);
            let egress = Egress::through(&routes, doubt.as_ref());
            Arc::new(TableRoutes { routes, doubt, egress, listed: OnceLock::new() })
        })
    }

    fn find_default_routes(&self, table: RouteTable) -> (Vec<DefaultRoute>, Option<Cause>) {
        let (id, mut doubt) = match table {
            RouteTable::Declared(id) => (id, None),
            RouteTable::Implicit(vpc) => (vpc, None),
        };
        let mut routes = Vec::new();
        if let RouteTable::Declared(table) = table {
            self.inline_routes(table, &mut routes, &mut doubt);
            if self.infra.exported(table, &["id"]) {
                doubt.get_or_insert_with(|| self.outside(table, "id"));
            }
        }
        let links = self.referrers(id, &["aws_route"], &["route_table_id"]);
        let certain = links.certain.iter().map(|route| (*route, true));
        for (route, certain) in certain.chain(links.possible.iter().map(|route| (*route, false))) {
            let read = |name: &str| self.infra.attribute(route, name);
            self.add_route(route, &read, certain, &mut routes, &mut doubt);
        }
        let doubt = doubt.or(links.doubt);
        (routes, doubt)
    }

    fn inline_routes(&self, table: InstanceId, routes: &mut Vec<DefaultRoute>, doubt: &mut Option<Cause>) {
        let blocks = self.infra.attribute(table, "route");
        let Some(seq) = blocks.as_seq() else {
            if let Some(cause) = blocks.cause() {
                doubt.get_or_insert(cause);
            }
            return;
        };
        let certain = seq.items.iter().map(|v| (v, true));
        for (block, certain) in certain.chain(seq.rest.iter().map(|v| (v, false))) {
            match block.as_fields() {
                Some(fields) => {
                    let read = |name: &str| fields.entries.get(name).cloned().unwrap_or(Value::NULL);
                    self.add_route(table, &read, certain, routes, doubt);
                }
                None => {
                    doubt.get_or_insert(block.cause().unwrap_or_else(Cause::how_many));
                }
            }
        }
    }

    fn add_route(
        &self,
        declared_by: InstanceId,
        read: &dyn Fn(&str) -> Value,
        certain: bool,
        routes: &mut Vec<DefaultRoute>,
        doubt: &mut Option<Cause>,
    ) {
        // Inline blocks call the ranges `cidr_block`, resources `destination_cidr_block`.
        let v4 = ["destination_cidr_block", "cidr_block"].map(read);
        let v6 = ["destination_ipv6_cidr_block", "ipv6_cidr_block"].map(read);
        let is = |values: &[Value; 2], range: &str| values.iter().any(|v| v.as_str() == Some(range));
        let ipv6 = is(&v6, "::/0");
        if !is(&v4, "0.0.0.0/0") && !ipv6 {
            let unknown = v4.iter().chain(&v6).find(|v| v.is_unknown());
            if let Some(cause) = unknown.and_then(Value::cause) {
                doubt.get_or_insert(cause);
            }
            return;
        }
        let target = self.route_target(declared_by, read);
        routes.push(DefaultRoute { declared_by, target, ipv6, certain });
    }

    /// Where a route leads: exactly one of its targets is given.
    fn route_target(&self, declared_by: InstanceId, read: &dyn Fn(&str) -> Value) -> Target {
        let value = |name: &'static str| (name, read(name));
        let names = ["nat_gateway_id", "gateway_id"].into_iter().chain(OTHER_TARGETS);
        // What only the provider sets comes from the route itself.
        let address = self.address(declared_by);
        let of_itself =
            |v: &Value| v.as_unknown().and_then(|u| u.origin.as_ref()).is_some_and(|o| &*o.target == address);
        let given = names.map(value).filter(|(_, v)| !v.is_null() && v.as_str() != Some("") && !of_itself(v));
        let given: Vec<(&str, Value)> = given.collect();
        // Of several the others will be null, or it is refused.
        let leads = |v: &Value| v.deep_own_refs().iter().any(|r| r.kind != ReferenceKind::Variable);
        let certain = |v: &Value| v.as_unknown().is_none_or(|u| u.not_null) || leads(v);
        let only = match given.as_slice() {
            [one] => Some(one),
            several => Some(several.iter().filter(|(_, v)| certain(v))).and_then(|mut certain| {
                let first = certain.next();
                first.filter(|_| certain.next().is_none())
            }),
        };
        match only {
            Some(("nat_gateway_id", nat)) => {
                let links = Links::of(&self.infra.referenced(nat, &["aws_nat_gateway"]));
                Target::NatGateway(links.only().ok().flatten())
            }
            Some(("gateway_id", gateway)) => self.gateway(gateway),
            Some((name, _)) => Target::Other(name),
            None => Target::Unresolved(given.iter().find_map(|(_, v)| v.cause()).unwrap_or_else(Cause::how_many)),
        }
    }

    /// `gateway_id` names an internet gateway or a virtual private gateway.
    fn gateway(&self, gateway: &Value) -> Target {
        if let Some(literal) = gateway.as_str() {
            return match literal.split('-').next() {
                Some("igw") => Target::InternetGateway,
                Some("local" | "vgw") => Target::Other("gateway_id"),
                _ => Target::Unresolved(Cause::Attribute(Reference::to(ReferenceKind::Resource, "gateway_id"))),
            };
        }
        let igw = Links::of(&self.infra.referenced(gateway, &["aws_internet_gateway"]));
        if !igw.certain.is_empty() {
            return Target::InternetGateway;
        }
        // AWS takes a NAT gateway's id here as well.
        let nat = Links::of(&self.infra.referenced(gateway, &["aws_nat_gateway"]));
        if let [id] = nat.certain.as_slice() {
            return Target::NatGateway(Some(*id));
        }
        let any = Links::of(&self.infra.referenced(gateway, &[]));
        let kind = |id: &InstanceId| (self.infra.get(*id).kind, &*self.infra.get(*id).type_name);
        match any.certain.iter().chain(&any.possible).map(kind).next() {
            Some((InstanceKind::Resource, "aws_vpn_gateway")) => Target::Other("gateway_id"),
            Some((_, "aws_internet_gateway")) => Target::InternetGateway,
            _ => Target::Unresolved(gateway.cause().unwrap_or_else(Cause::how_many)),
        }
    }
}
