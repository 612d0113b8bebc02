resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "random_password" "master" {
  length  = 32
  special = false
}

resource "aws_db_instance" "this" {
  identifier     = var.name
  engine         = var.engine.name
  engine_version = var.engine.version
  instance_class = var.instance_class
  username       = "app"
  password       = random_password.master.result

  allocated_storage       = var.storage
  storage_encrypted       = true
  multi_az                = var.multi_az
  backup_retention_period = var.backup_days
  deletion_protection     = var.protected
  skip_final_snapshot     = !var.protected

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = var.security_group_ids
  tags                   = var.tags
}
