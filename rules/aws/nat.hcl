rule "nat-gateway-no-internet-path" {
  title    = "NAT gateway sits where it cannot reach the internet"
  severity = "error"
  category = "correctness"
  scenario = "silent-loss"
  default  = "connectivity_type is public, availability_mode is zonal"

  resource = "aws_nat_gateway"

  locals {
    subnet = subnets(self.subnet_id)[0]
    # A table has one default route for IPv4.
    routes = [for route in default_routes(local.subnet) : route if !route.ipv6]
    target = local.routes[0].target
    table  = route_table(local.subnet)
    public = subnets_leading(vpc(local.subnet), ["igw"], self)
    # Best is one in the same zone.
    better = concat([for subnet in local.public : subnet if is_known(in_one_zone([subnet, local.subnet])) ? in_one_zone([subnet, local.subnet]) : false], local.public)
    lies   = "lies in ${local.subnet.address}, where ${local.table == null ? "the VPC's main route table" : local.table.address}"
    leads = try(
      local.target == "igw" ? "sends 0.0.0.0/0 to an internet gateway" : "sends 0.0.0.0/0 to a NAT gateway",
      "has no default route",
    )
  }

  skip = self.availability_mode == "regional"
  at   = self.subnet_id
  why  = "The gateway is created without an error and billed by the hour, but drops every packet. Machines behind it cannot fetch images or packages, and neither the plan nor the gateway's state says why."

  also {
    at   = local.routes[0].declared_by
    note = "the default route"
  }

  check "public" {
    skip = [
      self.connectivity_type != "public",
      # Through a firewall or another network first.
      try(!contains(["igw", "nat"], local.target), false),
    ]
    require = try(local.target == "igw", length(local.routes) > 0)
    message = "${self.address} ${local.lies} ${local.leads}, so that it never reaches the internet"
  }

  check "private" {
    skip    = [self.connectivity_type != "private", length(routed_subnets(self)) == 0]
    require = try(!contains(["igw", "nat"], local.target), length(local.routes) > 0)
    message = "${self.address} is private and ${local.lies} ${local.leads}, so that the default routes to it end there"

    fix {
      text   = <<-EOT
        connectivity_type = "public"
        allocation_id     = aws_eip.${self.resource_name}.id${try(local.target == "igw", false) ? "" : " # and a subnet with a route to an internet gateway"}
      EOT
      safety = "unsafe"
      impact = "replacement"
      note   = "makes a new gateway, with a new Elastic IP"
    }
  }

  fix {
    text   = <<-EOT
      subnet_id = ${length(local.better) > 0 ? written_in(local.better[0], "id", self) : "aws_subnet.public[0].id"}
    EOT
    safety = "unsafe"
    impact = "replacement"
    note   = "both subnet_id and connectivity_type make a new gateway; the public address stays only if the new one is given the same Elastic IP"
  }

  exceptions = [
    "a gateway whose subnet sends its traffic to a transit gateway, a firewall or another appliance first",
    "regional gateways, which need no public subnet",
    "subnets whose route table or routes are declared elsewhere",
  ]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/nat_gateway",
  ]
}

