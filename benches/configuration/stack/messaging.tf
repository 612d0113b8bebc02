# Work that may wait. The consumer reads in batches; what it cannot handle comes back after the visibility timeout and
# ends in the dead-letter queue, from where it is replayed by hand.
module "queue_0" {
  source = "../../modules/queue"

  name              = "${local.name}-jobs-0"
  max_receive_count = local.is_production ? 5 : 0
  tags              = local.tags
}

resource "aws_sns_topic" "events_0" {
  name = "${local.name}-events-0"
}

resource "aws_sns_topic_subscription" "events_0" {
  topic_arn = aws_sns_topic.events_0.arn
  protocol  = "sqs"
  endpoint  = module.queue_0.arn

  # What the queue refuses is kept as well.
  redrive_policy = jsonencode({ deadLetterTargetArn = module.queue_0.arn })
}

resource "aws_cloudwatch_log_group" "consumer_0" {
  name              = "/aws/lambda/${local.name}-consumer-0"
  retention_in_days = 30
}

resource "aws_lambda_function" "consumer_0" {
  function_name = "${local.name}-consumer-0"
  role          = aws_iam_role.consumer_0.arn
  runtime       = "python3.12"
  handler       = "consumer.handle"
  filename      = "${path.module}/consumer.zip"
  timeout       = 30

  environment {
    variables = {
      LOG_LEVEL = "info"
      TABLE     = "${local.name}-index-0"
      TOPIC     = aws_sns_topic.events_0.arn
    }
  }

  # Else the function makes the group first, and keeps its logs for ever.
  depends_on = [aws_cloudwatch_log_group.consumer_0]
}

# Errors are looked at in the morning, throttles at once: messages come back, but late.
resource "aws_cloudwatch_metric_alarm" "consumer_0" {
  for_each = { Errors = 10, Throttles = 1 }

  alarm_name          = "${local.name}-consumer-0-${lower(each.key)}"
  alarm_description   = "The consumer of part 0 does not keep up; see the runbook"
  namespace           = "AWS/Lambda"
  metric_name         = each.key
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions

  dimensions = {
    FunctionName = aws_lambda_function.consumer_0.function_name
  }
}

resource "aws_lambda_event_source_mapping" "consumer_0" {
  event_source_arn = module.queue_0.arn
  function_name    = aws_lambda_function.consumer_0.arn
  batch_size       = 10
}

resource "aws_iam_role" "consumer_0" {
  name               = "${local.name}-consumer-0"
  assume_role_policy = data.aws_iam_policy_document.consumer_0.json
}

data "aws_iam_policy_document" "consumer_0" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}
