//! The network: where a subnet's traffic leaves, in which zone it lies, which ranges a VPC has.

use super::{Call, OwnFunction, handles};
use crate::eval::{ByName, Cause, EvalError, Hint, Kind, Marks, Node, Number, Type, Unknown, Value, union};
use crate::infra::InstanceId;
use crate::rules::network::{DefaultRoute, Found, Network, RouteTable, Subnets, TableRoutes, Target};

pub(super) const FUNCTIONS: &[OwnFunction] = &[
    OwnFunction {
        name: "egress",
        params: "subnet",
        arity: (1, 1),
        description: "Where a subnet's default route leads: `igw` (a public subnet), `nat`, `other` (a transit gateway, an \
                      appliance, …) or `none` (isolated). Unknown where the route table or its routes lie elsewhere.",
        run: |call| of_subnet(call, Type::String, |network, id| network.egress(id).map(|e| e.word().into())),
    },
    OwnFunction {
        name: "route_table",
        params: "subnet",
        arity: (1, 1),
        description: "The effective route table of a subnet: the one associated with it, else the main one of its VPC; null \
                      where that is the implicit one, which holds the local route only.",
        run: |call| of_subnet(call, Type::Any, |network, id| network.route_table(id).map(table_handle)),
    },
    OwnFunction {
        name: "default_routes",
        params: "subnet",
        arity: (1, 1),
        description: "The default routes that serve a subnet, as objects: `target` (`igw`, `nat`, the argument that names \
                      another target; unknown where it does not resolve), `nat` (the NAT gateway, or null), `declared_by` \
                      (the `aws_route` or route table), `ipv6`. Open where there may be others.",
        run: default_routes,
    },
    OwnFunction {
        name: "nat_gateways",
        params: "subnet",
        arity: (1, 1),
        description: "The NAT gateways of the configuration to which a subnet's default routes lead.",
        run: |call| {
            of_subnet(call, Type::Any, |network, id| {
                network.nat_gateways(id).map(|ids| Value::tuple(ids.into_iter().map(handle).collect()))
            })
        },
    },
    OwnFunction {
        name: "zone",
        params: "subnet",
        arity: (1, 1),
        description: "The Availability Zone of a subnet: a literal name or id, or a stand-in for an element of a data \
                      source's list. Compare zones by `zone_count`, since one zone has several names.",
        run: |call| {
            of_subnet(call, Type::String, |network, id| {
                network.zone(id).map(|zone| Value::from(zone.display()).with_marks(network.zone_marks(id)))
            })
        },
    },
    OwnFunction {
        name: "zone_count",
        params: "subnets",
        arity: (1, 1),
        description: "How many Availability Zones these subnets lie in. Different elements of one data source's list are \
                      different zones; where zones cannot be compared, only a lower bound is known.",
        run: zone_count,
    },
    OwnFunction {
        name: "vpc",
        params: "instance",
        arity: (1, 1),
        description: "The VPC of a subnet, route table, security group or the like; unknown where it is not one of this \
                      configuration.",
        run: |call| of_subnet(call, Type::Any, |network, id| network.vpc_of(id).map(handle)),
    },
    OwnFunction {
        name: "subnets",
        params: "ids",
        arity: (1, 1),
        description: "The subnets of the configuration that a list of ids names, each once. Open where an id is not one of \
                      theirs: a literal, a data source's, a variable's.",
        run: |call| Ok(found(Network::new(call.run.infra, &call.run.tables).subnets(&call.value(0)?))),
    },
    OwnFunction {
        name: "subnets_in",
        params: "vpc",
        arity: (1, 1),
        description: "The subnets of a VPC. Open where there may be others.",
        run: |call| of_instance(call, |network, _, id| found(network.subnets_in(id))),
    },
    OwnFunction {
        name: "routed_subnets",
        params: "nat_gateway",
        arity: (1, 1),
        description: "The subnets whose default route for IPv4 leads to this NAT gateway. Open where there may be others.",
        run: |call| of_instance(call, |network, all, id| found(network.routed_subnets(all, id))),
    },
    OwnFunction {
        name: "overlapping_subnets",
        params: "subnet",
        arity: (1, 1),
        description: "The subnets of the same VPC that stand before this one in the configuration and share addresses with \
                      it (the first 16). Open where there may be others.",
        run: |call| of_instance(call, |network, all, id| found(network.overlapping_subnets(all, id))),
    },
    OwnFunction {
        name: "vpc_ranges",
        params: "vpc",
        arity: (1, 1),
        description: "The IPv4 ranges of a VPC of the configuration, associated ones included. Open where there may be \
                      others, for example from IPAM.",
        run: |call| {
            of_subnet(call, Type::Any, |network, id| {
                let (ranges, doubt) = network.vpc_ranges(id);
                Ok(open_list(ranges, doubt))
            })
        },
    },
];

