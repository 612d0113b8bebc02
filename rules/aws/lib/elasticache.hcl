function "is_legacy_cache" {
  params      = [group]
  description = "Whether a replication group is written for the provider before version 5, in which number_cache_clusters and a cluster_mode block said how many nodes there are."
  value       = is_set(group.number_cache_clusters) || (is_set(group.cluster_mode) && !can(tostring(group.cluster_mode)))
}
