# Endpoints of a VPC: what one serves, and how those that are missing are written.

function "endpoint_serves" {
  params      = [endpoint, service]
  description = "Whether a VPC endpoint is one for a service of AWS, such as `s3` or `ecr.api`."
  value = (
    length(endpoint_lookups(endpoint)) > 0
    ? anytrue([for found in endpoint_lookups(endpoint) : found.service == service])
    : try(endswith(endpoint.service_name, ".${service}"), false)
  )
}

function "endpoint_lookups" {
  params      = [endpoint]
  description = "The data sources that look up the service name of a VPC endpoint by the service's short name."
  value = [
    for found in referenced(endpoint.service_name) : found
    if found.resource_type == "aws_vpc_endpoint_service" && found.service != null
  ]
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

function "endpoint_blocks" {
  params      = [label, services, subnets, tables, reader]
  description = "The endpoints for services of AWS in the VPC of some subnets, as they are written in the module of a resource; `tables` are the route tables of the subnets, null for the main one."
  value = join("\n\n", concat(
    strcontains(region_written_in(reader), "aws_region.current.") && length(regions_known_in(reader)) == 0 ? ["data \"aws_region\" \"current\" {}"] : [],
    flatten([
      for others in [[for service in services : service if service != "s3"]] :
      [interface_endpoint_block(label, others, subnets, reader), endpoint_group_block(vpc(subnets[0]), reader)] if length(others) > 0
    ]),
    contains(services, "s3") ? [s3_endpoint_block(vpc(subnets[0]), tables, reader)] : [],
  ))
}

function "interface_endpoint_block" {
  params      = [label, services, subnets, reader]
  description = "The interface endpoints for services in the VPC of some subnets, as one resource in the module of another one."
  value = chomp(<<-EOT
    resource "aws_vpc_endpoint" "${label}" {
      for_each            = toset(${replace(jsonencode(services), "\",\"", "\", \"")})
      vpc_id              = ${vpc_written_in(vpc(subnets[0]), reader)}
      service_name        = "com.amazonaws.${region_written_in(reader)}.$${each.key}"
      vpc_endpoint_type   = "Interface"
      private_dns_enabled = true
      subnet_ids          = ${subnets_written_in(subnets, reader)}
      security_group_ids  = [aws_security_group.endpoints.id]
    }
  EOT
  )
}

function "endpoint_group_block" {
  params      = [vpc, reader]
  description = "The security group of interface endpoints, which lets in all of their VPC."
  value = chomp(<<-EOT
    resource "aws_security_group" "endpoints" {
      vpc_id = ${vpc_written_in(vpc, reader)}

      ingress {
        protocol    = "tcp"
        from_port   = 443
        to_port     = 443
        cidr_blocks = [${try(known_text(written_in(vpc, "cidr_block", reader)), "\"${known_text(vpc.cidr_block)}\"", "\"(range of ${vpc.address})\"")}]
      }
    }
  EOT
  )
}

function "s3_endpoint_block" {
  params      = [vpc, tables, reader]
  description = "The gateway endpoint for S3 in route tables of a VPC, as it is written in the module of a resource."
  value = chomp(<<-EOT
    resource "aws_vpc_endpoint" "s3" {
      vpc_id          = ${vpc_written_in(vpc, reader)}
      service_name    = "com.amazonaws.${region_written_in(reader)}.s3"
      route_table_ids = ${tables_written_in(tables, vpc, reader)}
    }
  EOT
  )
}

function "region_written_in" {
  params      = [reader]
  description = "The region of a resource as it is written in a text: its name where all of the configuration has one, else what a data source of the module of the resource gives."
  value = try(
    [for provider in providers("aws") : known_text(provider.region) if length(providers("aws")) == 1][0],
    "$${${own_address(regions_known_in(reader)[0])}.region}",
    "$${data.aws_region.current.region}",
  )
}

function "regions_known_in" {
  params      = [reader]
  description = "The data sources for the region that stand in the module of a resource."
  value       = [for region in elements_known(data_sources("aws_region")) : region if region.module == reader.module]
}

function "vpc_written_in" {
  params      = [vpc, reader]
  description = "How the id of a VPC is written in the module of a resource; in words where that is not its own module."
  value       = try(known_text(written_in(vpc, "id", reader)), "\"(id of ${vpc.address})\"")
}

function "subnets_written_in" {
  params      = [subnets, reader]
  description = "How the ids of subnets are written in the module of a resource, as a list; in words where that is not their own module."
  value = (
    anytrue([for subnet in subnets : written_in(subnet, "id", reader) == null])
    ? "[] # one subnet of each zone, such as ${names(subnets)}"
    : "[${join(", ", distinct([for subnet in subnets : written_in(subnet, "id", reader)]))}]"
  )
}

function "tables_written_in" {
  params      = [tables, vpc, reader]
  description = "How the ids of route tables of a VPC are written in the module of a resource, as a list; in words where that is not their own module. Null is the main table."
  value = (
    anytrue([for table in tables : table_written_in(table, vpc, reader) == null])
    ? "[] # the route tables of these subnets"
    : "[${join(", ", [for table in tables : table_written_in(table, vpc, reader)])}]"
  )
}

function "table_written_in" {
  params      = [table, vpc, reader]
  description = "How the id of a route table of a VPC is written in the module of a resource, null where that is not its own module; a table that is null is the main one."
  value       = table == null ? written_in(vpc, "main_route_table_id", reader) : written_in(table, "id", reader)
}
