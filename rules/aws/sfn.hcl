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
        if state.Type == "Task" && !anytrue([for argument in ["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"] : can(state[argument])])
      ]
    ])
    waiting = [for state in local.endless : state if waits_for_somebody(state.resource)]
    certain = [for state in local.endless : state if is_known(waits_for_somebody(state.resource)) && waits_for_somebody(state.resource)]
    answers = anytrue([
      for state in local.certain : is_known(wildcard_matches("*.sync*", state.resource)) ? !wildcard_matches("*.sync*", state.resource) : true
    ])
  }

  skip = [
    self.type == "EXPRESS",
    can(local.definition.TimeoutSeconds),
  ]
  require = length(local.waiting) == 0
  at      = self.definition
  message = "${self.address} waits in ${join(", ", local.certain[*].name)} without TimeoutSeconds: for a year, if ${local.answers ? "no answer comes" : "the job does not end"}"
  why     = "When a worker or a callback never answers, or a job never ends, a standard execution waits for it up to its limit of one year. Orders stay in progress, and no metric of failures moves."

  fix {
    text   = <<-EOT
      TimeoutSeconds${local.answers ? "  " : ""} = 900${local.answers ? "\nHeartbeatSeconds = 60 # if the worker or the callback sends heartbeats" : ""}
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "in each such task or once for the machine; only new executions have it, and a task that takes longer now fails with States.Timeout"
  }

  exceptions = [
    "express workflows, which end after five minutes",
    "tasks that wait for an HTTP response only, such as a function, a message or an item of a table",
    "tasks with HeartbeatSeconds",
    "definitions that are not known, and machines with a timeout of their own",
  ]
  sources = [
    "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html",
    "https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html",
    "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html",
  ]
}
