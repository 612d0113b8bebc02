# Load balancers: where they are and what stands behind them.

function "lb_kind" {
  params      = [lb]
  description = "`application`, `network`, `gateway`, or `classic`."
  value       = lb.resource_type == "aws_elb" ? "classic" : lb.load_balancer_type
}

function "lb_ways" {
  params      = [lb]
  description = "Where the default routes of a load balancer's subnets should lead, as `egress` tells it."
  value       = coalesce(lb.internal, false) ? ["nat", "none", "other"] : ["igw"]
}

function "lb_subnets" {
  params      = [lb]
  description = "The subnets of a load balancer, from either of its arguments; open where one is not of this configuration."
  value = subnets(concat(
    elements(lb.subnets),
    lb.resource_type == "aws_elb" ? [] : [for mapping in lb.subnet_mapping : mapping.subnet_id],
  ))
}

function "lb_listeners" {
  params      = [lb]
  description = "The listeners of a load balancer other than a classic one."
  value       = referrers(lb, ["aws_alb_listener", "aws_lb_listener"], "load_balancer_arn")
}

function "groups_of_actions" {
  params      = [actions]
  description = "The target groups to which the actions of a listener or listener rule forward."
  value = referenced(
    # Of actions that may not be there only what one of them writes can be read.
    flatten([
      for action in actions : [
        try(action.target_group_arn, null),
        [for forward in try(action.forward, []) : forward.target_group[*].arn],
      ]
    ]),
    ["aws_alb_target_group", "aws_lb_target_group"],
  )
}

function "lb_target_groups" {
  params      = [lb]
  description = "The target groups to which a load balancer forwards, by its listeners and their rules."
  value = distinct(flatten([
    for listener in lb_listeners(lb) : [
      groups_of_actions(listener.default_action),
      [
        for rule in referrers(listener, ["aws_alb_listener_rule", "aws_lb_listener_rule"], "listener_arn") :
        groups_of_actions(rule.action)
      ],
    ]
  ]))
}

function "groups_of_asg" {
  params      = [targets]
  description = "The Auto Scaling groups whose instances are in a target group, or behind a classic load balancer."
  value = distinct(concat(
    referrers(targets, "aws_autoscaling_group", ["target_group_arns", "load_balancers", "traffic_source.identifier"]),
    flatten([
      for attachment in referrers(targets, "aws_autoscaling_attachment", ["lb_target_group_arn", "elb"]) :
      referenced(attachment.autoscaling_group_name, "aws_autoscaling_group")
    ]),
    flatten([
      for attachment in referrers(targets, "aws_autoscaling_traffic_source_attachment", "traffic_source.identifier") :
      referenced(attachment.autoscaling_group_name, "aws_autoscaling_group")
    ]),
  ))
}

function "instances_of_targets" {
  params      = [targets]
  description = "The instances that are put into a target group one by one."
  value = flatten([
    for attachment in referrers(targets, ["aws_alb_target_group_attachment", "aws_lb_target_group_attachment"], "target_group_arn") :
    referenced(attachment.target_id, "aws_instance")
  ])
}

function "services_of_targets" {
  params      = [targets]
  description = "The services of Amazon ECS whose tasks are in a target group, or behind a classic load balancer."
  value       = referrers(targets, "aws_ecs_service", ["load_balancer.target_group_arn", "load_balancer.elb_name"])
}

function "subnets_of_service" {
  params      = [service]
  description = "The subnets of a service's tasks, where they have addresses of their own."
  value       = subnets(flatten([for network in service.network_configuration : elements(network.subnets)]))
}

function "lets_nobody_in" {
  params      = [groups]
  description = "False; unknown where these security groups have no rule for what comes in, at any port: who may come in is said elsewhere, or by a variable that is still empty."
  value = (
    length(flatten([for group in groups : group_rules(group, "ingress")])) == 0
    ? unseen("who may reach ${names(groups)}")
    : false
  )
}

function "group_written_in" {
  params      = [ids, reader, otherwise]
  description = "The id of the first of some security groups as the module of another resource writes it; words in quotes where it is of another module."
  value       = try(known_text(written_in(elements_known(referenced(ids, "aws_security_group"))[0], "id", reader)), "\"${otherwise}\"")
}
