# Security groups: what their rules let through.

function "groups_seen" {
  params      = [ids]
  description = "Whether these ids name at least one security group, all of them of this configuration."
  value = length(elements(ids)) > 0 && alltrue([
    for id in elements(ids) :
    length([for group in referenced(id, "aws_security_group") : group if group.kind == "resource"]) > 0
  ])
}

function "group_rules" {
  params      = [group, direction]
  description = "The `ingress` or `egress` rules of a security group in one form, from its blocks and from resources."
  value = concat(
    [
      for rule in elements(direction == "ingress" ? group.ingress : group.egress) : {
        protocol = rule.protocol
        from     = rule.from_port
        to       = rule.to_port
        ranges   = elements(try(rule.cidr_blocks, null))
        groups   = referenced(try(rule.security_groups, null), "aws_security_group")
        itself   = coalesce(try(rule.self, null), false)
        lists    = elements(try(rule.prefix_list_ids, null))
      }
    ],
    [
      for rule in referrers(group, "aws_security_group_rule", "security_group_id") : {
        protocol = rule.protocol
        from     = rule.from_port
        to       = rule.to_port
        ranges   = elements(rule.cidr_blocks)
        groups   = referenced(rule.source_security_group_id, "aws_security_group")
        itself   = coalesce(rule.self, false)
        lists    = elements(rule.prefix_list_ids)
      } if rule.type == direction
    ],
    [
      for rule in(
        direction == "ingress"
        ? referrers(group, "aws_vpc_security_group_ingress_rule", "security_group_id")
        : referrers(group, "aws_vpc_security_group_egress_rule", "security_group_id")
        ) : {
        protocol = rule.ip_protocol
        from     = rule.from_port
        to       = rule.to_port
        ranges   = is_set(rule.cidr_ipv4) ? [rule.cidr_ipv4] : []
        groups   = referenced(rule.referenced_security_group_id, "aws_security_group")
        itself   = false
        lists    = is_set(rule.prefix_list_id) ? [rule.prefix_list_id] : []
      }
    ],
  )
}

function "rules_unseen" {
  params      = [group]
  description = "False; unknown where a security group may have rules that are not here: its id leaves the configuration, or there are none."
  value = (
    exported(group, "id")
    || length(group_rules(group, "ingress")) + length(group_rules(group, "egress")) == 0
    ? unseen("what rules ${group.address} has")
    : false
  )
}

function "rule_has_port" {
  params      = [rule, port]
  description = "Whether a rule in the form of `group_rules` is about this port."
  value = (
    contains(["-1", "all"], lower(rule.protocol))
    || (contains(["tcp", "udp", "6", "17"], lower(rule.protocol)) && rule.from <= port && rule.to >= port)
  )
}

function "rules_for_port" {
  params      = [groups, direction, port]
  description = "The rules of security groups that are about this port."
  value = flatten([
    for group in groups : [for rule in group_rules(group, direction) : rule if rule_has_port(rule, port)]
  ])
}

function "groups_admit" {
  params      = [groups, direction, port]
  description = "Whether one of these security groups lets something through at this port, from or to anywhere."
  value       = length(rules_for_port(groups, direction, port)) > 0 || anytrue([for group in groups : rules_unseen(group)])
}

function "groups_admit_from" {
  params      = [groups, port, senders, subnets]
  description = "Whether one of these security groups lets through at this port what comes from members of other groups, or from all of these subnets. A prefix list is taken to hold them."
  value = (
    anytrue([for rule in rules_for_port(groups, "ingress", port) : length(rule.lists) > 0 || contains(rule.ranges, "0.0.0.0/0")])
    || anytrue(flatten([
      for rule in rules_for_port(groups, "ingress", port) : [for from in rule.groups : [for sender in senders : same(from, sender)]]
    ]))
    || anytrue(flatten([
      for group in groups : [
        for rule in rules_for_port([group], "ingress", port) : [for sender in senders : rule.itself && same(group, sender)]
      ]
    ]))
    || (
      length(flatten([for rule in rules_for_port(groups, "ingress", port) : rule.ranges])) > 0
      && (length(subnets) == 0 ? unseen("which subnets the traffic comes from") : alltrue([
        for subnet in subnets : anytrue(flatten([
          for rule in rules_for_port(groups, "ingress", port) : [for range in rule.ranges : cidr_contains(range, subnet.cidr_block)]
        ]))
      ]))
    )
    || anytrue([for group in groups : rules_unseen(group)])
  )
}
