variable "name" {
  type        = string
  description = "Name of the VPC and prefix of everything in it."
}

variable "cidr" {
  description = "The addresses of the VPC, which must not overlap with those of other stacks."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "The block must be written as in 10.0.0.0/16."
  }
}

variable "zones" {
  description = "The Availability Zones to use, in the order of their subnets."
  type        = list(string)
  default     = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
}

variable "single_nat_gateway" {
  description = "Whether all subnets share one NAT gateway, which is cheaper and fails as one."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags for everything that takes some, beside the default tags of the provider."
  type        = map(string)
  default     = {}
}
