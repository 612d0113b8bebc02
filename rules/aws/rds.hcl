rule "rds-automated-backups-disabled" {
  title    = "RDS instance has no automated backups"
  severity = "error"
  category = "durability"
  scenario = "data-corruption"
  default  = "0: none"

  resource        = "aws_db_instance"
  production_only = true

  locals {
    restored = is_set(self.snapshot_identifier) || length(self.restore_to_point_in_time) > 0
    written  = is_set(self.backup_retention_period)
  }

  skip = [
    is_set(self.replicate_source_db),
    try(startswith(self.engine, "aurora"), false),
    local.restored && !local.written,
    ignores(self, "backup_retention_period"),
  ]
  require = self.backup_retention_period > 0
  at      = self.backup_retention_period
  message = local.written ? "${self.address} keeps automated backups for 0 days, which switches them off" : "${self.address} sets no backup_retention_period: a new instance gets 0 from the provider, which switches automated backups off"
  why     = "Without automated backups there is no point in time to return to: a migration gone wrong or a DELETE without its WHERE is final. RDS also refuses read replicas of such an instance, and blue/green updates. Who creates an instance through the API gets one day of backups, in the console seven; only Terraform's provider sends 0."

  fix {
    set    = { backup_retention_period = 7 }
    safety = "unsafe"
    impact = "reboot"
    note   = "a change between 0 and any other number takes the instance down for a moment: in the maintenance window, or at once with apply_immediately; backups up to the size of the database cost nothing"
  }

  exceptions = [
    "read replicas",
    "instances of Aurora, whose cluster keeps the backups",
    "instances restored from a snapshot or a point in time that leave the argument out and so take over what their source had",
    "instances that an import block brings in and that leave the argument out, which keep what they have",
    "ignore_changes on the argument, as where AWS Backup sets it for continuous backups",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html",
  ]
  peers = ["CKV_AWS_133", "AWS-0077", "RDS.11"]
}

