# Targets of Application Auto Scaling, and what changes their capacity.

function "scaling_serves" {
  params      = [policy, target]
  description = "Whether a scaling policy or scheduled action is about a scalable target: it refers to it, to the resource it scales, or names the same one."
  value = (
    anytrue([for other in scaling_targets_named(policy) : same(other, target)])
    || (
      length(scaling_targets_named(policy)) > 0 && is_known(length(scaling_targets_named(policy)))
      ? is_known(scaling_alike(policy, target)) && scaling_alike(policy, target)
      : scaling_alike(policy, target)
    )
  )
}

function "scaling_targets_named" {
  params      = [policy]
  description = "The scalable targets to which a policy or scheduled action refers."
  value       = referenced([policy.resource_id, policy.scalable_dimension], "aws_appautoscaling_target")
}

function "scaling_alike" {
  params      = [policy, target]
  description = "Whether two things of Application Auto Scaling name the same resource, service and dimension."
  value = (
    policy.service_namespace == target.service_namespace
    && policy.scalable_dimension == target.scalable_dimension
    && (
      policy.resource_id == target.resource_id
      || anytrue([
        for scaled in scaled_resources(policy) : anytrue([for other in scaled_resources(target) : same(scaled, other)])
      ])
    )
  )
}

function "scaled_resources" {
  params      = [scaling]
  description = "The resources of the configuration that a target's or policy's resource id may speak of."
  value       = referenced(scaling.resource_id, ["aws_ecs_service", "aws_dynamodb_table", "aws_rds_cluster", "aws_lambda_alias", "aws_lambda_function", "aws_sagemaker_endpoint", "aws_elasticache_replication_group", "aws_msk_cluster", "aws_spot_fleet_request", "aws_emr_instance_group", "aws_neptune_cluster", "aws_keyspaces_table"])
}

function "scaling_policies" {
  params      = [target]
  description = "The scaling policies of a scalable target."
  value = distinct(concat(
    referrers(target, "aws_appautoscaling_policy", ["resource_id", "scalable_dimension"]),
    [for policy in candidates(resources("aws_appautoscaling_policy"), scaling_policies_by_key(), scaling_keys(target)) : policy if scaling_serves(policy, target)],
  ))
}

function "step_scales_out" {
  params      = [policy]
  description = "Whether a step policy adds capacity. One that sets the capacity to a number may do either."
  value = anytrue([
    for steps in policy.step_scaling_policy_configuration :
    steps.adjustment_type != "ExactCapacity" && anytrue([for step in steps.step_adjustment : step.scaling_adjustment > 0])
  ])
}

function "steps_lie_below" {
  params      = [policy]
  description = "Whether the steps by which a policy adds capacity are for values below the threshold of the alarm."
  value = anytrue([
    for steps in policy.step_scaling_policy_configuration : anytrue([
      for step in steps.step_adjustment :
      step.scaling_adjustment > 0 && is_set(step.metric_interval_upper_bound) ? tonumber(step.metric_interval_upper_bound) <= 0 : false
    ])
  ])
}

function "scheduled_scaling" {
  params      = [target]
  description = "The scheduled actions of a scalable target."
  value = distinct(concat(
    referrers(target, "aws_appautoscaling_scheduled_action", ["resource_id", "scalable_dimension"]),
    [for action in candidates(resources("aws_appautoscaling_scheduled_action"), scheduled_scaling_by_key(), scaling_keys(target)) : action if scaling_serves(action, target)],
  ))
}

# Where there are thousands of targets, not each is compared with all policies.

function "scaling_policies_by_key" {
  params      = []
  description = "The scaling policies by what they name."
  value       = scaling_index(resources("aws_appautoscaling_policy"))
}

function "scheduled_scaling_by_key" {
  params      = []
  description = "The scheduled actions by what they name."
  value       = scaling_index(resources("aws_appautoscaling_scheduled_action"))
}

function "scaling_targets_by" {
  params      = [type]
  description = "The scalable targets by the addresses of the resources of a type that they refer to, else by what their id begins with, as in `table/orders` or `cluster:orders`, and under a star; under a question mark those of which neither is known."
  value = by_key(flatten([
    for target in resources("aws_appautoscaling_target") : (
      !is_known(referenced(target.resource_id, type)) ? [{ key = "?", value = target }]
      : length(referenced(target.resource_id, type)) == 0 ? [for key in try([scaled_name(known_text(target.resource_id)), "*"], ["?"]) : { key = key, value = target }]
      : [for scaled in referenced(target.resource_id, type) : { key = scaled.address, value = target }]
    )
  ]))
}

function "scaled_name" {
  params      = [id]
  description = "What a resource id names, without the index of a table that may follow: `table/orders` of `table/orders/index/day`."
  value       = join("/", slice(split("/", id), 0, min(2, length(split("/", id)))))
}

function "scaling_index" {
  params      = [all]
  description = "Policies or scheduled actions by what they name."
  value       = by_key(flatten([for scaling in all : [for key in scaling_keys(scaling) : { key = key, value = scaling }]]))
}

function "scaling_keys" {
  params      = [scaling]
  description = "What a target, policy or scheduled action names: the text of its resource id and the addresses of the resources in it; a question mark where not all of that is known."
  value = (
    is_known(scaling.resource_id) && is_known(scaled_resources(scaling))
    ? concat([coalesce(scaling.resource_id, "?")], [for scaled in scaled_resources(scaling) : scaled.address])
    : ["?"]
  )
}
