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
  require = anytrue([for rule in local.acting : lifecycle_prefix(rule) == "" ? true : unseen("whether the prefixes of its rules are all there is in ${self.address}")])
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
        bucket = ${self.block_address}.id

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

  skip = anytrue([for provider in providers("aws") : anytrue([for endpoints in provider.endpoints : is_set(endpoints.s3)])])
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
    hidden = local.is_bucket ? anytrue([
      passed_to_unseen(self),
      anytrue([for settings in terraform_blocks() : settings.library && exported(self)]),
    ]) : false
  }

  skip = [
    length(local.separate) > 0,
    local.static,
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
    "websites that only redirect",
    "directory buckets",
    "buckets that go to a module that is not on disk, and those that a reusable module hands to its caller",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html",
  ]
  peers = ["CKV_AWS_300"]
}