rule "rds-destroy-leaves-nothing" {
  title    = "Destroying or replacing the database leaves no copy of its data"
  severity = "error"
  category = "durability"
  scenario = "human-error"
  default  = "a final snapshot is taken; automated backups are deleted with the database"

  resource        = ["aws_db_instance", "aws_rds_cluster"]
  production_only = true

  locals {
    is_instance = self.type == "aws_db_instance"
    replicated  = local.is_instance && length(referrers(self, "aws_db_instance_automated_backups_replication", "source_db_instance_arn")) > 0
    replacing = [
      for argument in(
        local.is_instance
        ? ["engine", "username", "db_name", "kms_key_id", "storage_encrypted", "snapshot_identifier"]
        : ["engine", "cluster_identifier", "master_username", "database_name", "kms_key_id", "storage_encrypted", "snapshot_identifier"]
      ) : argument if !ignores(self, argument)
    ]
    # What is restored without the argument takes over what its source had; a cluster always has backups.
    inherits    = local.is_instance && (ignores(self, "backup_retention_period") || (!is_set(self.backup_retention_period) && (is_set(self.snapshot_identifier) || length(self.restore_to_point_in_time) > 0)))
    has_backups = !local.is_instance || local.inherits ? true : self.backup_retention_period > 0
    has_none    = is_known(local.has_backups) ? !local.has_backups : false
    has_some    = is_known(local.inherits) && is_known(local.has_backups) ? local.has_backups && !local.inherits : false
    lost        = local.has_none ? ", there are no automated backups" : local.has_some ? " and deletes its automated backups" : " and keeps no automated backups"
    # Resource names may have what names of snapshots may not.
    snapshot = "${trim(replace(self.resource_name, "/[_-]+/", "-"), "-")}-final"
    is_named = written(self, "final_snapshot_identifier") != null || is_set(self.final_snapshot_identifier)
    alone    = self.instance_key == null && self.module == ""
    is_given = is_known(self.final_snapshot_identifier) ? self.final_snapshot_identifier != null : false
    several  = local.is_named ? (local.is_given ? "" : "; final_snapshot_identifier must not be null then") : local.alone ? "" : "; each database that this block makes needs a final_snapshot_identifier of its own"
  }

  skip = [
    is_replica(self),
    # AWS deletes the primary of a global cluster after all secondary clusters only, which have the same data.
    local.is_instance ? false : is_global_member(self) ? has_secondary(self) : false,
  ]
  require = anytrue([
    !self.skip_final_snapshot,
    !self.delete_automated_backups && local.has_backups,
    self.deletion_protection,
    destroy_is_guarded(self),
    local.replicated,
    backed_up(self),
  ])
  at      = self.skip_final_snapshot
  message = "a destroy of ${self.address} takes no final snapshot${local.lost}, and nothing refuses it${length(local.replacing) == 0 ? "" : "; a change of ${either(local.replacing)} is such a destroy"}"
  why     = "One terraform destroy, or one edit of an argument that replaces the database, deletes the data and in the same moment every automated backup of it, if there are any. No snapshot is taken and no plan of AWS Backup has a copy: there is nothing to restore from."

  check "with-backups" {
    skip = local.has_none || local.is_named
  }
  check "without-backups" {
    skip = !local.has_none || local.is_named

    fix {
      set    = { deletion_protection = true, skip_final_snapshot = false, final_snapshot_identifier = local.snapshot }
      safety = "unsafe"
      impact = "in-place"
      note   = "no downtime; the final snapshot is billed as backup storage, and a wanted destroy needs deletion_protection switched off first${local.several}"
    }
  }
  # The name of the snapshot is written, if only for some environments.
  check "named" {
    skip = !local.is_named

    fix {
      set    = { deletion_protection = true, skip_final_snapshot = false, delete_automated_backups = false }
      safety = "unsafe"
      impact = "in-place"
      note   = "no downtime; retained backups and the final snapshot are billed as backup storage, and a wanted destroy needs deletion_protection switched off first${local.several}"
    }
  }

  fix {
    set    = { deletion_protection = true, skip_final_snapshot = false, final_snapshot_identifier = local.snapshot, delete_automated_backups = false }
    safety = "unsafe"
    impact = "in-place"
    note   = "no downtime; retained backups and the final snapshot are billed as backup storage, and a wanted destroy needs deletion_protection switched off first${local.several}"
  }

  exceptions = [
    "read replicas and secondary clusters of a global cluster, whose data is at their source",
    "the primary of a global cluster that has a secondary one: AWS refuses to delete it before",
    "databases that AWS Backup covers, or whose backups are replicated to another Region",
    "prevent_destroy, and destroy = false in OpenTofu",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-detaching.html",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/rds/cluster.go",
  ]
  supersedes = ["db-deletion-protection"]
}

rule "rds-multi-az" {
  title    = "RDS instance runs in a single Availability Zone"
  severity = "error"
  category = "availability"
  scenario = "az-loss"
  default  = "false"

  resource        = "aws_db_instance"
  production_only = true

  locals {
    pinned   = is_set(self.availability_zone)
    hindered = local.pinned || (try(startswith(self.engine, "sqlserver"), false) && !(try(self.backup_retention_period > 0, false)))
  }

  skip = [
    is_set(self.replicate_source_db),
    try(startswith(self.engine, "aurora"), false),
    try(startswith(self.engine, "custom-oracle"), false),
    self.engine == "sqlserver-ex",
  ]
  require = self.multi_az
  at      = self.multi_az
  message = is_set(self.multi_az) ? "${self.address} has no standby to fail over to" : "${self.address} does not ask for multi_az, without which a new instance has no standby to fail over to"
  why     = "A failure of the host, the volume or the zone takes the database down until it is rebuilt, and a restore from a backup can take hours. With a standby in a second zone the failover typically takes 60 to 120 seconds."

  check "convertible" {
    skip = is_known(local.hindered) ? local.hindered : true
  }
  check "hindered" {
    skip = is_known(local.hindered) ? !local.hindered : false

    fix {
      text   = "multi_az = true"
      safety = "unsafe"
      impact = "in-place"
      note   = "RDS refuses it together with availability_zone, and for SQL Server without automated backups: those come first"
    }
  }

  fix {
    set    = { multi_az = true }
    safety = "safe"
    impact = "in-place"
    note   = "converts online, with higher I/O latency while the standby is filled; about doubles the instance's and the storage's cost"
  }

  exceptions = ["read replicas", "Aurora, RDS Custom for Oracle and SQL Server Express, which have no such standby", "instances that an import block brings in and that leave the argument out"]
  sources = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html",
  ]
  peers = ["CKV_AWS_157", "RDS.5"]
}

