rule "dynamodb-autoscaling-fights-terraform" {
  title    = "Every apply resets the capacity that autoscaling has set"
  severity = "error"
  category = "scaling"
  scenario = "bad-deploy"
  default  = "Terraform sets the capacity that is written"

  resource = "aws_dynamodb_table"

  locals {
    targets = dynamodb_targets(self)
    scaled = [
      for argument, dimension in { read_capacity = "dynamodb:table:ReadCapacityUnits", write_capacity = "dynamodb:table:WriteCapacityUnits" } : argument
      if anytrue([for target in local.targets : target.scalable_dimension == dimension])
    ]
    moved   = is_known(local.scaled) ? local.scaled : ["read_capacity", "write_capacity"]
    reset   = [for argument in local.scaled : argument if !ignores(self, argument)]
    indexes = [for target in local.targets : target if startswith(target.scalable_dimension, "dynamodb:index:")]
  }

  skip = self.billing_mode == "PAY_PER_REQUEST"
  at   = self.lifecycle
  why  = "Autoscaling has raised the table to 4,000 units for the sale, then a harmless deploy writes back the 5 of the code, and requests are throttled in the same second. Scaling up again takes minutes."

  check "table" {
    require = length(local.reset) == 0
    message = "autoscaling moves the ${names(local.reset)} of ${self.address}, but ignore_changes leaves that out: every apply sets it back"

    also {
      at   = local.targets
      note = "the target"
    }
  }
  check "index" {
    severity = "advice"
    skip     = ignores(self, "global_secondary_index")
    require  = length(local.indexes) == 0
    message  = "autoscaling moves the capacity of an index of ${self.address}, but ignore_changes leaves global_secondary_index out: every apply sets it back"

    also {
      at   = local.indexes
      note = "the target"
    }

    fix {
      text   = ignoring(self, concat(local.moved, ["global_secondary_index"]))
      safety = "unsafe"
      impact = "none"
      note   = "no call to AWS; Terraform then sees no change of the indexes at all, a wanted one included"
    }
  }

  fix {
    text   = ignoring(self, local.moved)
    safety = "safe"
    impact = "none"
    note   = "no call to AWS; the written capacity then matters only when the table is created"
  }

  exceptions = ["on-demand tables"]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html",
  ]
}

