# Who may do what, by the policies of this configuration.

function "allows" {
  params      = [statement, action]
  description = "Whether a statement of a policy allows an action, whatever its conditions."
  value       = statement.effect == "Allow" && anytrue([for pattern in statement.actions : action_matches(pattern, action)])
}

function "policies_allowing" {
  params      = [resource, actions]
  description = "The identity policies that name the resource and allow one of the actions on it."
  value = [
    for policy in referrers(resource, ["aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"], "policy") : policy
    if anytrue([
      for statement in policy_statements(policy.policy) :
      anytrue([for action in actions : allows(statement, action)]) && contains(
        [for named in referenced(statement.resources, resource.resource_type) : named.address],
        resource.address,
      )
    ])
  ]
}

function "roles_of_policy" {
  params      = [policy]
  description = "The roles that have the policy."
  value = policy.resource_type == "aws_iam_role_policy" ? referenced(policy.role, "aws_iam_role") : concat(
    flatten([for attachment in referrers(policy, "aws_iam_role_policy_attachment", "policy_arn") : referenced(attachment.role, "aws_iam_role")]),
    flatten([for attachment in referrers(policy, "aws_iam_policy_attachment", "policy_arn") : referenced(attachment.roles, "aws_iam_role")]),
    referrers(policy, "aws_iam_role", "managed_policy_arns"),
  )
}

function "users_of_role" {
  params      = [role]
  description = "The compute resources that run under the role."
  value = concat(
    referrers(role, "aws_lambda_function", "role"),
    referrers(role, "aws_ecs_task_definition", "task_role_arn"),
    referrers(role, "aws_eks_pod_identity_association", "role_arn"),
    referrers(role, "aws_apprunner_service", "instance_configuration.instance_role_arn"),
    referrers(role, "aws_batch_job_definition", "container_properties"),
    flatten([
      for profile in referrers(role, "aws_iam_instance_profile", "role") :
      referrers(profile, ["aws_instance", "aws_launch_template", "aws_launch_configuration"], ["iam_instance_profile", "iam_instance_profile.arn", "iam_instance_profile.name"])
    ]),
  )
}
