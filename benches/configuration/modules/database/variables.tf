variable "name" {
  description = "Name of everything that is made here, as a prefix where there are several."
  type        = string
}

variable "engine" {
  description = "The engine of the database and its version."
  type = object({
    name    = string
    version = optional(string, "16.3")
  })
  default = { name = "postgres" }
}

variable "instance_class" {
  description = "The class of the instance."
  type        = string
  default     = "db.t4g.medium"
}

variable "storage" {
  description = "Storage in GiB."
  type        = number
  default     = 50
}

variable "multi_az" {
  description = "Whether there is a standby in another Availability Zone."
  type        = bool
  default     = false
}

variable "backup_days" {
  description = "For how many days backups are kept."
  type        = number
  default     = 1
}

variable "protected" {
  description = "Whether the database can be deleted only after changing this."
  type        = bool
  default     = false
}

variable "subnet_ids" {
  description = "The private subnets to run in, one in each Availability Zone."
  type        = list(string)
}

variable "security_group_ids" {
  description = "Further security groups of the instance."
  type        = list(string)
  default     = []
}

variable "tags" {
  description = "Tags for everything that takes some, beside the default tags of the provider."
  type        = map(string)
  default     = {}
}
