rule "sqs-no-dead-letter-queue" {
  title    = "Queue has no dead-letter queue"
  severity = "warning"
  category = "durability"
  scenario = "silent-loss"
  default  = "none: a message that fails is delivered again until it expires"

  resource = "aws_sqs_queue"

  setting "short_lived_seconds" {
    default     = 3600
    description = "messages that are kept no longer than this are notices of the moment, for which nobody needs a second queue"
  }
  setting "order_tag" {
    default     = "order"
    description = "a tag with this word in its key or value says that a FIFO queue must never skip a message"
  }

  locals {
    readers = concat(
      event_readers(self),
      flatten([
        for policy in policies_allowing(self, ["sqs:ReceiveMessage"]) : [
          for role in roles_of_policy(policy) : users_of_role(role)
        ]
      ]),
    )
    # An unseen reader is no visible one.
    is_read   = is_known(length(local.readers) > 0) ? length(local.readers) > 0 : false
    is_strict = self.fifo_queue && anytrue([for key, value in tags(self) : has_word("${key} ${value}", setting.order_tag)])
    names     = [self.name == null ? "" : self.name, self.name_prefix == null ? "" : self.name_prefix]
  }

  skip = [
    is_failure_destination(self),
    anytrue([
      for name in local.names : anytrue([
        for pattern in ["*dlq*", "*deadletter*", "*dead-letter*", "*dead_letter*"] : wildcard_matches(pattern, lower(name))
      ])
    ]),
    self.message_retention_seconds <= setting.short_lived_seconds,
  ]
  require = has_redrive_policy(self)
  why     = "A message that always fails comes back after every visibility timeout, four days long by default: it burns invocations, stops its whole group in a FIFO queue, and is then deleted without a trace of what it was."

  check "read" {
    severity = "warning"
    skip     = [!local.is_read, local.is_strict]
    message  = "${self.address} has nowhere to put what ${try(local.readers[0].address, "its consumer")} cannot process: a failing message is delivered again until it expires after ${floor(self.message_retention_seconds / 3600)} hours"

    also {
      at   = local.readers
      note = "reads the queue"
    }
  }

  check "not-read" {
    severity = "advice"
    skip     = local.is_read && !local.is_strict
    message  = "${self.address} has no redrive policy: a message that cannot be processed is delivered again until it expires after ${floor(self.message_retention_seconds / 3600)} hours"
  }

  fix {
    text   = <<-EOT
      redrive_policy = jsonencode({
        deadLetterTargetArn = aws_sqs_queue.${self.resource_name}_dlq.arn
        maxReceiveCount     = 5
      })
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "needs a second queue (FIFO for a FIFO queue), which costs nothing while it is empty; keep its messages longer than this queue's and set an alarm on it"
  }

  exceptions = [
    "queues that are themselves a dead-letter queue or a failure destination, or are named like one",
    "queues that keep messages for an hour or less",
    "only advice where no consumer is in sight, or where a tag of a FIFO queue says that its order must never be broken",
  ]
  sources = [
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue",
  ]
}

rule "sqs-visibility-timeout-below-lambda-timeout" {
  title    = "Queue shows a message again while the Lambda function still works on it"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "30 seconds; a function may run for 3 seconds"

  resource = "aws_sqs_queue"

  locals {
    function = each.value.function
    ours     = "${self.visibility_timeout_seconds} seconds${is_set(self.visibility_timeout_seconds) ? "" : " (the default)"}"
    theirs   = "${local.function.timeout} seconds${is_set(local.function.timeout) ? "" : " (the default)"}"
    window   = each.value.mapping.maximum_batching_window_in_seconds == null ? 0 : each.value.mapping.maximum_batching_window_in_seconds
  }

  for_each = flatten([
    for mapping in referrers(self, "aws_lambda_event_source_mapping", "event_source_arn") : [
      for function in lambda_functions(mapping.function_name) : { mapping = mapping, function = function }
    ]
  ])
  require = self.visibility_timeout_seconds >= local.function.timeout
  at      = self.visibility_timeout_seconds
  message = "${self.address} hides a received message for ${local.ours}, less than ${local.function.address} may work on it: ${local.theirs}"
  why     = "Lambda refuses to create such a mapping. Where the mapping exists already and only the function's timeout is raised nothing fails, but each slow message becomes visible while it is being processed, and is processed twice."

  also {
    at   = local.function.timeout
    note = "the function's timeout"
  }
  also {
    at   = each.value.mapping
    note = "the mapping"
  }

  fix {
    set    = { visibility_timeout_seconds = 6 * local.function.timeout + local.window }
    safety = "safe"
    impact = "in-place"
    note   = "AWS advises six times the function's timeout plus the batching window"
  }

  exceptions = ["functions and queues that are known by a literal ARN or a data source only"]
  sources = [
    "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue",
    "https://github.com/hashicorp/terraform-provider-aws/issues/18099",
  ]
}
