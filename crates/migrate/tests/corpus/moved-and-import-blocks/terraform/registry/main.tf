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

moved {
  from = aws_ecr_repository.web
  to   = aws_ecr_repository.app
}

# Made by hand before Terraform came.
import {
  to = aws_cloudwatch_log_group.app
  id = "/shop/app"
}

removed {
  from = aws_ecr_repository.legacy

  lifecycle {
    destroy = false
  }
}

resource "aws_ecr_repository" "app" {
  name = "shop/app"
}

resource "aws_cloudwatch_log_group" "app" {
  name = "/shop/app"
}

check "repository" {
  assert {
    condition     = endswith(aws_ecr_repository.app.repository_url, "shop/app")
    error_message = "The repository lies elsewhere."
  }
}
