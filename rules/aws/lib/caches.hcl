function "cache_is_spread" {
  params      = [cache]
  description = "Whether a cache has several nodes whose loss together no rule about the cache itself reports."
  value = (
    cache.resource_type == "aws_elasticache_cluster" ? coalesce(cache.num_cache_nodes, 1) > 1 :
    has_cache_replica(cache) ? !cache.automatic_failover_enabled || is_set(cache.global_replication_group_id) :
    coalesce(cache.num_node_groups, 1) > 1
  )
}

function "has_cache_replica" {
  params      = [group]
  description = "Whether the shards of a replication group have replicas, those that are resources of their own included."
  value = (
    (is_set(group.replicas_per_node_group) ? group.replicas_per_node_group : group.num_cache_clusters - 1) > 0
    || is_referred_to(group, ["aws_elasticache_cluster"], "replication_group_id")
  )
}
