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
  default = "web"
}

data "terraform_remote_state" "stack" {
  backend = "local"

  config = {
    path = "../stack/terraform.tfstate"
  }
}

locals {
  prefix = "acme-${var.name}"
}

resource "aws_cloudwatch_log_group" "main" {
  name = "${data.terraform_remote_state.stack.outputs.log_group}/${local.prefix}"
}

resource "aws_ecs_cluster" "web-cluster" {
  name = local.prefix
}

output "log_group" {
  value = aws_cloudwatch_log_group.main.name
}

output "cluster-arn" {
  value = aws_ecs_cluster.web-cluster.arn
}
