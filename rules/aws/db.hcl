rule "db-cluster-availability-zones-replacement" {
  title    = "The zones that a database cluster lists make plans replace the cluster"
  severity = "error"
  category = "correctness"
  scenario = "bad-deploy"
  default  = "three zones that AWS picks"

  resource = ["aws_rds_cluster", "aws_docdb_cluster"]

  locals {
    zones   = self.availability_zones
    sources = [for source in referenced(local.zones) : source if source.kind == "data" && source.resource_type == "aws_availability_zones"]
  }

  skip = [
    !is_set(local.zones),
    ignores(self, "availability_zones"),
  ]
  at    = self.availability_zones
  why   = "A cluster's storage always lies in three zones: the service fills the list up, the state then has zones that the configuration has not, and the argument forces replacement. The plan is the destruction of the cluster with its data, and a pipeline that approves plans by itself carries it out."
  first = true

  check "data-source" {
    require = length(local.sources) == 0
    message = "the zones of ${self.address} come from ${names(local.sources)}: when its answer changes, the next plan replaces the cluster"
  }
  check "fewer-than-three" {
    skip    = length(local.zones) == 0
    require = length(local.zones) >= 3
    message = "${self.address} lists ${plural(length(local.zones), "zone")}, the service stores three, so that every plan wants to replace the cluster"
  }

  fix {
    text   = ignoring(self, ["availability_zones"])
    safety = "safe"
    impact = "none"
    note   = "no call to AWS; or leave the argument out, and place the instances instead"
  }

  exceptions = ["ignore_changes on the argument", "three zones by name"]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/docdb_cluster",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/rds/cluster.go",
  ]
}

rule "db-cluster-single-instance" {
  title    = "Database cluster has one instance, so nothing to fail over to"
  severity = "error"
  category = "availability"
  scenario = "instance-loss"
  default  = "no instance; each is a resource of its own"

  resource        = ["aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"]
  production_only = true

  locals {
    instances = referrers(
      self,
      ["aws_rds_cluster_instance", "aws_docdb_cluster_instance", "aws_neptune_cluster_instance"],
      "cluster_identifier",
    )
    is_rds = self.type == "aws_rds_cluster"

    # What the fix writes: one more of the instance that is there, by its count or beside it.
    only     = local.instances[0]
    here     = trimprefix(self.address, "${self.module}.")
    new_name = free_name(local.only.resource_type, self.module, ["${local.only.resource_name}_reader", "${local.only.resource_name}_second_reader"])
    class = is_known(local.only.instance_class) ? "\"${local.only.instance_class}\"" : (
      local.only.module == self.module ? "${trimprefix(local.only.address, "${self.module}.")}.instance_class" : "\"\" # that of ${local.only.address}"
    )
    new_arguments = arguments(concat(
      [{ name = "cluster_identifier", value = "${local.here}.id" }],
      local.is_rds ? [{ name = "engine", value = "${local.here}.engine" }] : [],
      [{ name = "instance_class", value = local.class }],
    ))
    new_instance = "resource \"${local.only.resource_type}\" \"${local.new_name}\" {\n  ${indent(2, local.new_arguments)}\n}"
    is_counted   = endswith(local.only.address, "[0]") && length(resources(local.only.resource_type)) < 200 && length([for other in resources(local.only.resource_type) : other if other.block_address == local.only.block_address]) == 1
    more         = (is_known(local.is_counted) ? local.is_counted : false) ? "# in ${local.only.block_address}\ncount = 2" : "# one more instance for ${self.address} by the count or for_each of ${local.only.block_address}"
    scalers = [
      for target in candidates(resources("aws_appautoscaling_target"), scaling_targets_by(self.type), [self.address, try("cluster:${known_text(self.cluster_identifier)}", "*")]) : target
      if target.service_namespace == "rds" && target.min_capacity >= 1 && (
        length(referenced(target.resource_id, self.type)) > 0
        ? anytrue([for named in referenced(target.resource_id, self.type) : same(named, self)])
        : target.resource_id == "cluster:${self.cluster_identifier}"
      )
    ]
  }

  skip = [
    local.is_rds ? !startswith(self.engine, "aurora") && is_set(self.db_cluster_instance_class) : false,
    local.is_rds ? self.engine_mode == "serverless" : false,
    is_replica(self),
    length(local.scalers) > 0,
  ]
  require = length(local.instances) != 1
  at      = self
  message = "${self.address} has one instance, ${names(local.instances)}, and nothing to fail over to"
  why     = "The storage lies in three zones, the compute is one machine. When it fails a new one must be built, which typically takes up to ten minutes without reads or writes; if its zone is down nobody builds it elsewhere. With a reader the failover takes less than a minute."

  also {
    at   = local.instances
    note = "the only instance"
  }

  fix {
    text   = local.only.instance_key == null ? local.new_instance : local.more
    safety = "unsafe"
    impact = "new-resource"
    note   = "one more instance, at about the same cost again, ${local.only.instance_key == null ? "with the other arguments of ${local.only.block_address}" : "with an identifier of its own"}; the writer is untouched"
  }

  exceptions = [
    "Multi-AZ DB clusters, whose instances AWS makes itself",
    "Aurora Serverless v1, which recovers in another zone",
    "secondary clusters of a global cluster",
    "clusters whose readers are added by Application Auto Scaling",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/failover.html",
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/db-cluster-fault-tolerance.html",
    "https://docs.aws.amazon.com/neptune/latest/userguide/backup-restore-overview-fault-tolerance.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster_instance",
  ]
  peers = ["RDS.15", "Neptune.9"]
}

