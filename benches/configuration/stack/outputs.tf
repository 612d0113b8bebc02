output "vpc_id" {
  value = module.network.vpc_id
}

output "bucket_arns" {
  description = "The buckets' ARNs, by purpose."
  value       = { for purpose, bucket in module.bucket : purpose => bucket.arn }
}

output "database" {
  value     = module.database.endpoint
  sensitive = true
}

output "private_subnet_ids" {
  description = "The subnets that other stacks may put their tasks in."
  value       = module.network.private_subnet_ids
}

output "public_subnet_ids" {
  description = "The subnets for what must be reached from the internet, which is seldom wanted."
  value       = module.network.public_subnet_ids
}

output "cluster_arn" {
  description = "The cluster, for the pipelines that deploy to it."
  value       = aws_ecs_cluster.this.arn
}

output "service_security_groups" {
  description = "The security groups of the services, by name, for rules of other stacks."
  value       = { for name, service in module.service : name => service.security_group_id }
}

output "service_roles" {
  description = "The roles of the services, by name, for policies of other stacks."
  value       = { for name, service in module.service : name => service.role_name }
}

output "environment" {
  description = "Which of the environments this is."
  value       = var.environment
}

output "region" {
  description = "The region of everything but the certificates of the distribution."
  value       = var.region
}
