# Transit gateways, peerings, and the routes that lead to them.

function "named_alike" {
  params      = [a, b]
  description = "Whether two ids name the same thing: they refer to one resource, or are equal. Of one data source several things are read."
  value = (
    length(managed_behind(a)) > 0 && length(managed_behind(b)) > 0
    ? anytrue([for left in managed_behind(a) : anytrue([for right in managed_behind(b) : same(left, right)])])
    : a == b
  )
}

function "managed_behind" {
  params      = [value]
  description = "The resources that a value refers to, without data sources."
  value       = [for instance in referenced(value) : instance if instance.kind == "resource"]
}

function "routes_of_subnet" {
  params      = [subnet]
  description = "The routes that serve a subnet: the blocks of its route table, and the routes added to it."
  value = (
    route_table(subnet) == null
    ? referrers(vpc(subnet), "aws_route", "route_table_id")
    : concat(elements(route_table(subnet).route), referrers(route_table(subnet), "aws_route", "route_table_id"))
  )
}

function "inspecting_subnets" {
  params      = [vpc_id]
  description = "The subnets of a VPC in which traffic is inspected: those of its firewalls and its endpoints of Gateway Load Balancers."
  value = subnets(concat(
    flatten([
      for firewall in resources("aws_networkfirewall_firewall") : firewall.subnet_mapping[*].subnet_id
      if is_set(firewall.vpc_id) && named_alike(firewall.vpc_id, vpc_id)
    ]),
    flatten([
      for endpoint in resources("aws_vpc_endpoint") : elements(endpoint.subnet_ids)
      if endpoint.vpc_endpoint_type == "GatewayLoadBalancer" && named_alike(endpoint.vpc_id, vpc_id)
    ]),
  ))
}

function "receives_from_gateway" {
  params      = [attachment]
  description = "Whether a transit gateway may send traffic to an attachment. False only where it is of this configuration, propagates nothing by default, and no route or propagation names the attachment."
  value = (
    length(referenced(attachment.transit_gateway_id, "aws_ec2_transit_gateway")) == 0
    || exported(attachment, "id")
    || anytrue([
      for gateway in referenced(attachment.transit_gateway_id, "aws_ec2_transit_gateway") :
      exported(gateway, "id")
      || (gateway.default_route_table_propagation == "enable" && attachment.transit_gateway_default_route_table_propagation)
    ])
    || length(referrers(
      attachment,
      [
        "aws_ec2_transit_gateway_prefix_list_reference",
        "aws_ec2_transit_gateway_route",
        "aws_ec2_transit_gateway_route_table_propagation",
      ],
      "transit_gateway_attachment_id",
    )) > 0
  )
}

function "peering_routes" {
  params      = [peering, from, to]
  description = "The routes in tables of one VPC that lead over a peering to addresses of another."
  value = concat(
    [
      for route in flatten([for name in peering_names(peering) : referrers(name, "aws_route", "vpc_peering_connection_id")]) : route
      if anytrue([for vpc in vpcs_of_table(route.route_table_id) : same(vpc, from)])
      && leads_into(route.destination_cidr_block, to)
    ],
    flatten([
      for table in concat(
        referrers(from, "aws_route_table", "vpc_id"),
        referrers(from, "aws_default_route_table", "default_route_table_id"),
      ) : [
        for route in elements(table.route) : route
        if length([
          for over in peering_names(peering) : over
          if anytrue([for named in referenced(try(route.vpc_peering_connection_id, null)) : same(named, over)])
        ]) > 0 && leads_into(try(route.cidr_block, null), to)
      ]
    ]),
  )
}

function "peering_names" {
  params      = [peering]
  description = "A peering connection and what accepts it, which have the same id."
  value       = concat([peering], referrers(peering, "aws_vpc_peering_connection_accepter", "vpc_peering_connection_id"))
}

function "leads_into" {
  params      = [range, vpc]
  description = "Whether a route's IPv4 range has addresses of a VPC; a route for IPv6 or a prefix list, which has none, counts as one that has."
  value = (
    range == null || range == "" ? true :
    anytrue([for named in referenced(range, "aws_vpc") : same(named, vpc)])
    || anytrue([for own in vpc_ranges(vpc) : cidr_overlaps(range, own)])
  )
}
