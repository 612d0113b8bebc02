output "arn" {
  value = aws_sqs_queue.this.arn
}
