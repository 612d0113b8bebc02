rule "sfn-task-without-timeout" {
  title    = "Task without a timeout can hang for a year"
  severity = "error"
  category = "availability"
  scenario = "instance-loss"
  default  = "99999999 seconds, for TimeoutSeconds and HeartbeatSeconds"

  resource = "aws_sfn_state_machine"

  locals {
    definition = jsondecode(self.definition)
    endless = flatten([
      for machine in all_machines(local.definition) : [
        for name, state in try(machine.States, {}) : { name = name, resource = try(state.Resource, "") }
        if state.Type == "Task" && !can(state.TimeoutSeconds) && !can(state.TimeoutSecondsPath)
      ]
    ])
    # What is not known to wait for somebody counts as a plain task.
    waiting = [
      for state in local.endless : state
      if anytrue([
        for waits in [
          wildcard_matches("*.waitForTaskToken", state.resource),
          wildcard_matches("*.sync", state.resource),
          wildcard_matches("*.sync:2", state.resource),
          wildcard_matches("arn:*:activity:*", state.resource),
          length(referenced(state.resource, "aws_sfn_activity")) > 0,
        ] : is_known(waits) ? waits : false
      ])
    ]
    plain = [for state in local.endless : state.name if !contains(local.waiting[*].name, state.name)]
  }

  skip = [
    self.type == "EXPRESS",
    can(local.definition.TimeoutSeconds),
  ]
  at  = self.definition
  why = "When the worker, the container or the callback dies without an answer, a standard execution waits for it up to its limit of one year. Orders stay in progress, and no metric of failures moves."

  check "waits" {
    severity = "error"
    require  = length(local.waiting) == 0
    message  = "${self.address} waits in ${join(", ", local.waiting[*].name)} for an answer without TimeoutSeconds: for a year, if none comes"
  }

  check "calls" {
    severity = "warning"
    require  = length(local.plain) == 0
    message  = "${self.address} has no TimeoutSeconds in ${join(", ", local.plain)}, nor for the whole machine"
  }

  fix {
    text   = <<-EOT
      TimeoutSeconds   = 900
      HeartbeatSeconds = 60 # of a callback or an activity
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "in each task or once for the machine; only new executions have it, and a task that takes longer now fails with States.Timeout"
  }

  exceptions = [
    "express workflows, which end after five minutes",
    "definitions that are not known, and machines with a timeout of their own",
  ]
  sources = [
    "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html",
    "https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html",
  ]
}
