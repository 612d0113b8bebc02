# IAM roles for service accounts of Kubernetes.

function "web_identity_statements" {
  params      = [role]
  description = "The statements of a role's trust policy by which tokens of an OIDC provider assume it."
  value = trusts_no_provider(role) ? [] : [
    for statement in policy_statements(role.assume_role_policy) : statement
    if statement.effect == "Allow" && anytrue([for action in statement.actions : action_matches(action, "sts:AssumeRoleWithWebIdentity")]) && length(federated_ids(statement)) > 0
  ]
}

function "trusts_no_provider" {
  params      = [role]
  description = "Whether a role's trust policy names no identity provider, which shows before it is decoded. Most name none."
  value       = is_known(role.assume_role_policy) && !has_part(role.assume_role_policy, "Federated")
}

function "federated_ids" {
  params      = [statement]
  description = "The identity providers that a statement trusts."
  value       = [for principal in statement.principals : principal.id if principal.type == "Federated"]
}

function "irsa_clusters" {
  params      = [role]
  description = "The clusters from whose issuer a role's trust policy builds the provider's ARN."
  value = trusts_no_provider(role) ? [] : distinct(flatten([
    for statement in web_identity_statements(role) : [for id in federated_ids(statement) : referenced(id, "aws_eks_cluster")]
  ]))
}

function "irsa_users" {
  params      = [cluster]
  description = "The roles that trust the issuer of a cluster, then the add-ons that are given a role for their service account."
  value = concat(
    [for role in referrers(cluster, "aws_iam_role", "assume_role_policy") : role if contains([for other in irsa_clusters(role) : other.address], cluster.address)],
    [for addon in referrers(cluster, "aws_eks_addon", "cluster_name") : addon if is_set(addon.service_account_role_arn)],
  )
}

function "is_eks_issuer" {
  params      = [id]
  description = "Whether an identity provider is a cluster's issuer, by its ARN or by what it is built from."
  value = (
    length(referenced(id, "aws_eks_cluster")) > 0
    || anytrue([
      for provider in referenced(id, "aws_iam_openid_connect_provider") :
      length(referenced(provider.url, "aws_eks_cluster")) > 0 || strcontains(provider.url, "oidc.eks.")
    ])
    || strcontains(id, "oidc-provider/oidc.eks.")
  )
}

function "trusts_pods" {
  params      = [role, action]
  description = "Whether a role's trust policy lets EKS Pod Identity do something."
  value = anytrue([
    for statement in policy_statements(role.assume_role_policy) :
    allows(statement, action) && anytrue([for principal in statement.principals : principal.type == "Service" && principal.id == "pods.eks.amazonaws.com"])
  ])
}
