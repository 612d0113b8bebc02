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

# Addresses of nodes and pods.

function "eks_cni_settings" {
  params      = [cluster]
  description = "The environment variables that the vpc-cni add-on of a cluster gets."
  value = (
    length(eks_addons(cluster, "vpc-cni")) == 0 ? {}
    : try(jsondecode(one(eks_addons(cluster, "vpc-cni")).configuration_values).env, yamldecode(one(eks_addons(cluster, "vpc-cni")).configuration_values).env, {})
  )
}

function "eks_cni_setting" {
  params      = [settings, name, default]
  description = "One of the environment variables, as text, or the default."
  value       = try(tostring(settings[name]), default)
}

function "eks_cni_elsewhere" {
  params      = [cluster]
  description = "Whether pods get their addresses from another CNI than Amazon's, or that one is set up by other means than the add-on."
  value = (
    !cluster.bootstrap_self_managed_addons && length(eks_addons(cluster, "vpc-cni")) == 0
    || length(helm_releases(["cilium", "calico", "tigera"])) > 0
    || length([for release in resources("helm_release") : release if has_word(release.chart, "cni")]) > 0
    || length([for set in resources("kubernetes_env") : set if anytrue([for of in set.metadata : of.name == "aws-node"])]) > 0
  )
}

function "eks_subnet_of_pods" {
  params      = [subnet]
  description = "Whether a subnet is one from which the CNI takes addresses for pods, by its tag."
  value       = tostring(lookup(tags(subnet), "kubernetes.io/role/cni", "")) == "1"
}

function "eks_largest_type" {
  params      = [types]
  description = "The row of the instance type that can hold most addresses; null where one of the types is not in the table."
  value = try(one(slice([
    for row in [for type in types : fact("ec2_instance_types", type)] : row
    if row.max_enis * row.ipv4_per_eni == max([for type in types : fact("ec2_instance_types", type).max_enis * fact("ec2_instance_types", type).ipv4_per_eni]...)
  ], 0, 1)), null)
}

function "eks_node_floor" {
  params      = [types, settings]
  description = "The addresses that a node of these instance types takes at the very least: `count`, and how they come about in `words`."
  value = (
    eks_cni_setting(settings, "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "false") == "true"
    ? { count = 1, words = "one address" }
    : eks_cni_setting(settings, "ENABLE_PREFIX_DELEGATION", "false") == "true"
    ? { count = 17, words = "its own address and a prefix of 16" }
    : eks_cni_setting(settings, "WARM_IP_TARGET", "") != "" || eks_cni_setting(settings, "MINIMUM_IP_TARGET", "") != ""
    ? eks_floor_of_targets(max(tonumber(eks_cni_setting(settings, "WARM_IP_TARGET", "0")), tonumber(eks_cni_setting(settings, "MINIMUM_IP_TARGET", "0"))))
    : eks_floor_of_enis(eks_largest_type(types), 1 + tonumber(eks_cni_setting(settings, "WARM_ENI_TARGET", "1")))
  )
}

function "eks_floor_of_targets" {
  params      = [target]
  description = "What a node keeps with WARM_IP_TARGET or MINIMUM_IP_TARGET set."
  value       = { count = 1 + target, words = "its own address and the ${target} that the CNI is told to keep" }
}

function "eks_floor_of_enis" {
  params      = [row, wanted]
  description = "What a node keeps where the CNI takes whole interfaces; null where the instance type is not in the table."
  value = row == null ? null : {
    count = min(row.max_enis, wanted) * row.ipv4_per_eni
    words = "${plural(min(row.max_enis, wanted), "ENI")} × ${row.ipv4_per_eni} addresses on ${row.type}"
  }
}

function "eks_pod_limit" {
  params      = [type]
  description = "How many pods fit on a node with secondary addresses: `pods`, and how that comes about in `words`; null where the instance type is not in the table."
  value       = try(eks_pod_limit_of(fact("ec2_instance_types", type)), null)
}

function "eks_pod_limit_of" {
  params      = [row]
  description = "The limit of a row of the table of instance types."
  value = {
    type  = row.type
    nitro = row.hypervisor == "nitro" || row.bare_metal
    pods  = min(row.max_enis * (row.ipv4_per_eni - 1) + 2, row.vcpus < 30 ? 110 : 250)
    words = "${plural(row.max_enis, "ENI")} × (${row.ipv4_per_eni} − 1) + 2"
  }
}

function "eks_sets_max_pods" {
  params      = [template]
  description = "Whether a launch template's user data sets how many pods a node takes."
  value       = template.user_data == null ? false : strcontains(lower(replace(base64decode(template.user_data), "-", "")), "maxpods")
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
