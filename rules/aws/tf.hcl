rule "tf-backend-local" {
  title    = "State is kept in a local file"
  severity = "warning"
  category = "durability"
  scenario = "human-error"
  default  = "terraform.tfstate in the working directory"

  block = "terraform"

  locals {
    remote = length(self.cloud) > 0 || anytrue([for backend in self.backend : backend.type != "local"])
    real   = [for type in self.managed_types : type if !begins_with(type, "terraform_data", "null_", "local_", "random_")]
    # What comes with a bucket for states, and nothing else.
    small = alltrue([for type in local.real : begins_with(type, "aws_s3_", "aws_dynamodb_table", "aws_kms_", "aws_iam_")])
    # The root that makes the bucket of the states begins without it.
    makes_bucket = anytrue([
      for bucket in resources("aws_s3_bucket") :
      !is_known(bucket.bucket) ? local.small : anytrue([
        contains(self.state_buckets, bucket.bucket == null ? "" : bucket.bucket),
        local.small && anytrue([for name in [bucket_name(bucket), bucket.resource_name] : has_word(name, ["tfstate", "tfstates", "state", "states", "terraform", "backend"])]),
      ])
    ])
    aws    = contains(self.providers_used, "aws")
    region = try([for provider in providers("aws") : provider.region if provider.module == "" && provider.alias == null && is_known(provider.region) && is_set(provider.region)][0], "…")
    # What stands in the backend block of the fix.
    lines = !local.aws ? ["# ${self.backend_elsewhere ? "as in the other root modules" : "such as azurerm, gcs, s3 or http"}"] : [
      "bucket       = \"…\" # ${self.backend_elsewhere ? "that of the other root modules" : "a bucket with versioning, made elsewhere"}",
      "key          = \"${self.path == "." ? "" : "${self.path}/"}terraform.tfstate\"",
      "region       = \"${local.region}\"",
      "encrypt      = true",
      "use_lockfile = true",
    ]
  }

  skip = [
    self.library,
    self.generated,
    has_part(lower(self.path), "example", "test", "fixture", "sandbox", "bootstrap", "pattern", "demo", "module"),
    length(local.real) == 0,
    local.makes_bucket,
  ]
  require = local.remote
  at      = length(self.backend) > 0 ? self.backend : self
  why     = "State on a laptop or in a CI workspace is not locked for others, not encrypted, easily committed with every secret in it, and gone with the disk."

  check "forgotten" {
    severity = "warning"
    skip     = [!self.backend_elsewhere, !self.backend_usual]
    message  = "the state of this root module is a local file, while other root modules beside it keep theirs in a remote backend"
  }

  check "mostly" {
    severity = "advice"
    skip     = [!self.backend_elsewhere, self.backend_usual, !self.first]
    message  = "most root modules here keep their state in local files, while others keep theirs in a remote backend"
  }

  check "nobody" {
    severity = "advice"
    skip     = self.backend_elsewhere || !self.first
    message  = "no root module here has a remote backend: state is kept in local files"
  }

  fix {
    text   = <<-EOT
      terraform {
        backend "${local.aws ? "s3" : "…"}" {
          ${join("\n    ", local.lines)}
        }
      }
    EOT
    safety = "unsafe"
    impact = "none"
    note   = "`terraform init -migrate-state` moves the state; resources are not touched${local.aws ? "; use_lockfile from Terraform and OpenTofu 1.10 on" : ""}"
  }

  exceptions = [
    "reusable modules, and folders into which Terragrunt, a template or a script writes files before Terraform runs",
    "folders whose path says example, test, fixture, sandbox, bootstrap, pattern, demo or module",
    "roots that manage nothing but terraform_data, null, local and random resources",
    "the root that makes the bucket of the states: one that a backend names, or one of such a name, or of an unknown one, with little beside it",
  ]
  sources = [
    "https://opentofu.org/docs/language/settings/backends/local/",
    "https://opentofu.org/docs/language/state/sensitive-data/",
  ]
}

