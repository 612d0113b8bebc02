rule "subnet-cidr-outside-vpc" {
  title    = "Subnet range is not inside any range of its VPC"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"

  resource = "aws_subnet"

  locals {
    vpc    = vpc(self)
    ranges = vpc_ranges(local.vpc)
  }

  skip    = [self.ipv6_native, self.cidr_block == null, self.cidr_block == ""]
  require = anytrue([for range in local.ranges : cidr_contains(range, self.cidr_block)])
  at      = self.cidr_block
  message = "${self.cidr_block} is outside ${local.vpc.address}, which has ${names(local.ranges)}, so AWS refuses the subnet"
  why     = "The plan succeeds; the API refuses the subnet in the middle of the apply, when the VPC and its other subnets exist already. With cidrsubnet() it mostly means that newbits or netnum do not fit the VPC's prefix."

  also {
    at   = local.vpc.cidr_block
    note = "the VPC's range"
  }

  fix {
    text   = <<-EOT
      cidr_block = "…" # a part of ${names(local.ranges)} that no other subnet has
    EOT
    safety = "unsafe"
    impact = "replacement"
    note   = "nothing is lost where the subnet was never created; an existing one is replaced with everything that has an address in it"
  }

  exceptions = ["IPv6-only subnets", "VPCs with ranges that IPAM chooses, and VPCs of another configuration"]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/subnet",
  ]
}

rule "subnet-cidr-overlap" {
  title    = "Two subnets of one VPC have overlapping ranges"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"

  resource = "aws_subnet"

  skip     = [self.cidr_block == null, self.cidr_block == ""]
  for_each = overlapping_subnets(self)
  require  = !cidr_overlaps(self.cidr_block, each.value.cidr_block)
  at       = self.cidr_block
  message  = "${self.address} and ${each.value.address} both claim ${cidr_intersection(self.cidr_block, each.value.cidr_block)}, so AWS refuses the one that comes second"
  why      = "The plan succeeds; one of the two subnets is refused during the apply with InvalidSubnet.Conflict. Typically the netnum ranges of public and private subnets meet once a third zone is added."

  also {
    at   = each.value.cidr_block
    note = "the other subnet"
  }

  fix {
    text   = <<-EOT
      cidr_block = "…" # a part of the VPC's range that no other subnet has${self.instance_key == null ? "" : ", by another netnum of cidrsubnet() or another list"}
    EOT
    safety = "unsafe"
    impact = "replacement"
    note   = "give the subnet that does not exist yet another range; an existing one is replaced with everything that has an address in it"
  }

  exceptions = ["subnets of which only one exists, such as those of a condition and its negation"]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/subnet",
  ]
}

rule "subnet-private-routes-to-igw" {
  title    = "Subnet meant to be private has a default route to an internet gateway"
  severity = "error"
  category = "security"
  scenario = "human-error"

  resource = "aws_subnet"

  locals {
    # A name that the network has, too, says nothing about the subnet.
    tag         = try(tags(self)["Name"], null)
    of_network  = local.tag == null ? false : contains(network_names(), local.tag)
    names       = [for name in [self.resource_name, local.of_network ? null : local.tag, self.instance_key] : name if name != null]
    says        = anytrue([for name in local.names : is_private_name(name)])
    said_by     = try([for name in local.names : name if is_known(is_private_name(name)) && is_private_name(name)][0], self.resource_name)
    says_public = anytrue([for name in [self.resource_name, local.tag, self.instance_key] : has_word(name, "public")])
    internal_lb = try(tags(self)["kubernetes.io/role/internal-elb"] != null, false)
    public_lb   = try(tags(self)["kubernetes.io/role/elb"] != null, false)
    groups = referrers(
      self,
      [
        "aws_docdb_subnet_group",
        "aws_elasticache_subnet_group",
        "aws_memorydb_subnet_group",
        "aws_neptune_subnet_group",
        "aws_redshift_subnet_group",
      ],
      "subnet_ids",
    )
    meant = (
      local.says ? "is private by its name, ${local.said_by}" :
      local.internal_lb ? "is tagged for internal load balancers" :
      "belongs to ${names(local.groups)}"
    )
    routes = [for route in default_routes(self) : route.declared_by if route.target == "igw"]
    gateways = [
      for gateway in elements_known(resources("aws_nat_gateway")) : gateway
      if gateway.module == self.module && gateway.connectivity_type != "private" && try(known_text(vpc(subnets(gateway.subnet_id)[0]).address) == vpc(self).address, false)
    ]

    # What the fix writes: a table of the subnet's own, by way of a NAT gateway of the network where there is one.
    table       = "aws_route_table.${free_name("aws_route_table", self.module, [self.resource_name, "${self.resource_name}_private"])}"
    ties        = [for tie in referrers(self, "aws_route_table_association", "subnet_id") : tie if tie.module == self.module]
    nat         = try(known_text(written_in(local.gateways[0], "id", self)), null)
    # A block that also ties subnets of another one is not to be changed for all of them.
    shared      = anytrue([for tie in local.ties : anytrue([for other in resources("aws_route_table_association") : other.block_address == tie.block_address && anytrue([for named in referenced(other.subnet_id, "aws_subnet") : named.block_address != self.block_address])])])
    is_shared   = is_known(local.shared) ? local.shared : true
    association = try(local.is_shared ? tobool("shared") : "# in ${known_text(local.ties[0].block_address)}\nroute_table_id = ${local.table}.id", "${length(local.ties) > 0 ? "# in place of what ${local.ties[0].block_address} says of it\n" : ""}resource \"aws_route_table_association\" \"${self.resource_name}\" {\n  subnet_id      = ${own_address(self)}.id\n  route_table_id = ${local.table}.id\n}")
  }

  skip = [
    local.says_public,
    local.public_lb,
    !local.says && !local.internal_lb && length(local.groups) == 0,
  ]
  require = egress(self) != "igw"
  at      = self
  message = "${self.address} ${local.meant}, but ${names(local.routes)} sends its default route to an internet gateway"
  why     = "The name says private, the routes say public: one address given away by mistake puts a machine on the internet. Machines without a public address have no way out at all, since an internet gateway does not translate addresses."

  also {
    at   = local.routes
    note = "the default route"
  }
  also {
    at   = referrers(self, "aws_route_table_association", "subnet_id")
    note = "gives the subnet this route table"
  }

  fix {
    text   = <<-EOT
      resource "aws_route_table" "${trimprefix(local.table, "aws_route_table.")}" {
        vpc_id = ${own_address(self)}.vpc_id${local.nat == null ? "" : "\n\n  route {\n    cidr_block     = \"0.0.0.0/0\"\n    nat_gateway_id = ${local.nat}\n  }"}
      }

      ${local.association}
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "flows over the old path end at once${local.nat == null ? "; what is to reach the internet needs a NAT gateway in a public subnet, and a route to it" : ""}; a subnet that is public on purpose is better renamed"
  }

  exceptions = ["subnets whose name or tags say public as well", "names in which data or db is about something else, or that the VPC or its gateways have, too", "routes to an internet gateway for other ranges than 0.0.0.0/0 and ::/0"]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html",
  ]
}

