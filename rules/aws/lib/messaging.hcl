# Queues, streams and what is tied to them.

function "is_failure_destination" {
  params      = [queue]
  description = "Whether the queue takes what others could not process or deliver: messages of another queue, events, invocations."
  value       = is_set(queue.redrive_allow_policy) || length(failure_sources(queue)) > 0 || length(referrers(queue, "aws_sqs_queue_redrive_allow_policy", "queue_url")) > 0
}

function "failure_sources" {
  params      = [queue]
  description = "What sends to the queue that which failed."
  value = concat(
    referrers(queue, ["aws_sqs_queue", "aws_sqs_queue_redrive_policy", "aws_sns_topic_subscription"], "redrive_policy"),
    referrers(queue, "aws_lambda_function", "dead_letter_config.target_arn"),
    referrers(queue, "aws_lambda_event_source_mapping", "destination_config.on_failure.destination_arn"),
    referrers(queue, "aws_lambda_function_event_invoke_config", "destination_config.on_failure.destination"),
    referrers(queue, "aws_cloudwatch_event_target", "dead_letter_config.arn"),
    referrers(queue, "aws_scheduler_schedule", "target.dead_letter_config.arn"),
    referrers(queue, "aws_pipes_pipe", [
      "source_parameters.dynamodb_stream_parameters.dead_letter_config.arn",
      "source_parameters.kinesis_stream_parameters.dead_letter_config.arn",
    ]),
  )
}

function "has_redrive_policy" {
  params      = [queue]
  description = "Whether messages of the queue move to another one after a number of failures."
  value       = is_text(queue.redrive_policy) || length(referrers(queue, "aws_sqs_queue_redrive_policy", "queue_url")) > 0
}

function "is_text" {
  params      = [value]
  description = "Whether a text is set and, where it is known, not empty."
  value       = is_set(value) && (is_known(value) ? value != "" : true)
}

function "event_readers" {
  params      = [source]
  description = "The Lambda mappings and pipes that read a queue or stream."
  value = concat(
    referrers(source, "aws_lambda_event_source_mapping", "event_source_arn"),
    referrers(source, "aws_pipes_pipe", "source"),
  )
}

function "redrive_sources" {
  params      = [queue]
  description = "The queues whose failed messages move to this one."
  value = concat(
    referrers(queue, "aws_sqs_queue", "redrive_policy"),
    flatten([for policy in referrers(queue, "aws_sqs_queue_redrive_policy", "redrive_policy") : referenced(policy.queue_url, "aws_sqs_queue")]),
  )
}

function "queue_documents" {
  params      = [queue]
  description = "The access policies of a queue."
  value = concat(
    is_text(queue.policy) ? [queue.policy] : [],
    [for policy in referrers(queue, "aws_sqs_queue_policy", "queue_url") : policy.policy],
  )
}

function "queue_publishers" {
  params      = [queue]
  description = "What delivers to a queue as the service itself, as objects of `service`, `by` and `source`, the argument that names who the service acts for."
  value = concat(
    [for subscription in referrers(queue, "aws_sns_topic_subscription", "endpoint") : { service = "sns", by = subscription, source = subscription.topic_arn } if subscription.protocol == "sqs"],
    [for subscription in referrers(queue, "aws_sns_topic_subscription", "redrive_policy") : { service = "sns", by = subscription, source = subscription.topic_arn }],
    [for target in referrers(queue, "aws_cloudwatch_event_target", "arn") : { service = "events", by = target, source = target.rule } if !is_of_disabled_rule(target)],
    [for target in referrers(queue, "aws_cloudwatch_event_target", "dead_letter_config.arn") : { service = "events", by = target, source = target.rule } if !is_of_disabled_rule(target)],
    [for notification in referrers(queue, "aws_s3_bucket_notification", "queue.queue_arn") : { service = "s3", by = notification, source = notification.bucket }],
  )
}

function "topic_documents" {
  params      = [topic]
  description = "The access policies of a topic that are written here; without any it has the default policy."
  value = concat(
    is_text(topic.policy) ? [topic.policy] : [],
    [for policy in referrers(topic, "aws_sns_topic_policy", "arn") : policy.policy],
  )
}

