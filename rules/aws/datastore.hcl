rule "datastore-not-in-backup-plan" {
  title    = "There is a backup plan, but this data store is not in it"
  severity = "warning"
  category = "durability"
  scenario = "data-corruption"
  default  = "AWS Backup takes what a selection names"

  resource        = ["aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster", "aws_dynamodb_table", "aws_efs_file_system"]
  production_only = true

  locals {
    selections = resources("aws_backup_selection")
    # A plan that lists resources of other types was made for those.
    for_others = alltrue([
      for selection in local.selections :
      length(elements(selection.resources)) > 0 && length(selection.selection_tag) == 0 && length(selection.condition) == 0
      && !anytrue([for pattern in elements(selection.resources) : backup_arn_is_of_type(pattern, self)])
    ])
    automatic = self.type == "aws_efs_file_system" ? referrers(self, "aws_efs_backup_policy", "file_system_id") : []
  }

  skip = [
    length(resources("aws_backup_plan")) == 0,
    length(local.selections) == 0,
    is_replica(self),
    self.type == "aws_dynamodb_table" && is_lock_table(self),
    local.for_others,
    anytrue([for policy in local.automatic : anytrue([for block in policy.backup_policy : block.status == "ENABLED"])]),
  ]
  require = backed_up(self)
  at      = self
  message = "no backup selection takes ${self.address}: ${names(local.selections)} neither list${length(local.selections) == 1 ? "s" : ""} it nor look${length(local.selections) == 1 ? "s" : ""} for its tags"
  why     = "With a backup plan in place everybody believes that the data is in it. A tag that is missing, or a type that nobody listed, leaves this one store without a copy beyond its own automatic backups, which are deleted with it; that is found out on the day of the restore."

  also {
    at   = local.selections
    note = "it is not in this selection"
  }

  fix {
    text   = <<-EOT
      tags = {
        backup = "daily" # the key and the value that the selection looks for
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "backups start with the next run of the plan; their storage is billed"
  }

  exceptions = [
    "configurations without a backup plan",
    "plans whose selections list only resources of other types",
    "read replicas, secondary clusters of a global cluster, tables that only hold locks of Terraform states",
    "stores with a tag that looks like one by which a plan elsewhere selects",
    "file systems with automatic backups",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/backup_selection",
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/backup_plan",
  ]
  peers = ["CKV2_AWS_8", "CKV2_AWS_18", "RDS.26", "DynamoDB.4", "EFS.2"]
}
