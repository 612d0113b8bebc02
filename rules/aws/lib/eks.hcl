# Clusters, and what belongs to one.

function "eks_cluster" {
  params      = [member]
  description = "The cluster of a node group, Fargate profile, add-on or association; null where it is another than those here."
  value       = one(referenced(member.cluster_name, "aws_eks_cluster"))
}

function "eks_node_groups" {
  params      = [cluster]
  description = "The managed node groups of a cluster."
  value       = referrers(cluster, "aws_eks_node_group", "cluster_name")
}

function "eks_fargate_profiles" {
  params      = [cluster]
  description = "The Fargate profiles of a cluster."
  value       = referrers(cluster, "aws_eks_fargate_profile", "cluster_name")
}

function "eks_addons" {
  params      = [cluster, name]
  description = "The add-on of this name of a cluster, in a list."
  value       = [for addon in referrers(cluster, "aws_eks_addon", "cluster_name") : addon if addon.addon_name == name]
}

function "eks_auto_mode" {
  params      = [cluster]
  description = "Whether EKS Auto Mode brings nodes by itself."
  value       = anytrue([for compute in cluster.compute_config : compute.enabled])
}

function "eks_ipv6" {
  params      = [cluster]
  description = "Whether the pods of a cluster have IPv6 addresses."
  value       = anytrue([for network in cluster.kubernetes_network_config : network.ip_family == "ipv6"])
}

function "helm_releases" {
  params      = [chart_words]
  description = "The Helm releases whose chart has one of these words in its name."
  value       = [for release in resources("helm_release") : release if has_word(release.chart, chart_words)]
}

# Nodes.

function "launch_templates" {
  params      = [group]
  description = "The launch templates of a node group or Auto Scaling group, in a list; open where one cannot be seen."
  value = (
    group.type == "aws_autoscaling_group" ? asg_templates(group)
    : flatten([for use in group.launch_template : referenced([use.id, use.name], "aws_launch_template")])
  )
}

function "eks_self_managed_nodes" {
  params      = [cluster]
  description = "The Auto Scaling groups whose instances join a cluster."
  value       = [for group in resources("aws_autoscaling_group") : group if eks_joins(group, cluster)]
}

function "eks_joins" {
  params      = [group, cluster]
  description = "Whether the instances of an Auto Scaling group join a cluster: it has the cluster's tag, or user data that starts a node."
  value = (
    contains(keys(tags(group)), "kubernetes.io/cluster/${cluster.name}")
    || anytrue([for template in asg_templates(group) : template.user_data == null ? false : eks_bootstraps(base64decode(template.user_data), cluster)])
    || anytrue([for configuration in asg_configurations(group) : configuration.user_data == null ? false : eks_bootstraps(configuration.user_data, cluster)])
  )
}

function "eks_bootstraps" {
  params      = [user_data, cluster]
  description = "Whether user data makes an instance a node of a cluster."
  value = (
    anytrue([for start in ["/etc/eks/bootstrap.sh", "node.eks.aws", "settings.kubernetes"] : strcontains(user_data, start)])
    && (length(resources("aws_eks_cluster")) == 1 || strcontains(user_data, cluster.name))
  )
}

function "eks_instance_types" {
  params      = [group]
  description = "The instance types of a node group: its own, else its launch template's, else the default; empty where the template is not here."
  value = (
    is_set(group.instance_types) || length(group.launch_template) == 0 ? group.instance_types
    : length(launch_templates(group)) == 0 ? []
    : anytrue([for template in launch_templates(group) : is_set(template.instance_type)])
    ? [for template in launch_templates(group) : template.instance_type if is_set(template.instance_type)]
    : group.instance_types
  )
}

# What scales nodes.

function "karpenter" {
  params      = []
  description = "Whether something says that Karpenter brings nodes."
  value = (
    length(helm_releases(["karpenter"])) > 0
    || anytrue([for part in concat(modules(), resources("aws_iam_role", "aws_iam_policy", "aws_iam_instance_profile")) : has_word(part.address, "karpenter")])
  )
}

# Zones.

function "eks_pod_marks" {
  params      = [group]
  description = "What decides which pods run on a node group: its labels and taints."
  value = jsonencode({
    labels = coalesce(group.labels, {})
    taints = sort([for taint in group.taint : "${taint.key}=${taint.value == null ? "" : taint.value}:${taint.effect}"])
  })
}

