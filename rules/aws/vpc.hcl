rule "vpc-cidr-overlap-connected" {
  title    = "Connected VPCs have overlapping address ranges"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"

  resource = ["aws_ec2_transit_gateway_vpc_attachment", "aws_vpc_peering_connection"]
  first    = true

  why = "AWS fails a peering request between VPCs that share addresses at once. A transit gateway takes the second attachment but silently leaves out its route, so that traffic for it is lost or ends in the other VPC."

  check "peering" {
    locals {
      requester = referenced(self.vpc_id, "aws_vpc")[0]
      accepter  = referenced(self.peer_vpc_id, "aws_vpc")[0]
      shared    = shared_ranges(local.requester, local.accepter)
    }
    # Of a VPC that is declared elsewhere the routes tell more.
    skip = [
      self.type != "aws_vpc_peering_connection",
      length(referenced(self.vpc_id, "aws_vpc")) == 0,
      length(referenced(self.peer_vpc_id, "aws_vpc")) == 0,
    ]
    require = length(local.shared) == 0
    at      = self.peer_vpc_id
    message = "${local.requester.address} and ${local.accepter.address} both have ${local.shared[0]}, so the peering between them fails"
    also {
      at   = local.requester.cidr_block
      note = "the requester's range"
    }
    also {
      at   = local.accepter.cidr_block
      note = "the accepter's range"
    }
  }

  check "routes" {
    locals {
      declared = concat(referenced(self.vpc_id, "aws_vpc"), referenced(self.peer_vpc_id, "aws_vpc"))
      route    = each.value.route
      vpc      = each.value.vpc
      around   = [for range in vpc_ranges(local.vpc) : range if cidr_contains(range, local.route.destination_cidr_block)]
    }
    skip = self.type != "aws_vpc_peering_connection"
    for_each = flatten([
      for vpc in local.declared : [
        for route in referrers(self, "aws_route", "vpc_peering_connection_id") : { vpc = vpc, route = route }
        if route.destination_cidr_block != null && anytrue([for of_table in vpcs_of_table(route.route_table_id) : same(of_table, vpc)])
      ]
    ])
    # A wider range may sum up many networks, the VPC's own among them.
    require = length(local.around) == 0
    at      = self.peer_vpc_id
    message = "${local.route.address} says that the peer has ${local.route.destination_cidr_block}, which lies in ${local.around[0]} of ${local.vpc.address}: VPCs that share addresses cannot be peered"
    also {
      at   = local.route.destination_cidr_block
      note = "the route to the peer"
    }
    also {
      at   = local.vpc.cidr_block
      note = "the VPC's own range"
    }
  }

  check "transit-gateway" {
    locals {
      gateway = referenced(self.transit_gateway_id, "aws_ec2_transit_gateway")[0]
      vpc     = vpc(self)
      other   = vpc(each.value)
      shared  = shared_ranges(local.vpc, local.other)
    }
    skip = [
      self.type != "aws_ec2_transit_gateway_vpc_attachment",
      length(referenced(self.transit_gateway_id, "aws_ec2_transit_gateway")) == 0,
      same(local.vpc, local.other),
      !share_a_table(self, each.value, local.gateway),
    ]
    for_each = earlier(referrers(local.gateway, "aws_ec2_transit_gateway_vpc_attachment", "transit_gateway_id"), self)
    require  = length(local.shared) == 0
    at       = self.vpc_id
    message  = "${local.vpc.address} and ${local.other.address} both have ${local.shared[0]} and are attached to ${local.gateway.address}, which keeps the route to one of them only"
    also {
      at   = each.value.vpc_id
      note = "the other attachment"
    }
  }

  fix {
    text   = <<-EOT
      resource "aws_vpc" "peer" {
        cidr_block = "10.1.0.0/16" # a range that no connected VPC has
      }
    EOT
    safety = "unsafe"
    impact = "replacement"
    note   = "the range of a VPC cannot be changed: another range means a new VPC and everything in it"
  }

  exceptions = [
    "VPCs with ranges that IPAM chooses, and VPCs of another configuration, but for routes that name their ranges",
    "attachments that have no route table of the transit gateway in common",
  ]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/peering/create-vpc-peering-connection.html",
    "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html",
    "https://docs.aws.amazon.com/goto/WebAPI/ec2/CreateTransitGatewayVpcAttachment",
  ]
}