rule "dynamodb-gsi-write-capacity" {
  title    = "Index can take fewer writes than its table"
  severity = "warning"
  category = "capacity"
  scenario = "traffic-surge"

  resource = "aws_dynamodb_table"

  locals {
    targets = dynamodb_targets(self)
    table   = [for target in local.targets : target if target.scalable_dimension == "dynamodb:table:WriteCapacityUnits"]
    indexes = [
      for index in self.global_secondary_index : {
        index = index
        target = [
          for target in local.targets : target
          if target.scalable_dimension == "dynamodb:index:WriteCapacityUnits" && endswith(target.resource_id, "/index/${index.name}")
        ]
        sparse = index.projection_type == "KEYS_ONLY" && !anytrue([
          for key in [index.hash_key, index.range_key] : key != null && contains([self.hash_key, self.range_key], key)
        ])
      }
    ]
  }

  skip = [
    self.billing_mode != "PROVISIONED",
    passed_to_unseen(self, "name", "id", "arn"),
  ]
  why = "Every write to the table that touches an index is a write to the index as well, and an index that has run out of capacity throttles the writes of the table. With half of the table's capacity in the index, half of it can be used."

  check "written" {
    for_each = [
      for index in local.indexes : index
      if !index.sparse && length(index.target) == 0 && index.index.write_capacity != null && !ignores(self, "global_secondary_index")
    ]
    require = each.value.index.write_capacity >= self.write_capacity
    at      = each.value.index.write_capacity
    message = "the index ${each.value.index.name} takes ${each.value.index.write_capacity} writes a second and ${self.address} takes ${self.write_capacity}: above ${each.value.index.write_capacity} the index throttles the table"

    also {
      at   = self.write_capacity
      note = "the table's"
    }
  }
  check "sparse" {
    severity = "advice"
    for_each = [
      for index in local.indexes : index
      if index.sparse && length(index.target) == 0 && index.index.write_capacity != null && !ignores(self, "global_secondary_index")
    ]
    require = each.value.index.write_capacity >= self.write_capacity
    at      = each.value.index.write_capacity
    message = "the index ${each.value.index.name} takes ${each.value.index.write_capacity} writes a second and ${self.address} takes ${self.write_capacity}: that is enough only if few items have ${each.value.index.hash_key}"
  }
  check "scaled" {
    for_each = flatten([for index in local.indexes : [for target in index.target : { index = index.index, target = target }]])
    require = alltrue(length(local.table) == 0 ? [self.write_capacity == null ? true : each.value.target.max_capacity >= self.write_capacity] : flatten([
      for table in local.table : [each.value.target.max_capacity >= table.max_capacity, each.value.target.min_capacity >= table.min_capacity]
    ]))
    at      = each.value.target.max_capacity
    message = "autoscaling gives the index ${each.value.index.name} ${each.value.target.min_capacity} to ${each.value.target.max_capacity} writes a second and ${self.address} ${length(local.table) == 0 ? self.write_capacity : "${local.table[0].min_capacity} to ${local.table[0].max_capacity}"}: where the index has fewer it throttles the table"

    also {
      at   = local.table
      note = "the table's"
    }
    fix {
      text = "# in ${each.value.target.block_address}\n${arguments(length(local.table) == 0 ? [
        { name = "max_capacity", value = "${self.write_capacity} # as the table" }
        ] : [
        { name = "min_capacity", value = max(each.value.target.min_capacity, local.table[0].min_capacity) },
        { name = "max_capacity", value = "${max(each.value.target.max_capacity, local.table[0].max_capacity)} # as the table" },
      ])}"
      safety = "unsafe"
      impact = "in-place"
      note   = "billed by the unit that is provisioned"
    }
  }

  fix {
    text   = "write_capacity = ${self.write_capacity} # as the table"
    safety = "unsafe"
    impact = "in-place"
    note   = "billed by the unit that is provisioned"
  }

  exceptions = [
    "on-demand tables",
    "indexes of keys only whose keys are none of the table's, which may hold few items: advice only",
    "written capacities that ignore_changes covers, and tables whose name goes to a module that is not on disk",
  ]
  sources = [
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table",
  ]
}

