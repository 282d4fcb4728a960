provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = local.default_tags
  }
}

variable "environment" {
  type    = string
  default = "dev"
}

locals {
  default_tags = {
    Project     = "shop"
    Environment = var.environment
  }

  tags = {
    Team  = "checkout"
    Phone = "4711"
  }

  # Nobody is called at night for these.
  quiet = merge(local.tags, { Phone = "none" })
}

resource "aws_ecr_repository" "app" {
  name = "app"
  tags = local.tags
}

resource "aws_cloudwatch_log_group" "app" {
  name = "/app"
  tags = merge(local.tags, local.quiet, { Name = "app-${var.environment}" })
}

resource "aws_dynamodb_table" "app" {
  name         = "app"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  tags = merge(local.quiet, {
    "acme:backup" = "daily"
  })
}
