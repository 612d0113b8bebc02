rule "log-group-retention-never" {
  title    = "Log group keeps its logs for ever"
  severity = "warning"
  category = "cost"
  scenario = "bill-shock"
  default  = "0: logs never expire"

  resource = "aws_cloudwatch_log_group"

  setting "retention_tag" {
    default     = "retention"
    description = "a tag whose key holds this text, in any case, says that the retention was decided"
  }

  skip = [
    self.log_group_class == "DELIVERY",
    anytrue([for key in keys(tags(self)) : strcontains(lower(key), lower(setting.retention_tag))]),
  ]
  require = self.retention_in_days != 0
  at      = self.retention_in_days
  message = "${self.address} never deletes a line${is_set(self.retention_in_days) ? "" : ": without retention_in_days logs do not expire"}"
  why     = "CloudWatch Logs deletes nothing by itself: every line ever written is billed each month, and the debug output of versions long gone stays for years."

  fix {
    set    = { retention_in_days = 30 }
    safety = "unsafe"
    impact = "in-place"
    note   = "deletes the events that are older, within days and for good; 14 to 90 days suit applications, 365 or more audit logs"
  }

  exceptions = [
    "groups of the class DELIVERY, which keep two days",
    "groups with a tag about their retention",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_log_group",
  ]
  peers = ["CKV_AWS_66", "CKV_AWS_338", "CloudWatch.16"]
}
