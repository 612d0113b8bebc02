variable "name" {
  type = string
}

variable "cluster" {
  type = string
}

variable "image" {
  type    = string
  default = "registry.example.com/service"
}

variable "release" {
  type    = string
  default = "latest"
}

variable "replicas" {
  type    = number
  default = 1
}

variable "cpu" {
  type    = number
  default = 256
}

variable "memory" {
  type    = number
  default = 512
}

variable "port" {
  type    = number
  default = 8080
}

variable "environment" {
  type    = map(string)
  default = {}
}

variable "policies" {
  type    = list(string)
  default = []
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}
