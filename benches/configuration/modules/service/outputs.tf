output "security_group_id" {
  description = "The security group of the tasks."
  value       = aws_security_group.this.id
}

output "role_name" {
  description = "The role of the tasks, to attach policies to."
  value       = aws_iam_role.task.name
}
