variable "name" {
  description = "Name of everything that is made here, as a prefix where there are several."
  type        = string
}

variable "fifo" {
  description = "Whether messages are kept in order."
  type        = bool
  default     = false
}

variable "visibility_timeout" {
  description = "Seconds for which a message that was read is hidden from others."
  type        = number
  default     = 30
}

variable "max_receive_count" {
  description = "How often a message is tried before it is put aside; 0 keeps trying."
  type        = number
  default     = 0
}

variable "tags" {
  description = "Tags for everything that takes some, beside the default tags of the provider."
  type        = map(string)
  default     = {}
}
