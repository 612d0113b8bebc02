function "is_legacy_cache" {
  params      = [group]
  description = "Whether a replication group is written for the provider before version 5, in which number_cache_clusters and a cluster_mode block said how many nodes there are."
  value       = is_set(group.number_cache_clusters) || (is_set(group.cluster_mode) && !can(tostring(group.cluster_mode)))
}

function "arguments" {
  params      = [pairs]
  description = "Arguments as they are written one below the other, of objects of `name` and `value`."
  value       = join("\n", [for pair in pairs : "${pair.name}${substr("                                ", 0, max([for other in pairs : length(other.name)]...) - length(pair.name))} = ${pair.value}"])
}

function "is_referred_to" {
  params      = [instance, types, attribute]
  description = "Whether an instance of these types refers to one. Unlike with referrers(), what modules that are not on disk might have does not count where the configuration has none of these types itself."
  value = is_known(length(referrers(instance, types, attribute)) > 0) ? length(referrers(instance, types, attribute)) > 0 : (
    length(resources(types)) > 0 ? unseen("which of ${names(types)} refers to ${instance.address}") : false
  )
}
