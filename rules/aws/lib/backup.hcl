# What AWS Backup covers. A selection takes what its ARNs or one of its `selection_tag`s name, provided that all of its
# conditions hold, and without what `not_resources` names.

function "backed_up" {
  params      = [store]
  description = "Whether AWS Backup covers a data store: by a selection of this configuration, or by a tag that looks like those by which a plan elsewhere selects. Unknown where a tag, a selection or a backup module cannot be read."
  value       = backup_selected(store) || wants_backup(store)
}

function "backup_selected" {
  params      = [store]
  description = "Whether a selection of AWS Backup in this configuration covers a data store."
  value       = anytrue([for selection in resources("aws_backup_selection") : backup_selects(selection, store)]) || backup_elsewhere()
}

function "backup_elsewhere" {
  params      = []
  description = "Unknown where a module about AWS Backup is not on disk, else false."
  value = anytrue([
    for called in modules() : unseen("what ${called.address} backs up")
    if !called.on_disk && (has_word(called.source, "backup", "backups") || can(regex("^(aws[-_])?backups?([-_](plan|vault|selection)s?)?$", called.resource_name)))
  ])
}

function "wants_backup" {
  params      = [store]
  description = "Whether a tag with `backup` in its name says anything but no."
  value = anytrue([
    for key, value in tags(store) :
    strcontains(lower(key), "backup") && !contains(["", "false", "no", "none", "off"], lower(try(tostring(value), "")))
  ])
}

function "backup_selects" {
  params      = [selection, store]
  description = "Whether one selection of AWS Backup takes a data store."
  value = (
    alltrue([for condition in selection.condition : backup_condition_holds(condition, store)])
    && (
      (length(elements(selection.resources)) == 0 && length(selection.selection_tag) == 0)
      || anytrue([for pattern in elements(selection.resources) : backup_arn_covers(pattern, store)])
      || anytrue([for tag in selection.selection_tag : backup_tag_value(store, tag.key) == tostring(tag.value)])
    )
    && !anytrue([for pattern in elements(selection.not_resources) : backup_arn_covers(pattern, store)])
  )
}

function "backup_condition_holds" {
  params      = [condition, store]
  description = "Whether the tags of a data store fulfil all parts of a selection's condition."
  value = (
    alltrue([for test in condition.string_equals : backup_tag_value(store, backup_tag_key(test)) == tostring(test.value)])
    && alltrue([for test in condition.string_like : backup_tag_like(store, test)])
    && alltrue([for test in condition.string_not_equals : backup_tag_value(store, backup_tag_key(test)) != tostring(test.value)])
    && alltrue([for test in condition.string_not_like : !backup_tag_like(store, test)])
  )
}

function "backup_tag_key" {
  params      = [test]
  description = "The key of the tag of which a part of a condition speaks."
  value       = trimprefix(test.key, "aws:ResourceTag/")
}

function "backup_tag_like" {
  params      = [store, test]
  description = "Whether the tag of which a part of a condition speaks is there and fits its pattern."
  value       = backup_tag_value(store, backup_tag_key(test)) == null ? false : wildcard_matches(tostring(test.value), backup_tag_value(store, backup_tag_key(test)))
}

# Tags are a map of strings, into which Terraform converts what is written: `true` and 1 are "true" and "1" in AWS.
function "backup_tag_value" {
  params      = [store, key]
  description = "The value of a data store's tag as AWS has it, a text; null where there is none."
  value       = tostring(tag_value(store, key))
}

function "backup_arn_covers" {
  params      = [pattern, store]
  description = "Whether an ARN in a selection, perhaps with wildcards, means a data store. Partition, region and account are taken to be the store's own."
  value = length(backup_named(pattern)) > 0 ? anytrue([for named in backup_named(pattern) : same(named, store)]) : (
    wildcard_matches(arn_part(pattern, 2), backup_service(store)) && wildcard_matches(arn_part(pattern, 5), backup_resource(store))
  )
}

function "backup_arn_is_of_type" {
  params      = [pattern, store]
  description = "Whether an ARN in a selection can mean resources of a data store's type."
  value = length(backup_named(pattern)) > 0 ? contains([for named in backup_named(pattern) : named.resource_type], store.resource_type) : (
    wildcard_matches(arn_part(pattern, 2), backup_service(store))
    && anytrue([startswith(arn_part(pattern, 5), "*"), startswith(arn_part(pattern, 5), split("/", replace(backup_resource(store), ":", "/"))[0])])
  )
}

function "backup_named" {
  params      = [pattern]
  description = "The resources of this configuration to which an ARN in a selection refers."
  value       = [for named in referenced(pattern) : named if named.kind == "resource"]
}

function "backup_service" {
  params      = [store]
  description = "The service in the ARN of a data store."
  value = lookup({
    aws_dynamodb_table  = "dynamodb"
    aws_ebs_volume      = "ec2"
    aws_efs_file_system = "elasticfilesystem"
    aws_instance        = "ec2"
    aws_s3_bucket       = "s3"
  }, store.resource_type, "rds")
}

function "backup_resource" {
  params      = [store]
  description = "What stands after the account in the ARN of a data store."
  value = lookup({
    aws_db_instance     = "db:${try(coalesce(store.identifier, store.id), "")}"
    aws_dynamodb_table  = "table/${try(store.name, "")}"
    aws_ebs_volume      = "volume/${store.id}"
    aws_efs_file_system = "file-system/${store.id}"
    aws_instance        = "instance/${store.id}"
    aws_s3_bucket       = try(coalesce(store.bucket, store.id), "")
  }, store.resource_type, "cluster:${try(coalesce(store.cluster_identifier, store.id), "")}")
}

function "arn_part" {
  params      = [arn, index]
  description = "A part of an ARN, from 0 (`arn`) to 5 (the resource, colons included). `*` where a pattern ends before it."
  value       = index < 5 ? try(split(":", arn)[index], "*") : try(join(":", slice(split(":", arn), 5, length(split(":", arn)))), "*")
}
