function "is_replica" {
  params      = [database]
  description = "Whether a database gets its data from another: a read replica, or a cluster of a global cluster that cannot be told to be its primary."
  value = (
    is_set(database.replicate_source_db)
    || is_set(database.replication_source_identifier)
    || (is_set(database.global_cluster_identifier) && !is_global_primary(database))
  )
}

function "log_export_rows" {
  params      = [engine]
  description = "What an engine needs so that it writes the logs that are exported, a row for each setting."
  value       = [for row in fact_rows("db_log_export_requirements") : row if row.engine == engine]
}

function "is_global_primary" {
  params      = [cluster]
  description = "Whether a cluster brings its own data into a global cluster: it has a master user or a snapshot, or the global cluster was made from it."
  value = (
    is_set(cluster.master_username) || is_set(cluster.snapshot_identifier)
    || length(referrers(cluster, ["aws_rds_global_cluster", "aws_docdb_global_cluster", "aws_neptune_global_cluster"], "source_db_cluster_identifier")) > 0
  )
}

function "global_clusters" {
  params      = [cluster]
  description = "The global clusters of the configuration of which a cluster is, or becomes, a member."
  value = concat(
    referenced(cluster.global_cluster_identifier, "aws_rds_global_cluster", "aws_docdb_global_cluster", "aws_neptune_global_cluster"),
    referrers(cluster, ["aws_rds_global_cluster", "aws_docdb_global_cluster", "aws_neptune_global_cluster"], "source_db_cluster_identifier"),
  )
}

function "is_global_member" {
  params      = [cluster]
  description = "Whether a cluster is, or becomes, a member of a global cluster."
  value = (
    is_set(cluster.global_cluster_identifier)
    || is_referred_to(cluster, ["aws_rds_global_cluster", "aws_docdb_global_cluster", "aws_neptune_global_cluster"], "source_db_cluster_identifier")
  )
}

function "replicating_clusters" {
  params      = []
  description = "The clusters of RDS that replicate from another one by its ARN, as in another Region."
  value       = [for cluster in resources("aws_rds_cluster") : cluster if is_set(cluster.replication_source_identifier)]
}

function "is_replicated" {
  params      = [cluster]
  description = "Whether another cluster of RDS in the configuration replicates from a cluster by its ARN."
  value       = length(replicating_clusters()) == 0 ? false : length(referrers(cluster, "aws_rds_cluster", "replication_source_identifier")) > 0
}

function "has_secondary" {
  params      = [cluster]
  description = "Whether a member of a global cluster has a secondary one in the configuration; unknown where none is to be seen, since it may lie elsewhere."
  value = anytrue([
    for global in global_clusters(cluster) : anytrue([
      for member in referrers(global, cluster.resource_type, "global_cluster_identifier") : !is_global_primary(member)
    ])
  ]) ? true : unseen("whether ${cluster.address} has a secondary cluster elsewhere")
}

function "ignoring" {
  params      = [instance, arguments]
  description = "A `lifecycle` block that ignores changes of arguments, beside those that the instance ignores already."
  value       = "lifecycle {\n  ignore_changes = [${join(", ", distinct(concat(instance.lifecycle.ignore_changes, arguments)))}]\n}"
}

function "either" {
  params      = [words]
  description = "Words as a sentence offers them: `a, b or c`."
  value       = length(words) < 2 ? join("", words) : "${join(", ", slice(words, 0, length(words) - 1))} or ${words[length(words) - 1]}"
}

function "group_parameter" {
  params      = [name, type, row]
  description = "What a parameter group has for a setting on which a log depends, in small letters: the default in a default group or where the group does not set it, unknown in a group that is not in this configuration."
  value = length(referenced(name, type)) > 0 ? (
    lower(try(coalesce(one([for set in referenced(name, type)[0].parameter : set.value if set.name == row.setting])), row.default))
    ) : (
    !is_set(name) || try(startswith(name, "default."), false) ? lower(row.default) : unseen("what the parameter group ${name} sets") ? lower(row.needed) : lower(row.default)
  )
}

