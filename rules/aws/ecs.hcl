rule "ecs-awsvpc-eni-density" {
  title    = "Instances run out of network interfaces before CPU or memory"
  severity = "warning"
  category = "capacity"
  scenario = "ip-exhaustion"
  default  = "ENI trunking is off"

  resource = "aws_ecs_service"

  setting "min_tasks" {
    default     = 3
    description = "tasks an instance must at least have network interfaces for"
  }

  locals {
    has_addresses = anytrue([for task in ecs_tasks(self) : task.network_mode == "awsvpc"])
    on_fargate    = ecs_wants_fargate(self.launch_type, self.capacity_provider_strategy)
    trunking = anytrue([
      for account in resources("aws_ecs_account_setting_default") :
      account.name == "awsvpcTrunking" && account.value == "enabled"
    ])

    groups = ecs_groups(self)
    room = [
      for group in local.groups : {
        group = group
        type  = asg_smallest_type(group)
        tasks = asg_smallest_type(group).max_enis - 1
        most  = group.max_size
      }
    ]
    capacity = sum([for part in local.room : part.most * part.tasks])
    # All services that share the instances; the first of them reports.
    placed = [
      for service in resources("aws_ecs_service") : service
      if anytrue([for task in ecs_tasks(service) : task.network_mode == "awsvpc"])
      && anytrue([for group in ecs_groups(service) : anytrue([for other in local.groups : same(group, other)])])
    ]
    wanted = sum([for service in local.placed : ecs_most_tasks(service)])
    tight  = [for part in local.room : part if part.tasks < setting.min_tasks]
  }

  first = true
  skip  = [local.on_fargate, !local.has_addresses, local.trunking, anytrue([for part in local.room : part.type == null])]

  check "full" {
    skip    = length(local.groups) == 0 ? false : local.placed[0].address != self.address
    require = length(local.groups) == 0 ? unseen("which Auto Scaling group the service runs on") : local.wanted <= local.capacity
    at      = self.network_configuration
    message = "${names(local.placed)} can come to ${plural(local.wanted, "task")}, and the instances have interfaces for ${local.capacity}: ${join(" + ", [for part in local.room : "${part.most} ${part.type.type} × (${part.type.max_enis} − 1)"])}, unless the account has awsvpcTrunking on"

    also {
      at   = local.groups
      note = "the instances"
    }
  }

  check "tight" {
    severity = "advice"
    skip     = length(local.groups) == 0 ? false : local.placed[0].address != self.address
    require  = length(local.tight) == 0
    at       = self.network_configuration
    message  = "${self.address} gives each task an interface, of which a ${local.tight[0].type.type} of ${local.tight[0].group.address} has ${local.tight[0].type.max_enis}: ${plural(local.tight[0].tasks, "task")} an instance, unless the account has awsvpcTrunking on"

    also {
      at   = local.tight[*].group
      note = "the instances"
    }
  }

  why = "In awsvpc mode each task takes a whole network interface, and the instance itself needs one: a c5.large has three, so it runs two tasks however small they are. The others wait with free CPU and memory beside them. With trunking the same instance holds ten."

  fix {
    text   = <<-EOT
      resource "aws_ecs_account_setting_default" "trunking" {
        name  = "awsvpcTrunking"
        value = "enabled"
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "holds for the whole account and region, and for instances that are launched afterwards"
  }

  exceptions = ["Fargate", "accounts that turn on awsvpcTrunking here"]
  sources    = ["https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html"]
}

rule "ecs-deployment-deadlock" {
  title    = "Deployment settings leave no room to replace a task"
  severity = "error"
  category = "availability"
  scenario = "bad-deploy"
  default  = "200 % at most, 100 % at least"

  resource = "aws_ecs_service"
  first    = true

  locals {
    rolling = (
      self.scheduling_strategy == "REPLICA"
      && alltrue([for controller in self.deployment_controller : controller.type == "ECS"])
      && alltrue([for deployment in self.deployment_configuration : deployment.strategy == "ROLLING"])
    )
    least   = ecs_least_tasks(self)
    most    = ecs_most_tasks(self)
    minimum = self.deployment_minimum_healthy_percent
    maximum = self.deployment_maximum_percent

    # What holds for many tasks holds for fewer.
    kept    = ceil(local.most * local.minimum / 100)
    allowed = floor(local.most * local.maximum / 100)
    hosts   = sum([for group in ecs_groups(self) : group.max_size])
  }

  skip = [!local.rolling, local.least < 1]
  at   = [self.deployment_maximum_percent, self.deployment_minimum_healthy_percent]
  why  = "The minimum is rounded up and the maximum down. Where they meet at the number of tasks, the scheduler may not stop an old task nor start a new one: the deployment hangs, and a task that has become unhealthy is not replaced either."

  check "stuck" {
    require = local.kept < local.most || local.allowed > local.most
    message = "${self.address} can neither stop nor start a task: of ${local.most}, at least ${local.minimum} % = ${local.kept} must run and at most ${local.maximum} % = ${local.allowed} may"
  }

  check "no_free_host" {
    skip = [
      ecs_wants_fargate(self.launch_type, self.capacity_provider_strategy),
      !anytrue([for task in ecs_tasks(self) : ecs_fixed_ports(task)]),
      local.kept < local.most,
    ]
    require = length(ecs_groups(self)) == 0 ? unseen("which Auto Scaling group the service runs on") : local.hosts > local.most
    at      = [self.deployment_minimum_healthy_percent, self.desired_count]
    message = "${self.address} cannot be deployed: each of its ${plural(local.most, "task")} takes a fixed port of a host, none may stop before its successor runs, and ${names(ecs_groups(self))} has ${plural(local.hosts, "host")} at most"
    why     = "A host's port can be taken once. With as many tasks as hosts, and all of them required to run, a new task finds no place, and the old ones are not stopped to make one: the deployment waits until it fails."
  }

  check "all_at_once" {
    severity        = "warning"
    production_only = true
    require         = local.minimum > 0 || local.least < 2
    at              = self.deployment_minimum_healthy_percent
    message         = "${self.address} lets a deployment stop all of its ${plural(local.least, "task")} at once: the minimum is 0 %"
    why             = "With a minimum of 0 % the scheduler may stop every old task before the first new one has started. Until the image is pulled, the process is up and the health checks have passed, nobody answers; if the new version does not start, nobody does at all."
  }

  fix {
    text   = <<-EOT
      deployment_minimum_healthy_percent = 100
      deployment_maximum_percent         = 200
    EOT
    safety = "safe"
    impact = "in-place"
    note   = "on instances there must be room for the additional tasks; with fixed host ports lower the minimum instead, or let Docker choose the port with hostPort 0"
  }

  exceptions = ["daemons, and deployments that another controller or strategy makes"]
  sources = [
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ecs/service.go",
  ]
}

rule "ecs-desired-count-drift" {
  title    = "Next apply resets the number of tasks that autoscaling chose"
  severity = "warning"
  category = "scaling"
  scenario = "traffic-surge"

  resource = "aws_ecs_service"

  locals {
    targets = [
      for target in ecs_scalable_targets(self) : target
      if target.min_capacity != target.max_capacity
      && !anytrue([
        for state in target.suspended_state :
        state.dynamic_scaling_in_suspended && state.dynamic_scaling_out_suspended && state.scheduled_scaling_suspended
      ])
    ]
    range   = try(is_known([local.targets[0].min_capacity, local.targets[0].max_capacity]), false) ? " between ${local.targets[0].min_capacity} and ${local.targets[0].max_capacity}" : ""
    ignored = anytrue([for argument in ["desired_count", "all"] : contains(self.lifecycle.ignore_changes, argument)])
  }

  skip    = local.ignored
  require = !is_set(self.desired_count) || length(local.targets) == 0
  at      = self.desired_count
  message = "${self.address} goes back to ${is_known(self.desired_count) ? plural(self.desired_count, "task") : "the desired count in the file"} at each apply, whatever number${local.range} autoscaling has chosen"
  why     = "Terraform sees the number of tasks that autoscaling set as a deviation and corrects it. An apply about something else, in the middle of the peak, takes a service from eighteen tasks to the two in the file; scaling out again takes minutes."

  also {
    at   = local.targets
    note = "changes the number of tasks"
  }

  fix {
    text   = <<-EOT
      lifecycle {
        ignore_changes = [desired_count]
      }
    EOT
    safety = "safe"
    impact = "none"
  }

  exceptions = ["services whose scalable target has one possible number of tasks, or whose scaling is suspended"]
  sources    = ["https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_service"]
}

rule "ecs-fargate-task-size" {
  title    = "CPU and memory are not a pair that Fargate offers"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "none: Fargate needs both"

  resource = ["aws_ecs_task_definition", "aws_batch_job_definition"]

  locals {
    is_task  = self.type == "aws_ecs_task_definition"
    on_it    = local.is_task ? ecs_on_fargate(self) : contains(coalesce(self.platform_capabilities, []), "FARGATE")
    needs    = local.is_task ? {} : { for need in jsondecode(self.container_properties).resourceRequirements : need.type => need.value }
    has_both = local.is_task ? self.cpu != null && self.memory != null : contains(keys(local.needs), "VCPU") && contains(keys(local.needs), "MEMORY")

    cpu     = local.is_task ? ecs_cpu_units(self.cpu) : 1024 * tonumber(local.needs.VCPU)
    memory  = local.is_task ? ecs_memory_mib(self.memory) : tonumber(local.needs.MEMORY)
    windows = local.is_task && anytrue([for platform in self.runtime_platform : startswith(coalesce(platform.operating_system_family, "LINUX"), "WINDOWS")])
    next    = fargate_next(local.cpu, local.memory, local.windows)
    size    = try({ cpu = local.next.cpu + 0, memory = local.next.memory + 0 }, { cpu = 1024, memory = 2048 })
  }

  first = true
  skip  = !local.on_it

  check "missing" {
    require = local.has_both
    at      = local.is_task ? (self.cpu == null ? self.cpu : self.memory) : self.container_properties
    message = local.is_task ? "${self.address} is for Fargate but says no ${self.cpu == null ? (self.memory == null ? "cpu and memory" : "cpu") : "memory"} for the task" : "${self.address} is for Fargate but its resourceRequirements lack VCPU or MEMORY"
  }

  check "pair" {
    skip    = local.cpu == null || local.memory == null
    require = fargate_offers(local.cpu, local.memory, local.windows)
    at      = local.is_task ? self.memory : self.container_properties
    message = "${self.address} asks for ${local.cpu} CPU units with ${local.memory} MiB, which Fargate does not offer${local.windows ? " for Windows" : ""}${local.next == null ? "" : "; the next above is ${local.next.cpu} with ${local.next.memory} MiB"}"
  }

  why = "Fargate has a fixed list of CPU and memory pairs: 1024 units, say, come with 2048 to 8192 MiB. A plan does not know the list, so the definition is refused while the apply runs, when everything around it is already built."

  fix {
    text   = <<-EOT
      ${!local.is_task ? "resourceRequirements = [ # in container_properties\n  { type = \"VCPU\", value = \"${local.size.cpu / 1024}\" },\n  { type = \"MEMORY\", value = \"${local.size.memory}\" },\n]" : "cpu    = ${local.size.cpu}\nmemory = ${local.size.memory}"}
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "makes a new revision, which services take up in a rolling deployment"
  }

  sources = ["https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html"]
}

rule "ecs-private-missing-endpoints" {
  title    = "Tasks in isolated subnets cannot pull images, read secrets or write logs"
  severity = "error"
  category = "availability"
  scenario = "cannot-apply"

  resource = "aws_ecs_service"

  locals {
    subnets    = ecs_subnets(self)
    vpc        = vpc(local.subnets[0])
    endpoints  = referrers(local.vpc, "aws_vpc_endpoint", "vpc_id")
    tables     = distinct([for subnet in local.subnets : route_table(subnet)])
    containers = flatten([for task in ecs_tasks(self) : ecs_containers(task)])
    needed = concat(
      anytrue([for container in local.containers : is_private_ecr(container.image)]) ? ["ecr.api", "ecr.dkr", "s3"] : [],
      anytrue([for container in local.containers : try(container.logConfiguration.logDriver, null) == "awslogs"]) ? ["logs"] : [],
      ecs_secrets(local.containers, "secretsmanager") ? ["secretsmanager"] : [],
      ecs_secrets(local.containers, "ssm") ? ["ssm"] : [],
      coalesce(self.enable_execute_command, false) ? ["ssmmessages"] : [],
      ecs_serverless(self) ? [] : ["ecs", "ecs-agent", "ecs-telemetry"],
    )
    missing = [for service in local.needed : service if !has_vpc_endpoint(service, local.endpoints, local.tables) && !shares_vpc_endpoint(service)]
  }

  skip = [
    length(self.network_configuration) == 0,
    !ecs_is_cut_off(self),
    length(central_names(local.vpc)) > 0,
  ]
  require = length(local.missing) == 0
  at      = self.network_configuration[0].subnets
  message = "the tasks of ${self.address} have no way to the internet, and ${local.vpc.address} has no endpoint for ${names(local.missing)}"
  why     = "Image, secrets and logs of a task go through its network. Where neither a default route nor an endpoint leads to ECR, S3 or Secrets Manager, every task stops with CannotPullContainerError or ResourceInitializationError, and the service never becomes stable."

  also {
    at   = local.subnets
    note = "has no default route"
  }

  fix {
    text   = <<-EOT
      ${endpoint_blocks("ecs", local.missing, local.subnets, local.tables, self)}
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "interface endpoints cost by zone and hour; the gateway endpoint for S3 is free, though open connections to S3 may break once"
  }

  exceptions = [
    "subnets with routes to a transit gateway, a peering or a VPN, and VPCs with profiles or private zones of other VPCs",
    "services on instances whose hosts are not known",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html",
    "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate.html",
  ]
}

rule "ecs-target-group-type" {
  title    = "Target group registers instances, the tasks have their own addresses"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "\"instance\""

  resource = ["aws_lb_target_group", "aws_alb_target_group"]

  locals {
    services = [
      for service in referrers(self, "aws_ecs_service", "load_balancer.target_group_arn") : service
      if ecs_wants_fargate(service.launch_type, service.capacity_provider_strategy)
      || anytrue([for task in ecs_tasks(service) : task.network_mode == "awsvpc"])
    ]
  }

  require = self.target_type != "instance" || length(local.services) == 0
  at      = self.target_type
  message = "${self.address} registers instances, but the tasks of ${names(local.services)} are network interfaces with addresses of their own"
  why     = "Tasks in awsvpc mode, on Fargate always, are registered by address. The service is refused when it names a target group for instances, and that is what a target group is by default."

  also {
    at   = local.services
    note = "its tasks have addresses of their own"
  }

  fix {
    set    = { target_type = "ip" }
    safety = "unsafe"
    impact = "replacement"
    note   = "a listener holds on to the old target group: give it name_prefix and create_before_destroy first"
  }

  sources = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-types.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb_target_group",
  ]
}
