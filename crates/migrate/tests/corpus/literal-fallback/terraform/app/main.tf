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

data "aws_billing_service_account" "main" {}

resource "aws_ecr_repository" "app" {
  name = "app-${substr(uuid(), 0, 8)}"

  tags = {
    Name    = "app"
    Created = timestamp()
  }

  lifecycle {
    ignore_changes = [name, tags["Created"]]
  }
}

resource "aws_cloudwatch_log_group" "app" {
  name = "/app/${aws_ecr_repository.app.name}"
}

resource "aws_iam_role" "billing" {
  name        = "billing"
  description = provider::aws::trim_iam_role_path("arn:aws:iam::123456789012:role/teams/billing")

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { AWS = data.aws_billing_service_account.main.arn }
      },
    ]
  })
}
