rule "appautoscaling-cooldown-zero" {
  title    = "Scaling policy steps too fast, too late, or never back down"
  severity = "warning"
  category = "scaling"
  scenario = "traffic-surge"
  default  = "0 for each cooldown: the provider always sends a number, so the 300 seconds of the service never hold"

  resource = "aws_appautoscaling_policy"

  setting "min_scale_in_seconds" {
    default     = 60
    description = "seconds that should at least lie between two steps down"
  }
  setting "max_scale_out_seconds" {
    default     = 300
    description = "seconds that an ECS service may wait between two steps up: 300 is what ECS itself takes where a request names none"
  }

  locals {
    service = self.service_namespace == null ? null : fact("appautoscaling_default_cooldowns", self.service_namespace)
  }

  # Of the other services the own default is 0 as well, or not known.
  skip = local.service == null ? true : local.service.seconds == 0
  why  = "AWS documents a pause of 300 seconds between two changes, which holds for requests that name none; the provider names 0. Steps up then repeat before what was just started carries any load, up to the maximum, and steps down follow each other without a pause and take away the capacity between two waves of one surge."

  check "tracking" {
    for_each = self.target_tracking_scaling_policy_configuration
    locals {
      down = each.value.disable_scale_in || is_set(each.value.scale_in_cooldown)
      up   = is_set(each.value.scale_out_cooldown)
      missing = concat(
        is_known(local.down) && !local.down ? ["`scale_in_cooldown`"] : [],
        is_known(local.up) && !local.up ? ["`scale_out_cooldown`"] : [],
      )
    }
    require = local.down && local.up
    at      = each.value
    message = "${self.address} sends a ${join(" and a ", local.missing)} of 0 since it names none: one step follows the other without a pause, instead of after ${local.service.seconds} seconds"
  }
  check "step" {
    for_each = self.step_scaling_policy_configuration
    require  = is_set(each.value.cooldown)
    at       = each.value
    message  = "${self.address} sends a `cooldown` of 0 since it names none: the step repeats as often as the alarm is evaluated, instead of after ${local.service.seconds} seconds"
    fix {
      text   = "cooldown = 60 # 300 for steps down"
      safety = "unsafe"
      impact = "in-place"
    }
  }
  check "tracking-in-short" {
    severity = "advice"
    for_each = self.target_tracking_scaling_policy_configuration
    skip     = [!is_set(each.value.scale_in_cooldown), each.value.scale_in_cooldown == 0, each.value.disable_scale_in]
    require  = each.value.scale_in_cooldown >= setting.min_scale_in_seconds && each.value.scale_in_cooldown >= each.value.scale_out_cooldown
    at       = each.value.scale_in_cooldown
    message  = "${self.address} takes capacity away ${each.value.scale_in_cooldown} seconds after the last time and adds it after ${each.value.scale_out_cooldown}: what a dip removes is missed by the next wave"
    why      = "Capacity should come fast and go slowly: the load of a surge comes in waves, and what was removed between two of them has to be started again."
  }
  check "tracking-out-long" {
    severity = "advice"
    for_each = self.target_tracking_scaling_policy_configuration
    skip     = self.service_namespace != "ecs"
    require  = each.value.scale_out_cooldown <= setting.max_scale_out_seconds
    at       = each.value.scale_out_cooldown
    message  = "${self.address} waits ${each.value.scale_out_cooldown} seconds after a step up, unless a larger one is called for: ECS itself takes ${local.service.seconds} where nothing is said"
    why      = "A step up is sized for the load of the moment. Within the cooldown only a larger step follows, and what was just added counts as part of it: while the load still grows evenly, the next step waits."
    fix {
      text   = "scale_out_cooldown = 60"
      safety = "unsafe"
      impact = "in-place"
    }
  }
  check "never-in" {
    severity = "advice"
    scenario = "bill-shock"
    for_each = self.target_tracking_scaling_policy_configuration
    locals {
      others = [
        for policy in candidates(resources("aws_appautoscaling_policy"), scaling_policies_by_key(), scaling_keys(self)) : policy
        if !same(policy, self) && (
          anytrue([
            for target in scaling_targets_named(policy) : anytrue([for other in scaling_targets_named(self) : same(target, other)])
          ])
          || scaling_alike(policy, self)
        )
      ]
      down = concat(
        flatten([for policy in local.others : policy.target_tracking_scaling_policy_configuration[*].disable_scale_in]),
        flatten([
          for policy in local.others : [
            for step in policy.step_scaling_policy_configuration :
            step.adjustment_type != "ExactCapacity" && alltrue([for change in step.step_adjustment : change.scaling_adjustment >= 0])
          ]
        ]),
        [
          for action in candidates(resources("aws_appautoscaling_scheduled_action"), scheduled_scaling_by_key(), scaling_keys(self)) : false
          if scaling_alike(action, self)
          || anytrue([
            for target in scaling_targets_named(action) : anytrue([for other in scaling_targets_named(self) : same(target, other)])
          ])
        ],
      )
    }
    skip    = !each.value.disable_scale_in
    require = anytrue([for only_up in local.down : !only_up])
    at      = each.value.disable_scale_in
    message = "${self.address} does not scale in and nothing else does: after the first peak the capacity stays up, and so does the bill"
    why     = "With scale-in disabled the policy only ever adds. One peak, or one wrong metric, lifts the capacity to its maximum, and there it remains until somebody lowers it by hand."
    fix {
      set    = { target_tracking_scaling_policy_configuration = { disable_scale_in = false } }
      safety = "unsafe"
      impact = "in-place"
    }
  }

  fix {
    text   = <<-EOT
      scale_out_cooldown = ${try(known_text(self.service_namespace), "ecs") == "ecs" ? 60 : 300}
      scale_in_cooldown  = 300
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "the policy is updated online; capacity stays up some minutes longer"
  }

  exceptions = [
    "a cooldown that is written as 0",
    "services whose own default is 0 as well: DynamoDB, Lambda and Comprehend",
    "predictive policies, which have no cooldown",
    "pauses between two steps up that are no longer than the 300 seconds of ECS itself",
  ]
  sources = [
    "https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/appautoscaling/policy.go",
    "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html",
    "https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_applicationautoscaling.BaseTargetTrackingProps.html",
  ]
}

