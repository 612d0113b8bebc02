function "is_replica" {
  params      = [database]
  description = "Whether a database gets its data from another: a read replica, or a cluster of a global cluster that cannot be told to be its primary."
  value = (
    is_set(database.replicate_source_db)
    || is_set(database.replication_source_identifier)
    || (is_set(database.global_cluster_identifier) && !is_global_primary(database))
  )
}

function "is_global_primary" {
  params      = [cluster]
  description = "Whether a cluster brings its own data into a global cluster: it has a master user or a snapshot, or the global cluster was made from it."
  value = (
    is_set(cluster.master_username) || is_set(cluster.snapshot_identifier)
    || length(referrers(cluster, ["aws_rds_global_cluster", "aws_docdb_global_cluster", "aws_neptune_global_cluster"], "source_db_cluster_identifier")) > 0
  )
}
