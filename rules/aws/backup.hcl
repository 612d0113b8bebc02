rule "backup-selection-matches-nothing" {
  title    = "Backup selection looks for a tag that no resource carries"
  severity = "error"
  category = "durability"
  scenario = "silent-loss"

  resource = "aws_backup_selection"

  locals {
    stores = resources([
      "aws_db_instance", "aws_rds_cluster", "aws_dynamodb_table", "aws_efs_file_system", "aws_ebs_volume", "aws_instance",
      "aws_s3_bucket", "aws_docdb_cluster", "aws_neptune_cluster", "aws_redshift_cluster",
    ])
    equalities = flatten([for condition in self.condition : [for test in condition.string_equals : test]])
    wanted = concat(
      [for tag in self.selection_tag : { key = tag.key, value = tostring(tag.value), prefix = "" }],
      [for test in local.equalities : { key = backup_tag_key(test), value = tostring(test.value), prefix = "aws:ResourceTag/" }],
    )
    by_tag_alone = alltrue([for pattern in elements(self.resources) : pattern == "*" && length(local.equalities) > 0])
    misses = flatten([
      for store in local.stores : [
        for key, value in tags(store) : {
          store  = store
          key    = key
          value  = tostring(value)
          prefix = [for tag in local.wanted : tag.prefix if spelled_alike(key, tag.key)][0]
        }
        if anytrue([for tag in local.wanted : spelled_alike(key, tag.key) && (key != tag.key || tostring(value) != tag.value)])
        && !contains(["", "false", "no", "none", "off"], lower(value))
        && !backup_selected(store)
      ]
    ])
    told    = [for miss in elements_known(local.misses) : miss if is_known(["${miss.key} = ${miss.value}", miss.prefix, miss.store.address])]
    nearest = local.told[0]
    is_told = is_known(local.wanted) && length(local.told) > 0
  }

  check "near-miss" {
    skip = [
      !local.by_tag_alone,
      length(local.wanted) == 0,
      length(local.stores) == 0,
      length(local.misses) > 0 && !local.is_told ? unseen("which values the tags have") : false,
    ]
    require = length(local.misses) == 0 || anytrue([for store in local.stores : backup_selects(self, store)])
    at      = [self.selection_tag, self.condition]
    message = "${self.address} looks for ${names([for tag in local.wanted : "${tag.key} = ${tag.value}"])}, but ${local.nearest.store.address} has ${local.nearest.key} = ${local.nearest.value}, and nothing here carries what it looks for; a selection by tag also leaves out types that are not opted in to in the Region"

    also {
      at   = local.nearest.store.tags
      note = "the nearest tag"
    }
  }
  check "key-without-prefix" {
    for_each = local.equalities
    require  = startswith(each.value.key, "aws:ResourceTag/")
    at       = each.value.key
    message  = "a condition of ${self.address} compares ${each.value.key}, which is not the key of a tag: that would be aws:ResourceTag/${each.value.key}"

    fix {
      text   = <<-EOT
        key = "aws:ResourceTag/${each.value.key}"
      EOT
      safety = "unsafe"
      impact = "replacement"
      note   = "only the selection is replaced; backups start with the next run of the plan"
    }
  }

  why = "Backup = Daily is not backup = daily: keys and values are compared letter by letter. The plan runs every night, finds nothing to back up and reports no error, so that nobody notices before the first restore."

  fix {
    text   = <<-EOT
      # letter by letter what the resource carries
      key   = "${local.nearest.prefix}${local.nearest.key}"
      value = "${local.nearest.value}"
    EOT
    safety = "unsafe"
    impact = "replacement"
    note   = "only the selection is replaced, and backups start with the next run of the plan; or give the resources the tag that is looked for, in place"
  }

  exceptions = [
    "selections that list ARNs",
    "tags of which no resource here carries something similar: a selection looks at the whole account",
    "a resource with another value that another selection takes",
  ]
  sources = [
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html",
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/backup_selection",
  ]
}
