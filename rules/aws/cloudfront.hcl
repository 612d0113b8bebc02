rule "cloudfront-ttl-omitted-disables-cache" {
  title    = "TTLs left out are sent as 0, so CloudFront caches nothing"
  severity = "warning"
  category = "capacity"
  scenario = "traffic-surge"
  default  = "0 for each TTL in a behavior without a cache policy: the day and the year that CloudFront documents do not hold"

  resource = "aws_cloudfront_distribution"

  locals {
    positive    = each.value.default_ttl > 0 || each.value.min_ttl > 0
    contradicts = is_known(local.positive) && local.positive
    consequence = local.contradicts ? (
      "although `default_ttl` is ${each.value.default_ttl} and `min_ttl` is ${each.value.min_ttl}: CloudFront refuses it, or asks the origin every time"
    ) : "and nothing is cached, whatever `Cache-Control` the origin sends"
  }

  skip = [
    is_set(each.value.cache_policy_id),
    # What depends on all headers is not meant to be cached.
    anytrue([for forwarded in each.value.forwarded_values : contains(coalesce(forwarded.headers, []), "*")]),
  ]
  require = is_set(each.value.max_ttl)
  at      = [each.value.default_ttl, each.value.min_ttl, each.value]
  why     = "A behavior without a cache policy takes its TTLs from three arguments, and the provider sends 0 for the ones a new distribution leaves out. The CDN is paid for, `x-cache` says Miss or RefreshHit, and a surge reaches the origin undiminished. A distribution that exists keeps the values of its state until the behavior is written anew."

  check "default" {
    for_each = self.default_cache_behavior
    message  = "a new ${self.address} gets a `max_ttl` of 0 in its default behavior, ${local.consequence}"
  }
  check "ordered" {
    for_each = self.ordered_cache_behavior
    message  = "a new ${self.address} gets a `max_ttl` of 0 for `${each.value.path_pattern}`, ${local.consequence}"
  }

  fix {
    text   = <<-EOT
      # The managed policy CachingOptimized, in place of forwarded_values:
      cache_policy_id = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "answers are cached from then on: pages for one person need `no-store`, or another policy, first"
  }

  exceptions = [
    "behaviors whose `max_ttl` is written, 0 included",
    "behaviors that forward all headers, which are dynamic on purpose",
  ]
  sources = [
    "https://github.com/hashicorp/terraform-provider-aws/issues/21677",
    "https://github.com/hashicorp/terraform-provider-aws/issues/19382",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/cloudfront/distribution.go",
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html",
  ]
}