rule "vpc-cidr-rejected" {
  title    = "Range or combination of ranges that a VPC or subnet cannot have"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"

  resource = ["aws_subnet", "aws_vpc", "aws_vpc_ipv4_cidr_block_association"]

  at  = self.cidr_block
  why = "A VPC or subnet has a /16 (65,536 addresses) at the most and a /28 (16, of which 11 can be used) at the least, and which secondary ranges it may have depends on the primary one. Most of this shows only during the apply, when half of the network exists."

  locals {
    # Ranges that IPAM chooses are not written.
    unwritten = self.cidr_block == null || self.cidr_block == ""
    prefix    = tonumber(split("/", self.cidr_block)[1])
    canonical = cidrsubnet(self.cidr_block, 0, 0)
    what      = self.type == "aws_subnet" ? "a subnet" : "a VPC"
    # The provider knows the sizes of a VPC, but not those of a subnet.
    when = self.type == "aws_subnet" ? "AWS refuses it during the apply" : "the plan fails"
    vpc  = self.type == "aws_vpc_ipv4_cidr_block_association" ? vpc(self) : null
  }

  check "size" {
    skip    = local.unwritten
    require = local.prefix >= 16 && local.prefix <= 28
    message = "${self.cidr_block} is too ${local.prefix < 16 ? "large" : "small"}: ${local.what} has a /16 at the most and a /28 at the least, so ${local.when}"
  }

  check "netmask" {
    locals {
      length = self.ipv4_netmask_length
    }
    # Subnets have no such argument.
    skip    = self.type == "aws_subnet" || local.length == null
    require = local.length >= 16 && local.length <= 28
    at      = self.ipv4_netmask_length
    message = "/${local.length} is too ${local.length < 16 ? "large" : "small"}: a VPC has a /16 at the most and a /28 at the least, so the plan fails"
  }

  check "host-bits" {
    skip    = local.unwritten
    require = self.cidr_block == local.canonical
    message = "${self.cidr_block} has bits set behind its prefix, so the plan fails; the range that begins there is ${local.canonical}"
  }

  check "link-local" {
    skip    = local.unwritten
    require = !cidr_overlaps(self.cidr_block, "169.254.0.0/16")
    message = "${self.cidr_block} lies in the link-local range 169.254.0.0/16, which AWS refuses during the apply"
  }

  check "overlap" {
    locals {
      siblings = concat([local.vpc], earlier(referrers(local.vpc, "aws_vpc_ipv4_cidr_block_association", "vpc_id"), self))
    }
    skip     = [self.type != "aws_vpc_ipv4_cidr_block_association", self.cidr_block == null]
    for_each = [for other in local.siblings : other if other.cidr_block != null]
    require  = !cidr_overlaps(self.cidr_block, each.value.cidr_block)
    message  = "${self.cidr_block} overlaps ${each.value.cidr_block} of ${each.value.address}, which ${local.vpc.address} has already, so AWS refuses it during the apply"
    also {
      at   = each.value.cidr_block
      note = "the range it overlaps"
    }
  }

  check "restricted" {
    severity = "warning"
    locals {
      primary = local.vpc.cidr_block
      of      = [for row in fact_rows("vpc_cidr_association_restrictions") : row if row.primary_range_in != "public" && try(cidr_contains(row.primary_range_in, local.primary), false)]
      rule    = length(local.of) > 0 ? local.of[0] : fact("vpc_cidr_association_restrictions", "public")
      refused = [for range in local.rule.secondary_refused : range if cidr_overlaps(range, self.cidr_block)]
    }
    skip = [
      self.type != "aws_vpc_ipv4_cidr_block_association",
      self.cidr_block == null,
      !is_known(local.primary) ? unseen("the primary range of the VPC") : local.primary == null,
      cidr_overlaps(self.cidr_block, local.primary),
    ]
    require = length(local.refused) == 0
    message = "a VPC whose primary range is ${local.primary} takes no secondary range in ${names(local.refused)}, so AWS refuses ${self.cidr_block} during the apply"
    also {
      at   = local.vpc.cidr_block
      note = "the primary range"
    }
  }

  check "quota" {
    severity = "warning"
    locals {
      ranges = 1 + length(referrers(self, "aws_vpc_ipv4_cidr_block_association", "vpc_id"))
    }
    skip    = self.type != "aws_vpc"
    require = local.ranges <= setting.max_ranges
    at      = self
    message = "${self.address} has ${plural(local.ranges, "IPv4 range")}: AWS allows ${setting.max_ranges} unless the account's quota was raised, up to 50"
  }

  setting "max_ranges" {
    default     = 5
    description = "IPv4 ranges that a VPC may have, primary and secondary"
  }

  fix {
    text   = <<-EOT
      cidr_block = "10.0.0.0/16"
    EOT
    safety = "unsafe"
    impact = "replacement"
    note   = "nothing is lost where the VPC or subnet was never created; a secondary range can be added and taken away in place"
  }

  exceptions = ["ranges that IPAM chooses"]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_.go",
  ]
}

