# Services of Amazon ECS, and what belongs to one.

function "ecs_scaled_services" {
  params      = [scaling]
  description = "The services that a scalable target or a policy of Application Auto Scaling is about, in a list; open where one cannot be seen."
  value       = distinct(concat(
    referenced(scaling.resource_id, "aws_ecs_service"),
    ecs_refers(scaling) ? [] : [for service in resources("aws_ecs_service") : service if ecs_named(scaling.resource_id, service)],
  ))
}

function "ecs_named" {
  params      = [resource_id, service]
  description = "Whether the id of a scalable target that refers to no service, written as service/CLUSTER/NAME, is this service's."
  value = length(referenced(resource_id, "aws_ecs_service")) > 0 ? false : try(
    element(split("/", resource_id), 0) == "service"
    && element(split("/", resource_id), 2) == service.name
    && alltrue([for cluster in referenced(service.cluster, "aws_ecs_cluster") : cluster.name == element(split("/", resource_id), 1)]),
    false,
  )
}

function "ecs_scalable_targets" {
  params      = [service]
  description = "The scalable targets of Application Auto Scaling that change the number of a service's tasks, in a list; open where one may not be seen."
  value       = distinct(concat(
    referrers(service, "aws_appautoscaling_target", "resource_id"),
    [for target in ecs_targets_by_name() : target if ecs_named(target.resource_id, service)],
  ))
}

function "ecs_policies" {
  params      = [service]
  description = "The policies of Application Auto Scaling that change the number of a service's tasks."
  value = [
    for policy in candidates(resources("aws_appautoscaling_policy"), ecs_policies_by_service(), [service.address]) : policy
    if anytrue([for other in ecs_scaled_services(policy) : same(other, service)])
  ]
}

function "ecs_policies_by_service" {
  params      = []
  description = "The policies of Application Auto Scaling by the addresses of the services that they are about; under a question mark those of which that is not known."
  value = by_key(flatten([
    for policy in resources("aws_appautoscaling_policy") : (
      is_known(ecs_scaled_services(policy))
      ? [for service in ecs_scaled_services(policy) : { key = service.address, value = policy }]
      : [{ key = "?", value = policy }]
    )
  ]))
}

function "ecs_refers" {
  params      = [scaling]
  description = "Whether a scalable target or a policy refers to a service for certain."
  value       = is_known(referenced(scaling.resource_id, "aws_ecs_service")) && length(referenced(scaling.resource_id, "aws_ecs_service")) > 0
}

function "ecs_targets_by_name" {
  params      = []
  description = "The scalable targets that may name their service without referring to it."
  value       = [for target in resources("aws_appautoscaling_target") : target if !ecs_refers(target)]
}

# Tasks on Fargate.

function "ecs_wants_fargate" {
  params      = [launch_type, strategies]
  description = "Whether a launch type or one of the capacity provider strategies is Fargate."
  value = (
    coalesce(launch_type, "-") == "FARGATE"
    || anytrue([for strategy in coalesce(strategies, []) : contains(["FARGATE", "FARGATE_SPOT"], strategy.capacity_provider)])
  )
}

function "ecs_task_services" {
  params      = [task]
  description = "The services that run a task definition."
  value       = referrers(task, "aws_ecs_service", "task_definition")
}

function "ecs_on_fargate" {
  params      = [task]
  description = "Whether a task definition is made for Fargate, or a service or scheduled task runs it there."
  value = (
    contains(coalesce(task.requires_compatibilities, []), "FARGATE")
    || anytrue([
      for service in ecs_task_services(task) : ecs_wants_fargate(service.launch_type, service.capacity_provider_strategy)
    ])
    || anytrue(flatten([
      for target in referrers(task, "aws_cloudwatch_event_target", "ecs_target.task_definition_arn") : [
        for run in target.ecs_target : ecs_wants_fargate(run.launch_type, run.capacity_provider_strategy)
      ]
    ]))
    || anytrue(flatten([
      for schedule in referrers(task, "aws_scheduler_schedule", "target.ecs_parameters.task_definition_arn") : [
        for target in schedule.target : [
          for run in target.ecs_parameters : ecs_wants_fargate(run.launch_type, run.capacity_provider_strategy)
        ]
      ]
    ]))
  )
}

