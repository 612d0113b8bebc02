# Subnets that fixes name.

function "subnets_leading" {
  params      = [network, ways, reader]
  description = "The subnets of a VPC that are declared in the module of a resource and whose default routes lead one of these ways, as `egress` tells them, as far as that is known."
  value       = [for subnet in elements_known(resources("aws_subnet")) : subnet if subnet.module == reader.module && (is_known(leads(subnet, network, ways)) ? leads(subnet, network, ways) : false)]
}

function "leads" {
  params      = [subnet, network, ways]
  description = "Whether a subnet lies in a VPC and its default routes lead one of these ways."
  value       = same(vpc(subnet), network) && contains(ways, egress(subnet))
}

function "ids_written" {
  params      = [subnets, reader]
  description = "The ids of subnets as a list in the module of a resource, which is theirs; all instances of a resource by one splat."
  value = (
    length(distinct([for subnet in subnets : subnet.block_address])) == 1 && length(subnets) > 1 && length(subnets) == length([for subnet in resources("aws_subnet") : subnet if subnet.block_address == subnets[0].block_address])
    ? splat_written(trimprefix(subnets[0].block_address, "${reader.module}."), subnets[0].instance_key)
    : "[${join(", ", [for subnet in subnets : written_in(subnet, "id", reader)])}]"
  )
}

function "splat_written" {
  params      = [block, key]
  description = "The ids of all instances of a resource, one of which has this key."
  value       = can(tonumber(key)) ? "${block}[*].id" : "values(${block})[*].id"
}
