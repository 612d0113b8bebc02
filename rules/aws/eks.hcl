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