function "ecs_cpu_units" {
  params      = [cpu]
  description = "CPU as units: \"1 vCPU\" is 1024; null where it is no number."
  value       = cpu == null ? null : try(tonumber(cpu), 1024 * tonumber(regex("^\\s*([0-9.]+)\\s*vcpu\\s*$", lower(cpu))[0]), null)
}

function "ecs_memory_mib" {
  params      = [memory]
  description = "Memory as MiB: \"2 GB\" is 2048; null where it is no number."
  value       = memory == null ? null : try(tonumber(memory), 1024 * tonumber(regex("^\\s*([0-9.]+)\\s*gb\\s*$", lower(memory))[0]), null)
}

function "fargate_offers" {
  params      = [cpu, memory, windows]
  description = "Whether Fargate has a task of so many CPU units and MiB."
  value = anytrue([
    for row in fact_rows("ecs_fargate_task_size") : contains(row.allowed_mib, memory) && (row.windows || !windows) if row.cpu_units == cpu
  ])
}

function "fargate_next" {
  params      = [cpu, memory, windows]
  description = "The smallest task of Fargate with at least so many CPU units and MiB, as `cpu` and `memory`; null where there is none."
  value = try(element([
    for row in fact_rows("ecs_fargate_task_size") : {
      cpu    = row.cpu_units
      memory = min([for allowed in row.allowed_mib : allowed if allowed >= memory]...)
    }
    if row.cpu_units >= cpu && row.max_mib >= memory && (row.windows || !windows)
  ], 0), null)
}

# Tasks on instances.

function "ecs_providers" {
  params      = [service]
  description = "The capacity providers of a service: its own, else its cluster's default ones."
  value = (
    length(service.capacity_provider_strategy) > 0
    ? referenced(service.capacity_provider_strategy[*].capacity_provider, "aws_ecs_capacity_provider")
    : flatten([
      for cluster in referenced(service.cluster, "aws_ecs_cluster") : [
        for defaults in referrers(cluster, "aws_ecs_cluster_capacity_providers", "cluster_name") :
        referenced(defaults.default_capacity_provider_strategy[*].capacity_provider, "aws_ecs_capacity_provider")
      ]
    ])
  )
}

function "ecs_groups" {
  params      = [service]
  description = "The Auto Scaling groups that a service's capacity providers name; empty where none is named, and on Fargate."
  value = ecs_wants_fargate(service.launch_type, service.capacity_provider_strategy) ? [] : distinct(flatten([
    for provider in is_set(service.launch_type) ? [] : ecs_providers(service) : [
      for group in provider.auto_scaling_group_provider : referenced(group.auto_scaling_group_arn, "aws_autoscaling_group")
    ]
  ]))
}

function "ecs_tasks" {
  params      = [service]
  description = "The task definition of a service, in a list; open where it cannot be seen."
  value       = referenced(service.task_definition, "aws_ecs_task_definition")
}

function "ecs_fixed_ports" {
  params      = [task]
  description = "Whether a container of a task definition takes a port of its host, so that a host runs one task at most."
  value = (
    contains(["bridge", "host"], coalesce(task.network_mode, "bridge"))
    && anytrue([
      for container in jsondecode(task.container_definitions) : anytrue([
        for port in coalesce(try(container.portMappings, null), []) :
        task.network_mode == "host" || coalesce(try(tonumber(port.hostPort), null), 0) > 0
      ])
    ])
  )
}

function "ecs_least_tasks" {
  params      = [service]
  description = "The number of tasks that a service has at least: what autoscaling keeps, else its desired count."
  value = (
    length(ecs_scalable_targets(service)) > 0
    ? min([for target in ecs_scalable_targets(service) : target.min_capacity]...)
    : service.desired_count
  )
}

function "ecs_most_tasks" {
  params      = [service]
  description = "The number of tasks that a service has at most: what autoscaling allows, else its desired count."
  value = (
    length(ecs_scalable_targets(service)) > 0
    ? max([for target in ecs_scalable_targets(service) : target.max_capacity]...)
    : service.desired_count
  )
}
