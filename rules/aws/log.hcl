rule "log-group-implicit" {
  title    = "Service makes its log group by itself, outside Terraform and for ever"
  severity = "warning"
  category = "cost"
  scenario = "bill-shock"
  default  = "made on first use, and never expires"

  resource = [
    "aws_lambda_function",
    "aws_eks_cluster",
    "aws_db_instance",
    "aws_rds_cluster",
    "aws_api_gateway_stage",
    "aws_codebuild_project",
  ]

  locals {
    ty      = self.resource_type
    exports = local.ty == "aws_db_instance" || local.ty == "aws_rds_cluster" ? (self.enabled_cloudwatch_logs_exports == null ? [] : self.enabled_cloudwatch_logs_exports) : []
    settings = local.ty != "aws_api_gateway_stage" ? [] : [
      for settings in referrers(self, "aws_api_gateway_method_settings", "stage_name") : settings
      if anytrue([for method in settings.settings : method.logging_level == null ? false : contains(["ERROR", "INFO"], method.logging_level)])
    ]
    # Names of the groups that the service will use.
    expected = (
      local.ty == "aws_lambda_function" ? (anytrue([for logging in self.logging_config : is_set(logging.log_group)]) ? [] : [try("/aws/lambda/${self.function_name}", unseen("the name of ${self.address}"))])
      : local.ty == "aws_eks_cluster" ? (length(self.enabled_cluster_log_types == null ? [] : self.enabled_cluster_log_types) > 0 ? ["/aws/eks/${self.name}/cluster"] : [])
      : local.ty == "aws_db_instance" ? [for log in is_set(self.identifier) ? local.exports : [] : try("/aws/rds/instance/${self.identifier}/${log}", unseen("the name of ${self.address}"))]
      : local.ty == "aws_rds_cluster" ? [for log in is_set(self.cluster_identifier) ? local.exports : [] : "/aws/rds/cluster/${self.cluster_identifier}/${log}"]
      : local.ty == "aws_api_gateway_stage" ? (length(local.settings) > 0 ? ["API-Gateway-Execution-Logs_${self.rest_api_id}/${self.stage_name}"] : [])
      : anytrue([for logs in self.logs_config : anytrue([for group in logs.cloudwatch_logs : is_set(group.group_name) || group.status == "DISABLED"])]) ? [] : ["/aws/codebuild/${self.name}"]
    )
    groups   = resources("aws_cloudwatch_log_group")
    declared = flatten([for name in local.expected : concat([for group in local.groups : group if group.name == name], referenced(name, "aws_cloudwatch_log_group"))])
    missing  = [for name in local.expected : name if !anytrue([for group in local.groups : group.name == name]) && length(referenced(name, "aws_cloudwatch_log_group")) == 0]
    # A name that is not known in the form that it has.
    is_clear = is_known(length(local.missing)) && (local.ty == "aws_api_gateway_stage" ? is_known(self.stage_name) : is_known(local.missing))
    # As the module of a stage writes it: the id of its API is known only when Terraform runs.
    api = local.ty == "aws_api_gateway_stage" ? source_attribute(self.rest_api_id) : null
    own_name = (
      local.ty != "aws_api_gateway_stage" || is_known(local.shown[0]) ? local.shown[0]
      : "API-Gateway-Execution-Logs_${try(known_text(local.api.instance.module == self.module ? "$${${own_address(local.api.instance)}.${local.api.attribute}}" : null), "…")}/${try(local.in_text, known_text(self.stage_name), "…")}"
    )
    # As the module writes them, which is the same in all environments.
    in_text  = in_text(written(self, local.name))
    log_type = local.is_clear ? [for name in local.missing : reverse(split("/", name))[0]] : local.exports
    shown = local.ty == "aws_api_gateway_stage" ? local.evaluated : try(
      distinct([for log in length(local.exports) > 0 ? local.log_type : [""] : replace(replace(local.form, local.argument, local.in_text), "<log type>", log)]),
      local.evaluated,
    )
    form      = fact("implicit_log_groups", local.ty).log_group_name
    argument  = "<${local.ty == "aws_codebuild_project" ? "project name" : local.name}>"
    evaluated = local.is_clear ? local.missing : [local.form]
    # Of several, one block makes all.
    each      = self.instance_key == null && length(local.exports) > 1 && length(local.shown) > 1
    each_name = replace(local.own_name, "/[^/]*$/", "$${each.key}")
    # Made before the service: named by it, or by its depends_on.
    unordered = [
      for group in local.declared : group
      if !contains([for reader in referrers(group, local.ty) : reader.address], self.address) && !contains([for dependency in self.depends_on : dependency.address], group.address) && !contains([for named in referenced(group.name, local.ty) : named.address], self.address)
    ]

    at_the_edge = local.ty == "aws_lambda_function" && anytrue([
      length(referrers(self, "aws_cloudfront_distribution", ["default_cache_behavior", "ordered_cache_behavior"])) > 0,
      self.publish && anytrue([for provider in providers("aws") : provider.region == "us-east-1"]),
    ])
    roles = [for role in referenced(local.ty == "aws_lambda_function" ? self.role : local.ty == "aws_codebuild_project" ? self.service_role : null, "aws_iam_role") : role if role.kind == "resource"]
    # Of a role that is not known, or has policies that are not, most may make groups, as AWSLambdaBasicExecutionRole lets
    # them. One that is written to put events and not to make groups is not given the right by another policy.
    makes  = length(local.roles) == 0 || anytrue([for role in local.roles : makes_log_groups(role)])
    writes = anytrue([for role in local.roles : writes_log_events(role)])
    may    = is_known(local.makes) ? local.makes : is_known(local.writes) ? !local.writes : true
    denies = anytrue(flatten([
      for role in local.roles : [
        for document in role_documents(role) : [
          for statement in policy_statements(document) : statement.effect == "Deny" && anytrue([for action in statement.actions : action_matches(action, "logs:CreateLogGroup")])
        ]
      ]
    ]))
    # Modules that are not on disk and may declare the group.
    name      = local.ty == "aws_lambda_function" ? "function_name" : local.ty == "aws_rds_cluster" ? "cluster_identifier" : local.ty == "aws_db_instance" ? "identifier" : local.ty == "aws_api_gateway_stage" ? "stage_name" : "name"
    elsewhere = [for call in modules() : call if call.on_disk ? false : declares_log_group(call, local.expected)]
  }

  skip = [
    length(local.expected) == 0,
    local.at_the_edge,
    !local.may,
    # An unknown policy is taken for one that denies nothing of the kind.
    is_known(local.denies) ? local.denies : false,
    passed_to_unseen(self, local.name) ? unseen("whether the module that gets its name declares the log group") : false,
    length(local.elsewhere) > 0 ? unseen("whether ${names(local.elsewhere)} declares the log group") : false,
  ]
  why = "The retention of declared groups is no use for a group that nobody declared: it never expires, is in no state, and survives a destroy. Each function, control plane and database export has one."

  check "missing" {
    severity = "warning"
    require  = length(local.missing) == 0
    message  = "${self.address} logs to ${names(local.shown)}, which no aws_cloudwatch_log_group declares: it will make that itself, without a retention"
  }

  check "order" {
    locals {
      # As the module of the service writes it, or that which calls it.
      group  = local.unordered[0]
      called = "^module\\.[^.\\[]+"
      order = (
        local.group.module == self.module ? "depends_on = [aws_cloudwatch_log_group.${local.group.resource_name}]"
        : startswith(local.group.module, self.module == "" ? "module." : "${self.module}.")
        ? "depends_on = [${regex(local.called, trimprefix(local.group.module, "${self.module}."))}]"
        : "# in the call of ${self.module}\ndepends_on = [${try(regex(local.called, local.group.block_address), local.group.block_address)}]"
      )
    }
    severity = "advice"
    scenario = "cannot-apply"
    skip     = [length(local.missing) > 0, length(local.declared) == 0]
    require  = length(local.unordered) == 0
    message  = "${self.address} does not wait for its log group: if it logs first, Terraform fails with ResourceAlreadyExistsException when it comes to the group"

    also {
      at   = local.unordered
      note = "the log group, to which the service does not refer"
    }

    fix {
      text   = <<-EOT
        ${local.order}
      EOT
      safety = "safe"
      impact = "none"
    }
  }

  fix {
    text   = <<-EOT
      resource "aws_cloudwatch_log_group" "${self.resource_name}" {
        ${local.each ? "for_each          = toset([\"${join("\", \"", local.log_type)}\"])\n  " : ""}name              = "${local.each ? local.each_name : local.own_name}"
        retention_in_days = 30
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "${length(local.shown) > 1 && !local.each ? "one for each of the ${length(local.shown)}; " : ""}${self.instance_key == null ? "" : "with the same count or for_each as ${self.block_address}; "}list it in depends_on of the service; a group that exists already must be imported first"
  }

  exceptions = [
    "functions whose logging_config names a group, or that run at the edge",
    "roles whose policies are known and let nobody make a log group, or are written to put events into groups that exist",
    "databases without an identifier, names that are not known or go to a module that is not on disk, and configurations with a log group whose name is not",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_cluster",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_stage",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html",
    "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html",
    "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html",
    "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSXRayDaemonWriteAccess.html",
  ]
}

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
