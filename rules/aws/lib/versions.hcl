function "has_upper_bound" {
  params      = [constraints]
  description = "Whether one of these version constraints keeps the next major release out."
  value = anytrue(flatten([
    for constraint in constraints : [for term in split(",", constraint) : can(regex("^\\s*(~>|<|=|v?[0-9])", term))]
  ]))
}
