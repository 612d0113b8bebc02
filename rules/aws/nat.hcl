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
    lies   = "lies in ${local.subnet.address}, where ${local.table == null ? "the VPC's main route table" : local.table.address}"
    leads = try(
      local.target == "igw" ? "sends 0.0.0.0/0 to an internet gateway" : "sends 0.0.0.0/0 to a NAT gateway",
      "has no default route",
    )
  }

  skip    = self.availability_mode == "regional"
  at      = self.subnet_id
  why     = "The gateway is created without an error and billed by the hour, but drops every packet. Machines behind it cannot fetch images or packages, and neither the plan nor the gateway's state says why."

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
  }

  fix {
    text   = <<-EOT
      subnet_id = aws_subnet.public[0].id
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
    lies   = try("lies in ${zone(local.own[0])} and ", "")
    # Only what is certain is said of all of them.
    all_other = is_known(length(local.others)) && is_known(length(local.routed)) ? length(local.others) == length(local.routed) : false
    # Where there are gateways in other zones, the routes lead to the wrong ones.
    gateways = [for gateway in resources("aws_nat_gateway") : gateway if gateway.module == self.module]
    elsewhere = anytrue([
      for gateway in local.gateways : zone_count(concat(local.own, subnets(gateway.subnet_id))) > 1
    ])
    is_crossed = is_known(local.elsewhere) ? local.elsewhere : false
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
        nat_gateway_id = (id of the gateway in the zone of the subnet)
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
      resource "aws_nat_gateway" "this" {
        for_each      = aws_subnet.public # one in each zone
        subnet_id     = each.value.id
        allocation_id = aws_eip.nat[each.key].id
      }

      resource "aws_route" "private_default" {
        for_each               = aws_route_table.private
        route_table_id         = each.value.id
        destination_cidr_block = "0.0.0.0/0"
        nat_gateway_id         = aws_nat_gateway.this[each.key].id
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "one NAT gateway and one Elastic IP for each zone, at about 33 USD a month each before traffic; a route that changes drops the connections that use it"
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
  ]
}
