variable "environment" {
  description = "Which of the environments this is."
  type        = string
}

variable "region" {
  description = "The region of everything but the certificates of the distribution."
  type        = string
  default     = "eu-west-1"
}

variable "cidr" {
  description = "The addresses of the VPC, which must not overlap with those of other stacks."
  type        = string
  default     = "10.0.0.0/16"
}

variable "zones" {
  description = "The Availability Zones to use, in the order of their subnets."
  type        = list(string)
  default     = ["eu-west-1a", "eu-west-1b"]
}

variable "services" {
  description = "The services by name, and what each of them needs."
  type = map(object({
    replicas    = optional(number, 2)
    cpu         = optional(number, 256)
    memory      = optional(number, 512)
    environment = optional(map(string), {})
  }))
  default = {}
}

variable "allowed_cidrs" {
  description = "From where the services may be reached."
  type        = list(string)
  default     = ["10.0.0.0/8", "192.168.0.0/16"]
}

variable "database_class" {
  description = "The class of the database instance."
  type        = string
  default     = "db.t4g.medium"
}

variable "multi_az" {
  description = "Whether there is a standby in another Availability Zone."
  type        = bool
  default     = false
}

variable "alarm_actions" {
  description = "ARNs of the topics that alarms are sent to."
  type        = list(string)
  default     = []
}

variable "owner" {
  description = "Who looks after the stack, as the address of a team."
  type        = string
  default     = "platform@example.com"
}

variable "cost_center" {
  description = "Where the bill goes."
  type        = string
  default     = "4711"
}

variable "probe_cidr" {
  description = "From where the monitoring asks whether the services are well; null where it does not."
  type        = string
  default     = null
}

variable "probe_port" {
  description = "The port that answers the monitoring."
  type        = number
  default     = 8081

  validation {
    condition     = var.probe_port > 1023 && var.probe_port < 65536
    error_message = "The port must be one that needs no privileges."
  }
}

variable "database_storage" {
  description = "Storage of the database in GiB."
  type        = number
  default     = 50
}

variable "database_backup_days" {
  description = "For how many days backups of the database are kept, from which a point in time can be restored."
  type        = number
  default     = 14
}

variable "log_days" {
  description = "For how many days logs are kept."
  type        = number
  default     = 30
}

variable "images" {
  description = "The images of the services by their names, where they are not called like the service."
  type        = map(string)
  default     = {}
}

variable "releases" {
  description = "The tags of the images by the names of the services; set by the pipeline at each release."
  type        = map(string)
  default     = {}
}

variable "maintenance_window" {
  description = "When the database may be changed, in UTC."
  type        = string
  default     = "sun:03:00-sun:04:00"
}

variable "deploy_branch" {
  description = "The branch from which the pipeline deploys."
  type        = string
  default     = "main"
}

variable "deletion_protection" {
  description = "Whether what holds data can be deleted only after changing this."
  type        = bool
  default     = true
}
