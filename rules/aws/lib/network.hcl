function "subnet_in_use" {
  params      = [subnet]
  description = "Whether something other than NAT gateways takes addresses of a subnet, or may: a resource refers to it, or its id leaves the configuration."
  value = (
    exported(subnet, "id") || passed_to_unseen(subnet) || !is_known(subnet_users(subnet))
    || anytrue([for user in subnet_users(subnet) : user.resource_type != "aws_nat_gateway"])
  )
}

function "subnet_users" {
  params      = [subnet]
  description = "What refers to a subnet and takes addresses of it, or puts it together with others for those that do."
  value       = referrers(subnet, subnet_consumers())
}

function "subnet_consumers" {
  params      = []
  description = "The types of what takes addresses of a subnet, or puts it together with others for those that do."
  value = concat(
    distinct(fact_rows("subnet_address_consumers")[*].resource),
    [
      "aws_apigatewayv2_vpc_link",
      "aws_batch_compute_environment",
      "aws_codebuild_project",
      "aws_dax_subnet_group",
      "aws_db_subnet_group",
      "aws_directory_service_directory",
      "aws_dms_replication_subnet_group",
      "aws_docdb_subnet_group",
      "aws_ec2_client_vpn_network_association",
      "aws_elasticache_subnet_group",
      "aws_emr_cluster",
      "aws_fsx_lustre_file_system",
      "aws_fsx_ontap_file_system",
      "aws_fsx_windows_file_system",
      "aws_launch_template",
      "aws_memorydb_subnet_group",
      "aws_mq_broker",
      "aws_neptune_subnet_group",
      "aws_network_interface",
      "aws_networkfirewall_firewall",
      "aws_redshift_subnet_group",
      "aws_route53_resolver_endpoint",
      "aws_sagemaker_domain",
      "aws_sagemaker_notebook_instance",
      "aws_spot_fleet_request",
      "aws_transfer_server",
    ],
  )
}

function "shared_ranges" {
  params      = [a, b]
  description = "The IPv4 ranges that two VPCs have in common, as far as their ranges are known."
  value = flatten([
    for left in vpc_ranges(a) : [for right in vpc_ranges(b) : cidr_intersection(left, right) if cidr_overlaps(left, right)]
  ])
}

function "vpcs_of_table" {
  params      = [id]
  description = "The VPC of the route table that an id names, the main route table of a VPC included."
  value = concat(
    referenced(id, "aws_vpc"),
    flatten([for table in referenced(id, "aws_route_table") : referenced(table.vpc_id, "aws_vpc")]),
    flatten([for table in referenced(id, "aws_default_route_table") : referenced(table.default_route_table_id, "aws_vpc")]),
  )
}

function "attachment_tables" {
  params      = [attachment]
  description = "The route tables of the transit gateway with which an attachment is associated or to which it propagates, but for the default one."
  value = flatten([
    for link in referrers(
      attachment,
      ["aws_ec2_transit_gateway_route_table_association", "aws_ec2_transit_gateway_route_table_propagation"],
      "transit_gateway_attachment_id",
    ) : referenced(link.transit_gateway_route_table_id, "aws_ec2_transit_gateway_route_table")
  ])
}

function "on_default_table" {
  params      = [attachment, gateway]
  description = "Whether an attachment is associated with the default route table of its transit gateway, or propagates to it."
  value = (
    (gateway.default_route_table_association == "enable" && attachment.transit_gateway_default_route_table_association) ||
    (gateway.default_route_table_propagation == "enable" && attachment.transit_gateway_default_route_table_propagation)
  )
}

function "share_a_table" {
  params      = [a, b, gateway]
  description = "Whether two attachments of a transit gateway have a route table in common."
  value = (
    (on_default_table(a, gateway) && on_default_table(b, gateway)) ||
    anytrue(flatten([for left in attachment_tables(a) : [for right in attachment_tables(b) : same(left, right)]]))
  )
}

function "lets_through" {
  params      = [user]
  description = "Whether what is in a subnet only passes traffic on: a gateway endpoint does not serve what enters from elsewhere."
  value       = contains(["aws_ec2_transit_gateway_vpc_attachment", "aws_nat_gateway", "aws_networkfirewall_firewall", "aws_vpc_endpoint"], user.resource_type)
}

function "serves_hosts" {
  params      = [subnet]
  description = "Whether something in a subnet, or what its id is handed to, may itself talk to AWS."
  value = (
    exported(subnet, "id") || passed_to_unseen(subnet) || !is_known(subnet_users(subnet))
    || anytrue([for user in subnet_users(subnet) : !lets_through(user)])
  )
}

function "uses_dynamodb" {
  params      = []
  description = "Whether the configuration has a DynamoDB table other than one for Terraform's locks, or a policy that names the service's actions."
  value = (
    anytrue([for table in resources("aws_dynamodb_table") : !is_lock_table(table)])
    || anytrue([
      for policy in resources("aws_iam_policy", "aws_iam_role_policy") : strcontains(policy.policy, "dynamodb:")
      if is_known(strcontains(policy.policy, "dynamodb:"))
    ])
  )
}

function "is_cut_off" {
  params      = [subnet]
  description = "Whether a subnet has neither a way to the internet nor one to another network, whose proxies or endpoints it may use."
  value       = egress(subnet) == "none" && !leads_to_other_networks(route_table(subnet))
}

function "central_names" {
  params      = [vpc]
  description = "What may give the names of AWS's services in a VPC to the endpoints of another VPC: profiles and private zones."
  value = concat(
    referrers(vpc, "aws_route53profiles_association", "resource_id"),
    [for zone in referrers(vpc, "aws_route53_zone", "vpc.vpc_id") : zone if endswith(zone.name, "amazonaws.com")],
    referrers(vpc, "aws_route53_zone_association", "vpc_id"),
  )
}

function "network_names" {
  params      = []
  description = "The names of VPCs and of their gateways, by their tags; null for one without."
  value       = [for part in resources("aws_vpc", "aws_internet_gateway", "aws_nat_gateway") : try(tags(part)["Name"], null)]
}

function "is_private_name" {
  params      = [name]
  description = "Whether a name says that a subnet is private. Data and databases are words for it beside subnet, tier or layer, and at the end, where a zone or a number may follow."
  value       = has_word(name, ["private", "internal", "intra", "isolated"]) || can(regex(private_words(), separated(name)))
}

function "separated" {
  params      = [name]
  description = "A name in small letters, with a hyphen wherever a word ends."
  value       = lower(replace(replace(name, "/([a-z0-9])([A-Z])/", "$1-$2"), "/[^A-Za-z0-9]+/", "-"))
}

function "private_words" {
  params      = []
  description = "A pattern for names of subnets for data, in the form of separated()."
  value       = "(^|-)(((db|database|databases|data)[0-9]*(-[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-[0-9][a-z]?|-az-?[0-9a-z]|-zone-?[0-9a-z]|-[0-9]{1,2}[a-z]?|-[a-z])*$)|(db|database|data)-?(subnets?|tier|layer)(-|$)|(subnets?|tier|layer)-(db|database|data)(-|$))"
}
