provider "aws" {
  region = "us-east-1"
}

variable "environment" {
  default = "dev"
}

resource "aws_secretsmanager_secret" "token" {
  name = "${var.environment}/token"
}

resource "aws_cloudwatch_log_group" "access" {
  name = "/secrets/${var.environment}"
}
