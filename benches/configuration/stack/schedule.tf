# What runs by the clock in part 0. Times are UTC; the nightly run must be over before the reports are read at seven.
variable "nightly_schedule_0" {
  description = "When the nightly run of part 0 begins, as EventBridge writes it."
  type        = string
  default     = "cron(15 2 * * ? *)"
}

variable "nightly_enabled_0" {
  description = "Whether the nightly run of part 0 takes place, which is off while data is moved."
  type        = bool
  default     = true
}

resource "aws_cloudwatch_event_rule" "nightly_0" {
  name                = "${local.name}-nightly-0"
  description         = "Begins the nightly run of part 0"
  schedule_expression = var.nightly_schedule_0
  state               = var.nightly_enabled_0 ? "ENABLED" : "DISABLED"
  tags                = local.tags
}

# The run is a task of the cluster and not a function, since it takes longer than a quarter of an hour.
resource "aws_cloudwatch_event_target" "nightly_0" {
  rule      = aws_cloudwatch_event_rule.nightly_0.name
  target_id = "nightly-0"
  arn       = aws_ecs_cluster.this.arn
  role_arn  = aws_iam_role.nightly_0.arn

  ecs_target {
    launch_type         = "FARGATE"
    platform_version    = "LATEST"
    task_count          = 1
    task_definition_arn = "arn:aws:ecs:${var.region}:${local.account}:task-definition/${local.name}-nightly-0"

    network_configuration {
      subnets          = module.network.private_subnet_ids
      assign_public_ip = false
    }
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 4
  }
}

resource "aws_iam_role" "nightly_0" {
  name        = "${local.name}-nightly-0"
  description = "Lets EventBridge start the nightly run of part 0"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "events.amazonaws.com" }
    }]
  })
}

output "nightly_rule_0" {
  description = "The rule that begins the nightly run of part 0, to disable it by hand."
  value       = aws_cloudwatch_event_rule.nightly_0.name
}