rule "db-deletion-protection" {
  title    = "Deletion protection is off"
  severity = "warning"
  category = "durability"
  scenario = "human-error"
  default  = "false"

  resource        = ["aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster", "aws_dynamodb_table"]
  production_only = true

  locals {
    is_table = self.type == "aws_dynamodb_table"
    identity = try(coalesce(self.identifier, self.cluster_identifier, self.name), "")
    member   = endswith(self.type, "_cluster") && is_global_member(self)
    is_last  = is_known(local.member) ? local.member : false
  }

  skip = [
    local.is_table ? false : is_replica(self),
    says_nonproduction(self.name),
    says_nonproduction(local.identity),
    local.is_table && is_lock_table(self),
  ]
  why = "It is the one switch that makes AWS itself refuse the delete call, whoever makes it: Terraform, the console, or a script in the wrong account. The provider leaves it off."

  check "database" {
    skip    = local.is_table
    require = self.deletion_protection
    at      = self.deletion_protection
    message = local.is_last ? "once ${self.address} has no secondary cluster, nothing makes AWS refuse to take it out of its global cluster and to delete it" : "nothing makes AWS refuse to delete ${self.address}"
  }
  check "table" {
    skip    = !local.is_table
    require = self.deletion_protection_enabled
    at      = self.deletion_protection_enabled
    message = "nothing makes AWS refuse to delete ${self.address}"

    fix {
      set    = { deletion_protection_enabled = true }
      safety = "safe"
      impact = "in-place"
      note   = "at once and free; a wanted destroy first needs it switched off, by an apply of its own"
    }
  }
  check "replica" {
    for_each = local.is_table ? self.replica : []
    require  = each.value.deletion_protection_enabled
    at       = each.value.deletion_protection_enabled
    message  = "nothing makes AWS refuse to delete the replica of ${self.address} in ${each.value.region_name}: it does not inherit the protection of the table"

    fix {
      text   = "deletion_protection_enabled = true"
      safety = "safe"
      impact = "in-place"
      note   = "at once and free; a wanted destroy first needs it switched off, by an apply of its own"
    }
  }

  fix {
    set    = { deletion_protection = true }
    safety = "safe"
    impact = "in-place"
    note   = "at once and free; a wanted destroy first needs it switched off, by an apply of its own"
  }

  exceptions = [
    "read replicas and secondary clusters of a global cluster, whose data is at their source",
    "global clusters, which hold no data: AWS deletes none that has members",
    "databases whose name says that they are for development or tests",
    "tables that only hold locks of Terraform states",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/docdb_cluster",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/neptune_cluster",
    "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-deleting.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-detaching.html",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html",
  ]
  peers = ["CKV_AWS_293", "CKV_AWS_139", "CKV2_AWS_58", "AWS-0177", "AWS-0343", "RDS.7", "RDS.8", "DocumentDB.5", "Neptune.4", "DynamoDB.6"]
}

