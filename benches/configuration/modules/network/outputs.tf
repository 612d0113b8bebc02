output "vpc_id" {
  description = "The id of the VPC."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "The subnets without a route from outside."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "public_subnet_ids" {
  description = "The subnets with a route from and to the internet."
  value       = values(aws_subnet.public)[*].id
}
