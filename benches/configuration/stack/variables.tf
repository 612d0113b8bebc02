variable "environment" {
  description = "Which of the environments this is."
  type        = string
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "cidr" {
  type    = string
  default = "10.0.0.0/16"
}

variable "zones" {
  type    = list(string)
  default = ["eu-west-1a", "eu-west-1b"]
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
  type    = list(string)
  default = ["10.0.0.0/8", "192.168.0.0/16"]
}

variable "database_class" {
  type    = string
  default = "db.t4g.medium"
}

variable "multi_az" {
  type    = bool
  default = false
}

variable "alarm_actions" {
  type    = list(string)
  default = []
}