function "bound_to_one_zone" {
  params      = [template]
  description = "Whether a launch template binds instances to one zone on purpose: placement group, reserved capacity, or an EFA."
  value = (
    anytrue([for placement in template.placement : is_set(placement.group_name)])
    || length(template.capacity_reservation_specification) > 0
    || anytrue([for interface in template.network_interfaces : startswith(coalesce(interface.interface_type, "-"), "efa")])
  )
}

function "cluster_autoscaler" {
  params      = []
  description = "Whether something says that the Cluster Autoscaler runs: its chart, its deployment, its role or policy."
  value = (
    length(helm_charts(["cluster-autoscaler"])) > 0
    || anytrue([
      for deployment in resources("kubernetes_deployment", "kubernetes_deployment_v1") :
      anytrue([for of in deployment.metadata : strcontains(coalesce(of.name, "-"), "cluster-autoscaler")])
    ])
    || anytrue([for association in resources("aws_eks_pod_identity_association") : strcontains(association.service_account, "cluster-autoscaler")])
    || anytrue([
      for part in concat(modules(), resources("aws_iam_role", "aws_iam_policy", "aws_iam_role_policy")) :
      strcontains(replace(lower(part.address), "-", "_"), "cluster_autoscaler")
    ])
  )
}

# Metadata of nodes, and who reads it.

function "eks_metadata_hops" {
  params      = [group]
  description = "How far the node's metadata answers: 0 not at all, 1 to the node, 2 to the pods; null where that is not certain."
  value = (
    length(group.launch_template) > 0
    ? one([for template in launch_templates(group) : eks_template_hops(template, coalesce(group.ami_type, "-"))])
    : startswith(coalesce(group.ami_type, "-"), "AL2023_") ? 1 : null
  )
}

function "eks_template_hops" {
  params      = [template, ami_type]
  description = "The same for the instances of a launch template. What it leaves out the image of AL2023 decides, and IMDSv1 knows no hops."
  value = (
    anytrue([for options in template.metadata_options : options.http_endpoint == "disabled"]) ? 0
    : anytrue([for options in template.metadata_options : is_set(options.http_put_response_hop_limit) && options.http_put_response_hop_limit >= 2]) ? 2
    : anytrue([
      for options in template.metadata_options :
      (is_set(options.http_put_response_hop_limit) ? options.http_put_response_hop_limit == 1 : startswith(ami_type, "AL2_"))
      && (is_set(options.http_tokens) ? options.http_tokens == "required" : startswith(ami_type, "AL2023_"))
    ]) ? 1
    : null
  )
}

function "helm_charts" {
  params      = [charts]
  description = "The Helm releases of these charts."
  value       = [for release in resources("helm_release") : release if contains(charts, basename(release.chart))]
}

function "helm_set" {
  params      = [release, name, value]
  description = "Whether a Helm release sets a value by its name."
  value       = anytrue([for set in elements(release.set) : set.name == name && tostring(set.value) == value])
}

function "helm_says" {
  params      = [release, pattern]
  description = "Whether the values of a Helm release match a pattern."
  value       = anytrue([for document in elements(release.values) : length(regexall(pattern, document)) > 0])
}

function "helm_mentions" {
  params      = [release, text]
  description = "Whether a text stands among what is set for a Helm release."
  value = (
    anytrue([for set in elements(release.set) : strcontains("${set.name}: ${set.value}", text)])
    || anytrue([for document in elements(release.values) : strcontains(document, text)])
  )
}

function "helm_has_role" {
  params      = [release, associations]
  description = "Whether the service account of a Helm release has a role of its own: by annotation, or by one of these Pod Identity associations."
  value = (
    anytrue([for set in elements(release.set) : endswith(set.name, "/role-arn")])
    || helm_mentions(release, "/role-arn")
    || anytrue([
      for association in associations :
      strcontains(association.service_account, trimprefix(basename(release.chart), "aws-"))
      || strcontains(association.service_account, release.name)
      || helm_mentions(release, association.service_account)
    ])
  )
}

function "helm_needs_no_metadata" {
  params      = [release]
  description = "Whether a Helm release runs in the network of the host, or under a service account that is made elsewhere."
  value = (
    helm_set(release, "hostNetwork", "true")
    || helm_set(release, "serviceAccount.create", "false")
    || helm_set(release, "rbac.serviceAccount.create", "false")
    || helm_says(release, "hostNetwork\"?: *\"?true")
    || helm_says(release, "serviceAccount\"?:\\s*(#.*\\s*)*\"?create\"?: *\"?false")
  )
}

function "eks_associations" {
  params      = [cluster]
  description = "The Pod Identity associations of a cluster."
  value       = referrers(cluster, "aws_eks_pod_identity_association", "cluster_name")
}
