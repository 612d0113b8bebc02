rule "asg-health-check-type" {
  title    = "Group ignores the load balancer's verdict on its instances"
  severity = "warning"
  category = "availability"
  scenario = "instance-loss"
  default  = "\"EC2\": only the state of the machine counts"

  resource        = "aws_autoscaling_group"
  production_only = true

  locals {
    unchecked = [
      for target_group in asg_target_groups(self) : target_group
      if anytrue([for check in target_group.health_check : !check.enabled])
    ]
  }

  skip = [
    length(local.unchecked) > 0,
    asg_of_ecs(self),
    asg_of_kubernetes(self),
  ]
  require = strcontains(upper(self.health_check_type), "ELB") || !asg_balanced(self)
  at      = self.health_check_type
  message = "${self.address} is behind a load balancer but replaces instances by health checks of type ${self.health_check_type} alone"
  why     = "An instance whose application hangs or has crashed gets no more requests, yet its machine is healthy, so the group keeps it. The fleet shrinks one by one, unnoticed, until the last ones that answer are overloaded."

  fix {
    set    = { health_check_type = "ELB" }
    safety = "unsafe"
    impact = "in-place"
    note   = "what fails the load balancer's check is terminated at once: make health_check_grace_period longer than an instance takes to start, and see first that all targets are healthy"
  }

  exceptions = [
    "groups behind a Network Load Balancer's target group without health checks",
    "container hosts of ECS and Kubernetes, whose scheduler replaces what is unhealthy",
  ]
  sources = [
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html",
    "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html",
  ]
  peers = ["CKV2_AWS_15", "AutoScaling.1"]
}

rule "asg-target-too-high" {
  title    = "CPU target leaves no headroom for the minutes until help arrives"
  severity = "warning"
  category = "scaling"
  scenario = "traffic-surge"

  resource        = ["aws_autoscaling_policy", "aws_appautoscaling_policy"]
  production_only = true
  first           = true

  setting "max_target" {
    default     = 70
    description = "highest average CPU, in percent, that a fleet may be held at"
  }
  setting "growth_percent" {
    default     = 0
    description = "how fast load grows in a surge, in percent a minute, compounded; with it the time until help arrives decides too, 0 leaves that out"
  }
  setting "large_fleet" {
    default     = 20
    description = "least capacity from which the growth in a surge is not looked at"
  }

  for_each = cpu_tracking(self)

  locals {
    is_group = self.type == "aws_autoscaling_policy"
    targets  = local.is_group ? asg_of(self) : ecs_scaled_services(self)
    balanced = anytrue([for target in local.targets : local.is_group ? asg_balanced(target) : length(target.load_balancer) > 0])
    siblings = flatten([for target in local.targets : local.is_group ? asg_policies(target) : ecs_policies(target)])
    target   = one(local.targets)
    cpu      = each.value.target_value

    period   = local.is_group ? (asg_detailed(local.target) ? 1 : 5) : 1
    warm_up  = (local.is_group ? asg_warm_up(local.target, self) : max(60, local.target.health_check_grace_period_seconds)) / 60
    reaction = local.period + 2 + local.warm_up
    minimum  = local.is_group ? local.target.min_size : try(one(ecs_scalable_targets(local.target)).min_capacity, 0)
    limit    = 100 / pow(1 + setting.growth_percent / 100, local.reaction)
  }

  skip = [!local.balanced, tracks_requests(local.siblings)]
  at   = each.value.target_value
  why  = "Metrics, alarm and start-up take their minutes: up to twelve for a group with default settings before the first new host does any work. Until then the hosts that are there carry everything: a fleet at 50 % has room for twice its load, one at 80 % for a quarter more."

  check "fixed" {
    require = local.cpu <= setting.max_target
    message = "${self.address} holds average CPU at ${local.cpu} %, so the fleet can take ${round_to(100 / local.cpu, 2)} times its load before it is saturated, and new capacity takes minutes"
  }

  check "growth" {
    severity = "advice"
    skip     = [setting.growth_percent == 0, local.minimum >= setting.large_fleet]
    require  = local.cpu <= local.limit
    message  = "${self.address} holds average CPU at ${local.cpu} %, which leaves room for ${round_to(100 / local.cpu, 2)} times the load; help takes ${round_to(local.reaction, 1)} minutes (${local.period} for metrics + 2 for the alarm + ${round_to(local.warm_up, 1)} to warm up), in which load grows ${round_to(100 / local.limit, 2)} times at ${setting.growth_percent} % a minute"
  }

  fix {
    text   = "target_value = 50"
    safety = "unsafe"
    impact = "in-place"
    note   = "adds capacity at once, in the ratio of the old target to the new one; shorten the reaction first: detailed monitoring, a measured default_instance_warmup, a warm pool, scaling on requests per target"
  }

  exceptions = [
    "fleets that a second policy scales on requests per target or on a forecast",
    "workers without a load balancer, whose queue waits",
  ]
  sources = [
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html",
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html",
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/enable-as-instance-metrics.html",
  ]
}

rule "asg-target-too-low" {
  title    = "CPU target below the idle load: the group scales out without end"
  severity = "warning"
  category = "scaling"
  scenario = "bill-shock"

  resource = ["aws_autoscaling_policy", "aws_appautoscaling_policy"]

  setting "min_target" {
    default     = 20
    description = "lowest average CPU, in percent, that a fleet may be held at"
  }

  for_each = cpu_tracking(self)

  locals {
    is_group = self.type == "aws_autoscaling_policy"
    target   = try(one(local.is_group ? asg_of(self) : flatten([for service in ecs_scaled_services(self) : ecs_scalable_targets(service)])), null)
    least    = local.target == null ? null : local.is_group ? local.target.min_size : local.target.min_capacity
    most     = local.target == null ? null : local.is_group ? local.target.max_size : local.target.max_capacity
    capped   = local.target == null ? false : local.most <= local.least + 1
    cold     = local.is_group && local.target != null ? !is_set(local.target.default_instance_warmup) && !is_set(self.estimated_instance_warmup) : false
  }

  skip    = !each.value.disable_scale_in && local.capped
  require = each.value.target_value >= setting.min_target
  at      = each.value.target_value
  message = "${self.address} wants an average CPU of ${each.value.target_value} %, less than an idle host uses${local.most == null ? "" : ": expect to pay for the maximum, ${local.most}"}${local.cold ? "; with no warm-up time set, the load of starting counts too" : ""}"
  why     = "Agents, health checks, log shipping and start-up alone burn that much, so the average never falls to the target. Every new host brings its own start-up load, and the group climbs to its maximum and stays there."

  fix {
    text   = "target_value = 50"
    safety = "unsafe"
    impact = "in-place"
    note   = "capacity then shrinks, a step at a time"
  }

  exceptions = ["groups that can add no more than one host and may remove it again"]
  sources = [
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html",
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html",
  ]
}
