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
  type    = number
  default = 30
}

resource "aws_ecr_repository" "app" {
  name = "app"

  image_scanning_configuration {
    scan_on_push = true
  }

  tags = {
    Owner = "platform"
  }

  lifecycle {
    # Images that run somewhere are in it.
    prevent_destroy = true
    ignore_changes = [
      image_scanning_configuration[0].scan_on_push,
      tags["Owner"],
    ]
  }
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/app"
  retention_in_days = var.retention

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.retention >= 7
      error_message = "A week at least."
    }
  }
}

resource "aws_dynamodb_table" "sessions" {
  name           = "sessions"
  billing_mode   = "PROVISIONED"
  read_capacity  = 5
  write_capacity = 5
  hash_key       = "id"

  attribute {
    name = "id"
    type = "S"
  }

  timeouts {
    create = "20m"
    delete = "5m"
  }

  lifecycle {
    ignore_changes       = [read_capacity, write_capacity]
    replace_triggered_by = [aws_cloudwatch_log_group.app.name]
  }
}

# Somebody else looks after it.
resource "aws_ecs_cluster" "shared" {
  name = "shared"

  lifecycle {
    ignore_changes = all
  }
}
