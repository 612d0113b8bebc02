# Auto Scaling groups and their policies.

function "asg_of" {
  params      = [policy]
  description = "The Auto Scaling groups that a scaling policy names, in a list; open where the group cannot be seen."
  value       = referenced(policy.autoscaling_group_name, "aws_autoscaling_group")
}

function "asg_policies" {
  params      = [group]
  description = "The scaling policies of an Auto Scaling group."
  value       = referrers(group, "aws_autoscaling_policy", "autoscaling_group_name")
}

function "asg_attachments" {
  params      = [group]
  description = "The attachments that put an Auto Scaling group behind a load balancer."
  value = concat(
    referrers(group, "aws_autoscaling_attachment", "autoscaling_group_name"),
    [
      for attachment in referrers(group, "aws_autoscaling_traffic_source_attachment", "autoscaling_group_name") : attachment
      if anytrue([for source in attachment.traffic_source : startswith(source.type, "elb")])
    ],
  )
}

function "asg_balanced" {
  params      = [group]
  description = "Whether a load balancer sends requests to the instances of an Auto Scaling group."
  value = (
    length(coalesce(group.target_group_arns, [])) > 0
    || length(coalesce(group.load_balancers, [])) > 0
    || anytrue([for source in group.traffic_source : startswith(coalesce(source.type, "elbv2"), "elb")])
    || length(asg_attachments(group)) > 0
  )
}

function "asg_target_groups" {
  params      = [group]
  description = "The target groups in which the instances of an Auto Scaling group are registered."
  value = concat(
    referenced(group.target_group_arns, ["aws_lb_target_group", "aws_alb_target_group"]),
    flatten([for source in group.traffic_source : referenced(source.identifier, ["aws_lb_target_group", "aws_alb_target_group"])]),
    flatten([
      for attachment in referrers(group, "aws_autoscaling_attachment", "autoscaling_group_name") :
      referenced(attachment.lb_target_group_arn, ["aws_lb_target_group", "aws_alb_target_group"])
    ]),
    flatten([
      for attachment in referrers(group, "aws_autoscaling_traffic_source_attachment", "autoscaling_group_name") :
      [for source in attachment.traffic_source : referenced(source.identifier, ["aws_lb_target_group", "aws_alb_target_group"])]
    ]),
  )
}

function "cpu_tracking" {
  params      = [policy]
  description = "The configurations of a scaling policy that hold the average CPU at a target."
  value = [
    for tracking in policy.type == "aws_autoscaling_policy" ? policy.target_tracking_configuration : policy.target_tracking_scaling_policy_configuration : tracking
    if anytrue([
      for metric in tracking.predefined_metric_specification :
      contains(["ASGAverageCPUUtilization", "ECSServiceAverageCPUUtilization"], metric.predefined_metric_type)
    ])
  ]
}

function "asg_templates" {
  params      = [group]
  description = "The launch templates of an Auto Scaling group, in a list; open where one cannot be seen."
  value = flatten(concat(
    [for use in group.launch_template : referenced([use.id, use.name], "aws_launch_template")],
    [
      for use in asg_mixed_uses(group) :
      referenced([use.launch_template_id, use.launch_template_name], "aws_launch_template")
    ],
  ))
}

function "asg_mixed_uses" {
  params      = [group]
  description = "Where a mixed instances policy names a launch template."
  value = flatten([
    for policy in group.mixed_instances_policy : [
      for template in policy.launch_template : concat(
        template.launch_template_specification,
        flatten([for other in template.override : other.launch_template_specification]),
      )
    ]
  ])
}

function "asg_configurations" {
  params      = [group]
  description = "The launch configuration of an Auto Scaling group, in a list; open where it cannot be seen."
  value       = referenced(group.launch_configuration, "aws_launch_configuration")
}

function "asg_detailed" {
  params      = [group]
  description = "Whether the instances of an Auto Scaling group report their metrics every minute; unknown where what they start from cannot be seen."
  value = (
    is_set(group.launch_configuration)
    ? one([for configuration in asg_configurations(group) : configuration.enable_monitoring])
    : anytrue([for template in asg_templates(group) : anytrue([for monitoring in template.monitoring : monitoring.enabled])])
  )
}

function "tracks_requests" {
  params      = [policies]
  description = "Whether one of these scaling policies follows the requests for each target, or what was predicted."
  value = anytrue([
    for policy in policies : policy.type == "aws_autoscaling_policy" ? (
      anytrue([for prediction in policy.predictive_scaling_configuration : prediction.mode == "ForecastAndScale"])
      || counts_requests(policy.target_tracking_configuration)
    ) : counts_requests(policy.target_tracking_scaling_policy_configuration)
  ])
}

function "counts_requests" {
  params      = [trackings]
  description = "Whether a target tracking configuration is about the requests for each target."
  value = anytrue([
    for tracking in trackings :
    anytrue([for metric in tracking.predefined_metric_specification : metric.predefined_metric_type == "ALBRequestCountPerTarget"])
    || anytrue([for metric in tracking.customized_metric_specification : coalesce(metric.metric_name, "-") == "RequestCountPerTarget"])
  ])
}

