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