rule "rds-pinned-minor-with-auto-upgrade" {
  title    = "Exact minor version is pinned while AWS upgrades minors by itself"
  severity = "warning"
  category = "correctness"
  scenario = "upgrade"
  default  = "auto_minor_version_upgrade is true"

  resource = ["aws_db_instance", "aws_rds_cluster"]

  locals {
    version   = self.engine_version
    is_alone  = self.type == "aws_db_instance"
    instances = local.is_alone ? [self] : referrers(self, "aws_rds_cluster_instance", "cluster_identifier")
    # A cluster is upgraded only where it and all of its instances are to be.
    is_upgraded = (
      (local.is_alone || self.auto_minor_version_upgrade == null ? true : self.auto_minor_version_upgrade)
      && length(local.instances) > 0
      && alltrue([for instance in local.instances : instance.auto_minor_version_upgrade])
    )
    prefix = version_prefix(self.engine, local.version)
    keeps  = is_known(local.prefix) ? local.prefix == null : true
    switch = local.is_alone ? "its auto_minor_version_upgrade" : "auto_minor_version_upgrade of ${names(local.instances)}"
  }

  skip = [
    !is_set(local.version),
    ignores(self, "engine_version"),
    # Members of a global database, and clusters with a replica in another Region, are upgraded by hand.
    local.is_alone ? false : is_global_member(self),
    local.is_alone ? false : is_set(self.replication_source_identifier) || is_replicated(self),
  ]
  require = !(pins_minor(self.engine, local.version) && local.is_upgraded)
  at      = self.engine_version
  message = "${self.address} is pinned to ${local.version}, and ${local.switch} is true: once AWS has moved it on, ${local.is_alone ? "the apply asks" : "older releases of the provider ask"} for a downgrade"
  why     = "In some maintenance window AWS takes the database to the next minor version. From then on every apply wants to go back and is refused, until somebody edits the version. Newer releases of the provider leave clusters alone where the version that runs is later than the one that is written, but not aws_db_instance."

  also {
    at   = [for instance in local.instances : instance.auto_minor_version_upgrade]
    note = "minor versions are upgraded"
  }

  check "prefix" {
    skip = local.keeps
  }
  check "no-prefix" {
    skip = !local.keeps

    fix {
      text   = "${local.is_alone ? "" : "# in ${local.instances[0].block_address}\n"}auto_minor_version_upgrade = false"
      safety = "unsafe"
      impact = "in-place"
      note   = "minor versions are then changed by whoever edits the version"
    }
  }

  fix {
    text   = "engine_version = \"${local.prefix}\" # the major version; the provider keeps the real one in engine_version_actual"
    safety = "unsafe"
    impact = "reboot"
    note   = "the major version may be sent to RDS, which upgrades a database below the default minor version to that: with an outage, in the maintenance window or at once with apply_immediately; or keep the exact version with auto_minor_version_upgrade = false${local.is_alone ? "" : " of an instance"}"
  }

  exceptions = [
    "ignore_changes on the version",
    "Oracle, SQL Server and Db2",
    "clusters without instances, those whose own auto_minor_version_upgrade is false, and those with an instance that is not to be upgraded, since then none is",
    "members of a global database and clusters with a replica in another Region, to which automatic upgrades do not apply",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
    "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Maintenance.AMVU.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Updates.AMVU.html",
    "https://docs.aws.amazon.com/config/latest/developerguide/rds-automatic-minor-version-upgrade-enabled.html",
    "https://github.com/hashicorp/terraform-provider-aws/pull/49396",
    "https://github.com/hashicorp/terraform-provider-aws/pull/49496",
  ]
}

