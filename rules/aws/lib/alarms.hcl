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
  value = [
    for alarm in referrers(instance, "aws_cloudwatch_metric_alarm", ["dimensions", "metric_query.metric.dimensions"]) : alarm
    if anytrue([
      for metric in alarm_metrics(alarm) :
      metric.namespace == namespace && contains(metrics, metric.metric_name) && contains(
        [for watched in referenced(try(metric.dimensions[dimension], null), instance.resource_type) : watched.address],
        instance.address,
      )
    ])
  ]
}

function "watched" {
  params      = [type, namespaces, metrics, dimension]
  description = "The instances of a type that alarms on one of these metrics name by a dimension."
  value = flatten([
    for alarm in resources("aws_cloudwatch_metric_alarm") : [
      for metric in alarm_metrics(alarm) : referenced(try(metric.dimensions[dimension], null), type) if contains(namespaces, metric.namespace) && contains(metrics, metric.metric_name)
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
