# Tasks on Fargate and the way to their images.

function "in_private_registry" {
  params      = [image]
  description = "Whether an image comes from a private registry of Amazon ECR."
  value       = length(referenced(image, "aws_ecr_repository")) > 0 || strcontains(image, ".dkr.ecr.")
}

function "has_endpoints" {
  params      = [vpc, services]
  description = "Whether a VPC has an endpoint for each of these services of AWS, such as `s3` or `ecr.api`."
  value = alltrue([
    for service in services :
    anytrue([for endpoint in referrers(vpc, "aws_vpc_endpoint", "vpc_id") : endswith(coalesce(endpoint.service_name, "-"), ".${service}")])
  ])
}

function "starts_without_internet" {
  params      = [task, vpc]
  description = "Whether the tasks of a task definition start with nothing but the endpoints of a VPC: their images, logs and secrets are all within reach."
  value = (
    has_endpoints(vpc, ["ecr.api", "ecr.dkr", "s3"])
    && alltrue([
      for container in jsondecode(task.container_definitions) : (
        in_private_registry(container.image)
        && (try(container.logConfiguration.logDriver, "-") != "awslogs" || has_endpoints(vpc, ["logs"]))
        && alltrue([
          for secret in coalesce(try(container.secrets, null), []) :
          has_endpoints(vpc, [strcontains(secret.valueFrom, ":secretsmanager:") ? "secretsmanager" : "ssm"])
        ])
      )
    ])
  )
}
