rule "asg-desired-capacity-drift" {
  title    = "Next apply undoes what the scaling policy did"
  severity = "warning"
  category = "scaling"
  scenario = "traffic-surge"
  default  = "min_size for a new group, then whatever it has"

  resource = "aws_autoscaling_group"
  first    = true

  locals {
    providers = referrers(self, "aws_ecs_capacity_provider", "auto_scaling_group_provider.auto_scaling_group_arn")
    schedules = referrers(self, "aws_autoscaling_schedule", "autoscaling_group_name")
    # Without the block managed scaling is off.
    managed = [
      for provider in local.providers : provider
      if anytrue([
        for group in provider.auto_scaling_group_provider :
        anytrue([for scaling in group.managed_scaling : coalesce(scaling.status, "DISABLED") == "ENABLED"])
      ])
    ]
    scalers = concat(asg_policies(self), local.schedules, local.managed)
    guarded = [
      for provider in local.providers : provider
      if anytrue([for group in provider.auto_scaling_group_provider : coalesce(group.managed_termination_protection, "DISABLED") == "ENABLED"])
    ]
    ignored = self.lifecycle.ignore_changes
    fixed   = self.min_size == self.max_size && length(local.schedules) == 0
  }

  check "capacity" {
    skip    = [anytrue([for argument in ["desired_capacity", "all"] : contains(local.ignored, argument)]), local.fixed]
    require = !is_set(self.desired_capacity) || length(local.scalers) == 0
    at      = self.desired_capacity
    message = "${self.address} goes back to ${is_known(self.desired_capacity) ? plural(self.desired_capacity, "instance") : "the desired capacity in the file"} at each apply, which undoes what ${names(local.scalers)} did"

    also {
      at   = local.scalers
      note = "changes the number of instances"
    }
  }

  check "tag" {
    skip    = anytrue([for argument in ["tag", "all"] : contains(local.ignored, argument)])
    require = length(local.guarded) == 0 || contains(keys(tags(self)), "AmazonECSManaged")
    at      = self
    message = "${self.address} does not have the tag AmazonECSManaged, which ${names(local.guarded)} adds and the next apply takes away"
    why     = "ECS marks a group whose instances it protects from scaling in with the tag AmazonECSManaged. The configuration does not know it, so each apply removes it, and ECS can then no longer manage the group."

    also {
      at   = local.guarded
      note = "protects the group's instances"
    }

    fix {
      text   = <<-EOT
        tag {
          key                 = "AmazonECSManaged"
          value               = true
          propagate_at_launch = true
        }
      EOT
      safety = "safe"
      impact = "in-place"
    }
  }

  why = "Terraform takes the size that a policy, a schedule or ECS has set for a deviation and corrects it. An apply in the middle of the peak puts the number of the file back and terminates instances that are healthy and under load."

  fix {
    text   = <<-EOT
      lifecycle {
        ignore_changes = [desired_capacity]
      }
    EOT
    safety = "safe"
    impact = "none"
    note   = "or leave desired_capacity out"
  }

  exceptions = ["groups of one fixed size", "capacity providers of ECS without managed scaling"]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/autoscaling_group",
    "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html",
  ]
}

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
  message = is_set(self.health_check_type) ? "${self.address} is behind a load balancer but replaces instances by health checks of type ${self.health_check_type} alone" : "${self.address} is behind a load balancer but sets no health_check_type, without which a new group replaces instances by health checks of type ${self.health_check_type} alone"
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

rule "asg-no-instance-warmup" {
  title    = "No warm-up time: start-up load drives the scaling decisions"
  severity = "warning"
  category = "scaling"
  scenario = "traffic-surge"
  default  = "the cooldown, 300 seconds"

  resource = "aws_autoscaling_group"
  first    = true

  locals {
    policies = [
      for policy in asg_policies(self) : policy
      if contains(["TargetTrackingScaling", "StepScaling"], policy.policy_type) && policy.enabled
    ]
    without = [for policy in local.policies : policy if !is_set(policy.estimated_instance_warmup)]
    # What is registered too late, by how much.
    slow = flatten([
      for target_group in asg_target_groups(self) : [
        for check in target_group.health_check : [
          for policy in local.policies : {
            policy       = policy
            target_group = target_group
            warm_up      = asg_warm_up(self, policy)
            interval     = check.interval
            times        = check.healthy_threshold
          }
          if asg_warm_up(self, policy) < check.interval * check.healthy_threshold
        ]
      ] if length(local.policies) > 0
    ])
  }

  check "unset" {
    require = is_set(self.default_instance_warmup) || length(local.without) == 0
    at      = self.default_instance_warmup
    message = "${self.address} is scaled by ${names(local.without)}, and nothing says how long a new instance takes until its load counts"

    also {
      at   = local.without
      note = "sets no estimated_instance_warmup either"
    }
  }

  check "short" {
    require = length(local.slow) == 0
    at      = [self.default_instance_warmup, self.default_cooldown]
    message = "${self.address} counts an instance after ${plural(local.slow[0].warm_up, "second")}, before ${local.slow[0].target_group.address} can have found it healthy: ${local.slow[0].times} checks × ${local.slow[0].interval} seconds = ${local.slow[0].times * local.slow[0].interval}"

    also {
      at   = [for late in local.slow : late.target_group]
      note = "sends requests only after its health checks"
    }
  }

  why = "While instances boot they count with full load, or with none: the group adds more for a load that is only their start, and then may not scale in until the cooldown is over. Together with a low target it grows without end."

  fix {
    text   = "default_instance_warmup = 180"
    safety = "unsafe"
    impact = "in-place"
    note   = "measure it: from the launch to a steady CPU, health checks included"
  }

  exceptions = ["groups with simple or predictive scaling only"]
  sources = [
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html",
    "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html",
  ]
}

