# Buckets: their lifecycle rules, and what is done with them.

function "lifecycle_rules" {
  params      = [bucket]
  description = "The rules of a bucket that are switched on, of its own blocks and of the separate resource."
  value = concat(
    [for rule in bucket.lifecycle_rule : rule if rule.enabled],
    flatten([for lifecycle in referrers(bucket, "aws_s3_bucket_lifecycle_configuration", "bucket") : enabled_rules(lifecycle)]),
  )
}

function "enabled_rules" {
  params      = [lifecycle]
  description = "The rules of an aws_s3_bucket_lifecycle_configuration that are switched on."
  value       = try([for rule in lifecycle.rule : rule if rule.status == "Enabled"], [])
}

function "lifecycle_prefix" {
  params      = [rule]
  description = "The prefix of the objects to which a lifecycle rule applies; empty for the whole bucket."
  value = try(coalesce(concat(
    flatten(try([for filter in rule.filter : concat([for all in filter.and : all.prefix], [filter.prefix])], [])),
    [rule.prefix],
  )...), "")
}

function "lifecycle_tags" {
  params      = [rule]
  description = "The tags that an object must have for a lifecycle rule to apply to it."
  value = merge(concat(
    [try(rule.tags == null ? {} : rule.tags, {})],
    flatten([
      for filter in elements(try(rule.filter, [])) : concat(
        [for tag in filter.tag : { (tag.key) = tag.value }],
        [for all in filter.and : all.tags == null ? {} : all.tags],
      )
    ]),
  )...)
}

function "lifecycle_narrowed" {
  params      = [rule]
  description = "Whether a lifecycle rule takes objects of certain tags or sizes only."
  value = length(lifecycle_tags(rule)) > 0 || anytrue([
    for filter in elements(try(rule.filter, [])) : anytrue([
      for part in concat([filter], [for all in filter.and : all]) : is_set(part.object_size_greater_than) || is_set(part.object_size_less_than)
    ])
  ])
}

function "moves_or_expires" {
  params      = [rule]
  description = "Whether a lifecycle rule moves current objects to another class or deletes them."
  value       = length(rule.transition[*]) > 0 || anytrue([for end in rule.expiration[*] : is_set(end.date) || is_set(end.days)])
}

function "aborts_uploads" {
  params      = [rule]
  description = "Whether a lifecycle rule removes the parts of uploads that were never completed."
  value       = try(length(rule.abort_incomplete_multipart_upload) > 0, false) || try(rule.abort_incomplete_multipart_upload_days > 0, false)
}

function "bucket_name" {
  params      = [bucket]
  description = "The name of a bucket, or of the bucket that a resource configures, or what it begins with; empty where the provider makes it up."
  value       = try(coalesce(bucket.bucket, try(bucket.bucket_prefix, null)), "")
}

function "holds_terraform_state" {
  params      = [bucket]
  description = "Whether the name of a bucket says that Terraform keeps its states there."
  value       = try(has_word(bucket_name(bucket), ["tfstate", "tfstates", "state", "states", "tf-state", "terraform"]), false)
}

function "only_redirects" {
  params      = [bucket]
  description = "Whether a bucket answers with redirects and holds nothing."
  value = anytrue(concat(
    [for site in bucket.website : is_set(site.redirect_all_requests_to) || (is_set(site.routing_rules) && length(bucket_objects(bucket)) == 0)],
    [
      for site in referrers(bucket, "aws_s3_bucket_website_configuration", "bucket") :
      length(site.redirect_all_requests_to) > 0 || ((length(site.routing_rule) > 0 || is_set(site.routing_rules)) && length(bucket_objects(bucket)) == 0)
    ],
  ))
}

function "bucket_objects" {
  params      = [bucket]
  description = "The objects of a bucket that are resources themselves."
  value       = referrers(bucket, ["aws_s3_object", "aws_s3_bucket_object", "aws_s3_object_copy"], "bucket")
}

