rule "fargate-public-subnet-without-public-ip" {
  title    = "Fargate tasks in a public subnet have no public address and cannot pull their image"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "assign_public_ip is false"

  resource = "aws_ecs_service"

  locals {
    subnets = subnets(elements(each.value.subnets))
    public = [
      for subnet in local.subnets : subnet
      if anytrue([for route in default_routes(subnet) : route.target == "igw" && !route.ipv6])
    ]
    tasks   = ecs_tasks(self)
    private = one_of_each_zone(subnets_leading(vpc(local.subnets[0]), ["nat"], self))
  }

  for_each = self.network_configuration
  skip     = !ecs_serverless(self)
  require = length(local.public) == 0 || each.value.assign_public_ip || (
    length(local.tasks) > 0 && alltrue([for task in local.tasks : starts_without_internet(task, vpc(local.public[0]))])
  )
  at      = [each.value.assign_public_ip, each.value.subnets]
  message = "tasks of ${self.address} in ${names(local.public)} get no public address, and the internet gateway that is the way out there serves public addresses only: their images cannot be pulled"
  why     = "An internet gateway does not translate addresses, so that a task without a public one reaches nothing. It starts, waits for the registry, stops with CannotPullContainerError or ResourceInitializationError, and ECS starts the next one, for ever."

  also {
    at   = [for subnet in local.public : subnet]
    note = "its default route leads to an internet gateway"
  }

  fix {
    text   = <<-EOT
      network_configuration {
        subnets          = ${length(local.private) > 0 ? ids_written(local.private, self) : "aws_subnet.private[*].id"} # with a NAT gateway or endpoints
        assign_public_ip = false # security_groups as they are
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "a new deployment replaces the tasks; where public subnets are wanted, assign_public_ip = true does it as well"
  }

  exceptions = [
    "VPCs with endpoints for all that a task needs to start: ecr.api, ecr.dkr and s3 for a private image, logs, secretsmanager and ssm where it uses them",
    "subnets whose routes are declared elsewhere",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate.html",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_service",
  ]
}
