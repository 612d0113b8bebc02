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
