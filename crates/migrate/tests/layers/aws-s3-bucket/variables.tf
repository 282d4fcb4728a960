variable "region" {
  description = "AWS region of the stack."
  type        = string
  default     = "us-east-1"
}

variable "environment" {
  description = "Which copy of the stack this is."
  type        = string
  default     = "dev"
}

variable "project" {
  description = "Project that every resource is tagged with."
  type        = string
  default     = "ecs-wordpress"
}

variable "bucket_name" {
  description = "Name of the state bucket."
  type        = string
}
