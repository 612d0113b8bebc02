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
    is_aurora    = self.type == "aws_rds_cluster" ? startswith(self.engine, "aurora") : true
    autoscaling  = referrers(self, "aws_appautoscaling_target", "resource_id")
    adds_readers = anytrue([for target in local.autoscaling : target.min_capacity >= 1])
  }

  skip = [
    !local.is_aurora,
    self.type == "aws_rds_cluster" ? self.engine_mode == "serverless" : false,
    is_set(self.global_cluster_identifier),
    local.adds_readers,
  ]
  require = length(local.instances) != 1
  at      = self
  message = "${self.address} has one instance, ${names(local.instances)}, and nothing to fail over to"
  why     = "The storage lies in three zones, the compute is one machine. When it fails a new one must be built, which typically takes up to ten minutes without reads or writes. With a reader the failover takes less than a minute."

  also {
    at   = local.instances
    note = "the only instance"
  }

  fix {
    text   = <<-EOT
      resource "aws_rds_cluster_instance" "this" {
        count              = 2
        cluster_identifier = aws_rds_cluster.this.id
        engine             = aws_rds_cluster.this.engine
        instance_class     = "db.r6g.large"
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "one more instance, at about the same cost again; the writer is untouched"
  }

  exceptions = [
    "Multi-AZ DB clusters, whose instances AWS makes itself",
    "Aurora Serverless v1, which recovers in another zone",
    "members of a global cluster",
    "clusters whose readers are added by Application Auto Scaling",
  ]
  sources = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/failover.html",
  ]
}

rule "rds-multi-az" {
  title    = "RDS instance runs in a single Availability Zone"
  severity = "error"
  category = "availability"
  scenario = "az-loss"
  default  = "false"

  resource        = "aws_db_instance"
  production_only = true

  skip = [
    is_set(self.replicate_source_db),
    startswith(self.engine, "aurora"),
    startswith(self.engine, "custom-oracle"),
    self.engine == "sqlserver-ex",
  ]
  require = self.multi_az
  at      = self.multi_az
  message = "${self.address} has no standby to fail over to"
  why     = "A failure of the host, the volume or the zone takes the database down until it is rebuilt, and a restore from a backup can take hours. With a standby in a second zone the failover typically takes 60 to 120 seconds."

  fix {
    set    = { multi_az = true }
    safety = "safe"
    impact = "in-place"
    note   = "converts online, with higher I/O latency while the standby is filled; about doubles the instance's and the storage's cost"
  }

  exceptions = ["read replicas", "Aurora, RDS Custom for Oracle and SQL Server Express, which have no such standby"]
  sources = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html",
  ]
  peers = ["CKV_AWS_157", "RDS.5"]
}
