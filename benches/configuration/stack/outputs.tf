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
