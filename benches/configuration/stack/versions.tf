# Which versions this stack is known to work with, and where its state lives. The bucket is made by the platform team;
# the key is the name of the stack. Upgrades are proposed by a bot and merged once the plan is empty.
terraform {
  required_version = "~> 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.60"
    }
  }

  backend "s3" {
    bucket = "acme-terraform-state"
    key    = "acme-stack/terraform.tfstate"
    region = "eu-west-1"

    # Two pipelines must not write the state at once.
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

# Certificates and rules of distributions live there.
provider "aws" {
  alias  = "global"
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}
