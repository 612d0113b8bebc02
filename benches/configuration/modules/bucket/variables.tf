variable "name" {
  type = string
}

variable "versioning" {
  type    = bool
  default = false
}

variable "force_destroy" {
  type    = bool
  default = false
}

variable "lifecycle_rules" {
  description = "What expires, by name."
  type = map(object({
    prefix = string
    days   = optional(number, 90)
  }))
  default = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}
