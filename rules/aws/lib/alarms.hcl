# CloudWatch alarms and what they watch.

function "alarm_metrics" {
  params      = [alarm]
  description = "The metrics of an alarm, plain or of its queries, as objects of `namespace`, `metric_name` and `dimensions`."
  value = concat(
    is_set(alarm.metric_name) ? [{ namespace = alarm.namespace, metric_name = alarm.metric_name, dimensions = alarm.dimensions }] : [],
    flatten([
      for query in alarm.metric_query : [
        for metric in query.metric : { namespace = metric.namespace, metric_name = metric.metric_name, dimensions = metric.dimensions }
      ]
    ]),
  )
}

function "dimension_of" {
  params      = [metric, name]
  description = "What a dimension of a metric says; null where it has none of that name."
  # That an attribute is known only after apply does not make it doubtful whether there is one.
  value = can(keys(metric.dimensions)) ? lookup(metric.dimensions, name, null) : null
}

function "alarms_by_metrics" {
  params      = []
  description = "All alarms, as objects of `alarm` and its `metrics`."
  value       = [for alarm in resources("aws_cloudwatch_metric_alarm") : { alarm = alarm, metrics = alarm_metrics(alarm) }]
}

function "critical_alarm_rows" {
  params      = [type]
  description = "The alarms that resources of a type should have, a row for each."
  value       = [for row in fact_rows("critical_alarms") : row if row.resource == type]
}

function "critical_metrics_queried" {
  params      = [type]
  description = "Whether an alarm's query reads one of the metrics that resources of a type should have alarms on."
  value = anytrue([
    for alarm in query_alarms() : anytrue([
      for query in alarm.metric_query : anytrue([
        for metric in flatten(critical_alarm_rows(type)[*].metrics) : query.expression == null ? false : strcontains(query.expression, metric)
      ])
    ])
  ])
}

function "dimension_rows" {
  params      = [namespace, dimension]
  description = "What is known of a dimension of the metrics of a namespace: a row for each type of resource whose attribute it is."
  value       = [for row in fact_rows("alarm_dimensions") : row if row.namespace == namespace && row.dimension == dimension]
}

function "dimension_rows_of" {
  params      = [namespace, dimension, type]
  description = "Those of its rows that are about resources of a type."
  value       = [for row in dimension_rows(namespace, dimension) : row if row.resource == type]
}

function "alarms_on" {
  params      = [instance, namespace, metrics, dimension]
  description = "The alarms on one of these metrics of an instance, which the dimension names."
  # One of an unknown number of instances is not known itself.
  value = !is_known(instance.resource_type) ? unseen("which alarms there are on it") : [
    for alarm in referrers(instance, "aws_cloudwatch_metric_alarm", ["dimensions", "metric_query.metric.dimensions"]) : alarm
    if anytrue([
      for metric in alarm_metrics(alarm) :
      metric.namespace == namespace && contains(metrics, metric.metric_name) && contains(
        [for watched in referenced(dimension_of(metric, dimension), instance.resource_type) : watched.address],
        instance.address,
      )
    ])
  ]
}

function "watched" {
  params      = [type, namespaces, metrics, dimension]
  description = "The instances of a type that alarms on one of these metrics name by a dimension."
  value = flatten([
    for watching in alarms_by_metrics() : [
      for metric in watching.metrics : referenced(dimension_of(metric, dimension), type) if contains(namespaces, metric.namespace) && contains(metrics, metric.metric_name)
    ]
  ])
}

function "query_alarms" {
  params      = []
  description = "The alarms on queries, which may read the metrics of all resources of a kind."
  value       = [for alarm in resources("aws_cloudwatch_metric_alarm") : alarm if length(alarm.metric_query) > 0]
}

function "composite_alarm_rules" {
  params      = []
  description = "The rules of all composite alarms in one text."
  value       = join("\n", resources("aws_cloudwatch_composite_alarm")[*].alarm_rule)
}

function "covers_critical" {
  params      = [instance, row]
  description = "Whether an alarm watches one of the metrics of a row for an instance; unknown where one may."
  value       = anytrue([for namespace in row.namespaces : length(alarms_on(instance, namespace, row.metrics, row.dimensions[0])) > 0]) || unclear_alarms(instance.resource_type, row)
}

function "unclear_alarms" {
  params      = [type, row]
  description = "False; unknown where an alarm on one of the metrics of a row watches something that is not known."
  value = anytrue([
    for watching in alarms_by_metrics() : anytrue([
      for metric in watching.metrics : contains(row.namespaces, metric.namespace) && contains(row.metrics, metric.metric_name) ? (
        says_what(dimension_of(metric, row.dimensions[0]), type) ? false : unseen("what ${watching.alarm.address} watches")
      ) : false
    ])
  ])
}

function "says_what" {
  params      = [value, type]
  description = "Whether a value is known or leads to a resource; of a type, where it is put together from several."
  value = anytrue([
    is_known(value),
    is_known(source_attribute(value)) ? source_attribute(value) != null : false,
    is_known(length(referenced(value, type)) > 0) ? length(referenced(value, type)) > 0 : false,
  ])
}

