rule "opensearch-dedicated-masters" {
  title    = "Master nodes of the OpenSearch domain cannot elect one of them when a zone or a node fails"
  severity = "error"
  category = "availability"
  scenario = "instance-loss"
  default  = "no dedicated masters: data nodes elect one of themselves"

  resource = "aws_opensearch_domain"

  setting "min_nodes" {
    default     = 3
    description = "data nodes from which on a domain should have dedicated masters"
  }

  locals {
    config  = self.cluster_config[0]
    nodes   = opensearch_nodes(self)
    masters = local.config.dedicated_master_count
    enabled = opensearch_has_masters(self)
    zones   = opensearch_zones(self)
  }

  skip  = local.nodes == 1
  why   = "A master is elected by more than half of those that can be one. Where half of the nodes stand in each of two zones, the loss of either zone leaves no majority: the domain takes neither reads nor writes until the zone is back. Two dedicated masters are no better than one; three survive the loss of one, and take the work of running the cluster off the nodes that answer queries."
  first = true

  check "count" {
    skip    = [!local.enabled, !is_set(local.masters)]
    require = contains([3, 5], local.masters)
    at      = local.config.dedicated_master_count
    message = local.masters > 5 ? "${self.address} has ${plural(local.masters, "dedicated master")}: OpenSearch Service takes no more than five" : "${self.address} has ${plural(local.masters, "dedicated master")}: a majority is ${floor(local.masters / 2) + 1}, so that ${local.masters - floor(local.masters / 2) - 1 == 0 ? "none" : local.masters - floor(local.masters / 2) - 1} may fail; three or five are what OpenSearch Service recommends"
  }
  check "two-zones" {
    skip    = local.enabled
    require = local.zones != 2
    at      = [local.config.dedicated_master_enabled, local.config.zone_awareness_enabled]
    message = "${self.address} spreads ${plural(local.nodes, "node")} over two zones without dedicated masters: when the zone with ${ceil(local.nodes / 2)} of them is lost, the other ${floor(local.nodes / 2)} ${floor(local.nodes / 2) == 1 ? "is" : "are"} no majority and cannot elect a master"
  }
  check "large" {
    severity        = "warning"
    production_only = true
    skip            = local.enabled
    require         = local.nodes < setting.min_nodes
    at              = [local.config.dedicated_master_enabled, self.cluster_config]
    message         = "the ${plural(local.nodes, "node")} of ${self.address} answer queries and run the cluster as well: under load the elected master is late with both"
  }
  check "small-type" {
    severity = "warning"
    skip     = [!local.enabled, !is_set(local.config.dedicated_master_type)]
    require  = !(can(regex("^t[23]\\.", local.config.dedicated_master_type)) && local.nodes > 10)
    at       = local.config.dedicated_master_type
    message  = "${local.config.dedicated_master_type} is no master for ${plural(local.nodes, "node")}: OpenSearch Service takes T2 and T3 masters for up to 10 nodes"
  }
  check "no-type" {
    severity = "warning"
    skip     = !local.enabled
    require  = is_set(local.config.dedicated_master_type)
    at       = local.config.dedicated_master_enabled
    message  = "${self.address} switches dedicated masters on without saying of which type"
  }

  fix {
    text   = <<-EOT
      cluster_config {
        dedicated_master_enabled = true
        dedicated_master_count   = 3
        dedicated_master_type    = "m6g.large.search"
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "a blue/green deployment: switching masters on copies the domain, with hours of extra load; three more small nodes are billed"
  }

  exceptions = ["domains of a single node", "for domains in one zone or in three: non-production environments"]
  sources = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ClusterConfig.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html",
  ]
  peers = ["CKV_AWS_318", "CKV2_AWS_59"]
}

rule "opensearch-provider-defaults" {
  title    = "OpenSearch domain is a single node, or one of an old type"
  severity = "error"
  category = "availability"
  scenario = "instance-loss"
  default  = "one node of m3.medium.search"

  resource        = "aws_opensearch_domain"
  production_only = true

  locals {
    config = self.cluster_config[0]
    type   = length(self.cluster_config) == 0 ? "m3.medium.search" : local.config.instance_type
  }

  why = "A replica is never placed on the node of its primary, so that a single node has none: the cluster stays yellow, and when the node is lost so is everything since the last hourly snapshot. AWS recommends three nodes, or two with three dedicated masters."

  check "count" {
    require = opensearch_nodes(self) != 1
    at      = local.config.instance_count
    message = "${self.address} has one node: its replicas cannot be placed anywhere, and when it fails the data since the last hourly snapshot is lost"
  }
  check "type" {
    severity = "warning"
    require  = !can(regex("^(m3|m4|c4|r3|r4|i2|t2)\\.", local.type))
    at       = local.config.instance_type
    message  = "the nodes of ${self.address} are ${local.type}, a type of a previous generation${length(self.cluster_config) == 0 || !is_set(try(local.config.instance_type, null)) ? ", which the provider takes where none is written" : ""}"
  }

  fix {
    text   = <<-EOT
      cluster_config {
        instance_type  = "r6g.large.search"
        instance_count = 3
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "a blue/green deployment: without dedicated masters a change of the number or the type of nodes copies the whole domain, with hours of extra load; billed by the node"
  }

  exceptions = ["non-production environments"]
  sources = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/sizing-domains.html",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/opensearch/domain.go",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-configuration-changes.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html",
  ]
  peers = ["OpenSearch.6"]
}

rule "opensearch-single-az" {
  title    = "OpenSearch domain is in one Availability Zone, or in two"
  severity = "error"
  category = "availability"
  scenario = "az-loss"
  default  = "one zone; two where zone awareness is switched on"

  resource        = "aws_opensearch_domain"
  production_only = true

  locals {
    config = self.cluster_config[0]
    nodes  = opensearch_nodes(self)
    zones  = opensearch_zones(self)
    # Accounts see two zones there.
    narrow = anytrue([for provider in providers("aws") : try(provider.region == "us-west-1", false)])
  }

  skip = [
    local.nodes == 1,
    opensearch_has_standby(self),
  ]
  why = "Primary and replica shards stand in one building and fail together. With two zones a failure still takes half of the capacity, in the minutes when clients retry; with three it takes a third, and with a standby zone AWS promises 99.99%."

  check "one-zone" {
    require = local.zones > 1
    at      = [local.config.zone_awareness_enabled, self.cluster_config]
    message = "all ${plural(local.nodes, "node")} of ${self.address} are in one zone, primaries and their replicas together"
  }
  check "two-zones" {
    severity = "advice"
    skip     = local.narrow
    require  = local.zones != 2
    at       = [local.config.zone_awareness_config[0].availability_zone_count, local.config.zone_awareness_enabled]
    message  = "${self.address} is spread over two zones: the loss of one takes half of its ${plural(local.nodes, "node")}"
  }

  fix {
    text   = <<-EOT
      cluster_config {
        zone_awareness_enabled = true

        zone_awareness_config {
          availability_zone_count = 3
        }
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "a blue/green deployment; the number of nodes must be a multiple of the zones, and a domain in a VPC needs a subnet for each; traffic between the zones of a domain is free"
  }

  exceptions = ["domains of a single node", "Multi-AZ with standby", "non-production environments", "for two zones: us-west-1"]
  sources = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/opensearch_domain",
  ]
  peers = ["CKV_AWS_318"]
}
