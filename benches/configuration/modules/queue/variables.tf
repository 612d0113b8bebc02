variable "name" {
  type = string
}

variable "fifo" {
  type    = bool
  default = false
}

variable "visibility_timeout" {
  type    = number
  default = 30
}

variable "max_receive_count" {
  type    = number
  default = 0
}

variable "tags" {
  type    = map(string)
  default = {}
}