# Statistics: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html
# DaysToExpiry is a day's minimum, and not reported once it is over:
# https://docs.aws.amazon.com/cdk/api/latest/python/aws_cdk.aws_certificatemanager/ICertificate.html
function "critical_alarm" {
  params      = [type, concern]
  description = "An alarm on the first metric of the row for a type and a concern, as a first choice: `statistic`, `period`, `evaluation_periods`, `operator`, `threshold`, `unit` and `missing`, what missing data means."
  value = {
    "aws_lb/errors"                  = { statistic = "Sum", period = 60, evaluation_periods = 5, operator = "GreaterThanThreshold", threshold = 10, unit = "errors a minute", missing = "notBreaching" }
    "aws_lb_target_group/targets"    = { statistic = "Maximum", period = 60, evaluation_periods = 5, operator = "GreaterThanThreshold", threshold = 0, unit = null, missing = "missing" }
    "aws_lambda_function/errors"     = { statistic = "Sum", period = 300, evaluation_periods = 1, operator = "GreaterThanThreshold", threshold = 0, unit = null, missing = "notBreaching" }
    "aws_lambda_function/throttles"  = { statistic = "Sum", period = 300, evaluation_periods = 1, operator = "GreaterThanThreshold", threshold = 0, unit = null, missing = "notBreaching" }
    "aws_nat_gateway/ports"          = { statistic = "Sum", period = 300, evaluation_periods = 1, operator = "GreaterThanThreshold", threshold = 0, unit = null, missing = "notBreaching" }
    "aws_sqs_queue/backlog"          = { statistic = "Maximum", period = 60, evaluation_periods = 5, operator = "GreaterThanThreshold", threshold = 300, unit = "seconds that a message may wait", missing = "notBreaching" }
    "aws_msk_cluster/health"         = { statistic = "Maximum", period = 300, evaluation_periods = 1, operator = "GreaterThanOrEqualToThreshold", threshold = 85, unit = "percent of the disk", missing = "missing" }
    "aws_sfn_state_machine/failures" = { statistic = "Sum", period = 300, evaluation_periods = 1, operator = "GreaterThanThreshold", threshold = 0, unit = null, missing = "notBreaching" }
    "aws_acm_certificate/expiry"     = { statistic = "Minimum", period = 86400, evaluation_periods = 1, operator = "LessThanThreshold", threshold = 30, unit = "days", missing = "breaching" }
  }["${type}/${concern}"]
}

function "critical_dimensions" {
  params      = [instance, namespace, row]
  description = "The dimensions of an alarm on the first metric of a row for an instance, as lines of HCL."
  value = [
    for dimension in row.dimensions :
    dimension == "Broker ID" ? "\"Broker ID\"    = tostring(count.index + 1)"
    : dimension == "Cluster Name" ? "\"Cluster Name\" = ${own_address(instance)}.cluster_name"
    : dimension == "LoadBalancer" && instance.resource_type == "aws_lb_target_group" ? "LoadBalancer = ${load_balancer_suffix(instance)}"
    : "${dimension}${dimension == "TargetGroup" ? " " : ""} = ${own_address(instance)}.${dimension_rows_of(namespace, dimension, instance.resource_type)[0].right_attributes[0]}"
  ]
}

function "load_balancer_suffix" {
  params      = [group]
  description = "What names the load balancer that forwards to a target group in a dimension, in HCL; a gap where it is not certain or not of the same module."
  value = try(
    is_known(coalesce(forwarders(group)...)) ? coalesce(forwarders(group)...) : "\"…\" # the arn_suffix of its load balancer",
    "\"…\" # the arn_suffix of its load balancer",
  )
}

function "forwarders" {
  params      = [group]
  description = "The load balancers of its module that certainly forward to a target group, as their arn_suffix in HCL."
  value = [
    for lb in resources("aws_lb") : "${own_address(lb)}.arn_suffix"
    if lb.module == group.module && is_known(forwards_to(lb, group)) && forwards_to(lb, group)
  ]
}

function "forwards_to" {
  params      = [lb, group]
  description = "Whether a load balancer forwards to a target group."
  value       = contains([for other in lb_target_groups(lb) : other.address], group.address)
}

function "own_address" {
  params      = [instance]
  description = "The address of an instance as its own module writes it; `[…]` where its key is not known."
  value       = replace(instance.module == "" ? instance.address : trimprefix(instance.address, "${instance.module}."), "[*]", "[…]")
}

function "dimension_value" {
  params      = [dimension, groups]
  description = "What an alarm's dimension is, in HCL, as far as it follows from the target groups or the account."
  value = (
    dimension == "LoadBalancer" && length(groups) > 0 ? load_balancer_suffix(groups[0])
    : dimension == "ClientId" ? "data.aws_caller_identity.current.account_id"
    : dimension == "Region" ? "\"Global\""
    : "\"…\""
  )
}

function "alarm_actions" {
  params      = [module, alarms]
  description = "What other alarms of a module notify, as a list in HCL: a topic, else what is written there."
  value = try(
    "[${known_text(coalesce(alarm_topics(module, alarms)...))}]",
    known_text(coalesce(alarm_actions_written(module, alarms)...)),
    "[aws_sns_topic.alerts.arn]",
  )
}

function "alarm_actions_written" {
  params      = [module, alarms]
  description = "The actions of the alarms of a module as they are written, where they mean the same everywhere in it."
  value = [
    for actions in distinct([for alarm in alarms : written(alarm, "alarm_actions") if alarm.module == module && try(length(alarm.alarm_actions) > 0, false)]) : actions
    if try(!can(regex("\\b(each|count|self)\\.", actions)), false)
  ]
}

function "alarm_topics" {
  params      = [module, alarms]
  description = "The topics of a module that alarms certainly notify, in HCL."
  value       = [for topic in notified_topics(alarms) : topic.kind == "resource" && topic.module == module ? "${own_address(topic)}.arn" : ""]
}

function "notified_topics" {
  params      = [alarms]
  description = "The topics that alarms certainly notify."
  value       = flatten([for alarm in alarms : elements_known(referenced(alarm.alarm_actions, "aws_sns_topic"))])
}
