provider "aws" {
  region = "us-east-1"
}

variable "environment" {
  default = "dev"
}

resource "aws_ecr_repository" "app" {
  name = "${var.environment}/app"
}
