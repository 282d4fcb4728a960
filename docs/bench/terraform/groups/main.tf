# docs/bench/stacks/groups as one Terraform root: a VPC, 150 log groups and 150 security groups with
# the same settings.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "first_retention" {
  description = "Days that the first log group keeps its events."
  type        = number
  default     = 14
}

locals {
  keys = toset([for number in range(150) : format("%03d", number)])
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { project = "groups" }
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_cloudwatch_log_group" "service" {
  for_each = local.keys

  name              = "/groups/service/${each.key}"
  retention_in_days = each.key == "000" ? var.first_retention : 14
  tags              = { service = each.key }
}

resource "aws_security_group" "service" {
  for_each = local.keys

  name        = "groups-service-${each.key}"
  description = "Service ${each.key}"
  vpc_id      = aws_vpc.main.id
  tags        = { service = each.key }

  ingress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
    cidr_blocks = ["10.0.0.0/16"]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
