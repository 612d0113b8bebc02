/*
 * What the stack is made of. The modules are shared with the other stacks of the team.
 */
module "network" {
  source = "../../modules/network"

  name               = local.name
  cidr               = var.cidr
  zones              = var.zones
  single_nat_gateway = !local.is_production
  tags               = local.tags
}

module "bucket" {
  source   = "../../modules/bucket"
  for_each = local.buckets

  name       = "${local.name}-${each.key}"
  versioning = each.key != "reports"

  lifecycle_rules = {
    temporary = { prefix = "tmp/", days = 7 }
    archive   = { prefix = "archive/" }
  }
}

module "database" {
  source = "../../modules/database"

  name           = local.name
  instance_class = var.database_class
  storage        = var.database_storage
  multi_az       = var.multi_az
  backup_days    = var.database_backup_days
  protected      = var.deletion_protection
  subnet_ids     = module.network.private_subnet_ids
  tags           = local.tags
}

resource "aws_ecs_cluster" "this" {
  name = local.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

module "service" {
  source   = "../../modules/service"
  for_each = var.services

  name        = "${local.name}-${each.key}"
  cluster     = aws_ecs_cluster.this.id
  replicas    = each.value.replicas
  cpu         = each.value.cpu
  memory      = each.value.memory
  environment = merge(each.value.environment, { DATABASE = module.database.endpoint })
  vpc_id      = module.network.vpc_id
  subnet_ids  = module.network.private_subnet_ids
}
