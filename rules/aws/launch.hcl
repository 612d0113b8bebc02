rule "launch-template-default-version-frozen" {
  title    = "Auto Scaling group follows a default version that Terraform never moves"
  severity = "error"
  category = "correctness"
  scenario = "bad-deploy"
  default  = "\"$Default\", which stays the first version unless the template says update_default_version"

  resource = "aws_autoscaling_group"

  for_each = flatten([
    for use in concat(
      [
        for use in self.launch_template :
        { block = use, version = use.version, names = [use.id, use.name], header = "launch_template", argument = is_set(use.id) ? "id" : "name" }
      ],
      [
        for use in asg_mixed_uses(self) :
        {
          block    = use
          version  = use.version
          names    = [use.launch_template_id, use.launch_template_name]
          header   = "launch_template_specification"
          argument = is_set(use.launch_template_id) ? "launch_template_id" : "launch_template_name"
        }
      ],
    ) : [for template in referenced(use.names, "aws_launch_template") : { use = use, template = template }]
  ])

  locals {
    use      = each.value.use
    template = each.value.template
    # A reference to the template's latest version is set although its number is not known.
    follows = !is_set(local.use.version) || (is_known(local.use.version) ? local.use.version == "$Default" : false)
    moves = (
      local.template.update_default_version
      || is_set(local.template.default_version)
      || anytrue([for ignored in ["default_version", "all"] : contains(local.template.lifecycle.ignore_changes, ignored)])
    )
    # A template of another module cannot be named here.
    attribute = endswith(local.use.argument, "name") ? "name" : "id"
    of_here   = written_in(local.template, "latest_version", self)
    version   = local.of_here == null ? "\"$Latest\"" : local.of_here
    lines = flatten([
      "${local.use.header} {",
      local.of_here == null ? ["  version = ${local.version}"] : [
        "  ${local.use.argument}${local.use.header == "launch_template" ? substr("       ", 0, 7 - length(local.use.argument)) : ""} = ${written_in(local.template, local.attribute, self)}",
        "  version${substr("                    ", 0, max(0, length(local.use.argument) - 7))} = ${local.version}",
      ],
      "}",
    ])
  }

  require = !local.follows || local.moves
  at      = local.use.block.version
  message = "${self.address} starts instances from the default version of ${local.template.address}, which stays the first one whatever is changed in the template"
  why     = "A changed AMI, user data or security group makes a new version of the template, but the default version stays where it is. Plans are applied without a complaint and no new instance, in a refresh or after a failure, ever gets the change."

  also {
    at   = local.template
    note = "a change here makes a new version, not a new default"
  }

  fix {
    text   = <<-EOT
      ${join("\n", local.lines)}
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "instances get the latest version when they are replaced${local.of_here == null ? "" : "; with an instance_refresh block that starts at once"}"
  }

  exceptions = ["templates whose default version another tool sets, with default_version in ignore_changes"]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/autoscaling_group",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/launch_template",
    "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html",
  ]
}