function "bucket_log_sources" {
  params      = [bucket]
  description = "What writes its logs to a bucket."
  value = concat(
    referrers(bucket, ["aws_s3_bucket_logging", "aws_s3_bucket"], ["target_bucket", "logging.target_bucket"]),
    [
      for balancer in referrers(bucket, "aws_lb", ["access_logs.bucket", "connection_logs.bucket", "health_check_logs.bucket"]) : balancer
      if anytrue([for logs in concat(elements(balancer.access_logs), elements(balancer.connection_logs), elements(balancer.health_check_logs)) : logs.enabled])
    ],
    [for balancer in referrers(bucket, "aws_elb", "access_logs.bucket") : balancer if anytrue([for logs in balancer.access_logs : logs.enabled])],
    referrers(
      bucket,
      [
        "aws_cloudfront_distribution", "aws_cloudtrail", "aws_config_delivery_channel", "aws_flow_log", "aws_redshift_logging",
        "aws_route53_resolver_query_log_config", "aws_wafv2_web_acl_logging_configuration",
      ],
      ["logging_config.bucket", "s3_bucket_name", "log_destination", "log_destination_configs", "destination_arn", "bucket_name"],
    ),
  )
}

function "bucket_feeds" {
  params      = [bucket]
  description = "What copies or delivers data to a bucket."
  value = concat(
    referrers(bucket, "aws_kinesis_firehose_delivery_stream"),
    referrers(bucket, "aws_s3_bucket_replication_configuration", "rule.destination.bucket"),
    referrers(bucket, "aws_s3_bucket", "replication_configuration.rules.destination.bucket"),
  )
}

function "bucket_writers" {
  params      = [bucket]
  description = "The compute resources whose role may put objects into a bucket."
  value = flatten([
    for policy in policies_allowing(bucket, ["s3:PutObject"]) : [for role in roles_of_policy(policy) : users_of_role(role)]
  ])
}

function "bucket_sites" {
  params      = [bucket]
  description = "The distributions and website configurations that serve a bucket to users."
  value = concat(
    referrers(bucket, "aws_cloudfront_distribution", "origin.domain_name"),
    referrers(bucket, "aws_s3_bucket_website_configuration", "bucket"),
  )
}

function "bucket_origins" {
  params      = [bucket]
  description = "The origins of CloudFront distributions that are a bucket."
  value = flatten([
    for distribution in referrers(bucket, "aws_cloudfront_distribution", "origin.domain_name") : [
      for origin in distribution.origin : origin
      if anytrue([for named in referenced(origin.domain_name, "aws_s3_bucket") : same(named, bucket)])
    ]
  ])
}

function "expires_after" {
  params      = [rule]
  description = "The days after which a lifecycle rule deletes current objects; null where it does not, or at a date."
  value       = one([for end in elements(rule.expiration) : end.days if is_set(end.days)])
}

function "noncurrent_expires_after" {
  params      = [rule]
  description = "The days after which a lifecycle rule deletes all old versions; null where it does not, or keeps some."
  value       = one([for end in elements(rule.noncurrent_version_expiration) : end.noncurrent_days if !is_set(end.newer_noncurrent_versions)])
}

function "lifecycle_sizes" {
  params      = [rule, argument]
  description = "The sizes that the filter of a lifecycle rule names by an argument."
  value = flatten([
    for filter in elements(try(rule.filter, [])) : [
      for part in concat([filter], [for all in filter.and : all]) : part[argument] if is_set(part[argument])
    ]
  ])
}

function "lifecycle_takes_all_of" {
  params      = [broad, narrow]
  description = "Whether a lifecycle rule of a shorter prefix also applies to the objects of another rule, perhaps but for some sizes."
  value = alltrue([
    startswith(lifecycle_prefix(narrow), lifecycle_prefix(broad)),
    alltrue([for key, value in lifecycle_tags(broad) : lookup(lifecycle_tags(narrow), key, null) == value]),
    !anytrue([
      for least in concat(lifecycle_sizes(broad, "object_size_greater_than"), lifecycle_sizes(narrow, "object_size_greater_than")) : anytrue([
        for most in concat(lifecycle_sizes(broad, "object_size_less_than"), lifecycle_sizes(narrow, "object_size_less_than")) : least >= most
      ])
    ]),
  ])
}