rule "asg-scaling-on-five-minute-metrics" {
  title    = "CPU scaling works on five-minute averages"
  severity = "warning"
  category = "scaling"
  scenario = "traffic-surge"
  default  = "false: a value every five minutes"

  resource = ["aws_launch_template", "aws_launch_configuration"]

  locals {
    is_template = self.type == "aws_launch_template"
    monitored   = local.is_template ? anytrue([for monitoring in self.monitoring : monitoring.enabled]) : self.enable_monitoring
    groups      = local.is_template ? asg_users(self) : referrers(self, "aws_autoscaling_group", "launch_configuration")
    policies    = flatten([for group in local.groups : [for policy in asg_policies(group) : policy if policy.enabled && on_instance_metrics(policy)]])
  }

  require = local.monitored || length(local.policies) == 0
  at      = local.is_template ? self.monitoring[0].enabled : self.enable_monitoring
  message = "${self.address} leaves its instances at one metric in five minutes, and ${names(local.policies)} scales by them"
  why     = "The policy acts on load that is up to ten minutes old: five until the value is there, and more until the alarm has seen enough of them. Launch configurations turned detailed monitoring on by themselves, launch templates do not."

  also {
    at   = local.policies
    note = "scales by the metrics of the instances"
  }

  fix {
    text   = <<-EOT
      monitoring {
        enabled = true
      }
    EOT
    safety = "safe"
    impact = "in-place"
    note   = "holds for instances that start from then on; CloudWatch bills the detailed metrics of each instance"
  }

  exceptions = ["groups that scale by requests or by metrics of their own"]
  sources = [
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html",
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/enable-as-instance-metrics.html",
  ]
  peers = ["CKV_AWS_126"]
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
    skip    = !local.is_group
    require = local.cpu <= setting.max_target
    message = "${self.address} holds average CPU at ${local.cpu} %, so the fleet can take ${round_to(100 / local.cpu, 2)} times its load before it is saturated, and new capacity takes minutes"
  }

  check "fixed-service" {
    skip    = local.is_group
    require = local.cpu <= setting.max_target
    message = "${self.address} holds average CPU at ${local.cpu} %, so the service can take ${round_to(100 / local.cpu, 2)} times its load before its tasks are saturated, and new tasks take minutes"
    why     = "ECS reports the CPU of a service once a minute, the alarm waits for several values, and then a task must be placed, pull its image, start and pass the health checks of the load balancer. Until then the tasks that are there carry everything: at 50 % they have room for twice the load, at 80 % for a quarter more."

    fix {
      text   = "target_value = 50"
      safety = "unsafe"
      impact = "in-place"
      note   = "adds tasks at once, in the ratio of the old target to the new one; smaller images, quicker health checks and scaling on requests per target shorten the reaction"
    }
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
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html",
  ]
}

rule "asg-target-too-low" {
  title    = "CPU target so low that most of what is paid for stays idle"
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
    small    = try(is_known(local.least) ? local.least <= 2 : false, false)
    cold     = local.is_group && local.target != null ? !is_set(local.target.default_instance_warmup) && !is_set(self.estimated_instance_warmup) : false
  }

  skip    = !each.value.disable_scale_in && local.capped
  require = each.value.target_value >= setting.min_target
  at      = each.value.target_value
  why     = "Agents, health checks, log shipping and start-up alone burn that much, so the average never falls to the target. Every new host brings its own start-up load, and the group climbs to its maximum and stays there."

  check "group" {
    skip    = !local.is_group
    message = "${self.address} wants an average CPU of ${each.value.target_value} %, less than an idle host uses${local.most == null ? "" : ": expect to pay for the maximum, ${local.most}"}${local.small ? "; from ${local.least}, one more moves the average by a third or more" : ""}${local.cold ? "; with no warm-up time set, the load of starting counts too" : ""}"
  }

  check "service" {
    severity = "advice"
    skip     = local.is_group
    message  = "${self.address} wants an average CPU of ${each.value.target_value} %, so ${100 - each.value.target_value} % of the CPU that the service pays for stays idle at any load${local.most == null ? "" : ", up to the maximum of ${plural(local.most, "task")}"}"
    why      = "Tasks are added until the average is at the target and no higher, whatever the load. What sidecars and health checks use is part of it, and may alone keep tasks that serve nobody."
    fix {
      text   = "target_value = 50"
      safety = "unsafe"
      impact = "in-place"
      note   = "the number of tasks then shrinks, a step at a time"
    }
  }

  fix {
    text   = "target_value = 50"
    safety = "unsafe"
    impact = "in-place"
    note   = "capacity then shrinks, a step at a time"
  }

  exceptions = ["groups and services that can add no more than one host or task and may remove it again"]
  sources = [
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html",
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html",
  ]
}
