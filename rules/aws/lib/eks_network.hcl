# How nodes reach what they need.

function "eks_is_cut_off" {
  params      = [group]
  description = "Whether all subnets of a node group or Fargate profile have no default route."
  value = (
    length(subnets(group.subnet_ids)) > 0
    && alltrue([for subnet in subnets(group.subnet_ids) : egress(subnet) == "none"])
  )
}

function "has_vpc_endpoint" {
  params      = [service, endpoints, tables]
  description = "Whether one of these endpoints is for a service; one of the gateway type counts where it serves all these route tables."
  value = anytrue([
    for endpoint in endpoints :
    endpoint_serves(endpoint, service)
    && (endpoint.vpc_endpoint_type == "Interface" ? true : alltrue([for table in tables : gateway_serves_table(endpoint, table)]))
  ])
}

function "gateway_serves_table" {
  params      = [endpoint, table]
  description = "Whether a gateway endpoint is in a route table; null is the main table that comes with the VPC."
  value = table == null ? length(referenced(endpoint.route_table_ids, "aws_vpc")) > 0 : contains(
    [
      for other in concat(
        referenced(endpoint.route_table_ids, ["aws_route_table", "aws_default_route_table"]),
        flatten([
          for association in referrers(endpoint, "aws_vpc_endpoint_route_table_association", "vpc_endpoint_id") :
          referenced(association.route_table_id, ["aws_route_table", "aws_default_route_table"])
        ]),
      ) : other.address
    ],
    table.address,
  )
}

function "shares_vpc_endpoint" {
  params      = [service]
  description = "Whether a private zone, or the association with one, is named after a service: its endpoint is then in another VPC."
  value = !is_known(service) ? unseen("which service is needed") : anytrue([
    for zone in resources("aws_route53_zone", "aws_route53_zone_association") :
    alltrue([for word in split(".", service) : has_word(zone.address, [word]) || has_word(zone.type == "aws_route53_zone" ? zone.name : "-", [word])])
  ])
}

function "leads_to_other_networks" {
  params      = [table]
  description = "Whether a route table has a route to a transit gateway, a peering, a core network or a VPN."
  value = table == null ? false : anytrue([
    for route in concat(elements(table.route), referrers(table, "aws_route", "route_table_id")) :
    is_set(route.transit_gateway_id) || is_set(route.vpc_peering_connection_id) || is_set(route.core_network_arn) || is_set(route.gateway_id)
  ])
}
