# Alarms go to whoever is on call. The thresholds are a fifth above the highest value of an ordinary week.
resource "aws_cloudwatch_metric_alarm" "high_0" {
  for_each = {
    CPUUtilization    = 80
    MemoryUtilization = 90
  }

  alarm_name          = "${local.name}-${lower(each.key)}-0"
  namespace           = "AWS/ECS"
  metric_name         = each.key
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value
  period              = 300
  evaluation_periods  = 3
  alarm_actions       = var.alarm_actions

  dimensions = {
    ClusterName = aws_ecs_cluster.this.name
  }
}

resource "aws_cloudwatch_log_group" "audit_0" {
  name              = "/audit/${local.name}-0"
  retention_in_days = local.is_production ? 365 : 14
}