rule "db-log-export-without-engine-logging" {
  title    = "Logs are exported that the engine never writes"
  severity = "warning"
  category = "operability"
  scenario = "silent-loss"

  resource = ["aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster"]

  locals {
    # The default of log_output is not the same in all releases of MySQL.
    rows = [
      for row in log_export_rows(self.engine) : row
      if !(row.setting == "log_output" && row.engine == "mysql" && try(startswith(self.engine_version, "8.4") || startswith(self.engine_version, "9"), false))
    ]
    exports = elements(self.enabled_cloudwatch_logs_exports)
    unmet   = [for row in local.rows : row if (row.kind == "option_group") == (each.value == "option") && contains(local.exports, row.export) && !log_setting_fits(row, log_setting(self, row))]
    empty   = distinct(local.unmet[*].export)
    group = self.type == "aws_db_instance" ? self.parameter_group_name : self.db_cluster_parameter_group_name

    # What the fix writes: into the group that the database has, else into a new one.
    is_option  = anytrue([for row in local.unmet : row.kind == "option_group"])
    argument   = local.is_option ? "option_group_name" : self.type == "aws_db_instance" ? "parameter_group_name" : "db_cluster_parameter_group_name"
    group_type = local.is_option ? "aws_db_option_group" : { aws_db_instance = "aws_db_parameter_group", aws_rds_cluster = "aws_rds_cluster_parameter_group", aws_docdb_cluster = "aws_docdb_cluster_parameter_group" }[self.type]
    groups     = referenced(local.is_option ? self.option_group_name : local.group, local.group_type)
    settings   = distinct([for row in local.unmet : log_setting_written(row)])
    major      = is_known(self.engine_version) ? try(regex("^[0-9]+\\.[0-9]+", self.engine_version), null) : null
    new_name   = free_name(local.group_type, self.module, ["${self.resource_name}_logs", "${self.resource_name}_exported_logs"])
    in_new = join("\n", concat(
      [new_group(local.group_type, local.new_name, self.engine, local.major)],
      [for setting in local.settings : "\n  ${indent(2, setting)}"],
      ["}\n\n# in ${self.block_address}\n${local.argument} = ${local.group_type}.${local.new_name}.name"],
    ))
  }

  skip = [
    self.type == "aws_rds_cluster" ? self.engine != "aurora-mysql" : false,
    !is_set(local.group) && (is_set(self.snapshot_identifier) || (self.type == "aws_db_instance" ? is_set(self.replicate_source_db) : false)),
  ]
  for_each = ["option", "parameter"]
  require  = length(local.unmet) == 0
  at       = self.enabled_cloudwatch_logs_exports
  message  = "${self.address} exports its ${replace(join(", ", local.empty), "/, ([^,]*)$/", " and $1")} ${length(local.empty) == 1 ? "log, which stays" : "logs, which stay"} empty: ${names(distinct([for row in local.unmet : "${row.setting} is ${log_setting(self, row)}"]))}"
  why      = "The export is switched on, the log group is there, and nothing ever arrives in it: general and slow query logs are off by default, RDS for MySQL writes them to a table until log_output is FILE, and audit logs want a plugin or parameters of the cluster. That is found out when somebody looks for the log of an incident."

  also {
    at   = local.groups
    note = local.is_option ? "its option group" : "its parameter group"
  }

  fix {
    text   = length(local.groups) > 0 ? join("\n", concat(["# in ${local.groups[0].block_address}"], local.settings)) : local.in_new
    safety = "unsafe"
    impact = "in-place"
    note = "${local.is_option
      ? "RDS for MySQL 8.0 has the plugin from 8.0.28 on"
      : length(local.groups) > 0 ? "these parameters need no reboot" : "these parameters need no reboot, but a parameter group that is new to the database takes effect with the next one"
    }; what arrives in CloudWatch Logs is billed"
  }

  exceptions = [
    "parameter and option groups that are not in the configuration, unless they are default ones",
    "read replicas and restored databases without a parameter group of their own, which may take over another",
    "log_output of MySQL 8.4 and later",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQLDB.PublishtoCloudWatchLogs.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQL.Generallog.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Integrating.CloudWatch.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Auditing.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_WorkingWithParamGroups.Associating.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.Options.AuditPlugin.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MariaDB.Options.html",
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/event-auditing.html",
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/db-cluster-parameter-group-parameters.html",
  ]
  peers = ["CKV_AWS_104"]
}

rule "db-snapshot-identifier-replaces-database" {
  title    = "A newer snapshot makes the next plan destroy and recreate the database"
  severity = "error"
  category = "durability"
  scenario = "silent-loss"

  resource = ["aws_db_instance", "aws_rds_cluster"]

  locals {
    snapshot = self.snapshot_identifier
    moving = [
      for source in referenced(local.snapshot) : source
      if source.kind == "data" && contains(["aws_db_snapshot", "aws_db_cluster_snapshot"], source.resource_type) && try(tobool(source.most_recent), false)
    ]
    clock = is_known(local.snapshot) ? false : strcontains(unknown_reason(local.snapshot), "timestamp()")
  }

  skip = [
    !is_set(local.snapshot),
    ignores(self, "snapshot_identifier"),
  ]
  at  = self.snapshot_identifier
  why = "The argument forces replacement. As soon as there is a newer snapshot the plan says: destroy the database, make a new one from the snapshot. All that was written since the snapshot was taken is gone, unless somebody reads the plan."

  check "latest-snapshot" {
    require = length(local.moving) == 0
    message = "${self.address} is made from the most recent snapshot that ${names(local.moving)} finds: the next snapshot makes the plan replace the database"

    also {
      at   = local.moving
      note = "its answer changes with each snapshot"
    }
  }
  check "time" {
    require = !local.clock
    message = "the snapshot_identifier of ${self.address} changes with the time, so that every plan replaces the database"
  }

  fix {
    text   = ignoring(self, ["snapshot_identifier"])
    safety = "safe"
    impact = "none"
    note   = "no call to AWS; the argument then matters only when the database is created"
  }

  exceptions = ["ignore_changes on the argument", "a snapshot named by a literal or a variable: changing it is a replacement that somebody asks for", "a data source that does not look for the most recent snapshot"]
  sources = [
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/rds/instance.go",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/rds/cluster.go",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
  ]
}
