rule "lambda-stream-poison-pill" {
  title    = "A record of a stream that fails blocks its shard, or is lost"
  severity = "error"
  category = "availability"
  scenario = "silent-loss"
  default  = "-1: until the record expires"

  resource        = "aws_lambda_event_source_mapping"
  production_only = true
  first           = true

  locals {
    # Queues have no starting position.
    is_kafka  = is_set(self.topics) || length(self.self_managed_event_source) > 0
    is_stream = is_set(self.starting_position) && !local.is_kafka && length(self.document_db_event_source_config) == 0
    retries   = is_set(self.maximum_retry_attempts) ? self.maximum_retry_attempts : -1
    age       = is_set(self.maximum_record_age_in_seconds) ? self.maximum_record_age_in_seconds : -1
    endless   = local.retries == -1 && local.age == -1
    kept      = anytrue([for destinations in self.destination_config : length(destinations.on_failure) > 0])
    batch     = is_set(self.batch_size) ? self.batch_size : 100
    # For the fix: one record alone cannot be split, Kafka has limits in provisioned mode only, and ends with a destination.
    is_single = is_known(local.batch) && local.batch <= 1
    limits = is_known(local.is_kafka) && local.is_kafka ? "" : local.is_single ? (
      "maximum_retry_attempts        = 5\nmaximum_record_age_in_seconds = 3600"
    ) : "maximum_retry_attempts         = 5\nmaximum_record_age_in_seconds  = 3600\nbisect_batch_on_function_error = true"
    destination = is_known(local.kept) && local.kept ? "" : join("\n", [
      "destination_config {",
      "  on_failure {",
      "    destination_arn = aws_sqs_queue.${self.resource_name}_failed.arn",
      "  }",
      "}",
    ])
  }

  skip = [!local.is_stream && !local.is_kafka, !self.enabled]
  why  = "A batch that fails is tried again until its records expire: after 24 hours by default, after a year where the retention was raised that far. All that comes behind in the same shard waits, and expires in its turn."

  check "endless" {
    require = !local.endless || local.is_kafka && local.kept
    at      = [self.maximum_retry_attempts, self.maximum_record_age_in_seconds]
    message = "${self.address} tries a batch that fails until its records expire, and whatever is behind it waits: neither maximum_retry_attempts nor maximum_record_age_in_seconds sets an end"
  }

  check "lost" {
    require = local.endless || local.kept
    at      = [self.maximum_retry_attempts, self.maximum_record_age_in_seconds]
    message = "${self.address} gives up a batch ${local.retries == -1 ? "that is older than ${local.age} seconds" : "after ${plural(local.retries, "further attempt")}"} and keeps no record of it: there is no on_failure destination"
    why     = "What is given up is read by nobody again. An on_failure destination gets the shard and the sequence numbers of the batch, with which it can be read from the stream while that still has it."

    fix {
      text   = <<-EOT
        destination_config {
          on_failure {
            destination_arn = aws_sqs_queue.${self.resource_name}_failed.arn
          }
        }
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "needs a queue, and sqs:SendMessage on it for the function's role"
    }
  }

  check "bisect" {
    severity = "advice"
    skip     = !local.is_stream
    require  = self.bisect_batch_on_function_error || local.batch <= 1
    at       = self.bisect_batch_on_function_error
    message  = "${self.address} gives up to ${local.batch} records together when one of them fails: nothing splits the batch"
    why      = "A batch is tried again as a whole, and given up as a whole. Split in two each time, it shrinks to the record that fails."

    fix {
      set    = { bisect_batch_on_function_error = true }
      safety = "safe"
      impact = "in-place"
      note   = "records beside the one that fails are processed again with each split"
    }
  }

  check "partial" {
    severity = "advice"
    skip     = !local.is_stream
    require  = contains(self.function_response_types, "ReportBatchItemFailures") || local.batch <= 1
    at       = self.function_response_types
    message  = "${self.address} repeats all of a batch of up to ${local.batch} records when one fails: the function cannot report which one"
    why      = "Records before the one that failed are processed again with each attempt, and what they do is done again: mails are sent twice, amounts are added twice."

    fix {
      set    = { function_response_types = ["ReportBatchItemFailures"] }
      safety = "unsafe"
      impact = "in-place"
      note   = "the function must then return the first sequence number that failed: an empty answer counts as a success of all"
    }
  }

  fix {
    text   = <<-EOT
      ${join("\n\n", compact([local.limits, local.destination]))}
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = local.destination == "" ? "what is given up goes to the destination" : "needs a queue, and sqs:SendMessage on it for the function's role"
  }

  exceptions = ["mappings that are switched off"]
  sources = [
    "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html",
    "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
    "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html",
    "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_event_source_mapping",
  ]
  peers = ["aws_lambda_event_source_mapping_failure_destination"]
}