rule "nat-gateway-single-az" {
  title    = "Subnets leave through a NAT gateway in another zone"
  severity = "error"
  category = "availability"
  scenario = "az-loss"
  default  = "zonal: a NAT gateway lives in the zone of its subnet"

  resource        = "aws_nat_gateway"
  production_only = true

  locals {
    own    = subnets(self.subnet_id)
    routed = routed_subnets(self)
    others = [for subnet in local.routed : subnet if zone_count(concat(local.own, [subnet])) > 1]
    lies   = try("lies in ${known_text(zone(local.own[0]))} and ", "")
    # Only what is certain is said of all of them.
    all_other = is_known(length(local.others)) && is_known(length(local.routed)) ? length(local.others) == length(local.routed) : false
    # Where there are gateways in other zones, the routes lead to the wrong ones.
    gateways = [
      for gateway in resources("aws_nat_gateway") : gateway
      if gateway.module == self.module && same(vpc(subnets(gateway.subnet_id)[0]), vpc(local.own[0]))
    ]
    elsewhere = anytrue([
      for gateway in local.gateways : zone_count(concat(local.own, subnets(gateway.subnet_id))) > 1
    ])
    is_crossed = is_known(local.elsewhere) ? local.elsewhere : false

    # What the fix calls by its name.
    calls  = elements_known(calls_of_published(self, "vpc"))
    here   = trimprefix(self.block_address, "${self.module}.")
    public = try(known_text(local.own[0].module == self.module ? trimprefix(local.own[0].block_address, "${self.module}.") : null), "")
    ip     = try(known_text(written_in(elements_known(referenced(self.allocation_id, "aws_eip"))[0], "id", self)), "")
    ips    = local.ip == "" ? "" : trimprefix(elements_known(referenced(self.allocation_id, "aws_eip"))[0].block_address, "${self.module}.")
    # The subnets have keys of one kind: numbers by count, names by for_each.
    keys    = local.public == "" ? "" : try(local.own[0].instance_key == null ? "" : can(tonumber(local.own[0].instance_key)) ? "count.index" : "each.key", "")
    is_own  = local.keys != ""
    network = try(known_text(written_in(vpc(local.own[0]), "id", self)), "\"${known_text(local.own[0].vpc_id)}\"", "\"(id of the VPC)\"")
    # Several route tables have a default route each; a single one leads all subnets to one gateway.
    tables     = [for table in elements_known(distinct([for subnet in local.routed : route_table(subnet)])) : table if is_known(table) && table != null]
    shared     = length(local.tables) == 1
    is_private = self.connectivity_type == "private"
    gap        = local.is_private ? "            " : "        "
    gateway = flatten([
      "resource \"aws_nat_gateway\" \"${self.resource_name}${local.is_own ? "" : "_other_zone"}\" {",
      !local.is_own ? [] : [
        local.keys == "count.index" ? "  count ${local.gap}= length(${local.public}) # one in each zone" : "  for_each${trimprefix(local.gap, "   ")} = ${local.public} # one in each zone",
      ],
      local.is_private ? ["  connectivity_type = \"private\""] : [],
      "  subnet_id ${trimprefix(local.gap, "    ")}= ${local.is_own ? "${local.public}[${local.keys}].id" : "\"(id of a subnet in this zone)\""}",
      local.is_private ? [] : [
        "  allocation_id = ${local.is_own && local.ips != "" ? "${local.ips}[${local.keys}].id # with the same ${local.keys == "count.index" ? "count" : "for_each"}" : "\"(id of an Elastic IP of its own)\""}",
      ],
      "}",
    ])
    new_gateway = local.is_own ? "${local.here}[${local.keys}].id" : "aws_nat_gateway.${self.resource_name}_other_zone.id"
    routes = local.shared ? flatten([
      local.is_own ? "# in place of ${own_address(local.tables[0])}: one for each zone" : "# beside ${own_address(local.tables[0])}",
      "resource \"aws_route_table\" \"${local.is_own ? "by_zone" : "other_zone"}\" {",
      !local.is_own ? [] : local.keys == "count.index" ? ["  count  = length(${local.public})"] : ["  for_each = ${local.public}"],
      "  vpc_id ${local.keys == "each.key" ? "  " : ""}= ${local.network}",
      "",
      "  route {",
      "    cidr_block     = \"0.0.0.0/0\"",
      "    nat_gateway_id = ${local.new_gateway}",
      "  }",
      "}",
      "",
      "# in the association of each of the subnets",
      "route_table_id = \"(id of the route table of the subnet's zone)\"",
      ]) : [
      "# in the default route of each subnet's route table",
      "nat_gateway_id = \"(id of the gateway in the zone of the subnet)\"",
    ]
    text = length(local.calls) > 0 ? [
      "# in the call of ${own_address(local.calls[0])}",
      "single_nat_gateway     = false",
      "one_nat_gateway_per_az = true",
      ] : is_downloaded(self) ? [
      "# in the call of the module: the argument by which it makes a NAT gateway in each zone",
    ] : concat(local.is_own ? [] : ["# a further one for each zone without a gateway"], local.gateway, [""], local.routes)
    step = length(local.calls) > 0 ? "; the module needs azs, and a public subnet for each of them" : is_downloaded(self) ? "; the gateway is made by a module" : (
      local.shared ? "; all these subnets have one route table, so that further gateways alone change nothing" : ""
    )
    moved = length(local.calls) > 0 || is_downloaded(self) || local.keys != "each.key" || self.instance_key != null ? "" : "; `moved` blocks keep the gateway and its address"
  }

  skip = [
    self.availability_mode == "regional",
    alltrue([for subnet in local.routed : !subnet_in_use(subnet)]),
  ]
  require = zone_count(concat(local.own, local.routed)) <= 1
  at      = self.subnet_id
  message = "${self.address} ${local.lies}is the way out for ${names(local.routed)}, ${local.all_other ? "in another zone" : "not all of which are in its zone"}"
  why     = "A NAT gateway lives in one zone and goes down with it. The zones that still run then lose image pulls, third-party APIs and every AWS API without an endpoint; until then each gigabyte from another zone pays the transfer between zones as well."

  also {
    at   = local.others
    note = "in another zone"
  }
  also {
    at   = flatten([for subnet in local.others : referrers(subnet, "aws_route_table_association", "subnet_id")])
    note = "gives the subnet the route table that leads here"
  }

  check "crossed" {
    skip = !local.is_crossed

    fix {
      text   = <<-EOT
        # in the default route of each private subnet: the gateway of the subnet's own zone
        nat_gateway_id = "(id of the gateway in the zone of the subnet)"
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "there are gateways in several zones, and routes lead to one in another zone than the subnet's: count from the same list of zones for subnets, gateways and routes; a route that changes drops the connections that use it"
    }
  }
  check "single" {
    skip = local.is_crossed
  }

  fix {
    text   = <<-EOT
      ${join("\n", local.text)}
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "one NAT gateway${local.is_private ? "" : " and one Elastic IP"} for each zone, at about 33 USD a month each before traffic; a route that changes drops the connections that use it${local.step}${local.moved}"
  }

  exceptions = [
    "regional NAT gateways",
    "gateways for subnets that nothing uses",
    "development, test and staging",
  ]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html",
    "https://docs.amazonaws.cn/vpc/latest/userguide/nat-gateways-regional.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/nat_gateway",
    "https://github.com/terraform-aws-modules/terraform-aws-vpc/blob/master/README.md",
  ]
}
