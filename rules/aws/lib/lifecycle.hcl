function "ignores" {
  params      = [instance, argument]
  description = "Whether `ignore_changes` names an argument, or all."
  value       = contains(instance.lifecycle.ignore_changes, argument) || contains(instance.lifecycle.ignore_changes, "all")
}

function "destroy_is_guarded" {
  params      = [instance]
  description = "Whether `lifecycle` refuses or skips the destruction."
  value       = (instance.lifecycle.prevent_destroy == null ? false : instance.lifecycle.prevent_destroy) || (instance.lifecycle.destroy == null ? false : !instance.lifecycle.destroy)
}
