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
    # Not of network load balancers; functions and appliances as targets have other metrics.
    rows = (
      local.ty == "aws_lb" ? (self.load_balancer_type == "application" ? critical_alarm_rows("aws_lb") : [])
      : local.ty == "aws_lb_target_group" ? (self.target_type == "lambda" || self.protocol == "GENEVE" ? [] : critical_alarm_rows("aws_lb_target_group"))
      : local.ty == "aws_msk_cluster" && anytrue([for group in self.broker_node_group_info : startswith(group.instance_type, "express.")]) ? []
      : critical_alarm_rows(local.ty)
    )
    alarms = resources("aws_cloudwatch_metric_alarm")
    # Queries that read the metrics of all resources of a kind.
    queried   = critical_metrics_queried(local.ty)
    uncovered = [for row in local.rows : row if !covers_critical(self, row)]
    # ACM renews its own certificates only.
    expires = local.ty != "aws_acm_certificate" ? null : !is_known(is_set(self.certificate_body)) ? "it expires" : is_set(self.certificate_body) ? "ACM does not renew what was imported" : null
    # Of which it is certain.
    certain = [for row in local.rows : row if is_known(covers_critical(self, row)) && !covers_critical(self, row)]
    missing = join(" and ", [
      for row in local.certain : "${join(" or ", row.metrics)} (${local.expires == null ? row.why : local.expires})"
    ])
    # One of the same type that was not forgotten.
    siblings = [
      for other in flatten([for row in local.certain : watched(local.ty, row.namespaces, row.metrics, row.dimensions[0])]) : other
      if other.address != self.address
    ]
    is_forgotten = is_known(length(local.siblings) > 0) ? length(local.siblings) > 0 : false

    # For the fix.
    row        = local.certain[0]
    alarm      = critical_alarm(local.ty, local.row.concern)
    me         = own_address(self)
    per_broker = contains(local.row.dimensions, "Broker ID")
    namespace  = local.ty == "aws_lb_target_group" && contains(["TCP", "UDP", "TCP_UDP", "TLS"], is_known(self.protocol) ? self.protocol : "HTTP") ? "AWS/NetworkELB" : local.row.namespaces[0]
    actions    = alarm_actions(self.module, local.alarms)
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
      resource "aws_cloudwatch_metric_alarm" "${self.resource_name}_${local.row.concern}" {
        ${local.per_broker ? "count               = ${local.me}.number_of_broker_nodes\n  " : ""}alarm_name          = "${self.resource_name}-${local.row.concern}${local.per_broker ? "-$${count.index + 1}" : ""}"
        namespace           = "${local.namespace}"
        metric_name         = "${local.row.metrics[0]}"
        statistic           = "${local.alarm.statistic}"
        period              = ${local.alarm.period}
        evaluation_periods  = ${local.alarm.evaluation_periods}
        comparison_operator = "${local.alarm.operator}"
        threshold           = ${local.alarm.threshold}${local.alarm.unit == null ? "" : " # ${local.alarm.unit}"}
        treat_missing_data  = "${local.alarm.missing}"
        alarm_actions       = ${local.actions}

        dimensions = {
          ${join("\n    ", critical_dimensions(self, local.namespace, local.row))}
        }
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "at the price of one alarm each${length(local.certain) > 1 ? ", of which this is the first" : ""}; a threshold is where to begin, not a law"
  }

  exceptions = [
    "configurations without any alarm, or with a provider of a monitoring service",
    "resources that an output hands out, or that go to a module that is not on disk",
    "dead-letter queues, for which there is a rule of its own",
    "network load balancers, target groups of functions and appliances, Express brokers of MSK: they have no such metrics",
    "metrics on which an alarm watches something that is not known",
    "development, test and staging",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway-cloudwatch.html",
    "https://docs.aws.amazon.com/config/latest/developerguide/acm-certificate-expiration-check.html",
    "https://docs.aws.amazon.com/cdk/api/latest/python/aws_cdk.aws_certificatemanager/ICertificate.html",
    "https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details-express.html",
  ]
}
