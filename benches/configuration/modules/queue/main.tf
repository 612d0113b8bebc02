resource "aws_sqs_queue" "this" {
  name                       = var.fifo ? "${var.name}.fifo" : var.name
  fifo_queue                 = var.fifo
  visibility_timeout_seconds = var.visibility_timeout
  message_retention_seconds  = 345600

  redrive_policy = var.max_receive_count > 0 ? jsonencode({
    deadLetterTargetArn = one(aws_sqs_queue.dead[*].arn)
    maxReceiveCount     = var.max_receive_count
  }) : null

  tags = var.tags
}

resource "aws_sqs_queue" "dead" {
  count = var.max_receive_count > 0 ? 1 : 0
  name  = "${var.name}-dead${var.fifo ? ".fifo" : ""}"
}

data "aws_iam_policy_document" "send" {
  statement {
    sid       = "Send"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.this.arn]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com", "events.amazonaws.com"]
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.id
  policy    = data.aws_iam_policy_document.send.json
}