function "round_to" {
  params      = [number, digits]
  description = "A number with at most so many digits after the point."
  value       = floor(number * pow(10, digits) + 0.5) / pow(10, digits)
}

function "asg_warm_up" {
  params      = [group, policy]
  description = "The seconds for which a new instance of the group does not count: the policy's, else the group's, else its cooldown."
  value       = coalesce(policy.estimated_instance_warmup, group.default_instance_warmup, group.default_cooldown, 300)
}

function "asg_of_ecs" {
  params      = [group]
  description = "Whether an Auto Scaling group is capacity of an ECS cluster."
  value = (
    length(referrers(group, "aws_ecs_capacity_provider", "auto_scaling_group_provider.auto_scaling_group_arn")) > 0
    || contains(keys(tags(group)), "AmazonECSManaged")
    || user_data_has(group, ["ECS_CLUSTER"])
  )
}

function "asg_of_kubernetes" {
  params      = [group]
  description = "Whether the instances of an Auto Scaling group are nodes of a Kubernetes cluster."
  value = (
    anytrue([for key in keys(tags(group)) : startswith(key, "kubernetes.io/cluster/") || startswith(key, "k8s.io/cluster-autoscaler/")])
    || user_data_has(group, ["/etc/eks/bootstrap.sh", "node.eks.aws", "settings.kubernetes"])
  )
}

function "user_data_has" {
  params      = [group, texts]
  description = "Whether the user data of an Auto Scaling group's instances holds one of these texts."
  value = anytrue(concat(
    [for template in asg_templates(group) : template.user_data == null ? false : anytrue([for text in texts : strcontains(base64decode(template.user_data), text)])],
    [for configuration in asg_configurations(group) : anytrue([for text in texts : strcontains(coalesce(configuration.user_data, "-"), text)])],
    [for configuration in asg_configurations(group) : configuration.user_data_base64 == null ? false : anytrue([for text in texts : strcontains(base64decode(configuration.user_data_base64), text)])],
  ))
}

function "asg_users" {
  params      = [template]
  description = "The Auto Scaling groups that start instances from a launch template."
  value = distinct(concat(
    referrers(template, "aws_autoscaling_group", ["launch_template.id", "launch_template.name"]),
    referrers(template, "aws_autoscaling_group", [
      "mixed_instances_policy.launch_template.launch_template_specification.launch_template_id",
      "mixed_instances_policy.launch_template.launch_template_specification.launch_template_name",
      "mixed_instances_policy.launch_template.override.launch_template_specification.launch_template_id",
      "mixed_instances_policy.launch_template.override.launch_template_specification.launch_template_name",
    ]),
  ))
}

function "on_instance_metrics" {
  params      = [policy]
  description = "Whether a scaling policy acts on what EC2 measures of the instances."
  value = (
    anytrue([
      for tracking in policy.target_tracking_configuration :
      anytrue([
        for metric in tracking.predefined_metric_specification :
        contains(["ASGAverageCPUUtilization", "ASGAverageNetworkIn", "ASGAverageNetworkOut"], metric.predefined_metric_type)
      ])
      || anytrue([for metric in tracking.customized_metric_specification : coalesce(metric.namespace, "-") == "AWS/EC2"])
    ])
    || anytrue([
      for alarm in referrers(policy, "aws_cloudwatch_metric_alarm", "alarm_actions") :
      coalesce(alarm.namespace, "-") == "AWS/EC2" && coalesce(alarm.period, 300) < 300
    ])
  )
}

function "asg_instance_types" {
  params      = [group]
  description = "The instance types of an Auto Scaling group: its overrides', else those of what it launches from."
  value = (
    length(asg_overrides(group)) > 0
    ? asg_overrides(group)
    : [for source in concat(asg_templates(group), asg_configurations(group)) : source.instance_type if is_set(source.instance_type)]
  )
}

function "asg_overrides" {
  params      = [group]
  description = "The instance types that a mixed instances policy names."
  value = flatten([
    for policy in group.mixed_instances_policy : [
      for template in policy.launch_template : [for other in template.override : other.instance_type if is_set(other.instance_type)]
    ]
  ])
}

function "asg_types" {
  params      = [group]
  description = "The rows of an Auto Scaling group's instance types; null for a type that is not in the table."
  value       = [for type in asg_instance_types(group) : try(fact("ec2_instance_types", type), null)]
}

function "asg_smallest_type" {
  params      = [group]
  description = "The row of the instance type with the fewest network interfaces; null where one is not in the table or none is named."
  value = length(asg_types(group)) == 0 || anytrue([for row in asg_types(group) : row == null]) ? null : try(element([
    for row in asg_types(group) : row if row.max_enis == min([for other in asg_types(group) : other.max_enis]...)
  ], 0), null)
}
