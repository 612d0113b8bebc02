rule "lb-internet-facing-in-private-subnet" {
  title    = "Internet-facing load balancer is in subnets without a route to an internet gateway"
  severity = "error"
  category = "correctness"
  scenario = "silent-loss"
  default  = "internal is false: a load balancer faces the internet"

  resource = ["aws_alb", "aws_elb", "aws_lb"]

  locals {
    subnets = lb_subnets(self)
    private = [
      for subnet in local.subnets : subnet
      if egress(subnet) != "igw"
      # What comes through a firewall or an appliance goes back through it.
      && !anytrue([
        for route in default_routes(subnet) :
        contains(["carrier_gateway_id", "instance_id", "local_gateway_id", "network_interface_id", "vpc_endpoint_id"], route.target)
      ])
    ]
    everywhere = is_known(length(local.private)) && length(local.private) == length(local.subnets)
    effect = local.everywhere ? (
      "nobody outside can connect; with internal = true it would serve the VPC"
    ) : "connections to its addresses there time out, those to the others work"
  }

  skip    = [coalesce(self.internal, false), lb_kind(self) == "gateway", length(local.subnets) == 0]
  require = length(local.private) == 0
  at      = lb_kind(self) != "classic" && length(self.subnet_mapping) > 0 ? self.subnet_mapping : self.subnets
  message = "${self.address} faces the internet, but ${names(local.private)} ${length(local.private) == 1 ? "has" : "have"} no route to an internet gateway: ${local.effect}"
  why     = "A load balancer faces the internet unless it says internal. It gets public addresses, DNS hands them out, and whoever connects waits for an answer that has no way back. Where only some of the subnets are private, it is a part of the clients that waits."

  also {
    at   = [for subnet in local.private : subnet]
    note = "has no route to an internet gateway"
  }

  fix {
    text   = <<-EOT
      subnets = aws_subnet.public[*].id # or: internal = true
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "an Application Load Balancer changes its subnets in place; a change of internal replaces it and gives it a new DNS name"
  }

  exceptions = [
    "subnets whose default route leads to a firewall endpoint or an appliance, which passes the traffic of the internet on",
    "subnets whose routes are declared elsewhere, or whose default route has a target that cannot be seen",
    "Gateway Load Balancers, which have no public addresses",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-backend-instances.html",
  ]
}

rule "lb-single-az" {
  title    = "Load balancer is in one Availability Zone only"
  severity = "error"
  category = "availability"
  scenario = "az-loss"

  resource = ["aws_alb", "aws_elb", "aws_lb"]

  locals {
    subnets = lb_subnets(self)
  }

  skip = [
    length(local.subnets) == 0,
    anytrue([for subnet in local.subnets : outside_the_zones(subnet)]),
  ]
  require = !in_one_zone(local.subnets)
  at      = lb_kind(self) != "classic" && length(self.subnet_mapping) > 0 ? self.subnet_mapping : self.subnets
  why     = "Network, Gateway and Classic Load Balancers are content with one subnet. Such a one goes down with its zone, and all targets in the other zones with it: they run, and nobody reaches them."

  also {
    at   = [for subnet in local.subnets : subnet]
    note = "in the one zone"
  }

  check "application" {
    scenario = "cannot-apply"
    skip     = lb_kind(self) != "application"
    message  = "${self.address} has subnets in one zone only (${names(local.subnets)}): AWS refuses an Application Load Balancer with fewer than two zones"
  }
  check "other" {
    production_only = true
    skip            = lb_kind(self) == "application"
    message         = "all of ${self.address} is in one zone (${names(local.subnets)}): when the zone fails it is gone, wherever its targets run"
  }

  fix {
    text   = <<-EOT
      subnets = aws_subnet.public[*].id # one in each zone
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "subnets are added in place; taking one away from a Network Load Balancer later replaces it"
  }

  exceptions = [
    "subnets in Local Zones, Wavelength Zones and on Outposts",
    "development, test and staging, unless AWS refuses it",
  ]
  sources = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb",
  ]
  peers = ["ELB.10", "ELB.13"]
}

rule "lb-targets-in-disabled-az" {
  title    = "Targets run in a zone that the load balancer does not cover"
  severity = "error"
  category = "availability"
  scenario = "silent-loss"

  resource = ["aws_alb", "aws_elb", "aws_lb"]

  locals {
    subnets   = lb_subnets(self)
    targets   = self.type == "aws_elb" ? [self] : lb_target_groups(self)
    services  = distinct(flatten([for group in local.targets : services_of_targets(group)]))
    groups    = distinct(flatten([for group in local.targets : groups_of_asg(group)]))
    instances = distinct(flatten([
      for group in local.targets : group.resource_type == "aws_elb" ? concat(
        referenced(self.instances, "aws_instance"),
        flatten([for attachment in referrers(self, "aws_elb_attachment", "elb") : referenced(attachment.instance, "aws_instance")]),
      ) : instances_of_targets(group)
    ]))
    missing = [for subnet in each.value.subnets : subnet if !covers_zone_of(local.subnets, subnet)]
  }

  for_each = concat(
    [for service in local.services : { runs = service, subnets = subnets_of_service(service) }],
    [for group in local.groups : { runs = group, subnets = subnets(elements(group.vpc_zone_identifier)) }],
    [for instance in local.instances : { runs = instance, subnets = subnets(instance.subnet_id) }],
  )
  # A load balancer without subnets is declared by its zones.
  skip    = length(local.subnets) == 0
  require = length(local.missing) == 0
  at      = lb_kind(self) != "classic" && length(self.subnet_mapping) > 0 ? self.subnet_mapping : self.subnets
  message = "${self.address} does not cover the zone of ${names(local.missing)}, where ${each.value.runs.address} runs: targets there get no request"
  why     = "A load balancer sends nothing to targets in a zone that is not enabled for it. A part of the fleet is paid for and idle, and the zone that looks like spare capacity is none when another one fails."

  also {
    at   = each.value.runs
    note = "runs in a zone that is not covered"
  }
  also {
    at   = [for subnet in local.missing : subnet]
    note = "in a zone in which the load balancer has no subnet"
  }

  fix {
    text   = <<-EOT
      subnets = aws_subnet.public[*].id # a zone for each in which targets run
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "zones are added online"
  }

  exceptions = [
    "targets that are not in the VPC, functions, and other load balancers",
    "zones that cannot be compared",
  ]
  sources = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-troubleshooting.html",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb",
  ]
}
