rule "elasticache-no-failover" {
  title    = "Cache cannot fail over: it has no replica, or failover is off"
  severity = "error"
  category = "availability"
  scenario = "instance-loss"
  default  = "one node, no automatic failover, one zone"

  resource = "aws_elasticache_replication_group"
  first    = true

  locals {
    failover = self.automatic_failover_enabled
    groups   = referenced(self.parameter_group_name, "aws_elasticache_parameter_group")
    # A group of parameters that is not here may switch cluster mode on: only AWS knows.
    cluster_parameters = self.parameter_group_name == null ? false : length(local.groups) > 0 ? (
      anytrue([for parameter in local.groups[0].parameter : parameter.name == "cluster-enabled" && parameter.value == "yes"])
      ) : (
      startswith(self.parameter_group_name, "default.") ? endswith(self.parameter_group_name, ".cluster.on") : self.cluster_enabled
    )
    cluster = anytrue([
      self.cluster_mode == "enabled",
      self.num_node_groups == null ? false : self.num_node_groups > 1,
      length(self.node_group_configuration) > 1,
      local.cluster_parameters,
    ])
    per_shard = is_set(self.replicas_per_node_group) ? self.replicas_per_node_group : self.num_cache_clusters - 1
    written   = [for shard in self.node_group_configuration : shard.replica_count == null ? local.per_shard : shard.replica_count]
    own       = length(local.written) > 0 ? min(local.written...) : local.per_shard
    # Replicas that are resources of their own.
    added       = referrers(self, "aws_elasticache_cluster", "replication_group_id")
    has_replica = local.own > 0 || is_referred_to(self, ["aws_elasticache_cluster"], "replication_group_id")
    replicas    = local.own + length(local.added)
    is_primary  = is_referred_to(self, ["aws_elasticache_global_replication_group"], "primary_replication_group_id")
    has_node    = is_known(local.has_replica) ? local.has_replica : false
    # One more node, by the argument that says how many there are.
    more = length(self.node_group_configuration) > 0 ? { name = "replica_count", value = "1 # in each node_group_configuration" } : (
      is_set(self.replicas_per_node_group) || (is_known(local.cluster) ? local.cluster : false)
      ? { name = "replicas_per_node_group", value = "1" }
      : { name = "num_cache_clusters", value = is_known(local.cluster) ? "2" : "2 # in cluster mode: replicas_per_node_group = 1" }
    )
    on       = { name = "automatic_failover_enabled", value = "true" }
    switches = [for switch in [local.on, { name = "multi_az_enabled", value = "true" }] : switch if !try(tobool(self[switch.name]), false)]
  }

  skip = [
    is_set(self.global_replication_group_id),
    is_legacy_cache(self),
  ]
  at  = self.automatic_failover_enabled
  why = "Without a replica to promote, ElastiCache replaces a node that fails by an empty one: the sessions in it are gone, and until the cache is warm again the database behind it takes the whole load. The provider's defaults are one node and no failover."

  check "cluster-mode" {
    skip    = !local.cluster
    require = local.failover
    message = "${self.address} is in cluster mode with automatic failover off, which ElastiCache refuses"

    fix {
      text   = "automatic_failover_enabled = true"
      safety = "safe"
      impact = "in-place"
    }
  }
  check "multi-az" {
    skip    = !self.multi_az_enabled
    require = local.failover
    at      = self.multi_az_enabled
    message = "${self.address} asks for several zones with automatic failover off, which the provider refuses"

    fix {
      text   = arguments(local.has_node ? [local.on] : [local.on, local.more])
      safety = "unsafe"
      impact = "in-place"
      note   = local.has_node ? "or multi_az_enabled = false" : "failover needs a replica, which costs as much as the primary; or multi_az_enabled = false"
    }
  }
  check "failover-without-replica" {
    skip    = [local.cluster, !local.failover && !self.multi_az_enabled]
    require = local.has_replica
    at      = [self.num_cache_clusters, self.replicas_per_node_group, self.automatic_failover_enabled]
    message = "${self.address} asks for automatic failover with one node, which ElastiCache refuses: it needs a replica"

    fix {
      text   = arguments([local.more])
      safety = "unsafe"
      impact = "in-place"
      note   = "a replica costs as much as the primary"
    }
  }
  check "single-node" {
    production_only = true
    skip            = [is_known(local.cluster) && local.cluster, local.is_primary]
    require         = local.has_replica
    at              = [self.num_cache_clusters, self.replicas_per_node_group]
    message         = "${self.address} has no replica: when a node fails, what it holds is lost"
  }
  check "failover-off" {
    production_only = true
    skip            = [!local.has_replica, local.is_primary]
    require         = local.failover
    message         = "${self.address} has ${is_known(local.replicas) ? plural(local.replicas, "replica") : "a replica"} but automatic failover is off: nothing promotes one when the primary fails"

    also {
      at   = local.added
      note = "a replica"
    }
  }
  check "shard-without-replica" {
    production_only = true
    skip            = [!local.cluster, local.is_primary]
    require         = local.own > 0
    at              = [self.replicas_per_node_group, self.node_group_configuration, self.num_node_groups, self.cluster_mode]
    message         = "a shard of ${self.address} has no replica: its part of the keys is lost with its node"
  }

  fix {
    text   = arguments(local.has_node ? local.switches : concat(local.switches, [local.more]))
    safety = "unsafe"
    impact = "in-place"
    note   = local.has_node ? "in the maintenance window, or at once with apply_immediately" : "replicas are added online; each costs as much as a primary"
  }

  exceptions = [
    "secondary groups of a global datastore, which take their settings from it; of its primary group only settings that contradict each other are reported, since what it holds is in another Region too",
    "configurations for versions of the provider in which the arguments had other names",
    "groups that are not for production, unless their settings contradict each other",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_replication_group",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_cluster",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_global_replication_group",
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/red-ug/AutoFailover.html",
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/elasticache/replication_group.go",
  ]
  peers = ["CKV2_AWS_50", "ElastiCache.3"]
}