rule "appautoscaling-target-without-policy" {
  title    = "Scalable target has no policy that would change its capacity"
  severity = "error"
  category = "scaling"
  scenario = "traffic-surge"

  resource = "aws_appautoscaling_target"

  locals {
    policies = scaling_policies(self)
    alarms = flatten([
      for policy in local.policies :
      referrers(policy, "aws_cloudwatch_metric_alarm", ["alarm_actions", "ok_actions", "insufficient_data_actions"])
    ])

    # For the fix: the steps of a policy that certainly adds capacity, and on which side of the threshold they lie.
    outward = [for policy in elements_known(local.policies) : policy if is_known(step_scales_out(policy)) && step_scales_out(policy)]
    is_low  = try(known_text(tostring(steps_lie_below(local.outward[0]))), "false") == "true"

    # The metric that follows the use of what is scaled.
    metrics = {
      "appstream:fleet:DesiredCapacity"          = { metric = "\"AppStreamAverageCapacityUtilization\"", value = 60 }
      "cassandra:table:ReadCapacityUnits"        = { metric = "\"CassandraReadCapacityUtilization\"", value = 70 }
      "cassandra:table:WriteCapacityUnits"       = { metric = "\"CassandraWriteCapacityUtilization\"", value = 70 }
      "dynamodb:index:ReadCapacityUnits"         = { metric = "\"DynamoDBReadCapacityUtilization\"", value = 70 }
      "dynamodb:index:WriteCapacityUnits"        = { metric = "\"DynamoDBWriteCapacityUtilization\"", value = 70 }
      "dynamodb:table:ReadCapacityUnits"         = { metric = "\"DynamoDBReadCapacityUtilization\"", value = 70 }
      "dynamodb:table:WriteCapacityUnits"        = { metric = "\"DynamoDBWriteCapacityUtilization\"", value = 70 }
      "ec2:spot-fleet-request:TargetCapacity"    = { metric = "\"EC2SpotFleetRequestAverageCPUUtilization\"", value = 60 }
      "ecs:service:DesiredCount"                 = { metric = "\"ECSServiceAverageCPUUtilization\"", value = 60 }
      "elasticache:replication-group:Replicas"   = { metric = "\"ElastiCacheReplicaEngineCPUUtilization\"", value = 60 }
      "elasticache:replication-group:NodeGroups" = { metric = "\"ElastiCachePrimaryEngineCPUUtilization\"", value = 60 }
      "lambda:function:ProvisionedConcurrency"   = { metric = "\"LambdaProvisionedConcurrencyUtilization\"", value = 0.7 }
      "neptune:cluster:ReadReplicaCount"         = { metric = "\"NeptuneReaderAverageCPUUtilization\"", value = 60 }
      "rds:cluster:ReadReplicaCount"             = { metric = "\"RDSReaderAverageCPUUtilization\"", value = 60 }
    }
    tracked  = try(local.metrics[known_text(self.scalable_dimension)], { metric = "\"(metric of the service)\"", value = "(value to hold it at)" })
    service  = try(fact("appautoscaling_default_cooldowns", known_text(self.service_namespace)).seconds, 0)
    repeated = strcontains(trimprefix(self.address, "${self.module}."), "[*]")
    each     = local.repeated ? "\n  for_each = { for key, target in ${trimprefix(self.block_address, "${self.module}.")} : key => target }\n" : ""
    target   = local.repeated ? "each.value" : trimprefix(self.address, "${self.module}.")
    # The provider sends 0 where nothing is said, which is what the other services take anyway.
    cooldowns = local.service == 0 ? "" : "\n\n    scale_in_cooldown  = ${local.service}\n    scale_out_cooldown = ${try(known_text(self.service_namespace), "") == "ecs" ? 60 : local.service}"
  }

  # Whoever gets the id may add the policy.
  skip = exported(self, "resource_id")
  why  = "A scalable target holds a minimum and a maximum, and changes nothing by itself. What raises the capacity is a policy, or a scheduled action; a step policy, which is what the provider makes of a policy that names no type, acts only when an alarm calls it. Without one the surge finds the service at its minimum."

  check "no-policy" {
    require = length(local.policies) + length(scheduled_scaling(self)) > 0
    message = "no policy and no scheduled action scales ${self.address}: its capacity stays where it is, whatever the load"
  }
  check "no-alarm" {
    skip    = [length(local.policies) == 0, length(scheduled_scaling(self)) > 0, anytrue([for policy in local.policies : exported(policy, "arn")])]
    require = anytrue([for policy in local.policies : policy.policy_type != "StepScaling"]) || length(local.alarms) > 0
    message = "${self.address} has step policies only and no alarm calls them: its capacity stays where it is, whatever the load"
    also {
      at   = [for policy in local.policies : policy]
      note = "a step policy, and no alarm has it among its actions"
    }
    fix {
      text   = <<-EOT
        resource "aws_cloudwatch_metric_alarm" "${self.resource_name}_${local.is_low ? "low" : "high"}" {
          # …
          comparison_operator = "${local.is_low ? "LessThanOrEqualToThreshold" : "GreaterThanOrEqualToThreshold"}"
          alarm_actions       = [${try(known_text(written_in(local.outward[0], "arn", self)), "\"(ARN of the policy that adds capacity)\"")}]
        }
      EOT
      safety = "unsafe"
      impact = "new-resource"
      note   = "on the metric that follows the load; each policy needs its own alarm, those that take capacity away too"
    }
  }

  fix {
    text   = <<-EOT
      resource "aws_appautoscaling_policy" "${self.resource_name}" {${local.each}
        name               = "${self.resource_name}"
        policy_type        = "TargetTrackingScaling"
        service_namespace  = ${local.target}.service_namespace
        resource_id        = ${local.target}.resource_id
        scalable_dimension = ${local.target}.scalable_dimension

        target_tracking_scaling_policy_configuration {
          target_value = ${local.tracked.value}${local.cooldowns}

          predefined_metric_specification {
            predefined_metric_type = ${local.tracked.metric}
          }
        }
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "the policy makes alarms of its own; the value is where to begin, and what the service does under load decides"
  }

  exceptions = [
    "targets whose resource id is an output: the policy may be made by whoever reads it",
    "step policies whose ARN is an output: the alarm may be elsewhere",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/appautoscaling_target",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/appautoscaling_policy",
    "https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html",
    "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html",
    "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepAdjustment.html",
  ]
}