rule "vpc-dns-hostnames-disabled" {
  title    = "VPC lacks the DNS attributes that its endpoints, EKS cluster or private zones need"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "enable_dns_hostnames is false, enable_dns_support is true"

  resource = "aws_vpc"

  locals {
    endpoints = [
      for endpoint in referrers(self, "aws_vpc_endpoint", "vpc_id") : endpoint
      if endpoint.vpc_endpoint_type == "Interface" && endpoint.private_dns_enabled
    ]
    all_clusters = distinct(flatten([for subnet in subnets_in(self) : referrers(subnet, "aws_eks_cluster", "vpc_config.subnet_ids")]))
    # Nodes that use the public endpoint are known to do without, whatever EKS asks for.
    clusters = [for cluster in local.all_clusters : cluster if cluster.vpc_config[0].endpoint_private_access]
    zones    = concat(referrers(self, "aws_route53_zone", "vpc.vpc_id"), referrers(self, "aws_route53_zone_association", "vpc_id"))
    peerings = [
      for peering in referrers(self, "aws_vpc_peering_connection", ["vpc_id", "peer_vpc_id"]) : peering
      if anytrue([
        for options in concat([peering], referrers(peering, "aws_vpc_peering_connection_options", "vpc_peering_connection_id")) :
        anytrue([for side in concat(options.accepter, options.requester) : coalesce(side.allow_remote_vpc_dns_resolution, false)])
      ])
    ]
    # Where there is certainly nothing in the VPC, nothing in it looks names up.
    without  = length(subnets_in(self)) == 0 && length(referrers(self, "aws_vpc_endpoint", "vpc_id")) == 0
    is_empty = is_known(local.without) ? local.without : false
    users    = concat(local.endpoints, local.clusters, local.is_empty ? [] : concat(local.zones, local.peerings))
    off      = self.enable_dns_support ? "enable_dns_hostnames" : "enable_dns_support"
  }

  require = self.enable_dns_support && self.enable_dns_hostnames
  at      = self.enable_dns_support ? self.enable_dns_hostnames : self.enable_dns_support
  why     = "The provider leaves DNS hostnames off. AWS refuses interface endpoints with private DNS in such a VPC, names of private hosted zones and of the private endpoint of an EKS cluster do not resolve in it, and nodes cannot register."
  first   = true

  check "users" {
    skip    = length(local.users) == 0
    message = "${local.off} of ${self.address} is false, but ${names(local.users)} cannot do without"
    also {
      at   = local.users
      note = "needs enable_dns_support and enable_dns_hostnames"
    }
  }

  check "clusters" {
    severity = "warning"
    skip     = length(local.all_clusters) == 0
    message  = "${local.off} of ${self.address} is false, but EKS asks for DNS hostnames and resolution in the VPC of ${names(local.all_clusters)}"
    also {
      at   = local.all_clusters
      note = "needs enable_dns_support and enable_dns_hostnames"
    }
  }

  fix {
    set    = { enable_dns_support = true, enable_dns_hostnames = true }
    safety = "safe"
    impact = "in-place"
    note   = "nothing is interrupted; instances with public addresses get public DNS names"
  }

  exceptions = [
    "VPCs in which nothing needs these names",
    "private zones and peerings of a VPC without subnets and endpoints, such as one that only serves to create a zone",
  ]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html",
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc",
  ]
}

