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
      for rule in concat(
        [for rule in elements(group.ingress) : rule if direction == "ingress"],
        [for rule in elements(group.egress) : rule if direction == "egress"],
        ) : {
        of       = group
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
        of       = group
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
      for rule in referrers(group, ["aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule"], "security_group_id") : {
        of       = group
        protocol = rule.ip_protocol
        from     = rule.from_port
        to       = rule.to_port
        ranges   = is_set(rule.cidr_ipv4) ? [rule.cidr_ipv4] : []
        groups   = referenced(rule.referenced_security_group_id, "aws_security_group")
        itself   = false
        lists    = is_set(rule.prefix_list_id) ? [rule.prefix_list_id] : []
      } if rule.resource_type == "aws_vpc_security_group_${direction}_rule"
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
  description = "Whether one of these security groups lets through at this port what comes from members of other groups, or from all of these subnets."
  value = (
    rules_admit_from(rules_for_port(groups, "ingress", port), senders, subnets)
    || anytrue([for group in groups : rules_unseen(group)])
  )
}

function "rules_admit_from" {
  params      = [rules, senders, subnets]
  description = "Whether rules in the form of `group_rules` let through what comes from members of these groups, or from all of these subnets. A prefix list is taken to hold them."
  value = (
    anytrue([
      for rule in rules : length(rule.lists) > 0 || contains(rule.ranges, "0.0.0.0/0") || anytrue([
        for from in concat(rule.groups, [for own in [rule.of] : own if rule.itself]) : anytrue([for sender in senders : same(from, sender)])
      ])
    ])
    || ranges_cover(flatten([for rule in rules : rule.ranges]), subnets)
  )
}

function "ranges_cover" {
  params      = [ranges, subnets]
  description = "Whether each of these subnets lies in one of these ranges. Unknown where the subnets are not."
  value = length(ranges) == 0 ? false : length(subnets) == 0 ? unseen("which subnets the traffic comes from") : alltrue([
    for subnet in subnets : anytrue([for range in ranges : cidr_contains(range, subnet.cidr_block)])
  ])
}
