data "aws_ami" "base_0" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-*-x86_64"]
  }
}

# Runners build and test what the services are made of. They are thrown away after a day, so that nothing that a build
# leaves behind reaches the next one; what must stay goes to the bucket of the stack.
resource "aws_launch_template" "runner_0" {
  name_prefix   = "${local.name}-runner-0-"
  image_id      = data.aws_ami.base_0.id
  instance_type = local.is_production ? "m6i.large" : "t3.medium"

  user_data = base64encode(<<-EOT
    #!/bin/bash
    set -euo pipefail
    %{for name, service in var.services~}
    echo "${name}=${service.replicas}" >> /etc/runner.conf
    %{endfor~}
    systemctl enable --now runner-0
  EOT
  )

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size = 50
      volume_type = "gp3"
    }
  }
}

resource "aws_autoscaling_group" "runner_0" {
  name                = "${local.name}-runner-0"
  min_size            = 1
  max_size            = length(var.zones) * 2
  vpc_zone_identifier = module.network.private_subnet_ids

  launch_template {
    id      = aws_launch_template.runner_0.id
    version = "$Latest"
  }

  tag {
    key                 = "Name"
    value               = "${local.name}-runner-0"
    propagate_at_launch = true
  }
}

resource "aws_lb" "runner_0" {
  name               = "${local.name}-0"
  internal           = true
  load_balancer_type = "application"
  subnets            = module.network.private_subnet_ids
}

resource "aws_lb_target_group" "runner_0" {
  name     = "${local.name}-0"
  port     = 8080
  protocol = "HTTP"
  vpc_id   = module.network.vpc_id

  health_check {
    path                = "/healthz"
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  tags = local.tags
}

# A build that finds no runner waits for an hour before anybody is told, so that this must not happen.
resource "aws_cloudwatch_metric_alarm" "runner_0" {
  alarm_name          = "${local.name}-runner-0-unhealthy"
  alarm_description   = "Runners of part 0 do not answer; see the runbook"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 5
  alarm_actions       = var.alarm_actions

  dimensions = {
    LoadBalancer = aws_lb.runner_0.arn_suffix
    TargetGroup  = aws_lb_target_group.runner_0.arn_suffix
  }
}

resource "aws_lb_listener" "runner_0" {
  load_balancer_arn = aws_lb.runner_0.arn
  port              = 443
  protocol          = "HTTPS"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.runner_0.arn
  }
}
