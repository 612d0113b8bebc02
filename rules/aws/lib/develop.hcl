function "development_sized" {
  params      = [argument, value, days]
  description = "Whether a value of an argument is the smallest of its kind: one of it, a small burstable class, a short retention."
  value = anytrue([
    contains(["desired_count", "desired_size", "desired_capacity", "min_size", "min_capacity", "number_of_nodes", "num_cache_nodes", "num_cache_clusters", "number_of_broker_nodes", "shard_count", "instance_count"], argument) && try(tonumber(value) == 1, false),
    contains(["instance_class", "instance_type", "node_type"], argument) && is_small_burstable(value),
    contains(["retention_in_days", "backup_retention_period", "recovery_window_in_days"], argument) && try(tonumber(value) <= days && tonumber(value) > 0, false),
    argument == "force_destroy" && try(tobool(value), false) == true,
  ])
}

function "is_small_burstable" {
  params      = [class]
  description = "Whether a class of instances is a burstable one of the smaller sizes, such as db.t4g.medium."
  value       = can(regex("(^|[.])t[0-9][a-z]*[.](nano|micro|small|medium)$", class))
}
