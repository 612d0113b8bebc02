# Who makes log groups that nobody declares.

function "role_documents" {
  params      = [role]
  description = "The policies of a role that are written in this configuration, its inline ones included; open where there may be others. AWS managed policies are in `role_managed_names()`."
  value = concat(
    [for policy in referrers(role, "aws_iam_role_policy", "role") : policy.policy],
    [for inline in role.inline_policy : inline.policy if is_set(inline.policy)],
    flatten([for arn in role_policy_arns(role) : [for policy in referenced(arn, "aws_iam_policy") : policy.kind == "resource" ? policy.policy : unseen("what ${policy.address} allows")]]),
  )
}

function "role_managed_names" {
  params      = [role]
  description = "The names of the policies that are attached to a role by an ARN which is written out, such as `AWSLambdaBasicExecutionRole`."
  value       = [for arn in role_policy_arns(role) : reverse(split("/", arn))[0] if length(referenced(arn, "aws_iam_policy")) == 0]
}

function "role_policy_arns" {
  params      = [role]
  description = "The ARNs of the policies that are attached to a role."
  value = concat(
    [for attachment in referrers(role, "aws_iam_role_policy_attachment", "role") : attachment.policy_arn],
    [for attachment in referrers(role, "aws_iam_policy_attachment", "roles") : attachment.policy_arn],
    role.managed_policy_arns == null ? [] : role.managed_policy_arns,
  )
}

function "makes_log_groups" {
  params      = [role]
  description = "Whether a policy of a role allows logs:CreateLogGroup. Of AWS managed policies those are known that functions usually have."
  value = anytrue(concat(
    [for document in role_documents(role) : anytrue([for statement in policy_statements(document) : allows(statement, "logs:CreateLogGroup")])],
    [
      for name in role_managed_names(role) : name == "AWSXRayDaemonWriteAccess" ? false
      : contains(["AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole"], name) ? true : unseen("what ${name} allows")
    ],
  ))
}

function "writes_log_events" {
  params      = [role]
  description = "Whether a policy of a role that is written in this configuration allows logs:PutLogEvents."
  value = anytrue([
    for document in role_documents(role) : anytrue([for statement in policy_statements(document) : allows(statement, "logs:PutLogEvents")])
  ])
}

function "declares_log_group" {
  params      = [call, names]
  description = "Whether a module call with an argument for a name gives one of these log groups to a module; unknown where the module is about log groups and the name is not known."
  value = anytrue([
    for argument in [call.name, call.names, call.log_group_name, call.log_group_names, call.log_groups, call.cloudwatch_log_group_name, call.cloudwatch_log_groups] :
    argument == null ? false : has_part(lower(call.source), "log-group", "log_group", "loggroup") || is_known(argument) ? anytrue([for name in names : strcontains(jsonencode(argument), name)]) : false
  ])
}
