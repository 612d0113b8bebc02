rule "cloudfront-ttl-omitted-disables-cache" {
  title    = "TTLs left out are sent as 0, so CloudFront caches nothing"
  severity = "warning"
  category = "capacity"
  scenario = "traffic-surge"
  default  = "0 for each TTL in a behavior without a cache policy: the day and the year that CloudFront documents do not hold"

  resource = "aws_cloudfront_distribution"

  locals {
    cookies = flatten([for forwarded in each.value.forwarded_values : [for cookies in elements(forwarded.cookies) : cookies.forward]])
    headers = flatten([for forwarded in each.value.forwarded_values : [for header in elements(forwarded.headers) : lower(header)]])
    # An answer for each set of cookies or each person is not meant to be cached.
    personal = contains(local.headers, "*") || contains(local.headers, "authorization") || contains(local.cookies, "all")
    # Of the request only the path reaches the origin.
    bare = try(
      is_known([local.cookies, local.headers]) && length(local.headers) == 0 && alltrue([for cookies in local.cookies : cookies == "none"])
      && !anytrue([for forwarded in each.value.forwarded_values : !is_known(forwarded.query_string) || forwarded.query_string]),
      false,
    )
    # What is written is kept.
    min_ttl     = try(is_known(each.value.min_ttl) && each.value.min_ttl > 0 ? each.value.min_ttl : 0, 0)
    default_ttl = try(is_known(each.value.default_ttl) && each.value.default_ttl > 0 ? each.value.default_ttl : max(3600, local.min_ttl), 3600)

    positive    = each.value.default_ttl > 0 || each.value.min_ttl > 0
    contradicts = is_known(local.positive) && local.positive
    consequence = local.contradicts ? (
      "although `default_ttl` is ${each.value.default_ttl} and `min_ttl` is ${each.value.min_ttl}: CloudFront refuses it, or asks the origin every time"
    ) : "and nothing is cached, whatever `Cache-Control` the origin sends"
  }

  skip = [
    is_set(each.value.cache_policy_id),
    # Where a TTL is written it was meant all the same.
    local.personal && (contains(local.headers, "*") || !local.positive),
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
      ${local.bare ? "# The managed policy CachingOptimized, in place of forwarded_values and the TTLs:" : "min_ttl     = ${local.min_ttl}"}
      ${local.bare ? "cache_policy_id = \"658327ea-f89d-4fab-a63d-7e88639e58f6\"" : "default_ttl = ${local.default_ttl} # where the origin sends no Cache-Control\nmax_ttl     = ${max(86400, local.default_ttl)}"}
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "answers are cached from then on: pages for one person need `Cache-Control: no-store` first, which a `min_ttl` above 0 overrides"
  }

  exceptions = [
    "behaviors whose `max_ttl` is written, 0 included",
    "behaviors that forward all headers, and those without a TTL that forward all cookies or the header Authorization: they are dynamic on purpose",
  ]
  sources = [
    "https://github.com/hashicorp/terraform-provider-aws/issues/21677",
    "https://github.com/hashicorp/terraform-provider-aws/issues/19382",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/cloudfront/distribution.go",
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html",
    "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html",
  ]
}
