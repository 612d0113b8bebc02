rule "alarm-without-action" {
  title    = "Alarm tells nobody"
  severity = "warning"
  category = "operability"
  scenario = "silent-loss"
  default  = "no action"

  resource = ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"]

  locals {
    actions = self.alarm_actions == null ? [] : self.alarm_actions
    readers = concat(
      referrers(self, "aws_cloudwatch_composite_alarm", ["alarm_rule", "actions_suppressor.alarm"]),
      referrers(self, "aws_fis_experiment_template", "stop_condition.value"),
      referrers(self, "aws_codedeploy_deployment_group", "alarm_configuration.alarms"),
      referrers(self, "aws_route53_health_check", "cloudwatch_alarm_name"),
      referrers(self, "aws_ecs_service", "alarms.alarm_names"),
      referrers(self, "aws_appconfig_environment", "monitor.alarm_arn"),
    )
    composites = [for alarm in resources("aws_cloudwatch_composite_alarm") : alarm if alarm.address != self.address]
    # A rule names alarms in a text, some of which may not be known.
    named = anytrue([for alarm in local.composites : strcontains(alarm.alarm_rule, self.alarm_name)])
    by_events = anytrue([
      for rule in resources("aws_cloudwatch_event_rule") : try(strcontains(rule.event_pattern, "CloudWatch Alarm State Change"), false)
    ])
  }

  skip = [
    length(local.readers) > 0,
    local.named,
    local.by_events,
  ]
  why = "An alarm without an action is a coloured box in a console that nobody has open at night."

  check "none" {
    severity = "warning"
    require  = length(local.actions) > 0
    at       = self.alarm_actions
    message  = "${self.address} has no alarm_actions, and nothing in the configuration reads its state"
  }

  check "switched-off" {
    severity = "error"
    skip     = length(local.actions) == 0
    require  = self.actions_enabled == null ? true : self.actions_enabled
    at       = self.actions_enabled
    message  = "${self.address} has actions, but they are switched off by actions_enabled = false"

    fix {
      set    = { actions_enabled = true }
      safety = "unsafe"
      impact = "in-place"
      note   = "it rings at once where the alarm is in that state"
    }
  }

  fix {
    text   = <<-EOT
      alarm_actions = [aws_sns_topic.alerts.arn]
      ok_actions    = [aws_sns_topic.alerts.arn]
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "the topic's policy and key must let cloudwatch.amazonaws.com publish"
  }

  exceptions = [
    "alarms that a composite alarm, a deployment, a service, an experiment, a health check or AppConfig reads",
    "configurations with an event rule for the state of alarms",
  ]
  sources = ["https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_metric_alarm"]
  peers   = ["CKV_AWS_319", "CloudWatch.15", "CloudWatch.17"]
}
