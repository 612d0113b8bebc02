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