rule "tf-backend-s3-without-lock" {
  title    = "S3 backend does not lock the state"
  severity = "error"
  category = "correctness"
  scenario = "data-corruption"
  default  = "no lock: neither use_lockfile nor dynamodb_table is set"

  block    = "terraform"
  for_each = [for backend in self.backend : backend if backend.type == "s3"]

  locals {
    # Files for `-backend-config` may add what the block leaves out.
    elsewhere = length(fileset(".", "*.tfbackend")) > 0
    locked    = try(tobool(each.value.use_lockfile), false) == true || is_set(each.value.dynamodb_table)
  }

  skip    = !is_set(each.value.bucket) || !is_set(each.value.key) || (!local.locked && local.elsewhere)
  require = local.locked
  at      = each.value
  message = "two runs at the same time write over each other's state: the backend sets neither use_lockfile nor dynamodb_table"
  why     = "Locking is opt-in. A pipeline and a colleague who apply at the same moment each save the state they started from: resources are created twice, or exist and are forgotten."

  fix {
    set    = { use_lockfile = true }
    safety = "safe"
    impact = "none"
    note   = "from Terraform and OpenTofu 1.10 on (dynamodb_table before); run `init -reconfigure`; needs rights on <key>.tflock"
  }

  exceptions = ["a block without bucket or key, whose rest comes from -backend-config", "folders with *.tfbackend files, which may set the lock"]
  sources = [
    "https://developer.hashicorp.com/terraform/language/backend/s3",
    "https://opentofu.org/docs/language/settings/backends/s3/",
  ]
}

rule "tf-production-keeps-develop-value" {
  title    = "Production runs with the value that was meant for development"
  severity = "warning"
  category = "capacity"
  scenario = "traffic-surge"
  default  = "the variable's default, in every environment that does not set it"

  variable = "*"
  only     = "environments"

  setting "short_retention_days" {
    default     = 7
    description = "days of backups or logs that are enough for development only"
  }

  locals {
    production  = [for set in self.environments : set if !set.nonproduction && has_word(set.name, ["prod", "production", "prd", "live"])]
    development = [for set in self.environments : set if set.nonproduction]
    kinds       = [for name in self.reaches : name if development_sized(name, try(local.production[0].value, null), setting.short_retention_days)]
    same        = [for set in local.development : set.name if set.value == try(local.production[0].value, null)]
    left_out    = !anytrue([for set in local.production : set.given])
    for_develop = anytrue([for text in [self.resource_name, self.description == null ? "" : self.description] : says_nonproduction(text)])
  }

  skip    = [length(self.reaches) == 0, nonproduction(self), length(local.production) != 1, length(local.development) == 0]
  require = length(local.kinds) == 0 || length(local.same) == 0
  at      = self.default
  message = "${self.address} sets ${join(", ", local.kinds)} to ${jsonencode(try(local.production[0].value, null))} in ${try(local.production[0].name, "production")}, as in ${join(" and ", local.same)}"
  why     = "The files for development were copied, the one for production overrides what somebody thought of, and the rest is still what a developer chose for a test. No file looks wrong by itself; only the comparison shows it."

  check "set" {
    severity = "warning"
    skip     = local.left_out && local.for_develop
  }

  check "left-out" {
    severity = "advice"
    skip     = !(local.left_out && local.for_develop)
  }

  fix {
    text   = "${self.resource_name} = … # in ${try(local.production[0].name, "production")}.tfvars"
    safety = "unsafe"
    impact = "none"
    note   = "what it does to a live resource depends on the argument"
  }

  exceptions = [
    "root modules without variable files for production and for development",
    "values that other rules report on the resource itself, such as multi_az or deletion_protection",
    "variables that reach an argument changed, or in part only",
  ]
  sources = ["https://opentofu.org/docs/language/values/variables/"]
}

