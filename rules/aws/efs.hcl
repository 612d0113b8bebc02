rule "efs-bursting-throughput" {
  title    = "How fast the file system is depends on how much it stores"
  severity = "advice"
  category = "capacity"
  scenario = "traffic-surge"
  default  = "bursting"

  resource = "aws_efs_file_system"

  skip    = self.performance_mode == "maxIO"
  require = self.throughput_mode != "bursting"
  at      = self.throughput_mode
  message = "${self.address} is in bursting mode: its lasting throughput is 50 KiB/s for each GiB it stores, which is 1 MiB/s below 20 GiB"
  why     = "A small file system lives on credits. In a surge they are used up after a while, and then all clients together get what its size is worth, for 20 GiB a single MiB/s. The console creates file systems with elastic throughput, Terraform's provider does not."

  fix {
    set    = { throughput_mode = "elastic" }
    safety = "unsafe"
    impact = "in-place"
    note   = "no downtime, and the mode can change once in 24 hours; elastic is billed by the GiB read and written"
  }

  exceptions = ["file systems with performance_mode = \"maxIO\", for which elastic is not offered"]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_file_system",
    "https://docs.aws.amazon.com/efs/latest/ug/performance.html",
    "https://docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html",
    "https://www.repost.aws/knowledge-center/efs-choosing-correct-throughput-mode",
  ]
}

rule "efs-bursting-with-lifecycle" {
  title    = "Moving cold files out of Standard slows the file system down"
  severity = "warning"
  category = "capacity"
  scenario = "silent-loss"
  default  = "bursting, without lifecycle"

  resource = "aws_efs_file_system"

  locals {
    cold     = [for policy in self.lifecycle_policy : policy if is_set(policy.transition_to_ia)]
    archived = [for policy in self.lifecycle_policy : policy if is_set(policy.transition_to_archive)]
  }

  at    = [self.throughput_mode, concat(local.archived, local.cold)]
  why   = "The baseline of bursting mode counts only what lies in Standard. A policy that moves 900 of 1,000 GiB to Infrequent Access takes it from 50 to 5 MiB/s, weeks after the deploy and without any change to point to."
  first = true

  check "archive" {
    severity = "error"
    scenario = "cannot-apply"
    skip     = length(local.archived) == 0
    require  = self.throughput_mode == "elastic" && self.performance_mode == "generalPurpose" && length(local.cold) > 0
    at       = local.archived
    message  = "EFS refuses this transition to Archive: ${self.throughput_mode != "elastic" ? "it needs elastic throughput, and that of ${self.address} is ${self.throughput_mode}" : self.performance_mode != "generalPurpose" ? "it needs the performance mode generalPurpose, and that of ${self.address} is ${self.performance_mode}" : "files go there from Infrequent Access, and ${self.address} has no transition_to_ia"}"
    why      = "The Archive class exists only for file systems with elastic throughput and the performance mode generalPurpose, and after a transition to Infrequent Access. The call that sets the lifecycle fails, after the file system has been created."

    fix {
      text   = <<-EOT
        throughput_mode = "elastic"

        lifecycle_policy {
          transition_to_ia = "AFTER_30_DAYS"
        }
        lifecycle_policy {
          transition_to_archive = "AFTER_90_DAYS"
        }
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "elastic is billed by the GiB read and written; another performance mode makes a new file system"
    }
  }
  check "bursting" {
    skip    = length(local.cold) + length(local.archived) == 0
    require = self.throughput_mode != "bursting"
    message = "${self.address} is in bursting mode, whose baseline of 50 KiB/s for each GiB counts Standard only: what its lifecycle moves away no longer counts"
  }

  fix {
    set    = { throughput_mode = "elastic" }
    safety = "unsafe"
    impact = "in-place"
    note   = "no downtime, and the mode can change once in 24 hours; elastic is billed by the GiB read and written"
  }

  exceptions = ["file systems with elastic or provisioned throughput, unless they archive"]
  sources = [
    "https://docs.aws.amazon.com/efs/latest/ug/performance.html",
    "https://docs.aws.amazon.com/efs/latest/ug/API_PutLifecycleConfiguration.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_file_system",
    "https://www.repost.aws/knowledge-center/efs-choosing-correct-throughput-mode",
  ]
  supersedes = ["efs-bursting-throughput"]
}

