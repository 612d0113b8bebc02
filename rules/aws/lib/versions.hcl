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

function "locked_version" {
  params      = [source, lock]
  description = "Major and minor version of a provider in the text of a lock file, as `5.31`; null where it is not in it."
  value       = try(join(".", regex("provider \"[^\"]*/${reverse(split("/", source))[0]}\"\\s*\\{\\s*version\\s*=\\s*\"([0-9]+)\\.([0-9]+)", lock)), null)
}

function "locked_constraints" {
  params      = [name, required, lock]
  description = "What all modules required of a provider when a lock file was written, as its text says; one that is not in it gives an empty list, one of which nothing was required an empty text."
  value = [
    for block in regexall("provider \"[^\"]*/${reverse(split("/", required_source(name, required)))[0]}\"\\s*\\{([^}]*)\\}", lock) :
    join(",", flatten(regexall("constraints\\s*=\\s*\"([^\"]*)\"", block[0])))
  ]
}

function "provider_is_below" {
  params      = [name, major]
  description = "Whether the release of a provider that is in use is below a major one: by the lock file, else by the constraints; unknown where they admit both, and false where there are none, as the next init takes the newest."
  value       = locked_version(name, lock_file()) != null ? tonumber(split(".", locked_version(name, lock_file()))[0]) < major : constraints_are_below(provider_constraints(name), major)
}

function "lock_file" {
  params      = []
  description = "The text of the lock file; empty where there is none."
  value       = anytrue([for settings in terraform_blocks() : settings.has_lock_file]) ? try(file(".terraform.lock.hcl"), "") : ""
}

function "provider_constraints" {
  params      = [name]
  description = "The terms of the constraints on a provider, those in its blocks included, without spaces."
  value = flatten([
    for constraint in concat(flatten([for settings in terraform_blocks() : lookup(settings.constraints, name, [])]), [for provider in providers(name) : provider.version]) :
    constraint == null ? [] : [for term in split(",", constraint) : replace(term, "/[ v]/", "")]
  ])
}

function "constraints_are_below" {
  params      = [terms, major]
  description = "Whether terms of version constraints keep a major release and all later ones out; unknown where they begin below it."
  value = (
    anytrue([for term in terms : can(regex("^(=?|<=?|~>)[0-9]", term)) && !can(regex("^~>[0-9]+$", term)) && bound_of(term) < major || can(regex("^<${major}(\\.0)*$", term))]) ? true
    : anytrue([for term in terms : can(regex("^(=?|>=?|~>)[0-9]", term)) && bound_of(term) >= major]) || length(terms) == 0 ? false
    : unseen("which release of the provider is in use")
  )
}

function "bound_of" {
  params      = [term]
  description = "The major release that a term of a version constraint names; 0 where it names none."
  value       = try(tonumber(regex("[0-9]+", term)), 0)
}

function "bounded_requirement" {
  params      = [name, required, lock]
  description = "What required_providers says of a provider once the next major release is kept out, as lines of HCL: the locked major, else a bound beside the constraint that is there."
  value = [
    "${name} = {",
    "  source  = ${written_source(name, required, lock)}",
    "  version = ${
      locked_version(required_source(name, required), lock) != null ? "\"~> ${locked_version(required_source(name, required), lock)}\""
      : name == "aws" ? "\"${required_version(name, required) == null ? "~> 6.0" : "${required_version(name, required)}, < 7.0"}\""
      : required_version(name, required) == null ? "\"~> …\" # the major release in use, which `terraform version` prints"
      : "\"${required_version(name, required)}\" # and below the major release after the one in use, which `terraform version` prints"
    }",
    "}",
  ]
}

function "required_source" {
  params      = [name, required]
  description = "The source of a provider, hashicorp/NAME where none is written."
  value       = try(coalesce(required[name].source, "hashicorp/${name}"), "hashicorp/${name}")
}

# The sources of each are in a repository such as https://github.com/hashicorp/terraform-provider-aws
function "published_by_hashicorp" {
  params      = []
  description = "Names of providers whose source is hashicorp/NAME, as far as they are certain."
  value = [
    "ad", "archive", "aws", "awscc", "azuread", "azurerm", "azurestack", "boundary", "cloudinit", "consul", "dns", "external", "google",
    "google-beta", "googleworkspace", "hcp", "helm", "http", "kubernetes", "local", "nomad", "null", "random", "template", "tfe", "time",
    "tls", "vault",
  ]
}

function "written_source" {
  params      = [name, required, lock]
  description = "The source of a provider in HCL, from required_providers or the lock file; a gap where hashicorp does not publish it."
  value = try(
    "\"${known_text(required[name].source)}\"",
    "\"${regex("provider \"[^\"/]*/([^\"/]+/${name})\"", lock)[0]}\"",
    contains(published_by_hashicorp(), name) ? "\"hashicorp/${name}\"" : "\"…/${name}\" # with the namespace of its publisher; without a source it is hashicorp/${name}",
  )
}

function "required_version" {
  params      = [name, required]
  description = "The constraint of a provider in required_providers; null where none is written or known."
  value       = try(is_known(required[name].version) ? trimspace(required[name].version) : null, null)
}
