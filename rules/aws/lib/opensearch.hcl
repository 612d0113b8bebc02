# What the nodes of an OpenSearch domain are, whether or not there is a cluster_config.

function "opensearch_nodes" {
  params      = [domain]
  description = "The number of data nodes of a domain."
  value       = length(domain.cluster_config) == 0 ? 1 : tonumber(domain.cluster_config[0].instance_count)
}

function "opensearch_zones" {
  params      = [domain]
  description = "The number of zones over which the nodes of a domain are spread."
  value = anytrue([for config in domain.cluster_config : config.zone_awareness_enabled]) ? (
    length(flatten([for config in domain.cluster_config : config.zone_awareness_config])) == 0
    ? 2
    : domain.cluster_config[0].zone_awareness_config[0].availability_zone_count
  ) : 1
}

function "opensearch_has_standby" {
  params      = [domain]
  description = "Whether a domain is a Multi-AZ one with standby."
  value       = anytrue([for config in domain.cluster_config : config.multi_az_with_standby_enabled])
}

function "opensearch_has_masters" {
  params      = [domain]
  description = "Whether a domain has dedicated master nodes."
  value       = anytrue([for config in domain.cluster_config : config.dedicated_master_enabled])
}
