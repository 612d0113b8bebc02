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
    windows = local.is_task ? anytrue([for platform in self.runtime_platform : startswith(coalesce(platform.operating_system_family, "LINUX"), "WINDOWS")]) : false
    next    = fargate_next(local.cpu, local.memory, local.windows)
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
      cpu    = 1024
      memory = 2048
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "makes a new revision, which services take up in a rolling deployment"
  }

  sources = ["https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html"]
}
