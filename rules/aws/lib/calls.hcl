# Calls of modules, whose arguments and outputs are all that the reader has of a module that was downloaded.

function "is_downloaded" {
  params      = [instance]
  description = "Whether an instance belongs to a module that `init` downloads, so that nobody edits its files."
  value       = has_part(instance.file, ".terraform/modules/")
}

function "calls_of_published" {
  params      = [instance, name]
  description = "The call of a module of terraform-aws-modules by its name, such as `vpc`, to which an instance belongs, in a list; empty where it belongs to another module."
  value = instance.module == "" ? [] : [
    for call in modules() : call
    if call.address == instance.module && is_known(call.source) && (
      endswith(call.source, "terraform-aws-modules/${name}/aws")
      || has_part(call.source, "terraform-aws-modules/terraform-aws-${name}.git?", "terraform-aws-modules/terraform-aws-${name}?")
      || endswith(trimsuffix(call.source, ".git"), "terraform-aws-modules/terraform-aws-${name}")
    )
  ]
}
