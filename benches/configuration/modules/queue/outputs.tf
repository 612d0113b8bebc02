output "arn" {
  description = "The ARN, for policies."
  value       = aws_sqs_queue.this.arn
}
