rule "s3-archive-class-on-live-path" {
  title    = "Bucket that serves users moves its objects to a class that cannot be read at once"
  severity = "error"
  category = "availability"
  scenario = "silent-loss"

  resource = ["aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_intelligent_tiering_configuration"]

  locals {
    is_lifecycle = self.type == "aws_s3_bucket_lifecycle_configuration"
    buckets      = referenced(self.bucket, "aws_s3_bucket")
    websites     = flatten([for bucket in local.buckets : referrers(bucket, "aws_s3_bucket_website_configuration", "bucket")])
    origins      = flatten([for bucket in local.buckets : bucket_origins(bucket)])
    paths        = [for origin in local.origins : trimprefix(origin.origin_path == null ? "" : origin.origin_path, "/")]
    moves = flatten([
      for rule in enabled_rules(self) : [
        for move in rule.transition : { rule = rule, move = move, prefix = lifecycle_prefix(rule) }
        if contains(["GLACIER", "DEEP_ARCHIVE"], move.storage_class) && length(lifecycle_tags(rule)) == 0
      ]
    ])
    tiers = [
      for tier in elements(try(self.tiering, [])) : { move = tier, prefix = try(coalesce(one([for filter in self.filter : filter.prefix]), ""), "") }
      if contains(["ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"], tier.access_tier) && alltrue([for filter in self.filter : filter.tags == null])
    ]
  }

  skip = [
    length(local.buckets) == 0,
    length(local.websites) == 0 && length(local.origins) == 0,
  ]
  why = "What lies in Glacier Flexible Retrieval, Deep Archive or the archive tiers of Intelligent-Tiering must be restored before it can be read, which takes minutes to many hours. Months after the change, when the first objects have reached the age of the rule, requests of users begin to fail, one object after the other."

  also {
    at   = concat(local.websites, local.origins)
    note = "users read the bucket through this"
  }

  check "transition" {
    for_each = local.moves
    require = length(local.websites) > 0 ? false : alltrue([
      for path in local.paths : path != "" && !startswith(path, trimsuffix(each.value.prefix, "/")) && !startswith(each.value.prefix, path)
    ])
    at      = each.value.move.storage_class
    message = "rule ${each.value.rule.id} moves ${each.value.prefix == "" ? "objects" : "objects below ${each.value.prefix}"} that users read to ${each.value.move.storage_class}${is_set(each.value.move.date) ? "" : " after ${plural(each.value.move.days, "day")}"}: from then on requests for them fail until somebody restores them"
  }
  check "tier" {
    skip     = local.is_lifecycle ? false : self.status == "Disabled"
    for_each = local.tiers
    require = length(local.websites) > 0 ? false : alltrue([
      for path in local.paths : path != "" && !startswith(path, trimsuffix(each.value.prefix, "/")) && !startswith(each.value.prefix, path)
    ])
    at      = each.value.move.access_tier
    message = "objects that nobody has read for ${plural(each.value.move.days, "day")} go to ${each.value.move.access_tier}: the next request of a user for one fails until somebody restores it"
  }

  fix {
    text   = <<-EOT
      transition {
        days          = 90
        storage_class = "GLACIER_IR" # read in milliseconds; or INTELLIGENT_TIERING without archive tiers
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "saves only what has not moved yet; what is archived must be restored and copied back, which is billed"
  }

  exceptions = [
    "rules that apply to objects with a tag",
    "prefixes that no origin of the bucket can reach, by its origin_path",
    "transitions of noncurrent versions",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_Tiering.html",
  ]
}

rule "s3-bucket-config-declared-twice" {
  title    = "Two resources set the same configuration of one bucket"
  severity = "error"
  category = "correctness"
  scenario = "silent-loss"

  resource = [
    "aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_notification", "aws_s3_bucket_policy", "aws_s3_bucket_versioning",
    "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_public_access_block", "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_cors_configuration", "aws_s3_bucket_logging", "aws_s3_bucket_replication_configuration",
  ]

  locals {
    buckets = buckets_maybe_named(self.bucket)
    all = (
      length(local.buckets) > 0 ? s3_configurations_tied(self, local.buckets) :
      !is_known(self.bucket) ? s3_configurations_alike(self) :
      [for other in some_of(s3_configurations_of(self.type, self.bucket), 20) : other if other.address != self.address && is_another_configuration(other, self)]
    )
    # Each pair once. What is not known is taken to differ.
    others  = earlier(local.all, self)
    twins   = [for other in local.others : other if is_known(s3_settings_equal(other, self)) && s3_settings_equal(other, self)]
    rivals  = [for other in local.others : other if !is_known(s3_settings_equal(other, self)) || !s3_settings_equal(other, self)]
    what    = replace(trimprefix(self.type, "aws_s3_bucket_"), "_", " ")
    in_loop = strcontains(self.module, "[") || (is_known(self.instance_key) ? self.instance_key != null : true)
    removal = local.in_loop ? ["# once it is out of its count or for_each:", "# terraform state rm '${self.address}'"] : [
      "# ${length(local.rivals) > 0 ? "once its blocks or statements have moved to the other resource" : "in place of one of the two"}",
      "removed {",
      "  from = ${self.resource_type}.${self.resource_name}",
      "",
      "  lifecycle {",
      "    destroy = false # a destruction would empty the configuration of the bucket",
      "  }",
      "}",
    ]
  }

  at = self.bucket

  check "differing" {
    locals {
      # There may be more of them than are certain.
      certain = is_known(length(local.rivals)) ? local.rivals : [local.rivals[0]]
    }
    require = length(local.rivals) == 0
    message = "${names(local.certain)} also set${length(local.certain) == 1 ? "s" : ""} the ${local.what} of the bucket of ${self.address}: each write replaces what another has written"

    also {
      at   = [for other in local.certain : other.bucket]
      note = "the same bucket"
    }
  }
  check "identical" {
    locals {
      certain = is_known(length(local.twins)) ? local.twins : [local.twins[0]]
    }
    severity = "advice"
    require  = length(local.twins) == 0
    message  = "${names(local.certain)} set${length(local.certain) == 1 ? "s" : ""} the same ${local.what} for the bucket of ${self.address}: one is enough"
    why      = "Nothing is lost as long as both say the same. When one of them is changed alone, the two replace each other's values with every apply; when one is removed, the configuration of the bucket goes with it, although the other still stands in the code."

    also {
      at   = [for other in local.certain : other.bucket]
      note = "the same bucket"
    }
  }

  why = "A bucket has one lifecycle, one notification, one policy and so on, and every write replaces all of it. Of the two resources the one that is applied last wins: what the other declares is missing in AWS although it stands in the code, and with every apply the two change places."

  fix {
    text   = <<-EOT
      ${join("\n", local.removal)}
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "${length(local.rivals) > 0 ? "until then a part of what is declared is not active; " : ""}${local.in_loop ? "a destruction would empty the configuration of the bucket" : "in Terraform before 1.7, which has no such blocks, `terraform state rm` does the same"}"
  }

  exceptions = ["buckets that are known only when Terraform runs, unless both resources refer to the same one or write the same name"]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_lifecycle_configuration",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_notification",
  ]
}

