rule "sqs-aws-managed-key-with-service-publisher" {
  title    = "Queue is encrypted with a key that the services which send to it may not use"
  severity = "error"
  category = "correctness"
  scenario = "silent-loss"
  default  = "no key: SQS encrypts by itself, which every service can deliver to"

  resource = "aws_sqs_queue"

  locals {
    publishers = queue_publishers(self)
    keys       = customer_keys(self.kms_master_key_id)
    documents  = flatten([for key in local.keys : key_documents(key)])
    refused    = [for publisher in local.publishers : publisher if !key_serves(local.documents, publisher.service)]
  }

  skip    = !is_set(self.kms_master_key_id)
  at      = self.kms_master_key_id
  why     = "SNS, S3 and EventBridge encrypt what they deliver to the queue, and need the key for that. Each delivery fails as an access error and, without a dead-letter queue of the sender, is dropped without a trace; rules that ask for encryption are content."

  check "managed" {
    skip     = !managed_key_alias(self.kms_master_key_id, "sqs")
    require  = length(local.publishers) == 0
    message  = "${self.address} is encrypted with alias/aws/sqs, whose policy nobody can change: what ${names(local.publishers[*].by)} sends is refused"

    also {
      at   = local.publishers[*].by
      note = "sends to the queue"
    }
  }

  check "customer" {
    skip = [
      managed_key_alias(self.kms_master_key_id, "sqs"),
      length(local.keys) == 0,
      # Its policy may be written where the key's id goes.
      length(local.documents) == 0 && anytrue([for key in local.keys : exported(key)]),
    ]
    require  = length(local.refused) == 0
    message  = "${self.address} is encrypted with ${names(local.keys)}, whose policy does not let ${join(" and ", distinct([for publisher in local.refused : "${publisher.service}.amazonaws.com"]))} use it: what ${names(local.refused[*].by)} sends is refused"

    also {
      at   = local.keys[0].policy
      note = "the key's policy"
    }
    also {
      at   = local.refused[*].by
      note = "sends to the queue"
    }
  }

  fix {
    text   = <<-EOT
      sqs_managed_sse_enabled = true # in place of kms_master_key_id
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "or an aws_kms_key with a statement that allows the service kms:GenerateDataKey* and kms:Decrypt, at a monthly fee"
  }

  exceptions = [
    "queues to which only roles of applications, functions or schedules send",
    "keys whose policy is not known",
  ]
  sources = [
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html",
  ]
}

rule "sqs-dlq-not-alarmed" {
  title    = "Nobody is told when messages arrive in the dead-letter queue"
  severity = "warning"
  category = "operability"
  scenario = "silent-loss"
  default  = "no alarm"

  resource = "aws_sqs_queue"

  locals {
    metrics = ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"]
    # A query over all queues.
    queries = [
      for alarm in resources("aws_cloudwatch_metric_alarm") : alarm
      if anytrue([for query in alarm.metric_query : anytrue([for metric in local.metrics : query.expression == null ? false : strcontains(query.expression, metric)])])
    ]
  }

  skip = [
    length(failure_sources(self)) == 0,
    length(event_readers(self)) > 0,
    length(resources("aws_cloudwatch_metric_alarm")) == 0,
    exported(self, "name", "url", "id", "arn"),
    length(local.queries) > 0,
  ]
  require = length(alarms_on(self, "AWS/SQS", local.metrics, "QueueName")) > 0
  message = "${self.address} takes what could not be delivered or processed, and no alarm watches it"
  why     = "A dead-letter queue that nobody looks at is a slower way to lose messages: they are deleted after fourteen days at the latest."

  also {
    at   = failure_sources(self)
    note = "sends here what failed"
  }

  fix {
    text   = <<-EOT
      resource "aws_cloudwatch_metric_alarm" "${self.resource_name}" {
        alarm_name          = "$${${own_address(self)}.name}-not-empty"
        namespace           = "AWS/SQS"
        metric_name         = "ApproximateNumberOfMessagesVisible"
        dimensions          = { QueueName = ${own_address(self)}.name }
        statistic           = "Maximum"
        period              = 60
        evaluation_periods  = 1
        threshold           = 0
        comparison_operator = "GreaterThanThreshold"
        treat_missing_data  = "notBreaching"
        alarm_actions       = ${alarm_actions(self.module, resources("aws_cloudwatch_metric_alarm"))}
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "at the price of one alarm; NumberOfMessagesSent would not do, as it does not count the messages that a redrive policy moves"
  }

  exceptions = [
    "queues that a Lambda function or a pipe drains",
    "queues whose name, URL or ARN is an output or goes to a module that is not on disk",
    "configurations without any alarm, whose alarms live elsewhere",
  ]
  sources = ["https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html"]
}

rule "sqs-dlq-retention-not-longer" {
  title    = "Dead-letter queue keeps messages no longer than the queue they come from"
  severity = "warning"
  category = "durability"
  scenario = "silent-loss"
  default  = "4 days on both"

  resource = "aws_sqs_queue"

  locals {
    maximum = 1209600
    sources = [for queue in redrive_sources(self) : queue if !queue.fifo_queue && queue.message_retention_seconds >= self.message_retention_seconds]
    longest = max(0, [for queue in local.sources : queue.message_retention_seconds]...)
    ours    = "${floor(self.message_retention_seconds / 3600)} hours${is_set(self.message_retention_seconds) ? "" : " (the default)"}"
  }

  skip    = self.fifo_queue
  require = length(local.sources) == 0
  at      = self.message_retention_seconds
  why     = "In a standard queue a message's age counts from its first enqueue, and goes on counting after the move. With four days on both sides, what failed for three days is deleted from the dead-letter queue one day later."

  also {
    at   = [for queue in local.sources : queue.message_retention_seconds]
    note = "the messages come from here"
  }

  check "longer" {
    severity = "warning"
    skip     = local.longest >= local.maximum
    message  = "${self.address} keeps messages for ${local.ours} counted from their first enqueue, no longer than ${names(local.sources)}"
  }

  check "source-at-maximum" {
    severity = "advice"
    skip     = local.longest < local.maximum
    message  = "${self.address} keeps messages for ${local.ours} counted from their first enqueue, no longer than ${names(local.sources)}, which already has the maximum: lower the value there"

    fix {
      text   = <<-EOT
        message_retention_seconds = 604800 # of the source; 1209600 on the dead-letter queue
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "messages that are older are deleted from the source"
    }
  }

  fix {
    set    = { message_retention_seconds = 1209600 }
    safety = "safe"
    impact = "in-place"
    note   = "fourteen days, the maximum"
  }

  exceptions = ["FIFO queues, where the clock starts anew when a message moves"]
  sources = [
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue",
  ]
}

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