rule "rds-storage-autoscaling" {
  title    = "RDS instance cannot grow its disk, or has hardly any room to"
  severity = "warning"
  category = "capacity"
  scenario = "traffic-surge"
  default  = "0: the disk does not grow"

  resource = "aws_db_instance"

  setting "headroom" {
    default     = 1.26
    description = "how many times allocated_storage max_allocated_storage must at least be"
  }

  locals {
    ceiling = self.max_allocated_storage
    size    = self.allocated_storage
    off     = local.ceiling == 0
    replica = is_set(self.replicate_source_db)
    # Of a replica the size is that of its source.
    source = local.replica ? try(referenced(self.replicate_source_db, "aws_db_instance")[0], null) : null
    base   = local.replica && local.size == null ? try(local.source.allocated_storage, null) : local.size
    gib    = is_known(local.base) ? try(tonumber(local.base), null) : null
    ample  = local.gib == null ? null : ceil(max(2, setting.headroom) * local.gib)
    what   = "${self.address} keeps the disk it has${is_known(local.size) && local.size != null ? " (${local.size} GiB)" : ""}: storage autoscaling is off"
  }

  skip = [
    try(startswith(self.engine, "aurora"), false),
    try(startswith(self.engine, "custom-"), false),
    self.storage_type == "standard",
  ]
  at  = self.max_allocated_storage
  why = "An instance whose disk is full stops: MySQL is shut down in the state storage-full, other engines refuse writes. Autoscaling adds storage when less than 10% has been free for five minutes, and not again before the disk has been optimized, which can take hours; the ceiling must leave room for more than one step."

  check "off" {
    skip    = local.replica
    require = !local.off
    message = local.what
  }
  check "off-on-a-replica" {
    severity = "advice"
    skip     = !local.replica
    require  = !local.off
    message  = "${local.what}, whatever its source has"
  }
  check "headroom" {
    skip    = [local.off, local.size == null]
    require = local.ceiling >= setting.headroom * local.size
    message = "the disk of ${self.address} may grow from ${local.size} to ${local.ceiling} GiB, which is less than ${setting.headroom} × ${local.size} = ${ceil(setting.headroom * local.size)} GiB${local.ceiling < 1.1 * local.size ? "; RDS wants a ceiling at least 10% above the allocated storage" : ""}"
  }

  fix {
    text   = local.ample == null ? "# max_allocated_storage = GiB: at least ${setting.headroom} times what is allocated" : "max_allocated_storage = ${local.ample} # for ${local.gib} GiB"
    safety = "unsafe"
    impact = "in-place"
    note   = "how far the disk may grow is for you to say${is_known(self.storage_type) && try(contains(["io1", "io2"], self.storage_type), false) ? ", and its ratio to iops has limits" : ""}; no downtime; storage is paid for as it grows, and what is allocated can never be given back${self.instance_key == null && self.module == "" ? "" : "; where the block makes several instances, their disks may differ"}"
  }

  exceptions = [
    "instances of Aurora and of RDS Custom",
    "magnetic storage, which cannot grow by itself",
    "the headroom of instances that take their size from a snapshot",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.StorageTypes.html#USER_PIOPS.Autoscaling",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.KnownIssuesAndLimitations.html",
  ]
}