rule "subnet-tier-single-az" {
  title    = "Workload has subnets in a single Availability Zone"
  severity = "error"
  category = "availability"
  scenario = "az-loss"

  resource = [
    "aws_eks_fargate_profile",
    "aws_elasticache_subnet_group",
    "aws_memorydb_subnet_group",
    "aws_msk_cluster",
    "aws_redshift_subnet_group",
  ]
  production_only = true

  locals {
    ids     = self.type == "aws_msk_cluster" ? try(self.broker_node_group_info[0].client_subnets, []) : self.subnet_ids
    subnets = subnets(local.ids)
    zone    = zone(local.subnets[0])
    # Instances of one block may be one group for each zone.
    siblings = [for other in resources(self.type) : other if other.block_address == self.block_address]
    of_block = self.type == "aws_msk_cluster" ? local.ids : flatten([for other in local.siblings : other.subnet_ids])
    users = (
      self.type == "aws_redshift_subnet_group" ? referrers(self, "aws_redshift_cluster", "cluster_subnet_group_name") :
      self.type == "aws_memorydb_subnet_group" ? referrers(self, "aws_memorydb_cluster", "subnet_group_name") :
      self.type == "aws_elasticache_subnet_group" ? [
        for cache in referrers(self, ["aws_elasticache_cluster", "aws_elasticache_replication_group"], "subnet_group_name") : cache
        if cache_is_spread(cache)
      ] :
      [self]
    )
  }

  skip = [
    length(local.users) == 0,
    zone_count(subnets(local.of_block)) > 1,
    anytrue([for subnet in local.subnets : is_set(subnet.outpost_arn)]),
    is_local_zone(local.zone),
  ]
  require = zone_count(local.subnets) != 1
  at      = self.type == "aws_msk_cluster" ? self.broker_node_group_info[0].client_subnets : self.subnet_ids
  message = "all of ${self.address} lies in one zone, ${local.zone}: ${names(local.subnets)}"
  why     = "A zone fails as a unit. Everything in these subnets goes with it, and there is no other subnet to start again in until somebody edits and applies the configuration."

  also {
    at   = [for user in local.users : user if !same(user, self)]
    note = "uses these subnets"
  }

  fix {
    text   = <<-EOT
      subnet_ids = aws_subnet.private[*].id # one in each zone
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "a subnet group takes more subnets in place, though what runs stays where it is until it is moved or replicated; a Fargate profile or an MSK cluster is replaced"
  }

  exceptions = [
    "subnet groups that nothing uses, and those of single-node caches and of replication groups that fail over, which have rules of their own",
    "one group for each zone, made by one block",
    "subnets in Local Zones, Wavelength Zones and on Outposts",
    "development, test and staging",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
  ]
}