function "topic_publishers" {
  params      = [topic]
  description = "What publishes to a topic as the service itself, as objects of `service`, the name of its principal, and `by`."
  value = flatten([
    for service, uses in {
      cloudwatch = referrers(topic, ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"], ["alarm_actions", "ok_actions", "insufficient_data_actions"])
      events     = [for target in referrers(topic, "aws_cloudwatch_event_target", "arn") : target if !is_of_disabled_rule(target)]
      s3         = referrers(topic, "aws_s3_bucket_notification", "topic.topic_arn")
      budgets    = referrers(topic, "aws_budgets_budget", "notification.subscriber_sns_topic_arns")
      costalerts = referrers(topic, "aws_ce_anomaly_subscription", "subscriber.address")
    } : [for use in uses : { service = service, by = use }]
  ])
}

function "principals_of" {
  params      = [publishers, otherwise]
  description = "The principals of what publishes to a topic, as a text; where there may be more, the one that is certain, else the text given for it."
  value = (
    is_known(length(publishers))
    ? join(" and ", distinct([for publisher in publishers : "${publisher.service}.amazonaws.com"]))
    : try(known_text("${publishers[0].service}.amazonaws.com"), otherwise)
  )
}

function "publish_or_publishes" {
  params      = [senders]
  description = "The verb for what these do."
  value       = is_known(length(senders)) && length(distinct(senders)) == 1 ? "publishes" : "publish"
}

function "is_of_disabled_rule" {
  params      = [target]
  description = "Whether the rule of an EventBridge target is one of this configuration that is disabled, and matches nothing."
  value = anytrue([
    for rule in referenced(target.rule, "aws_cloudwatch_event_rule") : is_known(rule) ? rule.state == "DISABLED" || rule.is_enabled == false : false
  ])
}

function "sends_by_role" {
  params      = [sender, queue]
  description = "Whether an EventBridge target sends to a queue with a role. It has none for its dead-letter queue."
  value = sender.resource_type == "aws_cloudwatch_event_target" ? is_set(sender.role_arn) && !contains(
    [for named in referenced(sender.dead_letter_config, "aws_sqs_queue") : named.address],
    queue.address,
  ) : false
}

function "publishes_by_role" {
  params      = [publisher]
  description = "Whether an EventBridge target publishes with a role."
  value       = publisher.resource_type == "aws_cloudwatch_event_target" ? is_set(publisher.role_arn) : false
}

# What is printed in fixes.

function "written_in" {
  params      = [instance, attribute, reader]
  description = "How an attribute of a resource is written in the module of another one; null where that is not the resource's own module."
  value = instance.module != reader.module ? null : strcontains(trimprefix(instance.address, "${instance.module}."), "[*]") ? (
    "one([for each in ${trimprefix(instance.block_address, "${instance.module}.")} : each.${attribute}])"
  ) : "${trimprefix(instance.address, "${instance.module}.")}.${attribute}"
}

function "source_written_in" {
  params      = [source, bus, reader]
  description = "The ARN of a topic or a rule as a list of aws:SourceArn in a module names it: by a reference, as it is, or as a pattern with its name. For a topic the bus is null, for a rule `*` where it is not known."
  value = try(
    known_text(written_in(elements_known(referenced(source, ["aws_sns_topic", "aws_cloudwatch_event_rule"]))[0], "arn", reader)),
    source_as_pattern(known_text(elements_known(referenced(source, ["aws_sns_topic", "aws_cloudwatch_event_rule"]))[0].name), bus),
    source_as_pattern(known_text(source), bus),
    "\"(ARN of ${elements_known(referenced(source, ["aws_sns_topic", "aws_cloudwatch_event_rule"]))[0].address})\"",
    "\"(ARN of the ${bus == null ? "topic" : "rule"})\"",
  )
}

function "source_as_pattern" {
  params      = [name, bus]
  description = "A pattern in quotes for the ARN of a topic, or of a rule where the bus is not null, from its ARN or name."
  value = (
    startswith(name, "arn:") ? "\"${name}\"" :
    bus == null ? "\"arn:aws:sns:*:*:${name}\"" :
    "\"arn:aws:events:*:*:rule/${bus == "default" ? "" : "${reverse(split("/", bus))[0]}/"}${name}\""
  )
}

function "bus_of" {
  params      = [target]
  description = "The event bus of an EventBridge target, `*` where it is not known."
  value       = is_known(target.event_bus_name) ? coalesce(target.event_bus_name, "default") : "*"
}

function "known_text" {
  params      = [text]
  description = "A text that is known; of another one an error, for try()."
  value       = is_known(text) && text != null ? text : tobool("not known")
}

function "in_text" {
  params      = [expression]
  description = "An expression of HCL as it stands in a text between quotes; an error for null, for try()."
  value       = can(regex("^\"[^\"]*\"$", expression)) ? trimsuffix(trimprefix(expression, "\""), "\"") : "$${${known_text(expression)}}"
}

function "keeps_all_in_s3" {
  params      = [firehose]
  description = "Whether a delivery stream writes every record to S3, as its destination or as a backup."
  value = anytrue([
    contains(["extended_s3", "s3"], firehose.destination),
    anytrue([
      for mode in concat(
        firehose.elasticsearch_configuration[*].s3_backup_mode,
        firehose.http_endpoint_configuration[*].s3_backup_mode,
        firehose.iceberg_configuration[*].s3_backup_mode,
        firehose.opensearch_configuration[*].s3_backup_mode,
        firehose.opensearchserverless_configuration[*].s3_backup_mode,
        firehose.redshift_configuration[*].s3_backup_mode,
        firehose.snowflake_configuration[*].s3_backup_mode,
        firehose.splunk_configuration[*].s3_backup_mode,
      ) : mode == null ? false : contains(["AllData", "AllDocuments", "AllEvents", "Enabled"], mode)
    ]),
  ])
}
