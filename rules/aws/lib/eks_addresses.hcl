# Addresses that nodes and pods of EKS clusters take.

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

function "eks_crowd" {
  params      = [group]
  description = "What a node group and those that share its subnets need at the least when all are at their maximum: `needs` of each, `certain` (what is known of the sum `need`), the `subnets` and the `room` in them."
  value = !is_known(referenced(group.subnet_ids, "aws_subnet")) ? eks_crowd_unseen(referenced(group.subnet_ids, "aws_subnet")) : eks_crowd_of(
    eks_cluster(group),
    distinct(flatten([for subnet in referenced(group.subnet_ids, "aws_subnet") : referrers(subnet, "aws_eks_node_group", "subnet_ids")])),
    distinct(flatten([for subnet in referenced(group.subnet_ids, "aws_subnet") : referrers(subnet, "aws_autoscaling_group", "vpc_zone_identifier")])),
  )
}

function "eks_crowd_unseen" {
  params      = [subnets]
  description = "The same where not all subnets are known: no sum can be compared with their room, so none is made."
  value = {
    needs   = []
    need    = 0
    certain = 0
    subnets = subnets
    sized   = alltrue([for subnet in subnets : subnet.cidr_block != null])
    room    = sum(concat([0], [for subnet in subnets : subnet.cidr_block == null ? 0 : cidr_usable(subnet.cidr_block)]))
  }
}

function "eks_crowd_of" {
  params      = [cluster, managed, groups]
  description = "The same of managed node groups, and of those Auto Scaling groups that join the cluster."
  value = eks_crowd_sums(
    concat(
      [
        for group in managed : {
          name  = group.address
          nodes = group.scaling_config[0].max_size
          floor = startswith(coalesce(group.ami_type, "-"), "WINDOWS") ? null : eks_node_floor(eks_instance_types(group), eks_cni_settings(eks_cluster(group)))
        }
      ],
      [
        for group in groups : {
          name  = group.address
          nodes = group.max_size
          floor = eks_node_floor(asg_instance_types(group), eks_cni_settings(cluster))
        }
        if eks_joins(group, cluster)
      ],
    ),
    distinct(concat(
      flatten([for group in managed : referenced(group.subnet_ids, "aws_subnet")]),
      flatten([for group in groups : referenced(group.vpc_zone_identifier, "aws_subnet") if eks_joins(group, cluster)]),
      eks_subnets_of_pods(),
    )),
  )
}

function "eks_crowd_sums" {
  params      = [pools, subnets]
  description = "Sums over pools of nodes and their subnets. Of Windows nodes, and of types that are not in the table, one address a node is certain."
  value = {
    needs = [
      for pool in pools : {
        name  = pool.name
        nodes = pool.nodes
        words = pool.floor == null ? "one address" : pool.floor.words
      }
    ]
    need    = sum(concat([0], [for pool in pools : pool.nodes * (pool.floor == null ? 1 : pool.floor.count)]))
    certain = sum(concat([0], [for pool in pools : is_known(pool) ? pool.nodes * (pool.floor == null ? 1 : pool.floor.count) : 0]))
    subnets = subnets
    sized   = alltrue([for subnet in subnets : subnet.cidr_block != null])
    room    = sum(concat([0], [for subnet in subnets : subnet.cidr_block == null ? 0 : cidr_usable(subnet.cidr_block)]))
  }
}

function "eks_runs_out" {
  params      = [cluster]
  description = "Whether the subnets of one of a cluster's node groups are certainly too small for what its nodes take at the least."
  value       = anytrue([for group in eks_node_groups(cluster) : eks_crowd(group).sized && eks_crowd(group).certain > eks_crowd(group).room])
}

function "eks_subnets_of_pods" {
  params      = []
  description = "The subnets from which the CNI takes addresses for pods, by their tag."
  value       = [for subnet in resources("aws_subnet") : subnet if tostring(lookup(tags(subnet), "kubernetes.io/role/cni", "")) == "1"]
}

function "eks_own_subnets" {
  params      = [cluster]
  description = "The subnets of the nodes of a cluster."
  value = distinct(concat(
    flatten([for group in eks_node_groups(cluster) : referenced(group.subnet_ids, "aws_subnet")]),
    flatten([for group in eks_self_managed_nodes(cluster) : referenced(group.vpc_zone_identifier, "aws_subnet")]),
  ))
}

function "eks_pools" {
  params      = [cluster]
  description = "The groups of nodes of a cluster: `name`, `nodes` at their maximum, `row` of the largest instance type (null where it is not in the table), `subnets`, and `surge`, the nodes that a rolling update adds."
  value = concat(
    [
      for group in eks_node_groups(cluster) : {
        name    = group.address
        nodes   = group.scaling_config[0].max_size
        row     = startswith(coalesce(group.ami_type, "-"), "WINDOWS") ? null : eks_largest_type(eks_instance_types(group))
        subnets = referenced(group.subnet_ids, "aws_subnet")
        surge = max(
          2 * (is_known(zone_count(referenced(group.subnet_ids, "aws_subnet"))) ? zone_count(referenced(group.subnet_ids, "aws_subnet")) : 1),
          concat([1], [for update in group.update_config : update.max_unavailable if update.max_unavailable != null])...
        )
      }
    ],
    [
      for group in eks_self_managed_nodes(cluster) : {
        name    = group.address
        nodes   = group.max_size
        row     = eks_largest_type(asg_instance_types(group))
        subnets = referenced(group.vpc_zone_identifier, "aws_subnet")
        surge   = 0
      }
    ],
  )
}

function "eks_node_ceiling" {
  params      = [row, settings]
  description = "The addresses of a node of this type that is full of pods: `count`, and how they come about in `words`."
  value = (
    eks_cni_setting(settings, "ENABLE_PREFIX_DELEGATION", "false") == "true"
    ? eks_ceiling_of_prefixes(row, ceil(min(row.max_enis * (row.ipv4_per_eni - 1) * 16 + 2, row.vcpus < 30 ? 110 : 250) / 16) + 1)
    : eks_cni_setting(settings, "WARM_IP_TARGET", "") != ""
    ? eks_ceiling_of_addresses(row, eks_pod_limit_of(row).pods - 2 + tonumber(eks_cni_setting(settings, "WARM_IP_TARGET", "0")))
    : eks_ceiling_of_enis(row, min(row.max_enis, ceil((eks_pod_limit_of(row).pods - 2) / (row.ipv4_per_eni - 1)) + 1))
  )
}

function "eks_ceiling_of_enis" {
  params      = [row, enis]
  description = "What a full node takes by whole interfaces: those of its pods and a warm one."
  value       = { count = enis * row.ipv4_per_eni, words = "${plural(enis, "ENI")} × ${row.ipv4_per_eni} addresses on ${row.type}" }
}

function "eks_ceiling_of_addresses" {
  params      = [row, addresses]
  description = "What a full node takes by single addresses: those of its pods, the warm ones, and one for each interface."
  value = {
    count = addresses + min(row.max_enis, ceil(addresses / (row.ipv4_per_eni - 1)))
    words = "${addresses + min(row.max_enis, ceil(addresses / (row.ipv4_per_eni - 1)))} addresses on ${row.type}"
  }
}

function "eks_ceiling_of_prefixes" {
  params      = [row, prefixes]
  description = "What a full node takes by prefixes: those of its pods and a warm one, and one address for each interface."
  value = {
    count = min(row.max_enis, ceil(prefixes / (row.ipv4_per_eni - 1))) + 16 * prefixes
    words = "${plural(prefixes, "prefix")} of 16 on ${row.type}"
  }
}
