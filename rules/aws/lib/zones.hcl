# Availability Zones.

function "in_one_zone" {
  params      = [subnets]
  description = "Whether subnets, of which there is one at least, all lie in one Availability Zone. A single one does, whatever its zone is called."
  value       = length(subnets) == 1 ? true : zone_count(subnets) == 1
}

function "outside_the_zones" {
  params      = [subnet]
  description = "Whether a subnet lies in a Local Zone or Wavelength Zone (`us-west-2-lax-1a`), or on an Outpost."
  value = is_set(subnet.outpost_arn) || (
    !is_set(subnet.availability_zone) && !is_set(subnet.availability_zone_id)
    ? false
    : is_local_zone(zone(subnet))
  )
}

function "is_local_zone" {
  params      = [zone]
  description = "Whether a zone is a Local Zone or Wavelength Zone by its name or id: `us-west-2-lax-1a`, `us-east-1-wl1-bos-wlz-1`, `usw2-lax1-az1`."
  # Most are called like us-west-2a or usw2-az1.
  value = zone == null || (length(split("-", zone)) < 4 && !has_part(zone, "-az")) ? false : can(regex("^[a-z-]+-[0-9]+-[a-z]|^[a-z]+[0-9]+-[a-z]+[0-9]+-az", zone))
}

function "covers_zone_of" {
  params      = [subnets, subnet]
  description = "Whether one of these subnets lies in the zone of another one."
  value       = anytrue([for other in subnets : same(other, subnet)]) || zone_count(concat(subnets, [subnet])) == zone_count(subnets)
}

function "one_of_each_zone" {
  params      = [subnets]
  description = "Of these subnets the first one in each Availability Zone, as far as their zones can be compared."
  value = [
    for at, subnet in subnets : subnet
    if is_known(covers_zone_of(slice(subnets, 0, at), subnet)) ? !covers_zone_of(slice(subnets, 0, at), subnet) : false
  ]
}