rule "dynamodb-pitr" {
  title    = "DynamoDB table or replica has no point-in-time recovery"
  severity = "error"
  category = "durability"
  scenario = "data-corruption"
  default  = "off"

  resource        = ["aws_dynamodb_table", "aws_dynamodb_table_replica"]
  production_only = true

  setting "min_days" {
    default     = 7
    description = "days of the past that can at least be restored"
  }

  locals {
    is_table = self.type == "aws_dynamodb_table"
    blocks   = [for block in flatten([self.point_in_time_recovery]) : block if local.is_table]
    on       = anytrue([for block in local.blocks : block.enabled])
    expires  = local.is_table && anytrue([for block in self.ttl : block.enabled])
    covered  = local.is_table && backed_up(self)
  }

  skip = local.is_table && is_lock_table(self)
  at   = self.point_in_time_recovery
  why  = "There is no other undo: a script with the wrong condition deletes or overwrites items for good. With point-in-time recovery the table can be restored as it was at any second of the last 35 days."

  check "table" {
    skip    = [!local.is_table, local.expires, local.covered]
    require = local.on
    message = "${self.address} cannot be restored to a point in time"
  }
  check "table-that-expires" {
    severity = "advice"
    skip     = [!local.is_table, !local.expires]
    require  = local.on
    message  = "${self.address} cannot be restored to a point in time; its items expire, so that this may be meant"
  }
  check "table-with-backups" {
    severity = "advice"
    skip     = [!local.is_table, local.expires, !local.covered]
    require  = local.on
    message  = "${self.address} cannot be restored to a point in time, only to its last backup"
  }
  check "replica-block" {
    severity = "warning"
    for_each = local.is_table ? self.replica : []
    require  = each.value.point_in_time_recovery
    at       = each.value.point_in_time_recovery
    message  = "the replica of ${self.address} in ${each.value.region_name} cannot be restored to a point in time: it does not inherit the setting of the table"

    fix {
      text   = "point_in_time_recovery = true"
      safety = "safe"
      impact = "in-place"
      note   = "billed by the size of the replica"
    }
  }
  check "replica" {
    severity = "warning"
    skip     = local.is_table
    require  = self.point_in_time_recovery
    message  = "${self.address} cannot be restored to a point in time: a replica does not inherit the setting of its table"

    fix {
      set    = { point_in_time_recovery = true }
      safety = "safe"
      impact = "in-place"
      note   = "billed by the size of the replica"
    }
  }
  check "short" {
    severity = "advice"
    skip     = !local.on
    for_each = local.blocks
    require  = each.value.recovery_period_in_days >= setting.min_days
    at       = each.value.recovery_period_in_days
    message  = "only the last ${plural(each.value.recovery_period_in_days, "day")} of ${self.address} can be restored: a mistake that is noticed later than that cannot be undone"

    fix {
      text   = "recovery_period_in_days = 35"
      safety = "safe"
      impact = "in-place"
      note   = "billed by the size of the table, not by the days"
    }
  }

  fix {
    text   = <<-EOT
      point_in_time_recovery {
        enabled = true
      }
    EOT
    safety = "safe"
    impact = "in-place"
    note   = "no effect on speed; billed by the size of the table; a restore makes a new table, and switching it off and on begins the window anew"
  }

  exceptions = [
    "tables that only hold locks of Terraform states",
    "tables that AWS Backup covers or whose items expire: advice only",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html",
    "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html",
  ]
  peers = ["CKV_AWS_28", "CKV_AWS_165", "AWS-0024", "DynamoDB.2"]
}

rule "dynamodb-provisioned-without-autoscaling" {
  title    = "Provisioned DynamoDB capacity that nothing scales"
  severity = "warning"
  category = "scaling"
  scenario = "traffic-surge"
  default  = "PROVISIONED, without autoscaling"

  resource        = "aws_dynamodb_table"
  production_only = true

  locals {
    targets = dynamodb_targets(self)
    none    = length(local.targets) == 0
    here    = trimprefix(self.address, "${self.module}.")
  }

  skip = [
    self.billing_mode != "PROVISIONED",
    is_lock_table(self),
    passed_to_unseen(self, "name", "id", "arn"),
    exported(self, "name", "id"),
  ]
  at  = self.billing_mode
  why = "Provisioned is the provider's mode where nothing is said, and unlike the console Terraform adds no autoscaling. Above the written number requests are throttled, and an index that is short of write capacity throttles the writes of the whole table. An on-demand table begins with 4,000 writes and 12,000 reads per second and doubles from its last peak."

  check "table" {
    require = !local.none
    message = "${self.address} has ${self.read_capacity == null ? "a fixed number of" : self.read_capacity} read and ${self.write_capacity == null ? "a fixed number of" : self.write_capacity} write units, and nothing scales them"
  }
  check "dimension" {
    severity = "advice"
    skip     = local.none
    for_each = { reads = "dynamodb:table:ReadCapacityUnits", writes = "dynamodb:table:WriteCapacityUnits" }
    require  = anytrue([for target in local.targets : target.scalable_dimension == each.value && is_scaled(target)])
    message  = "nothing scales the ${each.key} of ${self.address}, although it is registered for autoscaling"

    also {
      at   = local.targets
      note = "a target of the table"
    }
    fix {
      text   = <<-EOT
        # an aws_appautoscaling_policy, and its aws_appautoscaling_target where it is missing, with
        resource_id        = "table/$${${local.here}.name}"
        scalable_dimension = "${each.value}"
        service_namespace  = "dynamodb"
      EOT
      safety = "unsafe"
      impact = "new-resource"
      note   = "min_capacity and max_capacity are for you to say"
    }
  }
  check "index" {
    severity = "advice"
    skip     = local.none
    for_each = self.global_secondary_index
    require  = anytrue([for target in local.targets : endswith(target.resource_id, "/index/${each.value.name}")])
    at       = each.value
    message  = "nothing scales the index ${each.value.name} of ${self.address}, although the table is scaled: writes to the table are throttled where the index cannot follow"

    fix {
      text   = <<-EOT
        # an aws_appautoscaling_policy, and its aws_appautoscaling_target where it is missing, with
        resource_id        = "table/$${${local.here}.name}/index/${each.value.name}"
        scalable_dimension = "dynamodb:index:WriteCapacityUnits" # and another pair for the reads
        service_namespace  = "dynamodb"
      EOT
      safety = "unsafe"
      impact = "new-resource"
      note   = "with the capacities of the table's targets"
    }
  }

  fix {
    set    = { billing_mode = "PAY_PER_REQUEST" }
    safety = "unsafe"
    impact = "in-place"
    note   = "a table can change to on-demand a limited number of times in 24 hours; each request costs more, an idle table nothing"
  }

  exceptions = [
    "on-demand tables",
    "tables that only hold locks of Terraform states",
    "tables whose name goes to a module that is not on disk or to another configuration, which may scale them",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadWriteCapacityMode.html",
    "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html",
  ]
  peers = ["CKV2_AWS_16", "DynamoDB.1"]
}

