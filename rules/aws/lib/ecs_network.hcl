# How tasks reach what they need.

function "ecs_subnets" {
  params      = [service]
  description = "The subnets through which a service's images, secrets and logs go: of its tasks and, on instances, of its hosts."
  value = concat(
    flatten([for network in service.network_configuration : subnets(network.subnets)]),
    ecs_serverless(service) ? [] : flatten([for group in ecs_groups(service) : subnets(group.vpc_zone_identifier)]),
  )
}

function "ecs_serverless" {
  params      = [service]
  description = "Whether a service runs on Fargate: as it says itself, else by its cluster's default capacity provider."
  value = (
    ecs_wants_fargate(service.launch_type, service.capacity_provider_strategy)
    || (!is_set(service.launch_type) && length(service.capacity_provider_strategy) == 0 && anytrue(flatten([
      for cluster in referenced(service.cluster, "aws_ecs_cluster") : [
        for defaults in referrers(cluster, "aws_ecs_cluster_capacity_providers", "cluster_name") :
        ecs_wants_fargate(null, defaults.default_capacity_provider_strategy)
      ]
    ])))
  )
}

function "ecs_is_cut_off" {
  params      = [service]
  description = "Whether all subnets of a service, and of its hosts, have no way to the internet and none to another network."
  value = (
    length(service.network_configuration) == 0 ? false :
    # The hosts of a service without a capacity provider are anywhere.
    !ecs_serverless(service) && length(ecs_groups(service)) == 0 ? unseen("where the hosts of ${service.address} are") :
    length(ecs_subnets(service)) > 0 && alltrue([for subnet in ecs_subnets(service) : is_cut_off(subnet)])
  )
}

function "ecs_containers" {
  params      = [task]
  description = "The containers of a task definition."
  value       = jsondecode(task.container_definitions)
}

function "ecs_secrets" {
  params      = [containers, service]
  description = "Whether containers get secrets from Secrets Manager (`secretsmanager`) or the Parameter Store (`ssm`)."
  value = anytrue(flatten([
    for container in containers : [
      for secret in concat(elements(try(container.secrets, null)), elements(try(container.logConfiguration.secretOptions, null))) :
      try(secret.valueFrom, null) == null ? false : secret_service(secret.valueFrom) == service
    ]
  ]))
}

function "secret_service" {
  params      = [from]
  description = "The service that an ARN or name of a secret leads to; a bare name is one of the Parameter Store."
  value = (
    length(referenced(from, "aws_secretsmanager_secret", "aws_secretsmanager_secret_version", "aws_rds_cluster", "aws_db_instance")) > 0 ? "secretsmanager" :
    length(referenced(from, "aws_ssm_parameter")) > 0 ? "ssm" :
    startswith(from, "arn:") ? split(":", from)[2] : "ssm"
  )
}
