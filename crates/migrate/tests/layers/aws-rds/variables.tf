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

variable "instance_class" {
  description = "Size of the database."
  type        = string
  default     = "db.t3.micro"
}

variable "db_name" {
  description = "Name of the database."
  type        = string
  default     = "wordpress"
}

variable "db_username" {
  description = "User that WordPress logs in as."
  type        = string
  default     = "wordpress"
}

variable "db_password" {
  description = "Password of that user."
  type        = string
  sensitive   = true
}