fn handle(id: InstanceId) -> Value {
    Kind::Handle(id).into()
}

fn table_handle(table: RouteTable) -> Value {
    match table {
        RouteTable::Declared(id) => handle(id),
        RouteTable::Implicit(_) => Value::NULL,
    }
}

fn open_list(items: Vec<Value>, doubt: Option<Cause>) -> Value {
    let rest = doubt.map(|cause| Value::unknown_not_null(Type::Any, cause));
    Value::open_tuple(items, rest)
}

/// Answers about the one instance that the argument is; what has no answer is unknown for its reason.
fn of_subnet(
    call: &Call<'_>,
    ty: Type,
    answer: fn(&Network<'_>, InstanceId) -> Result<Value, Cause>,
) -> Result<Value, EvalError> {
    let id = match call.instance(0)? {
        Ok(id) => id,
        Err(unknown) => return Ok(Value::unknown_from([&unknown], ty, true)),
    };
    let found = answer(&Network::new(call.run.infra, &call.run.tables), id);
    Ok(found.unwrap_or_else(|cause| Value::unknown_not_null(ty, cause)))
}

/// Instances about the one that the argument is.
fn of_instance(call: &Call<'_>, answer: fn(&Network<'_>, &Subnets, InstanceId) -> Value) -> Result<Value, EvalError> {
    Ok(match call.instance(0)? {
        Ok(id) => answer(&Network::new(call.run.infra, &call.run.tables), &call.run.subnets, id),
        Err(unknown) => open_list(Vec::new(), Some(unknown.cause().unwrap_or_else(Cause::how_many))),
    })
}

fn found(found: Found) -> Value {
    let mut rest: Vec<Value> = found.possible.into_iter().map(handle).collect();
    let cause = found.doubt.clone().unwrap_or_else(Cause::how_many);
    rest.extend(found.doubt.map(|cause| Value::unknown_not_null(Type::Any, cause)));
    let rest = match rest.len() {
        0 | 1 => rest.pop(),
        _ => Some(union::one_of(rest, cause, [])),
    };
    let items = found.certain.into_iter().map(handle).collect();
    Value::open_tuple(items, rest)
}

fn default_routes(call: &Call<'_>) -> Result<Value, EvalError> {
    of_subnet(call, Type::Any, |network, id| {
        let table = network.default_routes(network.route_table(id)?);
        Ok(table.listed(|| listed(&table)))
    })
}

fn listed(table: &TableRoutes) -> Value {
    let object = |route: &DefaultRoute| {
        let (target, nat) = match &route.target {
            Target::InternetGateway => ("igw".into(), Value::NULL),
            Target::NatGateway(nat) => ("nat".into(), nat.map_or(Value::NULL, handle)),
            Target::Other(argument) => ((*argument).into(), Value::NULL),
            Target::Unresolved(cause) => (Value::unknown_not_null(Type::String, cause.clone()), Value::NULL),
        };
        Value::object(ByName::from([
            ("target".into(), target),
            ("nat".into(), nat),
            ("declared_by".into(), handle(route.declared_by)),
            ("ipv6".into(), route.ipv6.into()),
        ]))
    };
    let (certain, possible): (Vec<_>, Vec<_>) = table.routes.iter().partition(|r| r.certain);
    let doubt = table.doubt.clone().or_else(|| (!possible.is_empty()).then(Cause::how_many));
    open_list(certain.into_iter().map(object).collect(), doubt)
}

fn zone_count(call: &Call<'_>) -> Result<Value, EvalError> {
    let value = call.value(0)?;
    let Some(seq) = value.as_seq() else {
        return match value.is_unknown() {
            true => Ok(Value::unknown_from([&value], Type::Number, true)),
            false => Err(call.at(0, EvalError::new("a list of subnets is needed here").with_label("not a list"))),
        };
    };
    let subnets: Vec<InstanceId> = seq.items.iter().filter_map(handles).flatten().collect();
    let others = seq.rest.is_some() || subnets.len() < seq.items.len();
    let others = others.then(|| value.cause().unwrap_or_else(Cause::how_many));
    let network = Network::new(call.run.infra, &call.run.tables);
    let marks = subnets.iter().fold(Marks::NONE, |marks, subnet| marks.union(network.zone_marks(*subnet)));
    let count = match network.zone_count(&subnets) {
        Ok(count) => match count.doubt.or(others) {
            Some(cause) => at_least(count.at_least, cause),
            None => (count.zones.len() as i64).into(),
        },
        Err(cause) => at_least(usize::from(!subnets.is_empty()), cause),
    };
    Ok(count.with_marks(marks))
}

/// A number of which only a lower bound is known.
fn at_least(n: usize, cause: Cause) -> Value {
    let hint = Hint::Range(Some(Number::from(n as i64)), None);
    Kind::Unknown(Node::new(Unknown { not_null: true, hint, ..Unknown::new(Type::Number, cause) })).into()
}
