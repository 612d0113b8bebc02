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
    [for target in referrers(queue, "aws_cloudwatch_event_target", "arn") : { service = "events", by = target, source = target.rule }],
    [for target in referrers(queue, "aws_cloudwatch_event_target", "dead_letter_config.arn") : { service = "events", by = target, source = target.rule }],
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
      events     = referrers(topic, "aws_cloudwatch_event_target", "arn")
      s3         = referrers(topic, "aws_s3_bucket_notification", "topic.topic_arn")
      budgets    = referrers(topic, "aws_budgets_budget", "notification.subscriber_sns_topic_arns")
      costalerts = referrers(topic, "aws_ce_anomaly_subscription", "subscriber.address")
    } : [for use in uses : { service = service, by = use }]
  ])
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
