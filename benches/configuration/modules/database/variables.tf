variable "name" {
  type = string
}

variable "engine" {
  type = object({
    name    = string
    version = optional(string, "16.3")
  })
  default = { name = "postgres" }
}

variable "instance_class" {
  type    = string
  default = "db.t4g.medium"
}

variable "storage" {
  type    = number
  default = 50
}

variable "multi_az" {
  type    = bool
  default = false
}

variable "backup_days" {
  type    = number
  default = 1
}

variable "protected" {
  type    = bool
  default = false
}

variable "subnet_ids" {
  type = list(string)
}

variable "security_group_ids" {
  type    = list(string)
  default = []
}

variable "tags" {
  type    = map(string)
  default = {}
}
