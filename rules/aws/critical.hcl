rule "critical-metric-not-alarmed" {
  title    = "Nobody is told when this resource is about to fail"
  severity = "warning"
  category = "operability"
  scenario = "silent-loss"
  default  = "no alarm"

  resource = [
    "aws_lb",
    "aws_lb_target_group",
    "aws_lambda_function",
    "aws_nat_gateway",
    "aws_sqs_queue",
    "aws_msk_cluster",
    "aws_sfn_state_machine",
    "aws_acm_certificate",
  ]
  production_only = true

  setting "monitoring_providers" {
    default     = ["datadog", "newrelic", "grafana", "dynatrace"]
    description = "providers of services that watch resources in place of CloudWatch alarms"
  }

  locals {
    ty = self.resource_type
    rows = local.ty != "aws_lb" || self.load_balancer_type == "application" ? critical_alarm_rows(local.ty) : []
    alarms = resources("aws_cloudwatch_metric_alarm")
    # Queries that read the metrics of all resources of a kind.
    queried = critical_metrics_queried(local.ty)
    uncovered = [
      for row in local.rows : row
      if !anytrue([for namespace in row.namespaces : length(alarms_on(self, namespace, row.metrics, row.dimensions[0])) > 0])
    ]
    missing = join(" and ", [for row in local.uncovered : "${join(" or ", row.metrics)} (${row.why})"])
    # One of the same type that was not forgotten.
    siblings = [
      for other in flatten([for row in local.uncovered : watched(local.ty, row.namespaces, row.metrics, row.dimensions[0])]) : other
      if other.address != self.address
    ]
    is_forgotten = is_known(length(local.siblings) > 0) ? length(local.siblings) > 0 : false
  }

  skip = [
    length(local.rows) == 0,
    length(local.alarms) == 0,
    length(providers(setting.monitoring_providers)) > 0,
    exported(self),
    local.ty == "aws_sqs_queue" && is_failure_destination(self),
    local.queried,
  ]
  require = length(local.uncovered) == 0
  why     = "Exhausted ports, throttled functions, a growing backlog and a certificate that was not renewed show in a metric hours before users notice. Where the resource is declared the alarm is not forgotten."

  check "forgotten" {
    severity = "warning"
    skip     = !local.is_forgotten
    message  = "${self.address} has no alarm on ${local.missing}, unlike ${local.siblings[0].address}"

    also {
      at   = local.siblings[0]
      note = "has such an alarm"
    }
  }

  check "none" {
    severity = "advice"
    skip     = local.is_forgotten
    message  = "${self.address} has no alarm on ${local.missing}"
  }

  fix {
    text   = <<-EOT
      resource "aws_cloudwatch_metric_alarm" "${self.resource_name}" {
        alarm_name          = "${self.resource_name}"
        namespace           = "${local.uncovered[0].namespaces[0]}"
        metric_name         = "${local.uncovered[0].metrics[0]}"
        dimensions          = { ${local.uncovered[0].dimensions[0]} = "…" } # ${local.uncovered[0].condition}
        statistic           = "Maximum"
        period              = 60
        evaluation_periods  = 5
        threshold           = 0
        comparison_operator = "GreaterThanThreshold"
        alarm_actions       = [aws_sns_topic.alerts.arn]
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "at the price of one alarm each; a threshold is where to begin, not a law"
  }

  exceptions = [
    "configurations without any alarm, or with a provider of a monitoring service",
    "resources that an output hands out, or that go to a module that is not on disk",
    "dead-letter queues, for which there is a rule of its own",
    "development, test and staging",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway-cloudwatch.html",
  ]
}
