terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

variable "retention" {
  description = "How long logs are kept, in days"
  type        = number
  default     = 7
}

locals {
  name = "web-${terraform.workspace}"
}

resource "aws_ecs_cluster" "web" {
  name = local.name

  tags = {
    environment = terraform.workspace
  }
}

resource "aws_cloudwatch_log_group" "web" {
  name              = "/ecs/${local.name}"
  retention_in_days = var.retention
}

# Who did what is asked for in production only.
resource "aws_cloudwatch_log_group" "audit" {
  count = terraform.workspace == "prod" ? 1 : 0

  name              = "/audit/${local.name}"
  retention_in_days = 365
}

output "audit_log_group" {
  value = one(aws_cloudwatch_log_group.audit[*].name)
}
