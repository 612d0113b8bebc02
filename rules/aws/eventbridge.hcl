rule "eventbridge-target-not-allowed" {
  title    = "EventBridge may not invoke the target of a rule"
  severity = "error"
  category = "correctness"
  scenario = "silent-loss"
  default  = "nobody may"

  resource = "aws_cloudwatch_event_target"

  locals {
    rules     = referenced(self.rule, "aws_cloudwatch_event_rule")
    aliases   = referenced(self.arn, "aws_lambda_alias")
    functions = lambda_functions(self.arn)
    permissions = [
      for permission in flatten([for function in local.functions : referrers(function, "aws_lambda_permission", "function_name")]) : permission
      if permission.principal == "events.amazonaws.com"
    ]
    # A function that is reached by an alias needs a permission for that alias.
    qualified = length(local.aliases) == 0 ? local.permissions : concat(
      [for permission in local.permissions : permission if permission.qualifier == null ? false : permission.qualifier == local.aliases[0].name],
      [for permission in flatten([for alias in local.aliases : referrers(alias, "aws_lambda_permission", "function_name")]) : permission if permission.principal == "events.amazonaws.com" && length(referenced(permission.function_name, "aws_lambda_function")) == 0],
    )
    fitting = [
      for permission in local.qualified : permission
      if anytrue([
        !is_set(permission.source_arn),
        try(length(local.rules) > 0 ? names_source(permission.source_arn, local.rules) : wildcard_matches("*/${self.rule}", permission.source_arn), false),
      ])
    ]

    # Of targets of one rule that invoke one function by one name, a permission serves all.
    alike = [
      for other in flatten([for rule in local.rules : referrers(rule, "aws_cloudwatch_event_target", "rule")]) : other
      if !is_set(other.role_arn) && alltrue([
        for kind in ["aws_lambda_alias", "aws_lambda_function"] : [for named in referenced(other.arn, kind) : named.address] == [for named in referenced(self.arn, kind) : named.address]
      ])
    ]
    has_earlier = try(length(earlier(local.alike, self)) > 0, false)

    groups   = referenced(self.arn, "aws_cloudwatch_log_group")
    policies = resources("aws_cloudwatch_log_resource_policy")
    statements = [
      for statement in flatten([for policy in local.policies : policy_statements(policy.policy_document)]) : statement
      if admits_service(statement, "events") && anytrue([
        for resource in statement.resources : anytrue([
          resource == "*",
          length(local.groups) > 0 && length([for named in referenced(resource, "aws_cloudwatch_log_group") : named if named.address == local.groups[0].address]) > 0,
          try(wildcard_matches(split(":log-group:", resource)[1], "${local.groups[0].name}:log-stream:events"), false),
        ])
      ])
    ]
    group_allows = alltrue([for action in ["logs:CreateLogStream", "logs:PutLogEvents"] : anytrue([for statement in local.statements : allows(statement, action)])])

    # A pattern is for policies, this argument names one rule.
    source   = source_written_in(self.rule, bus_of(self), self)
    rule_arn = strcontains(local.source, "*") ? "\"(ARN of the rule)\"" : local.source
    group    = try(written_in(elements_known(local.groups)[0], "arn", self), null)
    function = try(
      known_text(written_in(elements_known(local.functions)[0], "function_name", self)),
      "\"${known_text(elements_known(local.functions)[0].function_name)}\"",
      "\"(name of the function)\"",
    )
    alias     = try(known_text(written_in(elements_known(local.aliases)[0], "name", self)), "\"${known_text(elements_known(local.aliases)[0].name)}\"", "\"(name of the alias)\"")
    qualifier = length(local.aliases) == 0 ? "" : "\n  qualifier     = ${local.alias}"

    by_role = referenced(self.arn, [
      "aws_batch_job_queue", "aws_codebuild_project", "aws_codepipeline", "aws_ecs_cluster", "aws_kinesis_firehose_delivery_stream", "aws_kinesis_stream",
      "aws_sfn_state_machine",
    ])
    with_role = is_set(self.role_arn)
    # What the role must be allowed to do.
    action = {
      aws_batch_job_queue                  = "batch:SubmitJob"
      aws_codebuild_project                = "codebuild:StartBuild"
      aws_codepipeline                     = "codepipeline:StartPipelineExecution"
      aws_ecs_cluster                      = "ecs:RunTask, and iam:PassRole for the roles of the task"
      aws_kinesis_firehose_delivery_stream = "firehose:PutRecord and firehose:PutRecordBatch"
      aws_kinesis_stream                   = "kinesis:PutRecord"
      aws_sfn_state_machine                = "states:StartExecution"
    }
    kinds = distinct(elements_known(local.by_role)[*].resource_type)

    # What lets EventBridge write to the log groups.
    resource_policy = <<-EOT
      data "aws_iam_policy_document" "${self.resource_name}_events" {
        statement {
          actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          resources = [${local.group == null ? "\"(ARN of ${names(local.groups)}):*\"" : "\"$${${local.group}}:*\""}]

          principals {
            type        = "Service"
            identifiers = ["events.amazonaws.com", "delivery.logs.amazonaws.com"]
          }
        }
      }

      resource "aws_cloudwatch_log_resource_policy" "${self.resource_name}_events" {
        policy_name     = "${self.resource_name}-events"
        policy_document = data.aws_iam_policy_document.${self.resource_name}_events.json
      }
    EOT
  }

  # A disabled rule matches nothing.
  skip = is_of_disabled_rule(self)
  at   = self.arn
  why  = "The console adds such permissions by itself, the API and Terraform do not. The rule matches, the invocation is refused, and nothing fails where anybody looks."

  check "function" {
    severity = "error"
    skip = [
      length(local.functions) == 0,
      local.with_role,
      anytrue([for function in local.functions : exported(function)]),
      is_known(local.has_earlier) ? local.has_earlier : false,
    ]
    require = length(local.fitting) > 0
    message = "${self.address} invokes ${names(length(local.aliases) > 0 ? local.aliases : local.functions)}, which no aws_lambda_permission allows to events.amazonaws.com for this rule"

    also {
      at   = local.permissions
      note = "a permission for EventBridge, but not for this rule or alias"
    }

    fix {
      text   = <<-EOT
        resource "aws_lambda_permission" "${self.resource_name}_events" {
          action        = "lambda:InvokeFunction"
          function_name = ${local.function}${local.qualifier}
          principal     = "events.amazonaws.com"
          source_arn    = ${local.rule_arn}
        }
      EOT
      safety = "unsafe"
      impact = "new-resource"
      note   = "from then on the target is invoked"
    }
  }

  check "log-group" {
    severity = "error"
    skip     = [length(local.groups) == 0, length(local.policies) == 0, local.with_role]
    require  = local.group_allows
    message  = "${self.address} writes to ${names(local.groups)}, but ${names(local.policies)} does not let events.amazonaws.com write there"

    fix {
      text   = local.resource_policy
      safety = "unsafe"
      impact = "new-resource"
      note   = "from then on events arrive"
    }
  }

  check "log-group-elsewhere" {
    severity = "warning"
    skip     = [length(local.groups) == 0, length(local.policies) > 0 && !local.with_role]
    require  = local.group_allows
    message  = "${self.address} writes to ${names(local.groups)}, which no aws_cloudwatch_log_resource_policy here allows to events.amazonaws.com: unless the account has one, no event arrives"

    fix {
      text   = local.resource_policy
      safety = "unsafe"
      impact = "new-resource"
      note   = "from then on events arrive"
    }
  }

  check "role" {
    severity = "error"
    skip     = length(local.by_role) == 0
    require  = local.with_role
    message  = "${self.address} has no role_arn, without which EventBridge cannot start ${names(local.by_role)}"
  }

  fix {
    text   = <<-EOT
      role_arn = aws_iam_role.${self.resource_name}_events.arn

      resource "aws_iam_role" "${self.resource_name}_events" {
        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Principal = { Service = "events.amazonaws.com" }
            Action    = "sts:AssumeRole"
          }]
        })
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "the role needs a policy that allows ${length(local.kinds) == 1 ? local.action[local.kinds[0]] : "what the target asks for"}; from then on the target is started"
  }

  exceptions = [
    "targets that are a literal ARN, and event buses",
    "queues and topics, for which there are rules of their own",
    "targets of rules that are disabled",
    "functions that are invoked with a role",
    "further targets of a rule for a function of which another one is reported",
    "functions that an output hands out, as the permission may be elsewhere",
    "only a warning for a log group where no resource policy is in the configuration, and where a role is given",
  ]
  sources = [
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html",
    "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_event_target",
  ]
}

