function "cache_is_spread" {
  params      = [cache]
  description = "Whether a cache has several nodes whose loss together no rule about the cache itself reports."
  value = (
    cache.resource_type == "aws_elasticache_cluster" ? coalesce(cache.num_cache_nodes, 1) > 1 :
    cache_replicas(cache) > 0 ? !cache.automatic_failover_enabled || is_set(cache.global_replication_group_id) :
    coalesce(cache.num_node_groups, 1) > 1
  )
}

function "cache_replicas" {
  params      = [group]
  description = "How many replicas each shard of a replication group has."
  value       = is_set(group.replicas_per_node_group) ? group.replicas_per_node_group : group.num_cache_clusters - 1
}
