rule "eks-endpoint-public" {
  title    = "API server of the cluster is open to the whole internet"
  severity = "warning"
  category = "security"
  scenario = "credential-leak"
  default  = "public, for 0.0.0.0/0"

  resource = "aws_eks_cluster"

  locals {
    public = anytrue([for network in self.vpc_config : network.endpoint_public_access])
    open   = [for network in self.vpc_config : [for range in ["0.0.0.0/0", "::/0"] : contains(network.public_access_cidrs, range)]]
  }

  require = !local.public || !anytrue(flatten(local.open))
  at      = [self.vpc_config[0].public_access_cidrs, self.vpc_config[0].endpoint_public_access]
  message = "the API server of ${self.address} takes requests from every address"
  why     = "Nothing but IAM and RBAC stands between the internet and the cluster: a leaked key works from anywhere, and a hole in the API server is open to everybody."

  fix {
    text   = <<-EOT
      vpc_config {
        endpoint_private_access = true
        public_access_cidrs     = ["203.0.113.0/24"]
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "build agents and engineers outside the list lose access; nodes need the private endpoint, or the addresses of their NAT gateways in the list"
  }

  sources = [
    "https://docs.aws.amazon.com/eks/latest/APIReference/API_VpcConfigRequest.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
  ]
  peers = ["CKV_AWS_38", "CKV_AWS_39", "AWS-0040", "AWS-0041", "EKS.1"]
}

rule "eks-fargate-public-subnet" {
  title    = "Fargate profile names a public subnet"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"

  resource = "aws_eks_fargate_profile"

  locals {
    subnets = referenced(self.subnet_ids, "aws_subnet")
    public  = [for subnet in local.subnets : subnet if is_known(egress(subnet)) && egress(subnet) == "igw"]
  }

  require = !anytrue([for subnet in local.subnets : egress(subnet) == "igw"])
  at      = self.subnet_ids
  message = "${self.address} puts pods into ${names(local.public)}, from where a route leads straight to an internet gateway"
  why     = "A pod on Fargate never gets a public address, so EKS takes subnets without a direct route to an internet gateway only, and refuses the profile."

  also {
    at   = local.public
    note = "a public subnet"
  }

  fix {
    text   = "subnet_ids = aws_subnet.private[*].id"
    safety = "unsafe"
    impact = "replacement"
    note   = "a profile cannot be changed; deleting one stops its pods"
  }

  sources = [
    "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateFargateProfile.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html",
  ]
}

rule "eks-irsa-oidc-provider-missing" {
  title    = "Role of a service account trusts an OIDC provider that nobody creates"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "a cluster has an issuer, IAM knows no provider for it"

  resource = ["aws_iam_role", "aws_eks_addon", "aws_iam_openid_connect_provider"]

  check "provider" {
    locals {
      clusters = (
        self.type == "aws_iam_role" ? irsa_clusters(self)
        : self.type == "aws_eks_addon" ? (is_set(self.service_account_role_arn) ? referenced(self.cluster_name, "aws_eks_cluster") : [])
        : []
      )
      cluster   = one(local.clusters)
      users     = irsa_users(local.cluster)
      providers = referrers(local.cluster, "aws_iam_openid_connect_provider", "url")
    }

    skip = [
      length(local.clusters) == 0,
      length(data_sources("aws_iam_openid_connect_provider")) > 0,
      anytrue([for provider in resources("aws_iam_openid_connect_provider") : is_known(provider.url) ? strcontains(provider.url, "oidc.eks.") : false]),
      exported(local.cluster, "identity"),
      # One finding a cluster.
      local.users[0].address != self.address,
    ]
    require = length(local.providers) > 0
    at      = self.type == "aws_iam_role" ? self.assume_role_policy : self.service_account_role_arn
    message = "${names(local.users)} ${length(local.users) == 1 ? "relies" : "rely"} on an IAM provider for the issuer of ${local.cluster.address}, and there is none"

    also {
      at   = local.cluster
      note = "the cluster has an issuer, but no provider"
    }
  }

  check "audience" {
    locals {
      users = [for role in referrers(self, "aws_iam_role", "assume_role_policy") : role if length(web_identity_statements(role)) > 0]
    }

    skip = [
      self.type != "aws_iam_openid_connect_provider",
      length(referenced(self.url, "aws_eks_cluster")) == 0,
      length(local.users) == 0,
    ]
    require = contains(self.client_id_list, "sts.amazonaws.com")
    at      = self.client_id_list
    message = "${self.address} takes no tokens for the audience sts.amazonaws.com, which are what the service accounts of ${names(local.users)} get"
  }

  why = "EKS gives a cluster an issuer, not the IAM provider that vouches for it. The apply is green, and every pod with such a role gets AccessDenied on AssumeRoleWithWebIdentity."

  fix {
    text   = <<-EOT
      resource "aws_iam_openid_connect_provider" "eks" {
        url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
        client_id_list = ["sts.amazonaws.com"]
      }
    EOT
    safety = "safe"
    impact = "new-resource"
    note   = "free of charge"
  }

  exceptions = [
    "trust policies whose provider comes from a variable or another state",
    "configurations that read the provider as a data source, or hand the cluster's identity to another state",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html",
  ]
}

rule "eks-node-group-single-az" {
  title    = "Worker nodes sit in one Availability Zone"
  severity = "error"
  category = "availability"
  scenario = "az-loss"

  resource        = "aws_eks_node_group"
  production_only = true

  locals {
    cluster  = eks_cluster(self)
    groups   = eks_node_groups(local.cluster)
    own      = eks_self_managed_nodes(local.cluster)
    profiles = eks_fargate_profiles(local.cluster)
    subnets  = referenced(self.subnet_ids, "aws_subnet")
    all = distinct(flatten(concat(
      [for group in local.groups : referenced(group.subnet_ids, "aws_subnet")],
      [for group in local.own : referenced(group.vpc_zone_identifier, "aws_subnet")],
      [for profile in local.profiles : referenced(profile.subnet_ids, "aws_subnet")],
    )))
  }

  skip = [
    length(referenced(self.cluster_name, "aws_eks_cluster")) == 0,
    eks_auto_mode(local.cluster),
    karpenter(),
  ]

  check "cluster" {
    skip    = local.groups[0].address != self.address
    require = zone_count(local.all) != 1
    message = "all nodes of ${local.cluster.address} are in ${zone(local.all[0])}"

    also {
      at   = [for group in local.groups : group.subnet_ids if group.address != self.address]
      note = "in the same zone"
    }
  }

  check "group" {
    severity = "warning"

    skip = [
      zone_count(local.all) == 1,
      length(local.own) > 0,
      # Others take its pods, or it is one of several that are pinned to a zone each.
      anytrue([
        for group in local.groups : group.address != self.address && (
          eks_pod_marks(group) == eks_pod_marks(self)
          || group.block_address == self.block_address && zone_count(concat(local.subnets, referenced(group.subnet_ids, "aws_subnet"))) > 1
        )
      ]),
      self.capacity_type == "CAPACITY_BLOCK",
      anytrue([for template in launch_templates(self) : bound_to_one_zone(template)]),
    ]
    require = zone_count(local.subnets) != 1
    message = "the nodes of ${self.address} are in ${zone(local.subnets[0])}, and no other group takes the pods that run there"
    why     = "The pods that need this group's labels or taints have no other nodes: when its zone fails they stay Pending."
  }

  at  = self.subnet_ids
  why = "When the zone fails every pod on these nodes is gone. The control plane lives on, and has nowhere to put them."

  fix {
    text   = "subnet_ids = aws_subnet.private[*].id # one in each of three zones"
    safety = "unsafe"
    impact = "replacement"
    note   = "subnets of a node group cannot be changed, so that a new group takes over; traffic between zones is billed"
  }

  exceptions = [
    "several groups with the same labels and taints, each in a zone of its own: the way to serve pods with EBS volumes",
    "Auto Mode and Karpenter, which bring nodes in other zones; Fargate profiles in other zones",
    "groups that a placement group, reserved capacity or an EFA binds to a zone",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html",
    "https://docs.aws.amazon.com/eks/latest/best-practices/data-plane.html",
  ]
  peers = ["AutoScaling.2"]
}

rule "eks-node-pod-density" {
  title    = "Instance type leaves room for a handful of pods only"
  severity = "warning"
  category = "capacity"
  scenario = "ip-exhaustion"
  default  = "t3.medium, which takes 17 pods"

  resource = ["aws_eks_node_group", "aws_launch_template"]

  setting "min_pods" {
    default     = 20
    description = "pods that a node must at least take"
  }

  locals {
    managed = self.type == "aws_eks_node_group"
    # The Auto Scaling groups of self-managed nodes that use the template.
    users = local.managed ? [] : referrers(self, "aws_autoscaling_group", [
      "launch_template.id",
      "launch_template.name",
      "mixed_instances_policy.launch_template.launch_template_specification.launch_template_id",
      "mixed_instances_policy.launch_template.launch_template_specification.launch_template_name",
    ])
    clusters = (
      local.managed ? referenced(self.cluster_name, "aws_eks_cluster")
      : [for cluster in resources("aws_eks_cluster") : cluster if anytrue([for group in local.users : eks_joins(group, cluster)])]
    )
    cluster   = one(local.clusters)
    templates = local.managed ? launch_templates(self) : [self]
    types     = local.managed ? eks_instance_types(self) : flatten([for group in local.users : asg_instance_types(group)])
    limits    = [for type in local.types : eks_pod_limit(type)]
    least     = min([for limit in local.limits : limit.pods]...)
    tightest  = [for limit in local.limits : limit if limit.pods == local.least][0]
    prefixes  = eks_cni_setting(eks_cni_settings(local.cluster), "ENABLE_PREFIX_DELEGATION", "false") == "true"

    per_node = flatten([
      for name in ["aws-ebs-csi-driver", "aws-efs-csi-driver", "eks-pod-identity-agent", "amazon-cloudwatch-observability", "eks-node-monitoring-agent"] :
      [for addon in eks_addons(local.cluster, name) : addon.addon_name]
    ])
    daemons = is_known(local.per_node) ? concat(["aws-node", "kube-proxy"], local.per_node) : ["aws-node", "kube-proxy"]
  }

  skip = [
    length(local.clusters) == 0,
    eks_ipv6(local.cluster),
    eks_cni_elsewhere(local.cluster),
    local.managed ? startswith(coalesce(self.ami_type, "-"), "WINDOWS") : false,
    local.managed ? length(self.taint) > 0 && length(coalesce(self.labels, {})) > 0 && self.scaling_config[0].max_size <= 2 : false,
    anytrue([for template in local.templates : eks_sets_max_pods(template)]),
    length(local.types) == 0,
    anytrue([for limit in local.limits : limit == null]),
    local.prefixes && alltrue([for limit in local.limits : limit.nitro]),
  ]
  require = local.least >= setting.min_pods
  at      = [self.instance_types, self.instance_type]
  message = "${self.address} has nodes of ${local.tightest.type} that take ${local.tightest.pods} pods each (${local.tightest.words}), ${local.tightest.pods - length(local.daemons)} of them beside ${names(local.daemons)}"
  why     = "The network interfaces limit how many pods a node takes, not the CPU: of the 11 pods of a t3.small five or six are DaemonSets. Such nodes are paid for and cannot be filled, while pods stay Pending."

  fix {
    set    = { instance_types = ["m6i.large", "m5.large"] }
    safety = "unsafe"
    impact = "replacement"
    note   = "29 pods a node, at another price; or set ENABLE_PREFIX_DELEGATION in the vpc-cni add-on, which makes it 110 on Nitro types"
  }

  exceptions = [
    "prefix delegation on Nitro types, IPv6 clusters, other CNIs",
    "groups of at most two nodes with a taint and a label, kept for one purpose",
    "user data that sets the number of pods",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html",
    "https://docs.aws.amazon.com/eks/latest/best-practices/prefix-mode-linux.html",
    "https://github.com/aws/amazon-vpc-cni-k8s/blob/master/misc/eni-max-pods.txt",
  ]
}

rule "eks-subnet-too-small-for-node-group" {
  title    = "Node subnets run out of addresses before the node group reaches its maximum size"
  severity = "error"
  category = "capacity"
  scenario = "ip-exhaustion"
  default  = "the VPC CNI keeps a second, idle network interface full of addresses on every node"

  resource = "aws_eks_node_group"

  locals {
    cluster = eks_cluster(self)
    subnets = referenced(self.subnet_ids, "aws_subnet")
    sharing = distinct(flatten([for subnet in local.subnets : referrers(subnet, "aws_eks_node_group", "subnet_ids")]))
    joining = distinct(flatten([
      for subnet in local.subnets : [
        for group in referrers(subnet, "aws_autoscaling_group", "vpc_zone_identifier") : group if eks_joins(group, local.cluster)
      ]
    ]))
    pools = concat(
      [
        for group in local.sharing : {
          name  = group.address
          nodes = group.scaling_config[0].max_size
          floor = startswith(coalesce(group.ami_type, "-"), "WINDOWS") ? null : eks_node_floor(eks_instance_types(group), eks_cni_settings(eks_cluster(group)))
        }
      ],
      [
        for group in local.joining : {
          name  = group.address
          nodes = group.max_size
          floor = eks_node_floor(asg_instance_types(group), eks_cni_settings(local.cluster))
        }
      ],
    )
    # Of Windows nodes, and of types that are not in the table, one address a node is certain.
    needs = [for pool in local.pools : {
      name  = pool.name
      nodes = pool.nodes
      each  = pool.floor == null ? 1 : pool.floor.count
      words = pool.floor == null ? "one address" : pool.floor.words
    }]
    need    = sum([for need in local.needs : need.nodes * need.each])
    certain = sum([for need in local.needs : is_known(need) ? need.nodes * need.each : 0])

    for_pods = [for subnet in resources("aws_subnet") : subnet if eks_subnet_of_pods(subnet)]
    all = distinct(concat(
      flatten([for group in local.sharing : referenced(group.subnet_ids, "aws_subnet")]),
      flatten([for group in local.joining : referenced(group.vpc_zone_identifier, "aws_subnet")]),
      local.for_pods,
    ))
    room = sum([for subnet in local.all : cidr_usable(subnet.cidr_block)])

    same_subnets = sort([
      for group in local.sharing : group.address
      if sort([for subnet in referenced(group.subnet_ids, "aws_subnet") : subnet.address]) == sort([for subnet in local.subnets : subnet.address])
    ])
  }

  skip = [
    local.cluster == null,
    eks_ipv6(local.cluster),
    eks_cni_elsewhere(local.cluster),
    length(local.subnets) == 0,
    anytrue([for subnet in local.all : subnet.cidr_block == null]),
    # Groups with the same subnets are one finding.
    index(local.same_subnets, self.address) > 0,
  ]
  require = local.certain <= local.room && local.need <= local.room
  at      = self.subnet_ids
  message = "at full size the nodes of ${names([for need in local.needs : "${need.name} (${need.nodes}, each with ${need.words})"])} take ${local.certain} addresses or more, but there are ${local.room} in ${names(local.all)}"
  why     = "With the VPC CNI every pod takes an address of the node's subnet, and each node keeps a spare interface full of them besides. Once the subnet is empty new nodes still join, but their pods stay in ContainerCreating: at the very peak for which the group was sized."

  also {
    at   = [for subnet in local.all : subnet.cidr_block]
    note = "a subnet of the nodes"
  }

  fix {
    text   = <<-EOT
      resource "aws_eks_addon" "vpc_cni" {
        cluster_name = aws_eks_cluster.this.name
        addon_name   = "vpc-cni"

        configuration_values = jsonencode({
          env = {
            MINIMUM_IP_TARGET = "20" # pods that a node normally runs
            WARM_IP_TARGET    = "5"
          }
        })
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "stops the hoarding of whole interfaces; where that is not enough, larger subnets (a new node group, since its subnets cannot be changed) or pods in a secondary range such as 100.64.0.0/16"
  }

  exceptions = [
    "IPv6 clusters, whose pods take no IPv4 addresses",
    "other CNIs than Amazon's, and settings of it made outside the add-on",
    "custom networking: pods draw on other subnets, so that a node counts one address",
    "subnets tagged kubernetes.io/role/cni count as room",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/best-practices/vpc-cni.html",
    "https://docs.aws.amazon.com/eks/latest/best-practices/ip-opt.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
  ]
}
