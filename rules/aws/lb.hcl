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
    reachable  = one_of_each_zone(subnets_leading(vpc(local.subnets[0]), ["igw"], self))
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
      subnets = ${length(local.reachable) > 1 ? ids_written(local.reachable, self) : "aws_subnet.public[*].id"} # or: internal = true
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
    subnets   = lb_subnets(self)
    is_mapped = lb_kind(self) != "classic" && length(self.subnet_mapping) > 0
    own       = [for subnet in local.subnets : subnet if subnet.module == self.module]
    by_zone   = one_of_each_zone(concat(local.own, subnets_leading(vpc(local.subnets[0]), lb_ways(self), self)))
    # The first one is where it already is.
    is_choice = length(local.own) > 0 && length(local.by_zone) > 1
  }

  skip = [
    length(local.subnets) == 0,
    anytrue([for subnet in local.subnets : outside_the_zones(subnet)]),
  ]
  require = !in_one_zone(local.subnets)
  at      = local.is_mapped ? self.subnet_mapping : self.subnets
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
      ${
        local.is_mapped ? "subnet_mapping { # one more, beside the one that is there\n  subnet_id = ${local.is_choice ? written_in(local.by_zone[1], "id", self) : "\"(subnet in another zone)\""}\n}"
        : "subnets = ${local.is_choice ? ids_written(local.by_zone, self) : "[\"(subnet in one zone)\", \"(subnet in another)\"]"}"
      }
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

rule "lb-target-security-group-blocks" {
  title    = "Security groups do not let clients reach a load balancer, or it its targets"
  severity = "error"
  category = "correctness"
  scenario = "bad-deploy"

  resource = ["aws_alb", "aws_lb"]

  locals {
    own     = elements(self.security_groups)
    groups  = referenced(local.own, "aws_security_group")
    subnets = lb_subnets(self)
    group   = group_written_in(local.own, self, "(security group of the load balancer)")
    # A Network Load Balancer without security groups sends from its subnets, or with the clients' addresses.
    targets = [
      for group in lb_target_groups(self) : group
      if length(local.own) > 0 || group.preserve_client_ip == "false"
      || (group.preserve_client_ip == null && group.target_type == "ip" && contains(["TCP", "TLS"], group.protocol))
    ]
    members = flatten([
      for group in local.targets : concat(
        [
          for service in services_of_targets(group) : {
            runs   = service
            group  = group
            behind = flatten([for network in service.network_configuration : elements(network.security_groups)])
            port = one(distinct([
              for entry in service.load_balancer : entry.container_port
              if anytrue([for named in referenced(entry.target_group_arn, ["aws_alb_target_group", "aws_lb_target_group"]) : same(named, group)])
            ]))
          } if length(service.network_configuration) > 0
        ],
        [
          for asg in groups_of_asg(group) : {
            runs  = asg
            group = group
            port  = group.port
            behind = distinct(flatten([
              for source in concat(asg_templates(asg), asg_configurations(asg)) : (
                source.resource_type == "aws_launch_configuration" ? elements(source.security_groups) :
                length(source.network_interfaces) > 0 ? flatten([for interface in source.network_interfaces : elements(interface.security_groups)]) :
                elements(source.vpc_security_group_ids)
              )
            ]))
          }
        ],
        [
          for instance in instances_of_targets(group) : {
            runs   = instance
            group  = group
            port   = group.port
            behind = elements(instance.vpc_security_group_ids)
          }
        ],
      )
    ])
    checks = flatten([
      for group in local.targets : [for check in group.health_check : { group = group, port = tonumber(check.port) } if try(check.port, "traffic-port") != "traffic-port"]
    ])
    paths = concat(
      local.members,
      flatten([
        for member in local.members : [
          for check in local.checks : { runs = member.runs, group = member.group, behind = member.behind, port = check.port }
          if same(check.group, member.group) && check.port != member.port
        ]
      ]),
    )
  }

  skip = [nowhere("aws_security_group"), lb_kind(self) == "gateway"]
  why  = "What a security group does not admit is dropped without an answer. Targets that the load balancer cannot reach never become healthy, and every request gets 503 or 504; a container port or health check port that changes alone does this to a service in production with the next deployment."

  check "listener" {
    for_each = lb_listeners(self)
    skip     = [length(local.own) == 0, !groups_seen(local.own), each.value.port == null, lets_nobody_in(local.groups)]
    require  = groups_admit(local.groups, "ingress", each.value.port)
    at       = self.security_groups
    message  = "no rule of ${names(local.groups)} lets clients reach port ${each.value.port}, on which ${self.address} listens"
    also {
      at   = each.value.port
      note = "the port of the listener"
    }
  }
  check "egress" {
    for_each = distinct([for path in local.paths : path.port if path.port != null])
    skip     = [length(local.own) == 0, !groups_seen(local.own)]
    require  = groups_admit(local.groups, "egress", each.value)
    at       = self.security_groups
    message  = "no rule of ${names(local.groups)} lets ${self.address} send to port ${each.value} of its targets"
    also {
      at   = [for path in local.paths : path.runs if path.port == each.value]
      note = "listens on port ${each.value}, or is checked there"
    }
    fix {
      text   = <<-EOT
        resource "aws_vpc_security_group_egress_rule" "${self.resource_name}_to_targets" {
          security_group_id            = ${local.group}
          referenced_security_group_id = ${group_written_in(flatten([for path in local.paths : path.behind if path.port == each.value]), self, "(security group of the targets)")}
          ip_protocol                  = "tcp"
          from_port                    = ${try(known_text(each.value), "0")}
          to_port                      = ${try(known_text(each.value), "65535")}
        }
      EOT
      safety = "unsafe"
      impact = "new-resource"
      note   = "a rule holds at once; a group whose rules are blocks of its own takes it as a block"
    }
  }
  check "targets" {
    for_each = [for path in local.paths : path if path.port != null]
    locals {
      behind = referenced(each.value.behind, "aws_security_group")
    }
    skip = [
      length(local.own) > 0 ? !groups_seen(local.own) : lb_kind(self) != "network",
      !groups_seen(each.value.behind),
      lets_nobody_in(local.behind),
    ]
    require = groups_admit_from(local.behind, each.value.port, local.groups, local.subnets)
    at      = self.security_groups
    message = "no rule of ${names(local.behind)} lets ${self.address} reach port ${each.value.port} of ${each.value.runs.address}, so its targets in ${each.value.group.address} do not become healthy"
    also {
      at   = each.value.runs
      note = "the targets"
    }
    also {
      at   = [for group in local.behind : group]
      note = "does not admit the load balancer at port ${each.value.port}"
    }
    fix {
      text   = <<-EOT
        resource "aws_vpc_security_group_ingress_rule" "from_${self.resource_name}" {
          security_group_id            = ${group_written_in(each.value.behind, self, "(security group of the targets)")}
          referenced_security_group_id = ${local.group}
          ip_protocol                  = "tcp"
          from_port                    = ${try(known_text(each.value.port), "0")}
          to_port                      = ${try(known_text(each.value.port), "65535")}
        }
      EOT
      safety = "unsafe"
      impact = "new-resource"
      note   = "a rule holds at once; a group whose rules are blocks of its own takes it as a block${length(local.own) > 0 ? "" : ", and of a load balancer without security groups the ranges of its subnets in cidr_ipv4"}"
    }
  }

  fix {
    text   = <<-EOT
      resource "aws_vpc_security_group_ingress_rule" "${self.resource_name}_clients" {
        security_group_id = ${local.group}
        cidr_ipv4         = "(range of the clients)"
        ip_protocol       = "tcp"
        from_port         = ${try(known_text(each.value.port), "443")}
        to_port           = ${try(known_text(each.value.port), "443")}
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "a rule holds at once; a group whose rules are blocks of its own takes it as a block"
  }

  exceptions = [
    "security groups of another configuration, those without any rule here, and those whose id is an output: rules may be added elsewhere",
    "security groups that let nobody in at any port, as where the ranges come from a variable that is empty until it is set",
    "Network Load Balancers without security groups, unless they send with their own addresses",
    "tasks that share the network of their host, and functions",
  ]
  sources = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-troubleshooting.html",
  ]
}

