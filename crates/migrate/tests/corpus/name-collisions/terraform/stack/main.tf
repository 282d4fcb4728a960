# What everything stands on.

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

variable "name" {
  type    = string
  default = "base"
}

locals {
  prefix = "acme-${var.name}"
}

# The module's VPC would be called network as well.
resource "aws_vpc" "network" {
  cidr_block = "10.0.0.0/16"
}

module "network" {
  source = "../modules/network"
  cidr   = "10.1.0.0/16"
}

resource "aws_cloudwatch_log_group" "main" {
  name = local.prefix
}

output "log_group" {
  value = aws_cloudwatch_log_group.main.name
}
