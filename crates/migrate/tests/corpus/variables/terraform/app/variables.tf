variable "region" {
  description = "Where everything is."
  type        = string
  default     = "us-east-1"
}

variable "environment" {
  description = "Which copy of the stack this is."
  type        = string
}

variable "name" {
  type    = string
  default = "shop"
}

variable "retention" {
  description = "Days that logs are kept."
  type        = number
  default     = 7
}

variable "insights" {
  type    = bool
  default = false
}

variable "repositories" {
  type = list(string)
}

variable "labels" {
  type = map(string)
  default = {
    Owner = "platform"
    Cost  = "4711"
  }
}

variable "table" {
  type = object({
    name     = string
    hash_key = string
  })
  default = {
    name     = "orders"
    hash_key = "id"
  }
}

# Anything goes.
variable "prefix" {
  default = "/shop"
}

variable "boundary" {
  type    = string
  default = null
}

variable "api_key" {
  description = "Key of the payment provider."
  type        = string
  sensitive   = true
}

variable "left_over" {
  default = "used by nothing"
}
