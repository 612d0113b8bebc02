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