rule "dynamodb-ttl-disabled" {
  title    = "Table has a ttl block, but nothing expires"
  severity = "warning"
  category = "correctness"
  scenario = "silent-loss"
  default  = "false, also where the block is written"

  resource = "aws_dynamodb_table"

  locals {
    blocks = [for block in self.ttl : block if block.attribute_name == null ? false : block.attribute_name != ""]
  }

  why = "The block reads as if items expired, but the provider leaves `enabled` at false, and so nothing is ever deleted: the table and its bill grow, and personal data stays beyond the time for which it may be kept."

  check "omitted" {
    for_each = [for block in local.blocks : block if !is_set(block.enabled)]
    require  = each.value.enabled
    at       = each.value
    message  = "items of ${self.address} do not expire by ${each.value.attribute_name}: its ttl block leaves out `enabled`, which is false then"
  }
  check "written" {
    severity = "advice"
    for_each = [for block in local.blocks : block if is_set(block.enabled)]
    require  = each.value.enabled
    at       = each.value.enabled
    message  = "items of ${self.address} do not expire by ${each.value.attribute_name}: its ttl block is switched off"
  }
  check "type" {
    severity = "advice"
    for_each = flatten([
      for block in local.blocks : [for attribute in self.attribute : { block = block, attribute = attribute } if attribute.name == block.attribute_name]
    ])
    require = each.value.attribute.type == "N"
    at      = each.value.attribute.type
    message = "${each.value.attribute.name} of ${self.address} is ${each.value.attribute.type == "S" ? "a string" : "binary"}, and items expire by a number only: seconds since 1970"
    why     = "Items whose attribute is not a number are never deleted, without any error. An attribute's type cannot be changed once it is a key of the table or of an index."

    fix {
      text   = "# a further attribute of type number, in seconds since 1970; it needs no attribute block\nttl {\n  attribute_name = \"expires_at\"\n  enabled        = true\n}"
      safety = "unsafe"
      impact = "in-place"
      note   = "the writers have to set the attribute"
    }
  }

  fix {
    text   = <<-EOT
      ttl {
        attribute_name = "${each.value.attribute_name}"
        enabled        = true
      }
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "items whose time has passed are then deleted, typically within two days and free of charge"
  }

  exceptions = ["blocks without attribute_name"]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/dynamodb/table.go",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html",
  ]
}
