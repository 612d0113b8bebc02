# How nodes reach what they need.

function "eks_is_cut_off" {
  params      = [group]
  description = "Whether all subnets of a node group or Fargate profile have no default route."
  value = (
    length(subnets(group.subnet_ids)) > 0
    && alltrue([for subnet in subnets(group.subnet_ids) : egress(subnet) == "none"])
  )
}

function "leads_to_other_networks" {
  params      = [table]
  description = "Whether a route table has a route to a transit gateway, a peering, a core network or a VPN."
  value = table == null ? false : anytrue([
    for route in concat(elements(table.route), referrers(table, "aws_route", "route_table_id")) :
    is_set(route.transit_gateway_id) || is_set(route.vpc_peering_connection_id) || is_set(route.core_network_arn) || is_set(route.gateway_id)
  ])
}
