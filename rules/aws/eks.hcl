rule "eks-addon-without-credentials" {
  title    = "Add-on calls AWS and has no way to get credentials"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "the role of the node, through its metadata"

  resource = "aws_eks_addon"

  locals {
    # Those that call AWS from outside the network of the host.
    drivers = {
      aws-ebs-csi-driver           = "ebs-csi-controller-sa"
      aws-efs-csi-driver           = "efs-csi-controller-sa"
      aws-mountpoint-s3-csi-driver = "s3-csi-driver-sa"
    }
    clusters = referenced(self.cluster_name, "aws_eks_cluster")
    cluster  = one(local.clusters)
    groups   = eks_node_groups(local.cluster)
    hops     = [for group in local.groups : eks_metadata_hops(group)]
    has_role = (
      is_set(self.service_account_role_arn)
      || length(self.pod_identity_association) > 0
      || anytrue([for association in eks_associations(local.cluster) : association.service_account == local.drivers[self.addon_name]])
      || (self.configuration_values == null ? false : strcontains(self.configuration_values, "/role-arn"))
    )
  }

  skip = [
    !contains(keys(local.drivers), self.addon_name),
    length(local.clusters) == 0,
    eks_auto_mode(local.cluster),
    karpenter(),
    length(eks_self_managed_nodes(local.cluster)) > 0,
    length(local.groups) == 0,
    anytrue([for hops in local.hops : hops == null]),
  ]
  at = self.addon_name

  check "cut-off" {
    require = local.has_role || anytrue([for hops in local.hops : hops > 1])
    message = "${self.addon_name} has no role, and the metadata of ${names(local.groups)} does not answer to pods"
  }

  check "shared" {
    severity = "advice"
    require  = local.has_role || anytrue([for hops in local.hops : hops < 2])
    message  = "${self.addon_name} has no role of its own and works with that of the nodes, since their metadata answers to every pod"
    why      = "With a hop limit of 2 every pod can take the role of its node. A role for the add-on lets the limit go back to 1, and the node's role lose what only the add-on needs."
  }

  why = "Managed nodes on AL2023, and those whose template says so, answer metadata requests with a hop limit of 1, which ends before the pod. The driver's controller has no credentials and restarts for ever; volumes are never attached."

  fix {
    text   = <<-EOT
      pod_identity_association {
        role_arn        = aws_iam_role.${replace(trimsuffix(trimprefix(self.addon_name, "aws-"), "-driver"), "-", "_")}.arn
        service_account = "${local.drivers[self.addon_name]}"
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "restarts the pods of the add-on; the cluster needs the eks-pod-identity-agent add-on. A hop limit of 2 would open the role of the node to every pod instead"
  }

  exceptions = [
    "add-ons that run in the network of the host, such as vpc-cni",
    "clusters with Auto Mode, Karpenter or self-managed nodes, and node groups whose hop limit their image decides",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/al2023.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html",
    "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  ]
}

rule "eks-control-plane-subnet-free-ips" {
  title    = "Nodes can drain the subnets that hold the interfaces of the control plane"
  severity = "warning"
  category = "capacity"
  scenario = "upgrade"

  resource = "aws_eks_cluster"

  setting "free" {
    default     = 16
    description = "addresses that should be left in each subnet of the control plane; EKS needs 6"
  }

  locals {
    settings = eks_cni_settings(self)
    pools    = eks_pools(self)
    subnets  = flatten([for network in self.vpc_config : referenced(network.subnet_ids, "aws_subnet")])
    shared   = [for subnet in local.subnets : subnet if contains([for other in eks_own_subnets(self) : other.address], subnet.address)]
    left = [
      for subnet in local.shared : {
        subnet = subnet
        count = cidr_usable(subnet.cidr_block) - sum([
          for pool in local.pools : contains([for other in pool.subnets : other.address], subnet.address)
          ? floor(pool.nodes * eks_node_ceiling(pool.row, local.settings).count / length(pool.subnets)) : 0
        ])
      }
    ]
    drained = [for left in local.left : left if is_known(left.count) && left.count < setting.free]
  }

  skip = [
    eks_ipv6(self),
    eks_cni_elsewhere(self),
    eks_cni_setting(local.settings, "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "false") == "true",
    length(local.shared) == 0,
    anytrue([for subnet in local.shared : subnet.cidr_block == null]),
    anytrue([for pool in local.pools : pool.row == null]),
  ]
  require = (
    !anytrue([for left in local.left : left.count < setting.free])
    # Reported on the node group.
    || eks_runs_out(self)
  )
  at      = self.vpc_config[0].subnet_ids
  message = "full nodes (${names([for pool in local.pools : "up to ${pool.nodes} of ${pool.name}, each ${eks_node_ceiling(pool.row, local.settings).words}"])}) leave ${names([for left in local.drained : "${max(0, left.count)} of ${cidr_usable(left.subnet.cidr_block)} addresses in ${left.subnet.address}"])}, where EKS puts its own interfaces"
  why     = "EKS keeps up to four interfaces in these subnets and makes new ones before it takes the old away in an upgrade. It needs 6 free addresses in each and recommends 16. If pods have the last ones the upgrade fails, and one learns it on that day."

  also {
    at   = [for left in local.drained : left.subnet.cidr_block]
    note = "shared by nodes and control plane"
  }

  fix {
    text   = <<-EOT
      vpc_config {
        subnet_ids = aws_subnet.control_plane[*].id # a /28 in each zone that nothing else uses
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "the subnets of a cluster can be exchanged within the same zones"
  }

  exceptions = [
    "IPv6 clusters, other CNIs, and custom networking, where pods draw on other subnets",
    "clusters that eks-subnet-too-small-for-node-group reports",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html",
    "https://docs.aws.amazon.com/eks/latest/best-practices/subnets.html",
  ]
}

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
    # The arguments of the module have other names up to version 20.
    call   = try(elements_known(calls_of_published(self, "eks"))[0], null)
    prefix = local.call == null ? "" : try(is_set(local.call.cluster_name) || is_set(local.call.cluster_version), false) ? "cluster_" : ""
    lines = (
      local.call != null ? [
        "# in the call of ${own_address(local.call)}",
        "${local.prefix}endpoint_private_access      = true",
        "${local.prefix}endpoint_public_access_cidrs = [\"203.0.113.0/24\"]",
      ]
      : is_downloaded(self) ? ["# in the call of the module: the arguments for endpoint_private_access and public_access_cidrs"]
      : ["vpc_config {", "  endpoint_private_access = true", "  public_access_cidrs     = [\"203.0.113.0/24\"]", "}"]
    )
  }

  require = !local.public || !anytrue(flatten(local.open))
  at      = [self.vpc_config[0].public_access_cidrs, self.vpc_config[0].endpoint_public_access]
  message = "the API server of ${self.address} takes requests from every address"
  why     = "Nothing but IAM and RBAC stands between the internet and the cluster: a leaked key works from anywhere, and a hole in the API server is open to everybody."

  fix {
    text   = <<-EOT
      ${join("\n", local.lines)}
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "build agents and engineers outside the list lose access; nodes need the private endpoint, or the addresses of their NAT gateways in the list${self.module == "" || local.call != null ? "" : "; where a call of the module gives these values, in its arguments"}"
  }

  sources = [
    "https://docs.aws.amazon.com/eks/latest/APIReference/API_VpcConfigRequest.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
    "https://github.com/terraform-aws-modules/terraform-aws-eks/blob/master/docs/UPGRADE-21.0.md",
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
    private = one_of_each_zone(subnets_leading(vpc(local.subnets[0]), ["nat", "none", "other"], self))
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
    text   = "subnet_ids = ${length(local.private) > 0 ? ids_written(local.private, self) : "aws_subnet.private[*].id"}"
    safety = "unsafe"
    impact = "replacement"
    note   = "a profile cannot be changed; deleting one stops its pods"
  }

  sources = [
    "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateFargateProfile.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html",
  ]
}

rule "eks-imds-hop-limit" {
  title    = "Pods rely on node credentials that a hop limit of 1 keeps from them"
  severity = "warning"
  category = "correctness"
  scenario = "cannot-apply"

  resource = ["aws_launch_template", "aws_eks_node_group"]

  locals {
    managed = (
      self.type == "aws_eks_node_group" ? [self]
      : referrers(self, "aws_eks_node_group", ["launch_template.id", "launch_template.name"])
    )
    own = self.type == "aws_eks_node_group" ? [] : [
      for group in referrers(self, "aws_autoscaling_group", ["launch_template.id", "launch_template.name"]) : group
      if anytrue([for cluster in resources("aws_eks_cluster") : eks_joins(group, cluster)])
    ]
    cluster      = one(resources("aws_eks_cluster"))
    associations = eks_associations(local.cluster)
    hops = (
      self.type == "aws_eks_node_group" ? eks_metadata_hops(self)
      : eks_template_hops(self, length(local.managed) > 0 ? coalesce(local.managed[0].ami_type, "-") : "-")
    )
    controllers = [
      for release in helm_charts(["aws-load-balancer-controller", "cluster-autoscaler", "external-dns", "aws-for-fluent-bit", "karpenter"]) :
      release if !helm_needs_no_metadata(release)
    ]
    without = [for release in local.controllers : release if !helm_has_role(release, local.associations)]
    chart   = try(basename(local.without[0].chart), "…")
  }

  skip = [
    # A group with a template is judged by the template.
    self.type == "aws_eks_node_group" ? length(self.launch_template) > 0 : false,
    length(resources("aws_eks_cluster")) != 1,
    length(local.managed) + length(local.own) == 0,
    length(local.controllers) == 0,
  ]
  at = [self.metadata_options[0].http_put_response_hop_limit, self.ami_type]

  check "cut-off" {
    require = local.hops != 1 || length(local.without) == 0
    message = "${names(local.without)} ${length(local.without) == 1 ? "has" : "have"} no role of its own, and the nodes of ${self.address} answer metadata requests to one hop only"

    also {
      at   = local.without
      note = "relies on the credentials of the node"
    }
  }

  check "open" {
    severity = "advice"
    # Without these settings the load balancer controller asks the metadata where it is.
    skip    = anytrue([for release in local.controllers : basename(release.chart) == "aws-load-balancer-controller" && !helm_mentions(release, "vpcId")])
    require = local.hops != 2 || length(local.without) > 0
    message = "the nodes of ${self.address} answer metadata requests of pods, which ${names(local.controllers)} ${length(local.controllers) == 1 ? "does" : "do"} not need: each has a role of its own"
    why     = "Any pod can take the role of the node. Nothing seen here needs that."

    fix {
      text   = <<-EOT
        metadata_options {
          http_tokens                 = "required"
          http_put_response_hop_limit = 1
        }
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "replaces the nodes; pods that nobody sees here may rely on the node's role"
    }
  }

  why = "The answer with the token dies on the way to the pod. The controller hangs for seconds at each call and then reports that there are no credentials: no load balancer, record or node is ever made."

  fix {
    text   = <<-EOT
      resource "aws_eks_pod_identity_association" "${replace(local.chart, "-", "_")}" {
        cluster_name    = ${own_address(local.cluster)}.name
        namespace       = "${try(is_known(local.without[0].namespace) && is_set(local.without[0].namespace) ? local.without[0].namespace : "default", "default")}"
        service_account = "${local.chart == "aws-load-balancer-controller" ? local.chart : "…"}"
        role_arn        = aws_iam_role.${replace(local.chart, "-", "_")}.arn
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "the pods start again; a template that changes replaces the nodes"
  }

  exceptions = [
    "releases in the network of the host, or with a service account that is made elsewhere",
    "IMDSv1, which knows no hop limit",
    "a load balancer controller without vpcId, which reads it from the metadata, where the limit is above 1",
    "templates that leave the limit to an AL2023 image",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/al2023.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html",
    "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  ]
}

rule "eks-irsa-oidc-provider-missing" {
  title    = "Role of a service account trusts an OIDC provider that nobody creates"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "a cluster has an issuer, IAM knows no provider for it"

  resource = ["aws_iam_role", "aws_eks_addon", "aws_iam_openid_connect_provider"]

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

  skip = nowhere("aws_eks_cluster")

  check "provider" {
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
      takers = [for role in referrers(self, "aws_iam_role", "assume_role_policy") : role if length(web_identity_statements(role)) > 0]
    }

    skip = [
      self.type != "aws_iam_openid_connect_provider",
      length(referenced(self.url, "aws_eks_cluster")) == 0,
      length(local.takers) == 0,
    ]
    require = contains(self.client_id_list, "sts.amazonaws.com")
    at      = self.client_id_list
    message = "${self.address} takes no tokens for the audience sts.amazonaws.com, which are what the service accounts of ${names(local.takers)} get"

    fix {
      set    = { client_id_list = concat(["sts.amazonaws.com"], self.client_id_list) }
      safety = "safe"
      impact = "in-place"
    }
  }

  why = "EKS gives a cluster an issuer, not the IAM provider that vouches for it. The apply is green, and every pod with such a role gets AccessDenied on AssumeRoleWithWebIdentity."

  fix {
    text   = <<-EOT
      resource "aws_iam_openid_connect_provider" "eks" {
        url            = ${own_address(local.cluster)}.identity[0].oidc[0].issuer
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

rule "eks-irsa-trust-unscoped" {
  title    = "Role for a service account trusts the wrong tokens"
  severity = "error"
  category = "security"
  scenario = "credential-leak"

  resource = "aws_iam_role"
  first    = true

  locals {
    statements = [
      for statement in web_identity_statements(self) : statement
      if anytrue([for id in federated_ids(statement) : is_eks_issuer(id)])
    ]
    # A key of which nothing is known may be any.
    subjects = [
      for condition in each.value.conditions : condition
      if condition.key == "" ? unseen("which key a condition compares") : endswith(lower(condition.key), ":sub")
    ]
    names = flatten([for condition in local.subjects : condition.values])
    # STS takes no token for an audience that the provider does not list.
    providers = flatten([for id in federated_ids(each.value) : referenced(id, "aws_iam_openid_connect_provider")])
    listed    = [for provider in local.providers : provider.kind == "resource" ? provider.client_id_list : unseen("the audiences of ${provider.address}")]
    others    = distinct(flatten([for list in local.listed : [for audience in list : audience if audience != "sts.amazonaws.com"]]))
    # How the name of the issuer is written in a condition.
    issuer = try(
      [for provider in local.providers : "$${split(\"oidc-provider/\", ${own_address(provider)}.arn)[1]}" if provider.module == self.module && provider.kind == "resource"][0],
      [for id in federated_ids(each.value) : regex("oidc-provider/(.+)", id)[0] if is_known(id)][0],
      "…",
    )
  }

  skip     = trusts_no_provider(self)
  for_each = local.statements
  at       = self.assume_role_policy

  check "subject" {
    require = length(local.subjects) > 0
    message = "the trust policy of ${self.address} has no condition on `sub`, so that every service account of the cluster may take the role"
  }

  check "wildcard" {
    require = !anytrue([for name in local.names : contains(["*", "system:serviceaccount:*", "system:serviceaccount:*:*"], name)])
    message = "the condition on `sub` of ${self.address} is met by every service account of the cluster"
  }

  check "never" {
    require = !anytrue([
      for condition in local.subjects :
      endswith(condition.test, "StringEquals") && alltrue([for name in condition.values : strcontains(name, "*")])
    ])
    message = "${self.address} compares `sub` by StringEquals with ${names(local.names)}, where * is a plain character: nothing can take the role"
    why     = "Only StringLike knows wildcards. Each AssumeRoleWithWebIdentity is refused."

    fix {
      text   = <<-EOT
        condition {
          test     = "StringLike"
          variable = "${local.issuer}:sub"
          values   = ${is_known(local.names) ? replace(jsonencode(local.names), "\",\"", "\", \"") : "[\"system:serviceaccount:NAMESPACE:*\"]"}
        }
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "of aws_iam_policy_document, in JSON the same test, key and values; or the whole name of the service account, by StringEquals"
    }
  }

  check "audience" {
    severity = "advice"
    skip = [
      length(local.providers) == 0 ? unseen("which audiences the provider lists") : false,
      length(local.providers) > 0 && length(local.others) == 0,
    ]
    require = anytrue([
      for condition in each.value.conditions :
      (condition.key == "" ? unseen("which key a condition compares") : endswith(lower(condition.key), ":aud")) && contains(condition.values, "sts.amazonaws.com")
    ])
    message = "the trust policy of ${self.address} has no condition on `aud`, and ${names([for provider in local.providers : provider.address])} also takes tokens for ${names(local.others)}"
    why     = "Such a token, which the service account got for another purpose and may have shown to a third party, can be used to take the role as well."

    fix {
      text   = <<-EOT
        condition {
          test     = "StringEquals"
          variable = "${local.issuer}:aud"
          values   = ["sts.amazonaws.com"]
        }
      EOT
      safety = "safe"
      impact = "in-place"
      note   = "of aws_iam_policy_document, in JSON the same test, key and values"
    }
  }

  why = "The provider vouches for every service account of the cluster. Without a condition on its name one broken pod, in whatever namespace, has all the rights of this role."

  fix {
    text   = <<-EOT
      condition {
        test     = "StringEquals"
        variable = "${local.issuer}:sub"
        values   = ["system:serviceaccount:NAMESPACE:SERVICE_ACCOUNT"]
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "of aws_iam_policy_document, in JSON the same test, key and values; a wrong name locks the workload out at once"
  }

  exceptions = [
    "of the audience: providers that list sts.amazonaws.com only, since STS refuses all other tokens",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
    "https://repost.aws/knowledge-center/iam-oidc-idp-federation",
  ]
}

rule "eks-node-group-desired-size-drift" {
  title    = "Next apply sets back the number of nodes that the autoscaler chose"
  severity = "warning"
  category = "scaling"
  scenario = "traffic-surge"
  default  = "no attribute is ignored"

  resource = "aws_eks_node_group"

  locals {
    scaling = self.scaling_config[0]
  }

  skip = [
    local.scaling.min_size >= local.scaling.max_size,
    strcontains(coalesce(unknown_reason(local.scaling.desired_size), "-"), "is read from AWS"),
    !cluster_autoscaler(),
  ]
  require = ignores(self, "scaling_config")
  at      = local.scaling.desired_size
  message = "each apply sets ${self.address} back to a desired size of ${local.scaling.desired_size}, while the Cluster Autoscaler moves it between ${local.scaling.min_size} and ${local.scaling.max_size}"
  why     = "An apply at the peak of the day takes the nodes that the autoscaler added away again, with the pods on them."

  fix {
    text   = <<-EOT
      lifecycle {
        ignore_changes = [scaling_config[0].desired_size]
      }
    EOT
    safety = "safe"
    impact = "none"
  }

  exceptions = [
    "groups of a fixed size",
    "clusters that only Karpenter or Auto Mode scales: they leave the desired size alone",
    "a desired size that is read from the live group",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupScalingConfig.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_node_group",
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
    by_zone  = one_of_each_zone(subnets_leading(vpc(local.subnets[0]), [egress(local.subnets[0])], self))
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
    text   = "subnet_ids = ${length(local.by_zone) > 1 ? ids_written(local.by_zone, self) : "aws_subnet.private[*].id"} # one in each of three zones"
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
  why     = "The network interfaces limit how many pods a node takes, not the CPU, and the DaemonSets take some of that room on every node. Such nodes are paid for and cannot be filled, while pods stay Pending."

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

rule "eks-nodes-cannot-reach-private-api" {
  title    = "Nodes without a way to the internet, and the private API endpoint is off"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "endpoint_private_access is false"

  resource = "aws_eks_cluster"

  locals {
    private = anytrue([for network in self.vpc_config : network.endpoint_private_access])
    groups  = concat(eks_node_groups(self), eks_fargate_profiles(self))
    ranges  = flatten([for network in self.vpc_config : network.public_access_cidrs])
    ways    = [for group in local.groups : [for subnet in referenced(group.subnet_ids, "aws_subnet") : egress(subnet)]]
    cut_off = [
      for group in local.groups : group if is_known(eks_is_cut_off(group)) && eks_is_cut_off(group)
    ]
  }

  skip  = local.private
  first = true
  at    = [self.vpc_config[0].endpoint_private_access, self.vpc_config[0].endpoint_public_access]

  check "no-way-out" {
    require = !anytrue([for group in local.groups : eks_is_cut_off(group)])
    message = "${self.address} has a public endpoint only, and ${names(local.cut_off)} ${length(local.cut_off) == 1 ? "lies" : "lie"} in subnets without a route to the internet"

    also {
      at   = [for group in local.cut_off : group.subnet_ids]
      note = "without a default route"
    }
  }

  check "not-in-the-list" {
    severity = "advice"
    skip = [
      length(local.groups) == 0,
      contains(local.ranges, "0.0.0.0/0"),
      length(referenced(local.ranges, ["aws_eip", "aws_nat_gateway"])) > 0,
    ]
    require = false
    at      = self.vpc_config[0].public_access_cidrs
    message = "the public endpoint of ${self.address} admits ${names(local.ranges)} only, and nodes that leave through a NAT gateway of another address cannot join"
    why     = "With the public endpoint alone nodes come from the address of their NAT gateway. Nothing here says that it is in the list."
  }

  why = "Without the private endpoint kubelet reaches the API server by its public address. From subnets without a NAT gateway it never does: no node joins, and the node group fails after half an hour."

  fix {
    text   = <<-EOT
      vpc_config {
        endpoint_private_access = true
      }
    EOT
    safety = "safe"
    impact = "in-place"
    note   = "takes some minutes, in which the API server stays reachable"
  }

  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html",
    "https://docs.aws.amazon.com/eks/latest/APIReference/API_VpcConfigRequest.html",
  ]
}

rule "eks-pod-identity-agent-missing" {
  title    = "Pod Identity associations without what makes them work"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"

  resource = ["aws_eks_pod_identity_association", "aws_eks_addon"]

  locals {
    clusters = referenced(self.cluster_name, "aws_eks_cluster")
    cluster  = one(local.clusters)
    users = concat(
      eks_associations(local.cluster),
      [for addon in referrers(local.cluster, "aws_eks_addon", "cluster_name") : addon if length(addon.pod_identity_association) > 0],
    )
    associated = self.type == "aws_eks_addon" ? self.pod_identity_association : [self]
  }

  skip = [length(local.associated) == 0]

  check "agent" {
    skip = [
      length(local.clusters) == 0,
      eks_auto_mode(local.cluster),
      length(helm_charts(["eks-pod-identity-agent"])) > 0,
      # One finding a cluster.
      local.users[0].address != self.address,
    ]
    require = length(eks_addons(local.cluster, "eks-pod-identity-agent")) > 0
    at      = [self.cluster_name]
    message = "${names(local.users)} ${length(local.users) == 1 ? "associates" : "associate"} roles with service accounts, and ${local.cluster.address} has no eks-pod-identity-agent"

    also {
      at   = local.cluster
      note = "the agent is missing here"
    }
  }

  check "trust" {
    for_each = local.associated

    locals {
      roles = referenced(each.value.role_arn, "aws_iam_role")
      missing = [
        for action in ["sts:AssumeRole", "sts:TagSession"] : action
        if !anytrue([for role in local.roles : trusts_pods(role, action)])
      ]
    }

    skip = [
      length(local.roles) == 0,
      # One finding a role.
      self.type == "aws_eks_pod_identity_association" ? anytrue([
        for role in local.roles : referrers(role, "aws_eks_pod_identity_association", "role_arn")[0].address != self.address
      ]) : false,
    ]
    require = alltrue([for action in ["sts:AssumeRole", "sts:TagSession"] : anytrue([for role in local.roles : trusts_pods(role, action)])])
    at      = each.value.role_arn
    message = "${names(local.roles)} does not let pods.eks.amazonaws.com do ${names(local.missing)}"
    why     = "EKS takes the role on behalf of the pod and marks the session with cluster, namespace and service account. Without both actions in the trust policy the pod gets AccessDenied."

    also {
      at   = [for role in local.roles : role.assume_role_policy]
      note = "the trust policy"
    }

    fix {
      text   = <<-EOT
        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = ["sts:AssumeRole", "sts:TagSession"]
            Principal = { Service = "pods.eks.amazonaws.com" }
          }]
        })
      EOT
      safety = "safe"
      impact = "in-place"
    }
  }

  why = "EKS accepts the association, and nothing happens: in the pod the SDK falls back to the role of the node, or finds no credentials."

  fix {
    text   = <<-EOT
      resource "aws_eks_addon" "pod_identity" {
        cluster_name = ${own_address(local.cluster)}.name
        addon_name   = "eks-pod-identity-agent"
      }
    EOT
    safety = "safe"
    impact = "new-resource"
    note   = "one pod more on each node"
  }

  exceptions = [
    "Auto Mode, which has the agent built in",
    "clusters and roles that are not in the configuration",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html",
    "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  ]
}

rule "eks-private-missing-endpoints" {
  title    = "Nodes without internet access lack VPC endpoints that they need"
  severity = "error"
  category = "availability"
  scenario = "cannot-apply"

  resource = "aws_eks_cluster"

  locals {
    groups = concat(eks_node_groups(self), eks_fargate_profiles(self))
    own    = eks_self_managed_nodes(self)
    subnets = distinct(
      length(local.groups) + length(local.own) > 0 ? concat(
        flatten([for group in local.groups : referenced(group.subnet_ids, "aws_subnet")]),
        flatten([for group in local.own : referenced(group.vpc_zone_identifier, "aws_subnet")]),
      )
      : eks_auto_mode(self) ? flatten([for network in self.vpc_config : referenced(network.subnet_ids, "aws_subnet")]) : []
    )
    alone     = length(resources("aws_eks_cluster")) == 1
    endpoints = referrers(vpc(local.subnets[0]), "aws_vpc_endpoint", "vpc_id")
    tables    = distinct([for subnet in local.subnets : route_table(subnet)])

    needed = concat(
      [for row in fact_rows("eks_private_endpoints") : row.service if row.always],
      # What a resource here proves to be needed.
      length(eks_fargate_profiles(self)) > 0 || length(irsa_users(self)) > 0 ? ["sts"] : [],
      length(eks_associations(self)) > 0 || length(eks_addons(self, "eks-pod-identity-agent")) > 0 ? ["eks-auth"] : [],
      length(eks_addons(self, "aws-efs-csi-driver")) > 0 ? ["elasticfilesystem"] : [],
      local.alone && length(helm_charts(["aws-load-balancer-controller"])) > 0 ? ["elasticloadbalancing"] : [],
      local.alone && length(helm_charts(["cluster-autoscaler"])) > 0 ? ["autoscaling"] : [],
      local.alone && length(helm_charts(["aws-for-fluent-bit"])) > 0 ? ["logs"] : [],
    )
    missing = [for service in local.needed : service if !has_vpc_endpoint(service, local.endpoints, local.tables) && !shares_vpc_endpoint(service)]
  }

  skip = [
    length(local.subnets) == 0,
    !alltrue([for subnet in local.subnets : egress(subnet) == "none"]),
    # What a transit gateway or a peering leads to may be a proxy or shared endpoints.
    anytrue([for table in local.tables : leads_to_other_networks(table)]),
  ]
  require = length(local.missing) == 0
  at      = self.vpc_config[0].subnet_ids
  message = "the nodes of ${self.address} have no way to the internet, and ${vpc(local.subnets[0]).address} has no endpoint for ${names(local.missing)}"
  why     = "Without a NAT gateway nodes reach ECR, S3, EC2 and STS through VPC endpoints only. Where one is missing a node never joins, or its pods stay in ImagePullBackOff, and the node group is never created."

  also {
    at   = [for group in local.groups : group.subnet_ids]
    note = "without a default route"
  }

  fix {
    text   = <<-EOT
      ${endpoint_blocks("eks", local.missing, local.subnets, local.tables, self)}
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "each interface endpoint costs by the hour, zone and gigabyte; a gateway endpoint is free. An interface endpoint takes one subnet of each zone"
  }

  exceptions = [
    "subnets that also lead to a transit gateway, a peering or a VPN: endpoints may be shared from there",
    "private zones named after the missing service",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/vpc-interface-endpoints.html",
  ]
}

rule "eks-service-cidr-overlaps-vpc" {
  title    = "Range of the Kubernetes services does not fit the network"
  severity = "error"
  category = "correctness"
  scenario = "cannot-apply"
  default  = "10.100.0.0/16 or 172.20.0.0/16, as EKS chooses"

  resource = "aws_eks_cluster"

  locals {
    networks = [for network in self.kubernetes_network_config : network if is_set(network.service_ipv4_cidr)]
    range    = local.networks[0].service_ipv4_cidr
    prefix   = tonumber(split("/", local.range)[1])
    subnets  = flatten([for network in self.vpc_config : referenced(network.subnet_ids, "aws_subnet")])
    vpcs     = distinct([for subnet in local.subnets : vpc(subnet)])
    taken    = distinct(concat(flatten([for vpc in local.vpcs : vpc_ranges(vpc)]), [for subnet in local.subnets : subnet.cidr_block if subnet.cidr_block != null]))
    overlaps = [for range in local.taken : range if is_known(range) && cidr_overlaps(range, local.range)]
  }

  skip  = [length(local.networks) == 0, eks_ipv6(self)]
  first = true
  at    = self.kubernetes_network_config[0].service_ipv4_cidr

  check "overlap" {
    require = !anytrue([for range in local.taken : cidr_overlaps(range, local.range)])
    message = "the services of ${self.address} get ${local.range}, which overlaps ${local.overlaps[0]} of the VPC"
  }

  check "size" {
    require = local.prefix >= 12 && local.prefix <= 24
    message = "the services of ${self.address} get ${local.range}; EKS takes a range of /12 to /24"
  }

  check "private" {
    require = anytrue([for private in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] : cidr_contains(private, local.range)])
    message = "the services of ${self.address} get ${local.range}, which is not within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
  }

  why = "EKS refuses to create the cluster. In a cluster that exists the range can never be changed."

  fix {
    text   = <<-EOT
      kubernetes_network_config {
        service_ipv4_cidr = "172.20.0.0/16"
      }
    EOT
    safety = "unsafe"
    impact = "replacement"
    note   = "another range makes a new cluster"
  }

  exceptions = ["IPv6 clusters"]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_cluster",
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
    crowd   = eks_crowd(self)
    same_subnets = sort([
      for group in distinct(flatten([for subnet in local.subnets : referrers(subnet, "aws_eks_node_group", "subnet_ids")])) : group.address
      if sort([for subnet in referenced(group.subnet_ids, "aws_subnet") : subnet.address]) == sort([for subnet in local.subnets : subnet.address])
    ])
  }

  skip = [
    local.cluster == null,
    eks_ipv6(local.cluster),
    eks_cni_elsewhere(local.cluster),
    length(local.subnets) == 0,
    !local.crowd.sized,
    # Groups with the same subnets are one finding.
    index(local.same_subnets, self.address) > 0,
  ]
  require = local.crowd.certain <= local.crowd.room && local.crowd.need <= local.crowd.room
  at      = self.subnet_ids
  message = "at full size the nodes of ${names([for need in local.crowd.needs : "${need.name} (${need.nodes}, each with ${need.words})"])} take ${local.crowd.certain} addresses or more, but there are ${local.crowd.room} in ${names(local.crowd.subnets)}"
  why     = "With the VPC CNI every pod takes an address of the node's subnet, and each node keeps a spare interface full of them besides. Once the subnet is empty new nodes still join, but their pods stay in ContainerCreating: at the very peak for which the group was sized."

  also {
    at   = [for subnet in local.crowd.subnets : subnet.cidr_block]
    note = "a subnet of the nodes"
  }

  fix {
    text   = <<-EOT
      resource "aws_eks_addon" "vpc_cni" {
        cluster_name = ${own_address(local.cluster)}.name
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

rule "eks-vpc-cni-idle-warm-eni" {
  title    = "Every node keeps a spare interface of idle addresses in a tight subnet"
  severity = "warning"
  category = "capacity"
  scenario = "ip-exhaustion"
  default  = "WARM_ENI_TARGET is 1"

  resource = ["aws_eks_addon", "aws_eks_cluster"]

  setting "percent" {
    default     = 25
    description = "share of the nodes' subnets that idle addresses may take, in percent"
  }

  locals {
    clusters = self.type == "aws_eks_cluster" ? [self] : self.addon_name == "vpc-cni" ? referenced(self.cluster_name, "aws_eks_cluster") : []
    cluster  = one(local.clusters)
    settings = eks_cni_settings(local.cluster)
    pools    = eks_pools(local.cluster)
    subnets  = eks_own_subnets(local.cluster)
    idle     = sum([for pool in local.pools : pool.nodes * pool.row.ipv4_per_eni])
    room     = sum([for subnet in local.subnets : cidr_usable(subnet.cidr_block)])
    tuned = anytrue(concat(
      [
        for name in ["WARM_IP_TARGET", "MINIMUM_IP_TARGET", "WARM_PREFIX_TARGET", "ENABLE_PREFIX_DELEGATION", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"] :
        !contains(["", "false"], eks_cni_setting(local.settings, name, ""))
      ],
      [eks_cni_setting(local.settings, "WARM_ENI_TARGET", "1") == "0"],
    ))
  }

  skip = [
    length(local.clusters) == 0,
    # Reported on the add-on where there is one.
    self.type == "aws_eks_cluster" && length(eks_addons(self, "vpc-cni")) > 0,
    eks_ipv6(local.cluster),
    eks_cni_elsewhere(local.cluster),
    length(local.pools) == 0,
    length(local.subnets) == 0,
    anytrue([for subnet in local.subnets : subnet.cidr_block == null]),
    anytrue([for pool in local.pools : pool.row == null]),
  ]
  require = (
    local.tuned || local.idle * 100 <= local.room * setting.percent
    # Reported on the node group.
    || eks_runs_out(local.cluster)
  )
  at      = self.type == "aws_eks_addon" ? [self.configuration_values, self.addon_name] : [self]
  message = "at full size nodes of ${local.cluster.address} keep ${local.idle} idle addresses (${names([for pool in local.pools : "${pool.nodes} × ${pool.row.ipv4_per_eni} for ${pool.row.type}"])}), ${floor(local.idle * 100 / local.room)} % of the ${local.room} in their subnets"
  why     = "By default the CNI holds a whole untouched interface on every node, whatever runs there: three idle c5.large with two pods have 50 addresses, 43 of them unused. Those are missing for pods, load balancers and new nodes."

  also {
    at   = [for subnet in local.subnets : subnet.cidr_block]
    note = "a subnet of the nodes"
  }

  fix {
    text   = <<-EOT
      configuration_values = jsonencode({
        env = {
          MINIMUM_IP_TARGET = "20" # pods that a node normally runs
          WARM_IP_TARGET    = "5"
        }
      })
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "restarts aws-node on every node; in a large cluster too low a WARM_IP_TARGET makes so many EC2 calls that they are throttled"
  }

  exceptions = [
    "add-ons that set one of the targets or prefix delegation, and custom networking",
    "IPv6 clusters, other CNIs, clusters without node groups",
    "clusters that eks-subnet-too-small-for-node-group reports",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/best-practices/vpc-cni.html",
    "https://docs.aws.amazon.com/eks/latest/best-practices/ip-opt.html",
    "https://github.com/aws/amazon-vpc-cni-k8s/blob/master/README.md",
  ]
}

rule "eks-vpc-range-headroom" {
  title    = "Subnets of the cluster cannot hold the pods that it may start"
  severity = "warning"
  category = "capacity"
  scenario = "ip-exhaustion"

  resource = "aws_eks_cluster"

  setting "margin" {
    default     = 1
    description = "how many times the worst case should fit; 2 is a common choice for a new network"
  }

  locals {
    settings = eks_cni_settings(self)
    pools    = eks_pools(self)
    subnets = distinct(concat(
      eks_own_subnets(self),
      flatten([for profile in eks_fargate_profiles(self) : referenced(profile.subnet_ids, "aws_subnet")]),
      flatten([for network in self.vpc_config : referenced(network.subnet_ids, "aws_subnet")]),
      eks_subnets_of_pods(),
    ))
    of_nodes = sum([for pool in local.pools : pool.nodes * eks_node_ceiling(pool.row, local.settings).count])
    # One group at a time; the control plane has up to four interfaces.
    of_update = max([for pool in local.pools : pool.surge * eks_node_ceiling(pool.row, local.settings).count]...)
    demand    = local.of_nodes + local.of_update + 4
    room      = sum([for subnet in local.subnets : cidr_usable(subnet.cidr_block)])
    missing   = local.demand * setting.margin - local.room
  }

  skip = [
    eks_ipv6(self),
    eks_cni_elsewhere(self),
    eks_cni_setting(local.settings, "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "false") == "true",
    length(local.pools) == 0,
    length(local.subnets) == 0,
    anytrue([for subnet in local.subnets : subnet.cidr_block == null]),
    anytrue([for pool in local.pools : pool.row == null]),
  ]
  require = (
    local.missing <= 0
    # Reported on the node group.
    || eks_runs_out(self)
  )
  at      = self.vpc_config[0].subnet_ids
  message = "when all nodes of ${self.address} are full (${names([for pool in local.pools : "${pool.nodes} of ${pool.name}, each ${eks_node_ceiling(pool.row, local.settings).words}"])}) they take ${local.of_nodes} addresses, an update ${local.of_update} more and the control plane 4, but there are ${local.room}: a /${32 - ceil(log(max(local.missing, 16), 2))} is missing"
  why     = "Load balancers, databases and interface endpoints take their addresses from the same subnets. The first range of a VPC cannot be changed later, so that a network which just fits today keeps the cluster from growing."

  also {
    at   = [for subnet in local.subnets : subnet.cidr_block]
    note = "a subnet of the cluster"
  }

  fix {
    text   = <<-EOT
      resource "aws_vpc_ipv4_cidr_block_association" "pods" {
        vpc_id     = ${try(known_text(written_in(vpc(local.subnets[0]), "id", self)), "\"${known_text(local.subnets[0].vpc_id)}\"", "\"(id of the VPC)\"")}
        cidr_block = "100.64.0.0/16"
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "with subnets in it, tagged kubernetes.io/role/cni = 1 or given to new node groups; EKS may take five hours to see a new range"
  }

  exceptions = [
    "IPv6 clusters, other CNIs, and custom networking, where pods draw on other subnets",
    "clusters that eks-subnet-too-small-for-node-group reports",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/best-practices/ip-opt.html",
    "https://docs.aws.amazon.com/eks/latest/best-practices/subnets.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html",
    "https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html",
  ]
}