rule "efs-no-backup" {
  title    = "File system is in no backup"
  severity = "warning"
  category = "durability"
  scenario = "data-corruption"
  default  = "none for a regional file system; One Zone ones are backed up"

  resource        = "aws_efs_file_system"
  production_only = true

  locals {
    policies = referrers(self, "aws_efs_backup_policy", "file_system_id")
    switched = flatten([for policy in local.policies : [for block in policy.backup_policy : block.status]])
  }

  skip = [
    is_set(self.availability_zone_name) && !contains(local.switched, "DISABLED"),
    length(referrers(self, "aws_efs_replication_configuration", "destination.file_system_id")) > 0,
  ]
  require = contains(local.switched, "ENABLED") || backed_up(self)
  at      = self
  message = "nothing backs ${self.address} up: ${length(local.policies) == 0 ? "it has no aws_efs_backup_policy" : "its backup policy is not enabled"}, and no selection of AWS Backup takes it"
  why     = "The console switches automatic backups on, the API does not, and so neither does Terraform. EFS has no snapshots: a directory that a script deletes is gone, and a replica repeats the deletion within minutes."

  fix {
    text   = <<-EOT
      resource "aws_efs_backup_policy" "${self.resource_name}" {
        file_system_id = ${own_address(self)}.id

        backup_policy {
          status = "ENABLED"
        }
      }
    EOT
    safety = "safe"
    impact = "new-resource"
    note   = "daily backups that are kept for 35 days; their storage is billed"
  }

  check "none" {
    skip = length(local.policies) > 0
  }

  # A file system has one policy: a second resource would undo the first at every apply.
  check "disabled" {
    skip = length(local.policies) == 0

    also {
      at   = local.policies
      note = "this policy does not"
    }

    fix {
      text   = <<-EOT
        backup_policy {
          status = "ENABLED"
        }
      EOT
      safety = "safe"
      impact = "in-place"
      note   = "in ${try(known_text(own_address(elements_known(local.policies)[0])), "its aws_efs_backup_policy")}; daily backups that are kept for 35 days, whose storage is billed"
    }
  }

  exceptions = [
    "One Zone file systems whose automatic backups nobody switches off",
    "destinations of a replication",
    "file systems that AWS Backup covers, or with a tag that looks like one by which a plan elsewhere selects",
  ]
  sources = [
    "https://docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html",
    "https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_backup_policy",
  ]
  peers = ["CKV2_AWS_18", "EFS.2"]
}

