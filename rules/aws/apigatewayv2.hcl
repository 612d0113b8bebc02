rule "apigatewayv2-stage-throttle-zero" {
  title    = "Route settings without throttling limits set them to 0, and every request is refused"
  severity = "error"
  category = "availability"
  scenario = "bad-deploy"
  default  = "0 for burst and rate once the block is written; without the block the account's limits hold"

  resource = "aws_apigatewayv2_stage"

  locals {
    limits = "a rate of ${each.value.throttling_rate_limit} and a burst of ${each.value.throttling_burst_limit}"
  }

  # Both written as 0 is how a route is closed on purpose.
  skip = [
    is_set(each.value.throttling_burst_limit) && is_set(each.value.throttling_rate_limit)
    && each.value.throttling_burst_limit == 0 && each.value.throttling_rate_limit == 0,
  ]
  require = each.value.throttling_burst_limit != 0 && each.value.throttling_rate_limit != 0
  why     = "The provider sends both numbers whenever the block is there, and a number that is not written is a 0. A block added for metrics or logs alone therefore limits the routes to no request at all: from that apply on every call is answered with 429."

  check "default-route" {
    for_each = self.default_route_settings
    at       = [each.value.throttling_rate_limit, each.value.throttling_burst_limit, each.value]
    message  = "${self.address} limits its routes to ${local.limits}: every request is answered with 429"
  }
  check "route" {
    for_each = self.route_settings
    at       = [each.value.throttling_rate_limit, each.value.throttling_burst_limit, each.value]
    message  = "${self.address} limits `${each.value.route_key}` to ${local.limits}: every request to it is answered with 429"
  }

  fix {
    text   = <<-EOT
      default_route_settings {
        detailed_metrics_enabled = true
        throttling_burst_limit   = 500
        throttling_rate_limit    = 1000
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "the limits hold at once; choose them above the peak of the API"
  }

  exceptions = ["a route closed on purpose: both limits are written as 0"]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/apigatewayv2_stage",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/stage.go",
    "https://github.com/pulumi/pulumi-aws/issues/2363",
    "https://github.com/hashicorp/terraform-provider-aws/pull/43307",
    "https://github.com/terraform-aws-modules/terraform-aws-apigateway-v2/issues/59",
  ]
}
