# What stands before part 0: a distribution that keeps what does not change, and rules that keep out what only costs.
resource "aws_wafv2_web_acl" "edge_0" {
  provider    = aws.global
  name        = "${local.name}-edge-0"
  description = "Before the distribution of part 0"
  scope       = "CLOUDFRONT"
  tags        = local.tags

  default_action {
    allow {}
  }

  rule {
    name     = "common"
    priority = 10

    override_action {
      none {}
    }

    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"

        # Uploads are larger than the rule thinks right.
        rule_action_override {
          name = "SizeRestrictions_BODY"

          action_to_use {
            count {}
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "common-0"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "rate"
    priority = 20

    action {
      block {}
    }

    statement {
      rate_based_statement {
        aggregate_key_type = "IP"
        limit              = local.is_production ? 2000 : 500
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate-0"
      sampled_requests_enabled   = true
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "edge-0"
    sampled_requests_enabled   = true
  }
}

resource "aws_cloudfront_distribution" "edge_0" {
  enabled         = true
  is_ipv6_enabled = true
  comment         = "${local.name} part 0"
  price_class     = "PriceClass_100"
  aliases         = ["www-0.${local.name}.example.com"]
  web_acl_id      = aws_wafv2_web_acl.edge_0.arn
  tags            = local.tags

  origin {
    origin_id   = "entry"
    domain_name = "entry-0.${local.name}.example.com"

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }

    custom_header {
      name  = "X-Stack"
      value = local.name
    }
  }

  default_cache_behavior {
    target_origin_id       = "entry"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods         = ["GET", "HEAD"]
    compress               = true
    min_ttl                = 0
    default_ttl            = 0
    max_ttl                = 60

    forwarded_values {
      query_string = true
      headers      = ["Accept", "Authorization", "Host"]

      cookies {
        forward = "all"
      }
    }
  }

  # Files have the digest of their contents in their names, so that they can be kept for a year.
  ordered_cache_behavior {
    path_pattern           = "/assets/*"
    target_origin_id       = "entry"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    compress               = true
    min_ttl                = 3600
    default_ttl            = 86400
    max_ttl                = 31536000

    forwarded_values {
      query_string = false

      cookies {
        forward = "none"
      }
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:${local.account}:certificate/0"
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }
}
