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
