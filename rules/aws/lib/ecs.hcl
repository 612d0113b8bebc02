# Services of Amazon ECS, and what belongs to one.

function "ecs_scaled_services" {
  params      = [scaling]
  description = "The services that a scalable target or a policy of Application Auto Scaling is about, in a list; open where one cannot be seen."
  value       = distinct(concat(
    referenced(scaling.resource_id, "aws_ecs_service"),
    [for service in resources("aws_ecs_service") : service if ecs_named(scaling.resource_id, service)],
  ))
}

function "ecs_named" {
  params      = [resource_id, service]
  description = "Whether the id of a scalable target, written as service/CLUSTER/NAME, is this service's."
  value = try(
    element(split("/", resource_id), 0) == "service"
    && element(split("/", resource_id), 2) == service.name
    && alltrue([for cluster in referenced(service.cluster, "aws_ecs_cluster") : cluster.name == element(split("/", resource_id), 1)]),
    false,
  )
}

function "ecs_scalable_targets" {
  params      = [service]
  description = "The scalable targets of Application Auto Scaling that change the number of a service's tasks."
  value = [
    for target in resources("aws_appautoscaling_target") : target
    if anytrue([for other in ecs_scaled_services(target) : same(other, service)])
  ]
}

function "ecs_policies" {
  params      = [service]
  description = "The policies of Application Auto Scaling that change the number of a service's tasks."
  value = [
    for policy in resources("aws_appautoscaling_policy") : policy
    if anytrue([for other in ecs_scaled_services(policy) : same(other, service)])
  ]
}
