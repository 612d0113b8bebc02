rule "alarm-dimension-wrong-attribute" {
  title    = "Alarm watches a metric that does not exist"
  severity = "error"
  category = "operability"
  scenario = "silent-loss"

  resource = "aws_cloudwatch_metric_alarm"

  locals {
    entries = flatten([
      for metric in alarm_metrics(self) : [
        for key, value in can(keys(metric.dimensions)) ? metric.dimensions : {} : { metric = metric, key = key, value = value }
      ]
    ])
    # For the fix: the dimensions that are missing, and the target groups whose load balancer it may be.
    absent = distinct(flatten([
      for entry in local.entries : [for row in dimension_rows(entry.metric.namespace, entry.key) : [for key in row.also_required : key if !contains(keys(entry.metric.dimensions), key)]] if entry.metric.metric_name != "RequestCountPerTarget"
    ]))
    groups = flatten([for entry in local.entries : referenced(entry.value, "aws_lb_target_group") if entry.key == "TargetGroup"])
  }

  at  = [self.dimensions, self.metric_query]
  why = "CloudWatch takes any value for a dimension. The alarm is created, stays in INSUFFICIENT_DATA for ever, and everybody believes that the resource is watched."

  check "attribute" {
    locals {
      source = source_attribute(each.value.value)
      rows   = local.source == null ? [] : dimension_rows_of(each.value.metric.namespace, each.value.key, local.source.instance.resource_type)
      right  = flatten(local.rows[*].right_attributes)
      # Up to release 4 of the provider, which has an argument `name`, the id of a database is its identifier.
      is_id = try(local.source.attribute == "id" && local.source.instance.resource_type == "aws_db_instance", false)
    }

    for_each = local.entries
    skip = [
      local.source == null,
      length(local.rows) == 0,
      local.is_id ? written(local.source.instance, "name") != null || provider_is_below("aws", 5) : false,
    ]
    require = contains(local.right, local.source.attribute)
    message = "${self.address} has the ${local.source.attribute} of ${local.source.instance.address} as its ${each.value.key}, which in ${each.value.metric.namespace} is the ${join(" or ", local.right)}"

    fix {
      text   = <<-EOT
        ${!can(regex(" ", each.value.key)) ? each.value.key : "\"${each.value.key}\""} = ${local.source.instance.module != self.module ? "\"…\" # the ${local.right[0]} of ${local.source.instance.address}, handed over by its module" : local.right[0] == "member_clusters" ? "tolist(${own_address(local.source.instance)}.member_clusters)[0] # one alarm for each node" : "${own_address(local.source.instance)}.${local.right[0]}"}
      EOT
      safety = "safe"
      impact = "in-place"
      note   = "the alarm may ring once it watches something"
    }
  }

  check "metric" {
    locals {
      named   = { "4XXError" = "4xx", "5XXError" = "5xx" }
      metrics = [for metric in alarm_metrics(self) : metric if metric.namespace == "AWS/ApiGateway" && contains(keys(local.named), metric.metric_name)]
      apis    = referenced(try(each.value.dimensions.ApiId, null), "aws_apigatewayv2_api")
    }

    for_each = local.metrics
    skip     = length(local.apis) == 0
    require  = local.apis[0].protocol_type != "HTTP"
    at       = [self.metric_name, self.metric_query]
    message  = "${self.address} watches ${each.value.metric_name} of ${local.apis[0].address}, a metric of REST APIs, which for HTTP APIs is ${local.named[each.value.metric_name]}"

    fix {
      text   = <<-EOT
        metric_name = "${local.named[each.value.metric_name]}"
      EOT
      safety = "safe"
      impact = "in-place"
      note   = "the alarm may ring once it watches something"
    }
  }

  check "missing-dimension" {
    locals {
      rows    = dimension_rows(each.value.metric.namespace, each.value.key)
      missing = [for key in flatten(local.rows[*].also_required) : key if !contains(keys(each.value.metric.dimensions), key)]
    }

    for_each = local.entries
    skip     = [length(local.rows) == 0, each.value.metric.metric_name == "RequestCountPerTarget"]
    require  = length(local.missing) == 0
    message  = "${self.address} watches ${each.value.metric.metric_name} by ${each.value.key} without ${join(" and ", local.missing)}, under which ${each.value.metric.namespace} has no such metric"
  }

  fix {
    text   = <<-EOT
      ${join("\n", [for key in local.absent : "${key} = ${dimension_value(key, local.groups)}"])}
    EOT
    safety = "safe"
    impact = "in-place"
    note   = "beside the dimensions that are there; the alarm may ring once it watches something"
  }

  exceptions = [
    "values that are written out, unknown or computed",
    "namespaces of one's own",
    "the id of a database with a provider before version 5, by the lock file, the constraints or the argument `name`: there it is the identifier",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html",
  ]
}