rule "s3-content-bucket-without-cool-tier" {
  title    = "Bucket that keeps growing never moves old objects to a cheaper class"
  severity = "advice"
  category = "cost"
  scenario = "bill-shock"
  default  = "no lifecycle: everything stays in STANDARD"

  resource = "aws_s3_bucket"

  locals {
    rules   = lifecycle_rules(self)
    acting  = [for rule in local.rules : rule if moves_or_expires(rule)]
    name    = bucket_name(self)
    logs    = bucket_log_sources(self)
    feeds   = bucket_feeds(self)
    writers = bucket_writers(self)
    sites   = bucket_sites(self)
    sources = concat(local.logs, local.feeds, local.writers)
    kept    = has_word(local.name, ["log", "logs", "upload", "uploads", "backup", "backups"])
    named   = local.kept || has_word(local.name, ["asset", "assets", "media", "content", "data", "archive"])
    filled  = length(local.logs) > 0 || (local.kept && length(local.sources) > 0)
    static  = length(bucket_objects(self)) > 0 && length(local.sources) == 0
  }

  skip = [
    holds_terraform_state(self),
    only_redirects(self),
    local.static,
    length(referrers(self, "aws_s3_bucket_intelligent_tiering_configuration", "bucket")) > 0,
    passed_to_unseen(self),
    anytrue([for settings in terraform_blocks() : settings.library && exported(self)]),
  ]
  require = anytrue([for rule in local.acting : lifecycle_prefix(rule) == "" || unseen("whether the prefixes of its rules are all there is in ${self.address}")])
  at      = self
  why     = "Standard is the dearest class and where objects stay unless a rule moves them. Most objects are read in their first weeks and then hardly ever, so that the bill grows with everything that was ever written. Intelligent-Tiering needs no knowledge of who reads what: it moves objects by itself and has no fee for reading them."

  check "written" {
    severity = "warning"
    skip     = !local.filled
    message  = "nothing ever expires in ${self.address} or moves to a cheaper class, and ${names(local.sources)} write${length(local.sources) == 1 ? "s" : ""} to it"

    also {
      at   = local.sources
      note = "writes to it"
    }
  }
  check "content" {
    skip    = [local.filled, !(local.named || length(local.sites) > 0 || length(local.sources) > 0)]
    message = "nothing ever expires in ${self.address} or moves to a cheaper class: all of it stays in Standard, the dearest one"
  }

  fix {
    text   = <<-EOT
      resource "aws_s3_bucket_lifecycle_configuration" "${self.resource_name}" {
        bucket = ${own_address(self)}.id

        rule {
          id     = "tier"
          status = "Enabled"
          filter {}

          transition {
            days          = 30
            storage_class = "INTELLIGENT_TIERING" # or STANDARD_IA for what is hardly ever read; logs rather expire
          }
          abort_incomplete_multipart_upload {
            days_after_initiation = 7
          }
        }
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "one paid request for each object over 128 KB that moves, then a small monthly fee for each (Intelligent-Tiering) or a fee for reading (IA)"
  }

  exceptions = [
    "buckets written by aws_s3_object resources only",
    "buckets of Terraform states, by their name",
    "websites that only redirect",
    "buckets with an Intelligent-Tiering configuration",
    "buckets that go to a module that is not on disk, and those that a reusable module hands to its caller",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
  ]
  peers      = ["CKV2_AWS_61", "S3.13"]
  supersedes = ["s3-incomplete-multipart-uploads"]
}

rule "s3-ia-transition-before-30-days" {
  title    = "Objects move to an infrequent-access class before they are 30 days old"
  severity = "warning"
  category = "cost"
  scenario = "cannot-apply"

  resource = "aws_s3_bucket_lifecycle_configuration"

  locals {
    classes = ["STANDARD_IA", "ONEZONE_IA"]
  }

  skip = anytrue([for provider in providers("aws") : anytrue([for endpoints in elements(provider.endpoints) : is_set(endpoints.s3)])])
  why  = "For years S3 refused such a rule, and some partitions and user guides still ask for 30 days. Where it is accepted it saves nothing: each object pays for the move and then for at least 30 days in its new class, at a time when many are still read, which costs a fee in these classes."

  check "current" {
    for_each = flatten([
      for rule in enabled_rules(self) : [
        for move in rule.transition : { rule = rule, move = move } if contains(local.classes, move.storage_class) && !is_set(move.date)
      ]
    ])
    require = each.value.move.days >= 30
    at      = each.value.move.days
    message = "rule ${each.value.rule.id} moves objects to ${each.value.move.storage_class} after ${plural(each.value.move.days, "day")}, before the 30 days from which on this class pays"
  }
  check "noncurrent" {
    for_each = flatten([
      for rule in enabled_rules(self) : [
        for move in rule.noncurrent_version_transition : { rule = rule, move = move } if contains(local.classes, move.storage_class)
      ]
    ])
    require = each.value.move.noncurrent_days >= 30
    at      = each.value.move.noncurrent_days
    message = "rule ${each.value.rule.id} moves old versions to ${each.value.move.storage_class} after ${plural(each.value.move.noncurrent_days, "day")}, before the 30 days from which on this class pays"
  }

  fix {
    text   = <<-EOT
      transition {
        days          = 30
        storage_class = "STANDARD_IA"
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "what has moved stays where it is; INTELLIGENT_TIERING has no such minimum"
  }

  exceptions = ["rules that are switched off", "transitions at a date", "providers that talk to another service through endpoints.s3"]
  sources = [
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
  ]
}

rule "s3-incomplete-multipart-uploads" {
  title    = "Nothing removes the parts of uploads that were never completed"
  severity = "advice"
  category = "cost"
  scenario = "bill-shock"
  default  = "parts are kept until the upload is completed or aborted"

  resource = ["aws_s3_bucket", "aws_s3_bucket_lifecycle_configuration"]

  locals {
    is_bucket = self.type == "aws_s3_bucket"
    separate  = local.is_bucket ? referrers(self, "aws_s3_bucket_lifecycle_configuration", "bucket") : []
    named     = local.is_bucket ? [self] : referenced(self.bucket, "aws_s3_bucket")
    buckets   = is_known(length(local.named)) ? local.named : []
    rules     = local.is_bucket ? lifecycle_rules(self) : enabled_rules(self)
    static = length(local.buckets) > 0 && alltrue([
      for bucket in local.buckets :
      only_redirects(bucket) || (length(bucket_objects(bucket)) > 0 && length(bucket_log_sources(bucket)) + length(bucket_feeds(bucket)) + length(bucket_writers(bucket)) == 0)
    ])
    # A name that is not known says nothing.
    states = anytrue([
      for bucket in length(local.buckets) > 0 ? local.buckets : [self] : is_known(holds_terraform_state(bucket)) ? holds_terraform_state(bucket) : false
    ])
    hidden = local.is_bucket ? anytrue([
      passed_to_unseen(self),
      anytrue([for settings in terraform_blocks() : settings.library && exported(self)]),
    ]) : false
  }

  skip = [
    length(local.separate) > 0,
    local.static,
    local.states,
    local.hidden,
  ]
  require = anytrue([for rule in local.rules : aborts_uploads(rule) && lifecycle_prefix(rule) == "" && !lifecycle_narrowed(rule)])
  at      = local.is_bucket ? self.lifecycle_rule : self
  message = "parts of uploads that break off stay for ever and are billed: ${length(local.rules) == 0 ? "${self.address} has no lifecycle rule that is switched on" : "no rule of ${self.address} removes them in the whole bucket"}"
  why     = "A large upload is sent in parts. Where a client crashes or a CI job is stopped between them, what was sent so far stays and is billed like an object, but no listing of the bucket shows it. Over the years it adds up unseen."

  fix {
    text   = <<-EOT
      rule {
        id     = "abort-incomplete-uploads"
        status = "Enabled"
        filter {}

        abort_incomplete_multipart_upload {
          days_after_initiation = 7
        }
      }
    EOT
    safety = "safe"
    impact = "in-place"
    note   = "a rule of aws_s3_bucket_lifecycle_configuration; it removes only the parts of uploads that were begun longer ago"
  }

  exceptions = [
    "buckets written by aws_s3_object resources only",
    "buckets of Terraform states, by their name",
    "websites that only redirect",
    "directory buckets without a lifecycle configuration",
    "buckets that go to a module that is not on disk, and those that a reusable module hands to its caller",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-objects-lifecycle.html",
  ]
  peers = ["CKV_AWS_300"]
}

rule "s3-overlapping-lifecycle-rules" {
  title    = "A broad lifecycle rule deletes what a narrower one means to keep"
  severity = "error"
  category = "durability"
  scenario = "human-error"
  default  = "a rule without a filter applies to the whole bucket"

  resource = "aws_s3_bucket_lifecycle_configuration"

  locals {
    rules = enabled_rules(self)
    pairs = flatten([
      for broad in local.rules : [
        for narrow in local.rules : { broad = broad, narrow = narrow, days = expires_after(broad), old_days = noncurrent_expires_after(broad) }
        if length(lifecycle_prefix(broad)) < length(lifecycle_prefix(narrow)) && lifecycle_takes_all_of(broad, narrow)
      ]
    ])
  }

  why = "S3 does not apply the most specific rule but whichever action is due first, and deleting beats moving. A rule of 30 days for the whole bucket also empties the prefix for which another rule says ten years; without versioning nothing brings those objects back."

  check "current" {
    for_each = [for pair in local.pairs : pair if pair.days != null]
    skip     = expires_after(each.value.narrow) == each.value.days
    require  = expires_after(each.value.narrow) == null ? true : expires_after(each.value.narrow) < each.value.days
    at       = each.value.broad.expiration
    message  = "rule ${each.value.broad.id} deletes what lies below ${lifecycle_prefix(each.value.narrow)} after ${plural(each.value.days, "day")}, long before the ${plural(expires_after(each.value.narrow), "day")} of rule ${each.value.narrow.id}: of two rules the one that is due first is applied"

    also {
      at   = each.value.narrow.expiration
      note = "this never comes to pass"
    }
  }
  check "transition" {
    for_each = [for pair in local.pairs : pair if pair.days != null && expires_after(pair.narrow) == null]
    require  = alltrue([for move in each.value.narrow.transition : is_set(move.date) || move.days <= each.value.days])
    at       = each.value.broad.expiration
    message  = "rule ${each.value.broad.id} deletes what lies below ${lifecycle_prefix(each.value.narrow)} after ${plural(each.value.days, "day")}, before rule ${each.value.narrow.id} moves it to ${names([for move in each.value.narrow.transition : move.storage_class])}: of two rules the one that is due first is applied"

    also {
      at   = each.value.narrow.transition
      note = "this never comes to pass"
    }
  }
  check "kept" {
    for_each = [
      for pair in local.pairs : pair
      if pair.days != null && length(pair.narrow.expiration) == 0 && alltrue([for move in pair.narrow.transition : is_set(move.date) || move.days <= pair.days])
    ]
    require = !has_word(join(" ", concat([each.value.narrow.id, lifecycle_prefix(each.value.narrow)], flatten([for key, value in lifecycle_tags(each.value.narrow) : [key, value]]))), [
      "keep", "retain", "archive", "archives", "legal", "compliance", "backup", "backups",
    ])
    at      = each.value.broad.expiration
    message = "rule ${each.value.broad.id} deletes what lies below ${lifecycle_prefix(each.value.narrow)} after ${plural(each.value.days, "day")}, although rule ${each.value.narrow.id} reads as if it were kept: of two rules the one that is due first is applied"

    also {
      at   = each.value.narrow
      note = "this rule does not shield it"
    }
  }
  check "noncurrent" {
    for_each = [for pair in local.pairs : pair if pair.old_days != null]
    skip     = noncurrent_expires_after(each.value.narrow) == each.value.old_days
    require = alltrue(concat(
      [noncurrent_expires_after(each.value.narrow) == null ? true : noncurrent_expires_after(each.value.narrow) < each.value.old_days],
      [for move in each.value.narrow.noncurrent_version_transition : move.noncurrent_days <= each.value.old_days],
    ))
    at      = each.value.broad.noncurrent_version_expiration
    message = "rule ${each.value.broad.id} deletes old versions below ${lifecycle_prefix(each.value.narrow)} after ${plural(each.value.old_days, "day")}, before what rule ${each.value.narrow.id} says about them: of two rules the one that is due first is applied"

    also {
      at   = each.value.narrow
      note = "this rule does not shield them"
    }
  }

  fix {
    text   = <<-EOT
      rule {
        id     = "expire-temporary"
        status = "Enabled"

        filter {
          prefix = "tmp/" # name what is to be deleted, not the whole bucket
        }
        expiration {
          days = 30
        }
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "what has been deleted from a bucket without versions does not come back"
  }

  exceptions = [
    "rules with the same expiration",
    "broad rules that ask for a tag which the narrower one does not, or for other sizes",
    "deletion of old versions that keeps some of the newest",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configuration-examples.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
  ]
}
