rule "kinesis-iterator-age-not-alarmed" {
  title    = "Nobody is told when a reader of a stream falls behind"
  severity = "warning"
  category = "operability"
  scenario = "silent-loss"
  default  = "no alarm"

  resource = "aws_kinesis_stream"

  setting "max_share_of_retention" {
    default     = 0.5
    description = "share of the retention that the age may reach before the alarm"
  }

  locals {
    fan_outs  = referrers(self, "aws_kinesis_stream_consumer", "stream_arn")
    mappings  = concat(referrers(self, "aws_lambda_event_source_mapping", "event_source_arn"), flatten([for fan_out in local.fan_outs : referrers(fan_out, "aws_lambda_event_source_mapping", "event_source_arn")]))
    firehoses = referrers(self, "aws_kinesis_firehose_delivery_stream", "kinesis_source_configuration.kinesis_stream_arn")
    readers   = concat(local.mappings, local.fan_outs, local.firehoses)
    alarms = concat(
      alarms_on(self, "AWS/Kinesis", ["GetRecords.IteratorAgeMilliseconds", "SubscribeToShardEvent.MillisBehindLatest"], "StreamName"),
      flatten([for mapping in local.mappings : [for function in lambda_functions(mapping.function_name) : alarms_on(function, "AWS/Lambda", ["IteratorAge"], "FunctionName")]]),
      flatten([for firehose in local.firehoses : alarms_on(firehose, "AWS/Firehose", ["KinesisMillisBehindLatest"], "DeliveryStreamName")]),
      local.by_name,
    )
    # Functions that are not of this configuration are tied to their alarms by the name alone.
    functions = distinct(flatten([for mapping in local.mappings : lambda_names(mapping.function_name)]))
    by_name = [
      for alarm in resources("aws_cloudwatch_metric_alarm") : alarm
      if anytrue([
        for metric in alarm_metrics(alarm) : metric.namespace == "AWS/Lambda" && metric.metric_name == "IteratorAge" && contains(local.functions, try(metric.dimensions.FunctionName, null))
      ])
    ]
    queried = anytrue([
      for alarm in query_alarms() : anytrue([for query in alarm.metric_query : query.expression == null ? false : has_part(query.expression, "IteratorAge", "MillisBehindLatest")])
    ])
    # For the fix: with enhanced fan-out alone nobody calls GetRecords.
    direct  = concat(referrers(self, "aws_lambda_event_source_mapping", "event_source_arn"), local.firehoses)
    fan_out = try(known_text(length(local.direct) == 0 ? local.fan_outs[0].address : null), "") != "" && local.fan_outs[0].module == self.module ? own_address(local.fan_outs[0]) : ""
    limit   = self.retention_period * 3600000 * setting.max_share_of_retention
    late    = [for alarm in local.alarms : alarm if alarm.threshold == null || !is_set(alarm.metric_name) ? false : alarm.threshold >= local.limit]
  }

  skip = length(local.readers) == 0
  why  = "When the age of the oldest unread record reaches the retention, unread records are deleted. Nothing else says so: producers go on without an error."

  check "none" {
    skip    = [length(resources("aws_cloudwatch_metric_alarm")) == 0, local.queried]
    require = length(local.alarms) > 0
    message = "${self.address} is read by ${names(local.readers)}, and no alarm says when that falls behind"

    also {
      at   = local.readers
      note = "reads the stream"
    }
  }

  check "late" {
    skip    = length(local.alarms) == 0
    require = length(local.late) < length(local.alarms)
    at      = local.late[0].threshold
    message = "${local.late[0].address} rings at an age of ${local.late[0].threshold} ms, where ${self.address} deletes records after ${self.retention_period * 3600000} ms (${self.retention_period} hours): too late to repair anything"

    fix {
      text   = <<-EOT
        threshold = 600000 # ten minutes
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "well below the retention, and above what a deployment takes"
    }
  }

  fix {
    text   = <<-EOT
      resource "aws_cloudwatch_metric_alarm" "${self.resource_name}_age" {
        alarm_name          = "$${${own_address(self)}.name}-iterator-age"
        namespace           = "AWS/Kinesis"
        metric_name         = "${local.fan_out == "" ? "GetRecords.IteratorAgeMilliseconds" : "SubscribeToShardEvent.MillisBehindLatest"}"
        dimensions          = { StreamName = ${own_address(self)}.name${local.fan_out == "" ? "" : ", ConsumerName = ${local.fan_out}.name"} }
        statistic           = "Maximum"
        period              = 60
        evaluation_periods  = 5
        threshold           = 600000
        comparison_operator = "GreaterThanThreshold"
        alarm_actions       = ${alarm_actions(self.module, resources("aws_cloudwatch_metric_alarm"))}
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = local.fan_out == "" ? "each reader with enhanced fan-out has the metric SubscribeToShardEvent.MillisBehindLatest instead" : "one for each of its readers"
  }

  exceptions = [
    "streams without a reader in the configuration",
    "configurations without any alarm, whose alarms live elsewhere",
    "configurations with an alarm on a query of one of these metrics",
  ]
  sources = [
    "https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html",
    "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
  ]
}

rule "kinesis-overkill" {
  title    = "Stream of one shard with one reader does a queue's work"
  severity = "advice"
  category = "cost"
  scenario = "bill-shock"

  resource = "aws_kinesis_stream"

  locals {
    readers       = event_readers(self)
    reading_roles = flatten([for reader in local.readers : reader.resource_type == "aws_pipes_pipe" ? referenced(reader.role_arn, "aws_iam_role") : flatten([for function in lambda_functions(reader.function_name) : referenced(function.role, "aws_iam_role")])])
    # Policies that let somebody else read.
    foreign = [
      for policy in policies_allowing(self, ["kinesis:GetRecords", "kinesis:SubscribeToShard"]) : policy
      if !anytrue([for role in roles_of_policy(policy) : contains([for own in local.reading_roles : own.address], role.address)])
    ]
    others = concat(
      referrers(self, "aws_kinesis_firehose_delivery_stream", "kinesis_source_configuration.kinesis_stream_arn"),
      referrers(self, "aws_kinesis_stream_consumer", "stream_arn"),
      referrers(self, ["aws_kinesis_analytics_application", "aws_kinesisanalyticsv2_application"]),
      referrers(self, "aws_kinesis_resource_policy", "resource_arn"),
    )
    fed_by_services = concat(
      referrers(self, "aws_dynamodb_kinesis_streaming_destination", "stream_arn"),
      referrers(self, "aws_cloudwatch_log_subscription_filter", "destination_arn"),
      referrers(self, "aws_cloudwatch_log_destination", "target_arn"),
      referrers(self, "aws_dms_endpoint", "kinesis_settings.stream_arn"),
    )
  }

  skip = [
    anytrue([for mode in self.stream_mode_details : mode.stream_mode != "PROVISIONED"]),
    self.shard_count == null ? true : self.shard_count != 1,
    self.retention_period != 24,
    length(local.others) > 0,
    length(local.fed_by_services) > 0,
    length(local.foreign) > 0,
    exported(self, "arn"),
  ]
  require = length(local.readers) != 1
  at      = self.shard_count
  message = "${self.address} pays for one shard round the clock so that ${names(local.readers)} alone reads it: a queue would do"
  why     = "A stream brings checkpoints, shards that one bad record blocks, and records that expire. With one reader, no replay and little volume a queue gives the same by the request, with retries and a dead-letter queue."

  also {
    at   = local.readers
    note = "the only reader"
  }

  fix {
    text   = <<-EOT
      resource "aws_sqs_queue" "events" {
        name                       = "events"
        visibility_timeout_seconds = 180
        redrive_policy = jsonencode({
          deadLetterTargetArn = aws_sqs_queue.events_dlq.arn
          maxReceiveCount     = 5
        })
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "producers and the consumer change; keep the stream if a second reader, replay or order by key is planned"
  }

  exceptions = [
    "streams with a second reader, a Firehose, an analytics application or a policy that lets others read",
    "streams that DynamoDB, CloudWatch Logs or DMS write to",
    "streams whose ARN is an output",
    "streams with a longer retention than a day, which are kept for replay",
  ]
  sources = [
    "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
  ]
}

rule "kinesis-retention-default" {
  title    = "Stream keeps records for too short a time to repair a consumer"
  severity = "advice"
  category = "durability"
  scenario = "silent-loss"
  default  = "24 hours"

  resource = "aws_kinesis_stream"

  setting "min_hours" {
    default     = 72
    description = "hours that records must be kept at least: a weekend, and the time to repair"
  }

  locals {
    mappings   = referrers(self, "aws_lambda_event_source_mapping", "event_source_arn")
    firehoses  = referrers(self, "aws_kinesis_firehose_delivery_stream", "kinesis_source_configuration.kinesis_stream_arn")
    others     = concat(event_readers(self), referrers(self, "aws_kinesis_stream_consumer", "stream_arn"))
    is_stored  = length(local.firehoses) > 0 && length(local.others) == 0 && alltrue([for firehose in local.firehoses : keeps_all_in_s3(firehose)])
    has_lambda = is_known(length(local.mappings) > 0) ? length(local.mappings) > 0 : false
  }

  skip    = local.is_stored
  require = self.retention_period >= setting.min_hours
  at      = self.retention_period
  message = "${self.address} keeps records for ${self.retention_period} hours${is_set(self.retention_period) ? "" : ", the default"}: what a consumer has not read by then is lost"
  why     = "A consumer that breaks on Friday evening has lost the first records a day later, before anybody is back to repair it. Until a consumer has stored it, the stream holds the only copy."

  check "function" {
    severity = "warning"
    skip     = !local.has_lambda
  }

  check "other" {
    severity = "advice"
    skip     = local.has_lambda
  }

  fix {
    set    = { retention_period = 168 }
    safety = "safe"
    impact = "in-place"
    note   = "more than a day is billed by shard hour, or by gigabyte on demand"
  }

  exceptions = ["streams that only feed a Firehose which keeps all records in S3"]
  sources = [
    "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kinesis_stream",
  ]
}