rule "vpc-endpoint-gateway-missing" {
  title    = "Private subnets reach S3 or DynamoDB through the NAT gateway"
  severity = "warning"
  category = "cost"
  scenario = "bill-shock"
  default  = "a VPC has no endpoints"

  resource = "aws_vpc"

  locals {
    routed    = [for subnet in subnets_in(self) : subnet if egress(subnet) == "nat"]
    tables    = distinct([for subnet in local.routed : route_table(subnet)])
    gateways  = distinct(flatten([for subnet in local.routed : nat_gateways(subnet)]))
    endpoints = referrers(self, "aws_vpc_endpoint", "vpc_id")
    # Route tables of another module cannot be named here.
    written  = [for table in elements_known(local.tables) : table_written_in(table, self, self)]
    attached = length(local.written) == 0 || anytrue([for id in local.written : id == null]) ? "[] # the ids of the route tables of ${names(local.routed)}" : "[${join(", ", local.written)}]"
    # Of a module that was downloaded the reader has the outputs only.
    call    = try(elements_known(calls_of_published(self, "vpc"))[0], null)
    outputs = distinct([for table in elements_known(local.tables) : table == null ? "" : table.resource_name])
    has_all = local.call != null && length(local.outputs) > 0 && alltrue([for name in local.outputs : contains(["private", "database", "redshift", "elasticache"], name)])
    lists   = [for name in local.outputs : "${own_address(local.call)}.${name}_route_table_ids"]
    network = local.call != null ? "${own_address(local.call)}.vpc_id" : is_downloaded(self) ? "\"(id of the VPC)\" # an output of the module" : written_in(self, "id", self)
    of_routed = (
      local.call != null && local.has_all ? (length(local.lists) == 1 ? local.lists[0] : "concat(${join(", ", local.lists)})")
      : is_downloaded(self) ? "[] # the ids of the route tables of ${names(local.routed)}, an output of the module"
      : local.attached
    )
    label     = is_downloaded(self) ? "vpc" : self.resource_name
    handed_on = anytrue([for table in local.tables : table == null ? false : exported(table, "id") || passed_to_unseen(table)])
  }

  skip = [
    length(local.routed) == 0,
    !anytrue([for subnet in local.routed : serves_hosts(subnet)]),
    local.handed_on,
    length(central_names(self)) > 0,
  ]
  at  = self
  why = "A NAT gateway charges for each gigabyte, a gateway endpoint nothing. Image layers, backups and logs all go to S3: 10 TB a month through NAT are about 450 USD, for want of ten lines."

  also {
    at   = local.gateways
    note = "takes the traffic to S3 and DynamoDB as well"
  }

  check "s3" {
    require = anytrue([for endpoint in local.endpoints : endpoint_serves(endpoint, "s3")])
    message = "${self.address} has no gateway endpoint for S3: what goes there from ${names(local.routed)} is paid for at the NAT gateway"
  }

  check "dynamodb" {
    skip    = !uses_dynamodb()
    require = anytrue([for endpoint in local.endpoints : endpoint_serves(endpoint, "dynamodb")])
    message = "${self.address} has no gateway endpoint for DynamoDB: what goes there from ${names(local.routed)} is paid for at the NAT gateway"

    fix {
      text   = <<-EOT
        data "aws_vpc_endpoint_service" "dynamodb" {
          service      = "dynamodb"
          service_type = "Gateway"
        }

        resource "aws_vpc_endpoint" "${local.label}_dynamodb" {
          vpc_id            = ${local.network}
          service_name      = data.aws_vpc_endpoint_service.dynamodb.service_name
          vpc_endpoint_type = "Gateway"
          route_table_ids   = ${local.of_routed}
        }
      EOT
      safety = "unsafe"
      impact = "new-resource"
      note   = "free; connections to DynamoDB that are open break once when the route appears"
    }
  }

  fix {
    text   = <<-EOT
      data "aws_vpc_endpoint_service" "s3" {
        service      = "s3"
        service_type = "Gateway"
      }

      resource "aws_vpc_endpoint" "${local.label}_s3" {
        vpc_id            = ${local.network}
        service_name      = data.aws_vpc_endpoint_service.s3.service_name
        vpc_endpoint_type = "Gateway"
        route_table_ids   = ${local.of_routed}
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "free; connections to S3 that are open break once when the route appears, and bucket policies with aws:SourceIp need aws:SourceVpce instead"
  }

  exceptions = [
    "VPCs whose route tables are handed to other configurations, which may attach the endpoint",
    "VPCs that resolve the names through zones or profiles shared from another VPC",
    "subnets that only pass traffic on: transit gateway attachments, firewalls, NAT gateways",
    "DynamoDB, where the configuration has neither tables nor policies for it",
  ]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/privatelink/vpce-gateway.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html",
    "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/vpc_endpoint_service",
    "https://github.com/terraform-aws-modules/terraform-aws-vpc/blob/master/outputs.tf",
  ]
}

