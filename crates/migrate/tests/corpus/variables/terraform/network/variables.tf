variable "region" {
  description = "Where everything is."
  type        = string
  default     = "us-east-1"
}

# Set per copy of the stack.
variable "environment" {
  description = "Which copy of the stack this is."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "The environment is dev, staging or prod."
  }
}

variable "name" {
  type    = string
  default = "shop-network"
}

variable "cidr" {
  type     = string
  default  = "10.8.0.0/16"
  nullable = false

  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "The range is given as 10.0.0.0/16."
  }
}
