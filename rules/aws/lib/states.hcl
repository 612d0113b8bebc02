# State machines.

function "inner_machines" {
  params      = [machines]
  description = "The machines one level inside of these: branches of parallel states, and what map states repeat."
  value = flatten([
    for machine in machines : [
      for state in values(try(machine.States, {})) : concat(
        try(state.Branches, []),
        [for inner in [try(state.Iterator, null), try(state.ItemProcessor, null)] : inner if inner != null],
      )
    ]
  ])
}

function "all_machines" {
  params      = [definition]
  description = "A definition and the machines inside it, down to five levels."
  value = concat(
    [definition],
    inner_machines([definition]),
    inner_machines(inner_machines([definition])),
    inner_machines(inner_machines(inner_machines([definition]))),
    inner_machines(inner_machines(inner_machines(inner_machines([definition])))),
    inner_machines(inner_machines(inner_machines(inner_machines(inner_machines([definition]))))),
  )
}

function "waits_for_somebody" {
  params      = [resource]
  description = "Whether a task waits for a callback, a job or the worker of an activity, and not for a response to its request only."
  value = (
    calls_service(resource) ? anytrue([for pattern in ["*.waitForTaskToken", "*.sync", "*.sync:2"] : wildcard_matches(pattern, resource)])
    : is_known(resource) ? wildcard_matches("arn:*:activity:*", resource)
    : is_known(length(referenced(resource, "aws_lambda_function", "aws_lambda_alias")) > 0) && length(referenced(resource, "aws_lambda_function", "aws_lambda_alias")) > 0 ? false
    : length(referenced(resource, "aws_sfn_activity")) > 0 || unseen("what the task calls")
  )
}

function "calls_service" {
  params      = [resource]
  description = "Whether a task calls a service by its integration, as far as the resource is known."
  value       = is_known(wildcard_matches("*:states:::*", resource)) ? wildcard_matches("*:states:::*", resource) : false
}