rule "vpc-endpoint-interface-type-missing" {
  title    = "Endpoint for an interface-only service is created with the default type Gateway"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "Gateway"

  resource = "aws_vpc_endpoint"
  first    = true

  locals {
    gateways = ["s3", "dynamodb", "s3express"]
    lists    = [for name in ["subnet_ids", "security_group_ids"] : name if length(elements(name == "subnet_ids" ? self.subnet_ids : self.security_group_ids)) > 0]
    by_zone  = try(one_of_each_zone(subnets_leading(referenced(self.vpc_id, "aws_vpc")[0], ["nat", "none", "other"], self)), [])
    useless  = concat(local.lists, coalesce(self.private_dns_enabled, false) ? ["private_dns_enabled"] : [])
  }

  skip = [is_set(self.service_network_arn), is_set(self.resource_configuration_arn)]
  at   = self.vpc_endpoint_type
  why  = "vpc_endpoint_type is Gateway where nothing is said, and only S3, DynamoDB and S3 Express One Zone have gateway endpoints. For ecr.api, sts, logs and all others AWS refuses the endpoint during the apply."

  check "service" {
    skip    = !startswith(coalesce(self.service_name, "none"), "com.amazonaws.")
    require = self.vpc_endpoint_type != "Gateway" || anytrue([for service in local.gateways : endswith(self.service_name, ".${service}")])
    message = "${self.service_name} has no gateway endpoints, and ${self.address} is one ${is_set(self.vpc_endpoint_type) ? "explicitly" : "by default"}"
  }

  check "lists" {
    skip    = self.vpc_endpoint_type != "Gateway"
    require = length(local.useless) == 0
    message = "${self.address} is a gateway endpoint, which has no network interfaces: AWS refuses ${names(local.useless)}"
    also {
      at   = [self.subnet_ids, self.security_group_ids, self.private_dns_enabled]
      note = "for interface endpoints only"
    }
  }

  fix {
    text   = <<-EOT
      vpc_endpoint_type   = "Interface"
      private_dns_enabled = true
      subnet_ids          = ${length(local.by_zone) > 0 ? ids_written(local.by_zone, self) : "aws_subnet.private[*].id"}
      security_group_ids  = [aws_security_group.endpoints.id]
    EOT
    safety = "unsafe"
    impact = "replacement"
    note   = "another type makes a new endpoint; interface endpoints are billed by zone and hour"
  }

  exceptions = ["endpoints for a VPC Lattice service network or resource configuration"]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/privatelink/vpce-gateway.html",
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-tutorial-endpoints.html",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_endpoint.go",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_endpoint",
  ]
}

rule "vpc-peering-one-way-route" {
  title    = "Peering connection has a route on one side only"
  severity = "error"
  category = "correctness"
  scenario = "silent-loss"
  default  = "a peering connection makes no routes"

  resource = "aws_vpc_peering_connection"

  locals {
    requesters = [for vpc in referenced(self.vpc_id, "aws_vpc") : vpc if vpc.kind == "resource"]
    accepters  = [for vpc in referenced(self.peer_vpc_id, "aws_vpc") : vpc if vpc.kind == "resource"]
    requester  = local.requesters[0]
    accepter   = local.accepters[0]
    there      = peering_routes(self, local.requester, local.accepter)
    back       = peering_routes(self, local.accepter, local.requester)
    without    = length(local.there) == 0 ? local.requester : local.accepter
    other      = length(local.there) == 0 ? local.accepter : local.requester
    table = try(
      known_text(written_in(elements_known(referrers(local.without, "aws_route_table", "vpc_id"))[0], "id", self)),
      "\"(route table of ${local.without.address})\"",
    )
    range = try(known_text(written_in(local.other, "cidr_block", self)), "\"${known_text(local.other.cidr_block)}\"", "\"(range of ${local.other.address})\"")
  }

  skip = [
    length(local.requesters) == 0,
    length(local.accepters) == 0,
    # Whoever gets the id may add the route.
    exported(self, "id") ? unseen("what else refers to it") : false,
  ]
  at  = self
  why = "A peering connection brings no routes: each VPC needs one to the ranges of the other. With one side alone the packets arrive and the replies leave by the default route, so that connections hang, with no error at the apply and a peering that says active."

  check "one-way" {
    skip    = length(local.there) == 0 && length(local.back) == 0
    require = length(local.there) > 0 && length(local.back) > 0
    message = "${local.without.address} has no route over ${self.address} to ${local.other.address}, which has one back: replies get lost"
    also {
      at   = local.without
      note = "no route table of this VPC leads over the peering"
    }
  }
  check "none" {
    require = length(local.there) > 0 || length(local.back) > 0
    message = "no route leads over ${self.address}, neither from ${local.requester.address} nor from ${local.accepter.address}"
  }

  fix {
    text   = <<-EOT
      resource "aws_route" "over_${self.resource_name}" {
        route_table_id            = ${local.table}
        destination_cidr_block    = ${local.range}
        vpc_peering_connection_id = ${written_in(self, "id", self)}
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "one for each route table of the VPC that is to reach the peer; a route holds at once"
  }

  exceptions = [
    "VPCs of another configuration, account or region",
    "peerings whose id is an output: the routes may be made by whoever reads it",
  ]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_peering_connection",
  ]
}
