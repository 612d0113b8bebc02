# Who may do what, by the policies of this configuration.

function "allows" {
  params      = [statement, action]
  description = "Whether a statement of a policy allows an action, whatever its conditions."
  value = statement.effect == "Allow" && (
    anytrue([for pattern in statement.actions : action_matches(pattern, action)]) ||
    (length(statement.not_actions) > 0 && !anytrue([for pattern in statement.not_actions : action_matches(pattern, action)]))
  )
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

function "grants_service" {
  params      = [statements, action, service]
  description = "Whether statements of a resource policy let a service do something, as named by its principal or by `*`; conditions are not judged."
  value       = anytrue([for statement in statements : allows(statement, action) && admits_service(statement, service)])
}

function "admits_service" {
  params      = [statement, service]
  description = "Whether the principals of a statement include a service, such as `sns`, or everybody."
  value       = anytrue([for principal in statement.principals : principal.id == "*" || (principal.type == "Service" && wildcard_matches("${service}.*amazonaws.com*", principal.id))])
}

function "admits_source" {
  params      = [statement, source, instances]
  description = "Whether the conditions of a statement on aws:SourceArn let a source through, which is one of these instances or, where there are none, an ARN."
  value = alltrue([
    for condition in statement.conditions : lower(condition.key) != "aws:sourcearn" || strcontains(lower(condition.test), "not") ? true : anytrue([
      for value in condition.values : length(instances) == 0 ? wildcard_matches(value, source) : names_source(value, instances)
    ])
  ])
}

function "names_source" {
  params      = [value, instances]
  description = "Whether a value, perhaps a pattern, is the ARN of one of the instances, which are rules or topics. A text is compared by how it ends."
  value = length(referenced(value, "aws_cloudwatch_event_rule", "aws_sns_topic")) > 0 ? anytrue([
    for named in referenced(value, "aws_cloudwatch_event_rule", "aws_sns_topic") : contains([for instance in instances : instance.address], named.address)
    ]) : anytrue([
    for instance in instances : anytrue([
      wildcard_matches("*:${instance.name}", value),
      wildcard_matches("*/${instance.name}", value),
      wildcard_matches(reverse(split("/", reverse(split(":", value))[0]))[0], instance.name),
    ])
  ])
}

function "managed_key_alias" {
  params      = [key, service]
  description = "Whether a key is the one that AWS manages for a service, such as `sns`: by alias, by its ARN, or read by a data source."
  value = anytrue([
    length(referenced(key, "aws_kms_key", "aws_kms_alias")) > 0 ? false : try(endswith(key, "alias/aws/${service}"), false),
    anytrue([
      for source in referenced(key) : contains(["aws_kms_alias", "aws_kms_key"], source.resource_type) && source.kind == "data" ? anytrue([
        try(source.name == "alias/aws/${service}", false),
        try(source.key_id == "alias/aws/${service}", false),
      ]) : false
    ]),
  ])
}

function "customer_keys" {
  params      = [key]
  description = "The keys of this configuration that a key argument means, through an alias too."
  value = concat(
    referenced(key, "aws_kms_key"),
    flatten([for alias in referenced(key, "aws_kms_alias") : referenced(alias.target_key_id, "aws_kms_key")]),
  )
}

function "key_documents" {
  params      = [key]
  description = "The policies of a key that are written here; without any it has the default policy."
  value = concat(
    is_set(key.policy) ? [key.policy] : [],
    [for policy in referrers(key, "aws_kms_key_policy", "key_id") : policy.policy],
  )
}

function "key_serves" {
  params      = [documents, service]
  description = "Whether key policies let a service encrypt what it sends."
  value = alltrue([
    for action in ["kms:GenerateDataKey", "kms:Decrypt"] : anytrue([for document in documents : grants_service(policy_statements(document), action, service)])
  ])
}
