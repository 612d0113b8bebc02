# Images of instances.

function "pins_image" {
  params      = [search]
  description = "Whether the filters of a search for an AMI fit one build: a name or id without a wildcard."
  value = !is_known(length(search.filter)) && leaves_out(search, search.filter) ? false : anytrue([
    for filter in search.filter :
    contains(["name", "image-id"], filter.name) && alltrue([for value in filter.values : !strcontains(value, "*") && !strcontains(value, "?")])
  ])
}

function "leaves_out" {
  params      = [source, value]
  description = "Whether a data source's block does not write this argument, so that its value is what AWS answers."
  value       = !is_known(value) && startswith(coalesce(unknown_reason(value), "-"), "${source.address}.")
}
