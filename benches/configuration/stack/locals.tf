data "aws_caller_identity" "current" {}

locals {
  # What everything is named after.
  name    = "acme-stack-${var.environment}"
  account = data.aws_caller_identity.current.account_id

  tags = {
    Environment = var.environment
    Stack       = local.name
    CostCenter  = var.cost_center
    ManagedBy   = "terraform"
  }

  is_production = var.environment == "production"
  buckets       = toset(["reports", "uploads"])
}