function "log_setting" {
  params      = [database, row]
  description = "What a database has for a setting on which a log depends, as text; of a cluster also what an instance's own group says."
  value = row.kind == "option_group" ? (
    length(referenced(database.option_group_name, "aws_db_option_group")) > 0
    ? (anytrue([for option in referenced(database.option_group_name, "aws_db_option_group")[0].option : option.option_name == row.setting]) ? "present" : "absent")
    : !is_set(database.option_group_name) || try(startswith(database.option_group_name, "default:"), false) ? "absent" : (unseen("what is in the option group of ${database.address}") ? "present" : "absent")
    ) : (
    database.resource_type == "aws_db_instance" ? group_parameter(database.parameter_group_name, "aws_db_parameter_group", row)
    : database.resource_type == "aws_docdb_cluster" ? group_parameter(database.db_cluster_parameter_group_name, "aws_docdb_cluster_parameter_group", row)
    : row.kind == "parameter_group_or_cluster" && anytrue([
      for instance in referrers(database, "aws_rds_cluster_instance", "cluster_identifier") :
      log_setting_fits(row, group_parameter(instance.db_parameter_group_name, "aws_db_parameter_group", row))
    ]) ? lower(row.needed)
    : group_parameter(database.db_cluster_parameter_group_name, "aws_rds_cluster_parameter_group", row)
  )
}

function "log_setting_written" {
  params      = [row]
  description = "A setting on which a log depends, as it is written in its group."
  value = row.kind == "option_group" ? (
    "option {\n  option_name = \"${row.setting}\"\n}"
    ) : (
    "parameter {\n  name  = \"${row.setting}\"\n  value = \"${lookup({ "not empty" = "CONNECT,QUERY_DCL,QUERY_DDL", "any value but disabled" = "ddl" }, row.needed, row.needed)}\"\n}"
  )
}

function "free_name" {
  params      = [type, module, names]
  description = "The first of some names that no resource of a type has in a module, for what a fix adds there; the last one where all are taken, or there are too many to look through, or it is not known how many."
  value = is_known(length(resources(type))) && try(length(resources(type)) < 200, false) ? (
    [for name in names : name if name == names[length(names) - 1] || !anytrue([for other in resources(type) : other.resource_name == name && other.module == module])][0]
  ) : names[length(names) - 1]
}

function "new_group" {
  params      = [type, name, engine, major]
  description = "The first lines of a parameter or option group for a version of an engine, which may be null."
  value = type == "aws_db_option_group" ? (
    "resource \"${type}\" \"${name}\" {\n  engine_name          = \"${engine}\"\n  ${major == null ? "# major_engine_version = that of the version that runs" : "major_engine_version = \"${major}\""}"
    ) : (
    "resource \"${type}\" \"${name}\" {\n  ${major == null ? "# family = that of the version that runs" : "family = \"${engine}${major}\""}"
  )
}

function "log_setting_fits" {
  params      = [row, value]
  description = "Whether a setting has the value that a log needs."
  value = (
    row.needed == "1" ? contains(["1", "on"], value)
    : row.needed == "not empty" ? value != "" && value != "empty"
    : row.needed == "any value but disabled" ? value != "disabled"
    : strcontains(value, lower(row.needed))
  )
}

function "version_prefix" {
  params      = [engine, version]
  description = "What of a version is its major one, as the provider takes it for a prefix: 8.0 of MySQL 8.0.36, 16 of PostgreSQL 16.4; null for other engines."
  value = version == null || engine == null ? null : (
    contains(["mysql", "mariadb"], engine) ? try(regex("^[0-9]+\\.[0-9]+", version), null)
    : contains(["postgres", "aurora-postgresql"], engine) ? try(regex("^[1-9][0-9]+", version), null)
    : null
  )
}

function "pins_minor" {
  params      = [engine, version]
  description = "Whether a version names a minor one of its engine: 8.0.36 of MySQL, 16.4 of PostgreSQL, 8.0.mysql_aurora.3.05.2."
  value = version == null || engine == null ? false : (
    contains(["mysql", "mariadb"], engine) ? can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+", version))
    : contains(["postgres", "aurora-postgresql"], engine) ? can(regex("^[1-9][0-9]+\\.[0-9]+", version))
    : engine == "aurora-mysql" ? can(regex("mysql_aurora\\.[0-9]+\\.[0-9]+\\.[0-9]+", version))
    : false
  )
}
