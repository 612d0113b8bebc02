function "has_upper_bound" {
  params      = [constraints]
  description = "Whether one of these version constraints keeps the next major release out."
  value       = anytrue([for constraint in constraints : is_bounded_above(constraint)])
}

function "is_bounded_above" {
  params      = [constraint]
  description = "Whether a version constraint keeps the next major release out."
  value = anytrue([
    for term in split(",", constraint) : begins_with(trimspace(term), "~>", "<", "=") ||
    begins_with(trimprefix(trimspace(term), "v"), "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
  ])
}

function "is_bounded_by_block" {
  params      = [name]
  description = "Whether the deprecated version argument of a provider block in the root module keeps the next major release out."
  value       = anytrue([for provider in providers(name) : provider.module == "" && is_set(provider.version) && has_upper_bound([provider.version])])
}
