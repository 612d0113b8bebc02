# The numbers that are looked at when part 0 is slow. The widgets are laid out in a grid of 24 columns.
resource "aws_cloudwatch_dashboard" "overview_0" {
  dashboard_name = "${local.name}-overview-0"

  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "metric"
        x      = 0
        y      = 0
        width  = 12
        height = 6
        properties = {
          title  = "Processor and memory"
          region = var.region
          stat   = "Average"
          period = 300
          metrics = [
            ["AWS/ECS", "CPUUtilization", "ClusterName", aws_ecs_cluster.this.name],
            ["AWS/ECS", "MemoryUtilization", "ClusterName", aws_ecs_cluster.this.name],
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 0
        width  = 12
        height = 6
        properties = {
          title  = "Requests and errors"
          region = var.region
          stat   = "Sum"
          period = 60
          metrics = [
            ["AWS/ApplicationELB", "RequestCount"],
            ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"],
          ]
        }
      },
      {
        type       = "text"
        x          = 0
        y          = 6
        width      = 24
        height     = 2
        properties = { markdown = "# ${local.name} 0\nWhat to do is in the runbook." }
      },
    ]
  })
}