rule "lb-targets-in-disabled-az" {
  title    = "Targets run in a zone that the load balancer does not cover"
  severity = "error"
  category = "availability"
  scenario = "silent-loss"

  resource = ["aws_alb", "aws_elb", "aws_lb"]

  locals {
    subnets  = lb_subnets(self)
    targets  = self.type == "aws_elb" ? [self] : lb_target_groups(self)
    services = distinct(flatten([for group in local.targets : services_of_targets(group)]))
    groups   = distinct(flatten([for group in local.targets : groups_of_asg(group)]))
    instances = distinct(flatten([
      for group in local.targets : group.resource_type == "aws_elb" ? concat(
        referenced(self.instances, "aws_instance"),
        flatten([for attachment in referrers(self, "aws_elb_attachment", "elb") : referenced(attachment.instance, "aws_instance")]),
      ) : instances_of_targets(group)
    ]))
    missing = [for subnet in each.value.subnets : subnet if !covers_zone_of(local.subnets, subnet)]
    beside  = [for subnet in subnets_leading(vpc(local.subnets[0]), lb_ways(self), self) : subnet if anytrue([for missed in local.missing : covers_zone_of([missed], subnet)])]
    all     = one_of_each_zone(concat(local.subnets, local.beside))
    is_all  = alltrue([for subnet in local.all : subnet.module == self.module]) && alltrue([for missed in local.missing : covers_zone_of(local.all, missed)])
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
      subnets = ${local.is_all ? ids_written(local.all, self) : "aws_subnet.public[*].id"} # a zone for each in which targets run
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
