variable "name" {
  description = "Name of everything that is made here, as a prefix where there are several."
  type        = string
}

variable "cluster" {
  description = "The ECS cluster that the service runs in."
  type        = string
}

variable "image" {
  description = "The image of the container, without a tag."
  type        = string
  default     = "registry.example.com/service"
}

variable "release" {
  description = "The tag of the image."
  type        = string
  default     = "latest"
}

variable "replicas" {
  description = "How many tasks are wanted at first; autoscaling changes that later on."
  type        = number
  default     = 1
}

variable "cpu" {
  description = "Processor units of a task, of which 1024 are one core."
  type        = number
  default     = 256
}

variable "memory" {
  description = "Memory of a task in MiB."
  type        = number
  default     = 512
}

variable "port" {
  description = "The port that the container listens on."
  type        = number
  default     = 8080
}

variable "environment" {
  description = "Which of the environments this is."
  type        = map(string)
  default     = {}
}

variable "policies" {
  description = "ARNs of the policies that the task needs."
  type        = list(string)
  default     = []
}

variable "vpc_id" {
  description = "The VPC that the subnets belong to."
  type        = string
}

variable "subnet_ids" {
  description = "The private subnets to run in, one in each Availability Zone."
  type        = list(string)
}