rule "efs-zone-coverage" {
  title    = "File system cannot be reached from every zone in which it is mounted"
  severity = "error"
  category = "availability"
  scenario = "az-loss"

  resource = "aws_efs_file_system"

  locals {
    one_zone = is_set(self.availability_zone_name)
    targets  = referrers(self, "aws_efs_mount_target", "file_system_id")
    mounted  = subnets([for target in local.targets : target.subnet_id])
    clients  = efs_clients(self)
    has_csi  = anytrue([for addon in resources("aws_eks_addon") : addon.addon_name == "aws-efs-csi-driver"])
    nodes    = [for group in resources("aws_eks_node_group") : { by = group, subnets = subnets(elements(group.subnet_ids)) } if local.has_csi]
    hidden   = exported(self) || length(referrers(self, "aws_ssm_parameter", "value")) > 0
    elsewhere = [
      for subnet in local.mounted : subnet
      if can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", zone(subnet))) && zone(subnet) != self.availability_zone_name
    ]
  }

  why = "The name of a file system resolves to the mount target in the client's own zone. Where that zone has none, a task or a pod hangs while it starts, often for the first time in the failover that several zones were meant for. One mount target serves all subnets of its zone."

  check "client" {
    skip     = [local.one_zone, length(local.targets) == 0]
    for_each = local.clients
    require  = alltrue([for subnet in each.value.subnets : efs_reaches(local.mounted, subnet)])
    message  = "${each.value.by.address} mounts ${self.address} and runs in ${names([for subnet in each.value.subnets : subnet if !efs_reaches(local.mounted, subnet)])}, whose zone has no mount target"

    also {
      at   = each.value.by
      note = "it mounts the file system"
    }
  }
  check "node" {
    severity = "warning"
    skip     = [local.one_zone, length(local.targets) == 0]
    for_each = local.nodes
    require  = alltrue([for subnet in each.value.subnets : efs_reaches(local.mounted, subnet)])
    message  = "pods that mount ${self.address} cannot start in ${names([for subnet in each.value.subnets : subnet if !efs_reaches(local.mounted, subnet)])} of ${each.value.by.address}, whose zone has no mount target"

    also {
      at   = each.value.by
      note = "its nodes run there"
    }
  }
  check "no-target" {
    skip    = [local.hidden, length(local.clients) + length(local.nodes) == 0]
    require = length(local.targets) > 0
    message = "${self.address} has no mount target, and ${names([for client in concat(local.clients, local.nodes) : client.by])} cannot mount it"

    also {
      at   = [for client in concat(local.clients, local.nodes) : client.by]
      note = "it mounts the file system"
    }
  }
  check "single-zone" {
    severity        = "warning"
    production_only = true
    skip            = [local.one_zone, length(local.targets) == 0]
    require         = zone_count(local.mounted) != 1
    message         = "${self.address} has mount targets in one zone only, ${zone(local.mounted[0])}: when it is lost nobody can reach the data, although it lies in several zones"

    also {
      at   = local.targets
      note = "the mount target"
    }
  }
  check "other-zone" {
    skip    = !local.one_zone
    require = length(local.elsewhere) == 0
    at      = self.availability_zone_name
    message = "${self.address} lies in ${self.availability_zone_name} alone, and EFS refuses its mount target in ${zone(local.elsewhere[0])}"

    also {
      at   = local.elsewhere
      note = "a mount target is in this subnet"
    }

    fix {
      text   = <<-EOT
        subnet_id = "…" # in ${self.availability_zone_name}
      EOT
      safety = "unsafe"
      impact = "replacement"
      note   = "of the mount target, which is refused as it is; clients in other zones reach it there"
    }
  }
  check "one-zone" {
    severity        = "warning"
    production_only = true
    skip            = length(local.elsewhere) > 0
    require         = !local.one_zone
    at              = self.availability_zone_name
    message         = "${self.address} lies in one zone: its data is lost with that zone"

    fix {
      set    = { availability_zone_name = null }
      safety = "unsafe"
      impact = "replacement"
      note   = "a new, regional file system, to which the data must be copied before the old one goes; then a mount target in each zone"
    }
  }

  fix {
    text   = <<-EOT
      resource "aws_efs_mount_target" "${self.resource_name}" {
        for_each = { for subnet in aws_subnet.private : subnet.availability_zone => subnet.id }

        file_system_id  = ${own_address(self)}.id
        subnet_id       = each.value
        security_groups = [aws_security_group.efs.id]
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "${length(local.targets) > 0 ? "in place of the mount targets that are there, each of which is made anew; " : ""}mount targets cost nothing"
  }

  exceptions = [
    "file systems without mount targets here whose id is an output or an SSM parameter",
    "subnets that are not in this configuration",
    "for a single zone: non-production environments",
  ]
  sources = [
    "https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html",
    "https://docs.aws.amazon.com/efs/latest/ug/accessing-fs.html",
    "https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html",
    "https://docs.aws.amazon.com/efs/latest/ug/storage-classes.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_mount_target",
  ]
}
