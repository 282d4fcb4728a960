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

variable "container_insights" {
  description = "Whether CloudWatch Container Insights is on."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "For how many days logs are kept."
  type        = number
  default     = 14
}