rule "alarm-without-action" {
  title    = "Alarm tells nobody"
  severity = "warning"
  category = "operability"
  scenario = "silent-loss"
  default  = "no action"

  resource = ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"]

  locals {
    # An alarm that only says when all is well again, as one that takes capacity away, tells somebody too.
    actions = concat(elements(self.alarm_actions), elements(self.ok_actions), elements(self.insufficient_data_actions))
    others  = alarm_actions(self.module, resources("aws_cloudwatch_metric_alarm"))
    is_off  = is_known(self.actions_enabled) && self.actions_enabled != null ? !self.actions_enabled : false
    readers = concat(
      referrers(self, "aws_cloudwatch_composite_alarm", ["alarm_rule", "actions_suppressor.alarm"]),
      referrers(self, "aws_fis_experiment_template", "stop_condition.value"),
      referrers(self, "aws_codedeploy_deployment_group", "alarm_configuration.alarms"),
      referrers(self, "aws_route53_health_check", "cloudwatch_alarm_name"),
      referrers(self, "aws_ecs_service", "alarms.alarm_names"),
      referrers(self, "aws_appconfig_environment", "monitor.alarm_arn"),
      referrers(self, "aws_autoscaling_group", "instance_refresh.preferences.alarm_specification.alarms"),
      referrers(self, "aws_sagemaker_endpoint", "deployment_config.auto_rollback_configuration.alarms.alarm_name"),
    )
    composites = [for alarm in resources("aws_cloudwatch_composite_alarm") : alarm if alarm.address != self.address]
    # A rule names alarms in a text, some of which may not be known.
    # Mostly a look at all of them at once says that none does.
    is_named = try(strcontains(composite_alarm_rules(), self.alarm_name), true)
    named    = anytrue([for alarm in is_known(local.is_named) && !local.is_named ? [] : local.composites : strcontains(alarm.alarm_rule, self.alarm_name)])
    # A rule that names no type of events gets those of the source that are about states, too.
    by_events = anytrue([
      for rule in resources("aws_cloudwatch_event_rule") : try(
        strcontains(rule.event_pattern, "CloudWatch Alarm State Change")
        || (strcontains(rule.event_pattern, "aws.cloudwatch") && !strcontains(rule.event_pattern, "detail-type")),
        false,
      )
    ])
    is_library = anytrue([for settings in terraform_blocks() : settings.library])
  }

  skip = [
    length(local.readers) > 0,
    local.named,
    local.by_events,
    local.is_library ? unseen("who reads the state of ${self.address} where the module is called") : false,
  ]
  why = "An alarm without an action is a coloured box in a console that nobody has open at night."

  check "none" {
    severity = "warning"
    require  = length(local.actions) > 0
    at       = self.alarm_actions
    message  = "${self.address} has no actions, and nothing in the configuration reads its state"
  }

  check "switched-off" {
    severity = "warning"
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
      alarm_actions${local.is_off ? "  " : ""} = ${local.others}
      ok_actions${local.is_off ? "  " : ""}    = ${local.others}${local.is_off ? "\nactions_enabled = true" : ""}
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "${local.others == "[aws_sns_topic.alerts.arn]" ? "a topic that reaches somebody; " : ""}the topic's policy and key must let cloudwatch.amazonaws.com publish"
  }

  exceptions = [
    "alarms that a composite alarm, a deployment, a service, an instance refresh, an endpoint, an experiment, a health check or AppConfig reads",
    "alarms with an action for another state only",
    "configurations with an event rule for the state of alarms",
    "reusable modules without a caller, whose alarms somebody else may read",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_metric_alarm",
    "https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-cloudwatch.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/autoscaling_group",
  ]
  peers = ["CKV_AWS_319", "CloudWatch.15", "CloudWatch.17"]
}
