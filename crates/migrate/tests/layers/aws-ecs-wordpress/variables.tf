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

variable "desired_count" {
  description = "How many WordPress tasks run."
  type        = number
  default     = 1
}

variable "wordpress_version" {
  description = "Version of WordPress that the image installs."
  type        = string
  default     = "5.4.2"
}

variable "domain" {
  description = "Domain that WordPress answers to."
  type        = string
  default     = "localhost"
}

variable "site_title" {
  description = "Title of the site."
  type        = string
}

variable "admin_user" {
  description = "User who administers WordPress."
  type        = string
  default     = "admin"
}

variable "admin_email" {
  description = "Where WordPress writes to that user."
  type        = string
}

variable "admin_password" {
  description = "Password of that user."
  type        = string
  sensitive   = true
}
