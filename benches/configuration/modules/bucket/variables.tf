variable "name" {
  description = "Name of everything that is made here, as a prefix where there are several."
  type        = string
}

variable "versioning" {
  description = "Whether old versions of objects are kept."
  type        = bool
  default     = false
}

variable "force_destroy" {
  description = "Whether the bucket is deleted with all that is in it."
  type        = bool
  default     = false
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
  description = "Tags for everything that takes some, beside the default tags of the provider."
  type        = map(string)
  default     = {}
}
