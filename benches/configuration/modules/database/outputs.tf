output "endpoint" {
  description = "Host and port to connect to."
  value       = aws_db_instance.this.endpoint
}

output "password" {
  description = "The password of the user `app`."
  value       = random_password.master.result
  sensitive   = true
}
