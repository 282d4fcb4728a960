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

variable "repository_name" {
  description = "Name of the repository."
  type        = string
}

variable "expire_images" {
  description = "Whether old images are deleted."
  type        = bool
  default     = false
}

variable "kept_images" {
  description = "How many images are kept."
  type        = number
  default     = 10

  validation {
    condition     = var.kept_images >= 1
    error_message = "At least one image must be kept."
  }
}
