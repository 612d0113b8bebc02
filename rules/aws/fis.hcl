rule "fis-no-stop-condition" {
  title    = "Fault injection has no emergency stop"
  severity = "error"
  category = "availability"
  scenario = "human-error"
  default  = "required; none is allowed"

  resource = "aws_fis_experiment_template"

  locals {
    alarmed = [for stop in self.stop_condition : stop if stop.source != "none"]
    blind   = [for stop in local.alarmed : stop if !is_set(stop.value)]
    stops   = length(local.alarmed) > 0 && length(local.blind) == 0
    says    = try(length(local.blind) > 0, false) ? "waits for an alarm that it does not name" : "has no alarm that ends it"
  }

  skip    = length(self.stop_condition) == 0
  require = local.stops
  at      = self.stop_condition
  message = "${self.address} ${local.says}, so that an experiment runs to its end whatever it does to users"
  why     = "Without a stop condition a fault that spreads further than expected is ended by a person who must notice it first. And an experiment without an alarm for the steady state has nothing to prove either."

  check "production" {
    severity = "error"
    skip     = nonproduction(self)
  }

  check "nonproduction" {
    severity = "warning"
    skip     = !nonproduction(self)
  }

  fix {
    text   = <<-EOT
      stop_condition {
        source = "aws:cloudwatch:alarm"
        value  = aws_cloudwatch_metric_alarm.checkout_5xx.arn
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "the alarm must watch what users see, and be in state OK when the experiment starts"
  }

  exceptions = ["a warning where the template is for development, test or staging"]
  sources = [
    "https://docs.aws.amazon.com/fis/latest/APIReference/API_CreateExperimentTemplateStopConditionInput.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/fis_experiment_template",
  ]
}

rule "fis-target-unbounded" {
  title    = "Experiment hits everything that carries a tag"
  severity = "error"
  category = "availability"
  scenario = "human-error"
  default  = "required; ALL and PERCENT(100) select everything"

  resource = "aws_fis_experiment_template"

  setting "max_percent" {
    default     = 50
    description = "share of a cluster's instances that may be drained or terminated"
  }
  setting "opt_in_tags" {
    default     = ["AzImpairmentPower"]
    description = "tags that mark resources for experiments alone, such as that of AWS's scenario of a zone without power"
  }

  locals {
    used_by = { for target in self.target : target.name => [for action in self.action : action.action_id if anytrue([for used in action.target : used.value == target.name])] }
    tagged_types = {
      "aws:ec2:instance"          = ["aws_instance"]
      "aws:ec2:ebs-volume"        = ["aws_ebs_volume"]
      "aws:ec2:subnet"            = ["aws_subnet"]
      "aws:ec2:autoscaling-group" = ["aws_autoscaling_group"]
      "aws:ecs:cluster"           = ["aws_ecs_cluster"]
      "aws:eks:nodegroup"         = ["aws_eks_node_group"]
      "aws:rds:cluster"           = ["aws_rds_cluster"]
      "aws:rds:db"                = ["aws_db_instance", "aws_rds_cluster_instance"]
    }
  }

  why = "A tag of a whole service with all of its resources is no experiment but an outage: nothing is left to carry the load. Begin with one instance or one zone, and widen once the hypothesis held."

  check "all" {
    severity = "error"
    locals {
      actions = [for action in local.used_by[each.value.name] : action if fact("fis_actions", action) == null ? can(regex("^aws:(eks:pod-|rds:|ebs:|network:)", action)) : action != "aws:s3:bucket-pause-replication"]
      bounds  = each.value.parameters == null ? [] : keys(each.value.parameters)
      bounded = anytrue([
        contains(local.bounds, "availabilityZoneIdentifier"),
        contains(local.bounds, "cluster") && contains(local.bounds, "service"),
        contains(local.bounds, "namespace") && contains(local.bounds, "selectorValue"),
      ])
      # Every resource with such a tag was chosen for the experiment.
      opted_in = anytrue([for tag in each.value.resource_tag : contains(setting.opt_in_tags, tag.key)])
      types    = lookup(local.tagged_types, each.value.resource_type, [])
      carriers = length(local.types) == 0 ? [] : [for instance in resources(local.types) : instance if alltrue([for tag in each.value.resource_tag : lookup(tags(instance), tag.key, null) == tag.value])]
    }

    for_each = self.target
    skip = [
      each.value.resource_arns == null ? false : length(each.value.resource_arns) > 0,
      length(each.value.resource_tag) == 0,
      length(each.value.filter) > 0,
      local.bounded,
      local.opted_in,
      length(local.actions) == 0,
      length(local.carriers) == 1,
    ]
    require = !contains(["ALL", "PERCENT(100)"], each.value.selection_mode)
    at      = each.value.selection_mode
    message = "${self.address} does ${join(" and ", local.actions)} to every resource with the tag ${join(", ", [for tag in each.value.resource_tag : "${tag.key} = ${tag.value}"])}: nothing is left to carry the load"
  }

  check "percentage" {
    severity = "warning"
    locals {
      shares = flatten([
        for action in self.action : [
          for parameter in action.parameter : parameter if contains(["drainagePercentage", "instanceTerminationPercentage"], parameter.key) && tonumber(parameter.value) > setting.max_percent
        ]
      ])
    }

    require = length(local.shares) == 0
    at      = local.shares[0].value
    message = "${self.address} takes away ${local.shares[0].value} % of the instances (${local.shares[0].key}), more than ${setting.max_percent} %"
  }

  fix {
    text   = <<-EOT
      selection_mode = "COUNT(1)"

      filter {
        path   = "Placement.AvailabilityZone"
        values = ["eu-central-1a"]
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "widen it after the hypothesis held for one instance or one zone"
  }

  exceptions = [
    "targets that are listed by ARN, filtered, or bound to one zone, service or selector of pods",
    "tags that mark resources for experiments alone",
    "a tag that exactly one resource of the configuration carries",
    "actions that take nothing away, such as a pause of replication",
  ]
  sources = [
    "https://docs.aws.amazon.com/fis/latest/userguide/targets.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/fis_experiment_template",
  ]
}
