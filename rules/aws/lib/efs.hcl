# File systems of EFS and what mounts them.

function "efs_services" {
  params      = [system]
  description = "The ECS services whose tasks mount a file system."
  value = flatten([
    for task in referrers(system, "aws_ecs_task_definition", "volume.efs_volume_configuration.file_system_id") : referrers(task, "aws_ecs_service", "task_definition")
  ])
}

function "efs_functions" {
  params      = [system]
  description = "The Lambda functions that mount a file system."
  value = flatten([
    for point in referrers(system, "aws_efs_access_point", "file_system_id") : referrers(point, "aws_lambda_function", "file_system_config.arn")
  ])
}

function "efs_groups" {
  params      = [system]
  description = "The Auto Scaling groups whose instances name a file system in their user data."
  value       = flatten([for template in referrers(system, "aws_launch_template", "user_data") : asg_users(template)])
}

function "efs_clients" {
  params      = [system]
  description = "What mounts a file system, as objects of `by` and the `subnets` that are known."
  value = concat(
    [for service in efs_services(system) : { by = service, subnets = subnets(flatten([for network in service.network_configuration : network.subnets])) }],
    [for run in efs_functions(system) : { by = run, subnets = subnets(flatten([for network in run.vpc_config : network.subnet_ids])) }],
    [for group in efs_groups(system) : { by = group, subnets = subnets(elements(group.vpc_zone_identifier)) }],
  )
}

function "efs_reaches" {
  params      = [mounted, subnet]
  description = "Whether one of the subnets with mount targets lies in the zone of a subnet."
  value       = anytrue([for other in mounted : same(other, subnet)]) || zone_count(concat(mounted, [subnet])) == zone_count(mounted)
}