rule "eventbridge-target-without-dlq" {
  title    = "Events that cannot be delivered are dropped"
  severity = "advice"
  category = "durability"
  scenario = "silent-loss"
  default  = "no dead-letter queue; retries for 24 hours, at most 185 times"

  resource = ["aws_cloudwatch_event_target", "aws_scheduler_schedule"]

  setting "must_run_words" {
    default     = ["billing", "invoice", "invoices", "payment", "payments", "backup", "backups", "close"]
    description = "words in the name of a scheduled function, task or state machine whose run must not be missed"
  }

  locals {
    is_schedule = self.resource_type == "aws_scheduler_schedule"
    target      = local.is_schedule ? self.target[0] : self
    retries     = try(local.target.retry_policy[0].maximum_retry_attempts, null)
    rules       = local.is_schedule ? [] : referenced(self.rule, "aws_cloudwatch_event_rule")
    is_timed    = local.is_schedule || anytrue([for rule in local.rules : is_set(rule.schedule_expression)])
    named = concat(
      [for function in lambda_functions(local.target.arn) : function.function_name],
      [for machine in referenced(local.target.arn, "aws_sfn_state_machine") : machine.name == null ? "" : machine.name],
      flatten([for ecs in(local.is_schedule ? local.target.ecs_parameters : self.ecs_target) : [for task in referenced(ecs.task_definition_arn, "aws_ecs_task_definition") : task.family]]),
    )
    must_run = local.is_timed && anytrue([for name in local.named : has_word(name, setting.must_run_words)])
    # Unknown is not known to be urgent.
    is_urgent = anytrue([for urgent in [local.retries == 0, local.must_run] : is_known(urgent) ? urgent : false])
    reason    = try(local.retries == 0, false) ? "it is not tried again either" : "and the next run is that of the schedule"
  }

  skip = [
    local.is_schedule ? self.state == "DISABLED" : is_of_disabled_rule(self),
    length(referenced(local.target.arn, "aws_cloudwatch_log_group")) > 0,
    source_attribute(local.target.arn) == null ? wildcard_matches("arn:*:logs:*", local.target.arn) : false,
  ]
  require = anytrue([for config in local.target.dead_letter_config : is_set(config.arn)])
  why     = "What a missing permission or a deleted target refuses is not tried again at all, what is throttled is for a day. After that the event is gone, and only the metric FailedInvocations is left of it."

  check "urgent" {
    severity = "warning"
    skip     = !local.is_urgent
    message  = "${self.address} has no dead-letter queue: what cannot be delivered is dropped, ${local.reason}"
  }

  check "other" {
    severity = "advice"
    skip     = local.is_urgent
    message  = "${self.address} has no dead-letter queue: an event that cannot be delivered is dropped after ${try("${local.retries + 0} retries", "a day of retries")}"
  }

  fix {
    text   = <<-EOT
      dead_letter_config {
        arn = aws_sqs_queue.${self.resource_name}_undelivered.arn
      }

      retry_policy {
        maximum_event_age_in_seconds = 3600
        maximum_retry_attempts       = 10
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "needs a standard queue ${local.is_schedule ? "to which the role of the schedule may send" : "whose policy admits events.amazonaws.com"}"
  }

  exceptions = ["targets that are log groups", "rules and schedules that are disabled"]
  sources = [
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html",
    "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html",
    "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-state.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_event_target",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/scheduler_schedule",
  ]
}
