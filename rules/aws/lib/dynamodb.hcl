function "is_lock_table" {
  params      = [table]
  description = "Whether a DynamoDB table only holds the locks of Terraform states."
  value       = table.hash_key == "LockID" && table.range_key == null && length(table.global_secondary_index) == 0 && length(table.local_secondary_index) == 0
}

function "dynamodb_targets" {
  params      = [table]
  description = "The targets of Application Auto Scaling for a DynamoDB table and its indexes."
  value = [
    for target in candidates(resources("aws_appautoscaling_target"), scaling_targets_by("aws_dynamodb_table"), [table.address, try("table/${known_text(table.name)}", "*")]) : target
    if target.service_namespace == "dynamodb" && (
      length(referenced(target.resource_id, "aws_dynamodb_table")) > 0
      ? anytrue([for named in referenced(target.resource_id, "aws_dynamodb_table") : same(named, table)])
      : target.resource_id == "table/${table.name}" || startswith(target.resource_id, "table/${table.name}/index/")
    )
  ]
}

function "is_scaled" {
  params      = [target]
  description = "Whether a policy or a schedule moves a target of Application Auto Scaling."
  value = (
    length(referrers(target, ["aws_appautoscaling_policy", "aws_appautoscaling_scheduled_action"], "resource_id")) > 0
    || anytrue([
      for mover in resources("aws_appautoscaling_policy", "aws_appautoscaling_scheduled_action") :
      mover.resource_id == target.resource_id && mover.scalable_dimension == target.scalable_dimension
    ])
  )
}