rule "tf-provider-unpinned" {
  title    = "Provider has no upper version bound, or is set up in the wrong place"
  severity = "warning"
  category = "operability"
  scenario = "upgrade"
  default  = "any version"

  block = "terraform"

  locals {
    # template is archived: https://github.com/hashicorp/terraform-provider-template
    minor     = ["random", "null", "local", "time", "tls", "http", "archive", "external", "template"]
    lock      = self.has_lock_file ? try(file(".terraform.lock.hcl"), "") : ""
    unbounded = [for name in self.providers_used : name if name != "terraform" && !has_upper_bound(lookup(self.constraints, name, [])) && !is_bounded_by_block(name)]
    # A module that is not on disk may hold the bound. A lock file repeats what all modules required when it was written.
    untold   = [for name in local.unbounded : name if self.unseen_modules && length(locked_constraints(name, self.required_providers, local.lock)) == 0]
    floating = [for name in local.unbounded : name if !contains(local.untold, name) && !(self.unseen_modules && has_upper_bound(locked_constraints(name, self.required_providers, local.lock)))]
    major    = [for name in local.floating : name if !contains(local.minor, name)]
    # Where nothing is required, the block or a resource of the provider.
    configured = [for provider in providers() : provider if provider.module == "" && contains(local.floating, provider.name)]
    inside     = [for provider in providers(self.providers_in_modules) : provider if provider.module != ""]
    users = [
      for type in self.managed_types : [for resource in resources(type) : resource if resource.module == ""]
      if contains(local.floating, split("_", type)[0])
    ]
  }

  skip = [
    self.library,
    self.generated,
    has_part(lower(self.path), "example", "test", "fixture", "pattern", "demo"),
  ]
  require = length(local.floating) == 0 && (length(local.untold) == 0 || unseen("what modules that are not on disk require of ${join(", ", local.untold)}"))
  at      = [self.required_providers, local.configured, flatten(local.users), self]
  message = "nothing keeps ${join(", ", local.floating)} from the next major release"
  why     = "Major releases remove arguments and change defaults: 4.0 of the AWS provider made most arguments of S3 buckets read-only, 6.0 changed defaults again. Without an upper bound and a lock file, the next `init` on a fresh runner brings one into an apply to production."

  check "floating" {
    severity = "warning"
    skip     = self.has_lock_file || length(local.major) == 0
  }

  check "locked" {
    severity = "advice"
    skip     = !self.has_lock_file
    why      = "The lock file repeats its versions at each `init`. What holds them is that file alone: `init -upgrade`, or a lock file that is made anew, takes the newest release, a next major one included."
  }

  check "minor" {
    severity = "advice"
    skip     = self.has_lock_file || length(local.major) > 0
    why      = "Their releases seldom change anything, but the next `init` on a fresh runner takes the newest one, a next major one included."
  }

  check "in-module" {
    severity = "warning"

    locals {
      # As resources of the module name them.
      passed = distinct([
        for provider in local.inside : is_set(provider.alias) ? "${provider.name}.${provider.alias}" : provider.name
        if provider.module == local.inside[0].module
      ])
    }

    require  = length(self.providers_in_modules) == 0
    at       = [local.inside, self]
    message  = "a module that is called here configures ${join(", ", self.providers_in_modules)} itself: such a module takes neither count nor for_each, and its resources cannot be removed with it"
    why      = "Terraform destroys a resource with the configuration of its provider. When the call of the module is removed, that configuration goes with it, and the plan fails."

    fix {
      text   = <<-EOT
        module "${try(regex("module\\.([^.\\[]+)[^.]*$", local.inside[0].module)[0], "…")}" {
          providers = {
            ${join("\n    ", [for name in local.passed : "${name} = ${name}"])}
          }
        }
      EOT
      safety = "unsafe"
      impact = "none"
      note   = "in the call, with the provider block moved to the root module; the module says in required_providers what it needs, and names aliases in configuration_aliases. With other settings than before, resources may be changed"
    }
  }

  check "old-version-argument" {
    for_each = [for provider in providers() : provider if provider.module == "" && is_set(provider.version)]
    require  = false
    at       = each.value.version
    message  = "the version argument of a provider block is deprecated and belongs in required_providers"
    why      = "Terraform and OpenTofu warn of the argument, and a later release may refuse it."

    fix {
      text   = <<-EOT
        terraform {
          required_providers {
            ${each.value.name} = {
              source  = ${written_source(each.value.name, self.required_providers, local.lock)}
              version = "${is_known(each.value.version) ? trimprefix(each.value.version, "v") : "…"}"
            }
          }
        }
      EOT
      safety = "safe"
      impact = "none"
      note   = "and version removed from the provider block"
    }
  }

  fix {
    text   = <<-EOT
      terraform {
        required_providers {
          ${join("\n    ", flatten([for name in local.floating : bounded_requirement(name, self.required_providers, local.lock)]))}
        }
      }
    EOT
    safety = "safe"
    impact = "none"
    note   = "nothing changes while the bound holds the version in use"
  }

  exceptions = [
    "reusable modules, in which a lower bound alone is right",
    "folders into which Terragrunt, a template or a script writes files before Terraform runs",
    "folders whose path says example, test, fixture, pattern or demo",
    "roots with modules that are not on disk, which may hold the bound, unless the lock file says that they do not",
  ]
  sources = [
    "https://opentofu.org/docs/language/providers/requirements/",
    "https://opentofu.org/docs/language/expressions/version-constraints/",
    "https://opentofu.org/docs/language/files/dependency-lock/",
    "https://opentofu.org/docs/language/modules/develop/providers/",
    "https://opentofu.org/docs/language/providers/configuration/",
  ]
  peers = ["terraform_required_providers"]
}

rule "tf-state-bucket-unversioned" {
  title    = "Bucket that holds the Terraform state is not safe from mistakes"
  severity = "error"
  category = "durability"
  scenario = "human-error"
  default  = "never versioned"

  resource = "aws_s3_bucket"

  locals {
    states    = flatten([for block in terraform_blocks() : block.state_buckets])
    versioned = anytrue(concat(
      [for own in self.versioning : own.enabled],
      flatten([
        for resource in referrers(self, "aws_s3_bucket_versioning", "bucket") :
        [for part in resource.versioning_configuration : part.status == "Enabled"]
      ]),
    ))
    expires = [for rule in lifecycle_rules(self) : rule if length(rule.expiration) > 0 && lifecycle_prefix(rule) == "" && !lifecycle_narrowed(rule)]
  }

  skip = !contains(local.states, self.bucket == null ? "" : self.bucket)
  why  = "The state is the only record of what belongs to you. After one interrupted write, a wrong `state rm` or a deletion, a bucket without versions leaves importing everything by hand."

  check "unversioned" {
    require = local.versioned
    message = "${self.address} holds Terraform states and keeps no earlier versions of them"
  }

  check "force-destroy" {
    require = !self.force_destroy
    at      = self.force_destroy
    message = "${self.address} holds Terraform states, and force_destroy deletes them with the bucket"

    fix {
      set    = { force_destroy = false }
      safety = "safe"
      impact = "in-place"
    }
  }

  check "expires" {
    for_each = local.expires
    require  = !anytrue([for end in each.value.expiration : is_set(end.days) || is_set(end.date)])
    at       = each.value.expiration
    message  = "a lifecycle rule deletes the Terraform states in ${self.address} when they have not been written for a while"

    fix {
      text   = <<-EOT
        noncurrent_version_expiration {
          noncurrent_days = 90
        }
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "in place of expiration: deletes the versions that were replaced so long ago"
    }
  }

  check "prevent-destroy" {
    severity = "advice"
    require  = destroy_is_guarded(self)
    message  = "${self.address} holds Terraform states; prevent_destroy would refuse a plan that deletes it"

    fix {
      text   = <<-EOT
        lifecycle {
          prevent_destroy = true
        }
      EOT
      safety = "safe"
      impact = "none"
    }
  }

  fix {
    text   = <<-EOT
      resource "aws_s3_bucket_versioning" "state" {
        bucket = ${own_address(self)}.id

        versioning_configuration {
          status = "Enabled"
        }
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "with use_lockfile each lock adds a version: expire noncurrent ones"
  }

  exceptions = ["buckets that no backend of the checked root modules names"]
  sources = [
    "https://developer.hashicorp.com/terraform/language/backend/s3",
    "https://opentofu.org/docs/language/settings/backends/s3/",
  ]
}