function "s3_configurations_of" {
  params      = [type, bucket]
  description = "The resources of a type that name this bucket, whose name is known."
  # Of those whose bucket is not known none names it for certain.
  value = [
    for other in is_known(length(s3_configurations())) ? lookup(s3_configurations_by_bucket(), "${type} ${bucket}", []) : s3_configurations() : other
    if other.type == type && is_known(other.bucket) && other.bucket == bucket
  ]
}

function "buckets_maybe_named" {
  params      = [value]
  description = "The buckets, of this configuration or read by a data source, that a value refers to: it is the name of one of them, or made from it. None where it is not known how many there are."
  value = concat(
    elements_known(referenced(value, "aws_s3_bucket", "aws_s3_directory_bucket")),
    [for bucket in elements_known(referenced(value)) : bucket if bucket.kind == "data" && bucket.resource_type == "aws_s3_bucket"],
  )
}

function "elements_known" {
  params      = [list]
  description = "The elements of a list of which it is known how many there are; none of another one."
  value       = is_known(length(list)) ? list : []
}

function "is_name_of" {
  params      = [value, bucket]
  description = "Whether a value is the name of a bucket as it stands."
  value       = is_known(value) && is_known(bucket.bucket) ? value == bucket.bucket : value == bucket.bucket || value == tostring(bucket.id)
}

function "is_another_configuration" {
  params      = [other, configuration]
  description = "Whether a resource that configures a bucket is not the other one. Of a block whose instances are not known, each is taken to have a bucket of its own."
  value       = other.block_address == configuration.block_address ? !strcontains(configuration.address, "[*]") && other.address != configuration.address : true
}

function "s3_configurations_tied" {
  params      = [configuration, buckets]
  description = "The other resources of the type of a configuration that name the same of these buckets."
  # Several buckets may have one name.
  value = distinct(flatten([
    for bucket in buckets : [
      for other in some_of(referrers(bucket, configuration.type, "bucket"), 20) : other
      if other.address != configuration.address && is_another_configuration(other, configuration) && is_name_of(configuration.bucket, bucket) && is_name_of(other.bucket, bucket)
    ]
  ]))
}

function "s3_configurations_alike" {
  params      = [configuration]
  description = "The other resources of the type of a configuration whose bucket has the same name, of which a part is known only when Terraform runs."
  value = flatten([
    for part in referenced(configuration.bucket) : [
      for other in some_of(referrers(part, configuration.type, "bucket"), 20) : other
      if other.address != configuration.address && is_another_configuration(other, configuration) && other.bucket == configuration.bucket
    ]
  ])
}

function "s3_configurations" {
  params      = []
  description = "The resources that configure a bucket."
  value = resources(
    "aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_notification", "aws_s3_bucket_policy", "aws_s3_bucket_versioning",
    "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_public_access_block", "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_cors_configuration", "aws_s3_bucket_logging", "aws_s3_bucket_replication_configuration",
  )
}

function "s3_configurations_by_bucket" {
  params      = []
  description = "The resources that configure a bucket and name it with a known text, by their type and that text."
  value       = by_key([for other in s3_configurations() : { key = "${other.type} ${other.bucket}", value = other } if is_known(other.bucket) && other.bucket != null])
}

function "s3_settings" {
  params      = [configuration]
  description = "What a resource sets in the configuration of a bucket."
  value = lookup({
    aws_s3_bucket_cors_configuration        = ["cors_rule"]
    aws_s3_bucket_logging                   = ["target_bucket", "target_prefix", "target_grant", "target_object_key_format"]
    aws_s3_bucket_notification              = ["eventbridge", "lambda_function", "queue", "topic"]
    aws_s3_bucket_policy                    = ["policy"]
    aws_s3_bucket_public_access_block       = ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
    aws_s3_bucket_replication_configuration = ["role", "rule"]
    aws_s3_bucket_versioning                = ["mfa", "versioning_configuration"]
  }, configuration.type, ["rule"])
}

function "s3_settings_equal" {
  params      = [a, b]
  description = "Whether two resources of one type set the same in the configuration of a bucket."
  value       = try(alltrue([for argument in s3_settings(a) : a[argument] == b[argument]]), unseen("what they set"))
}
