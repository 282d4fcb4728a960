variable "name" {
  description = "Name of the bucket."
  type        = string
}

variable "versioned" {
  type    = bool
  default = true
}

variable "force_destroy" {
  type    = bool
  default = false
}
