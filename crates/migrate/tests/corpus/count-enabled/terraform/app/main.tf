provider "aws" {
  region = "us-east-1"
}

variable "environment" {
  type    = string
  default = "dev"
}

variable "create_repository" {
  type    = bool
  default = true
}

# Builds push to it, unless another account has the images.
resource "aws_ecr_repository" "app" {
  count = var.create_repository ? 1 : 0

  name = "app"
}

resource "aws_cloudwatch_log_group" "builds" {
  count = var.create_repository ? 1 : 0
  name  = "/builds/${aws_ecr_repository.app[0].name}"
}

# Production alone keeps its locks.
resource "aws_dynamodb_table" "locks" {
  count = var.environment == "prod" ? 1 : 0

  name         = "locks"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "LockID"

  attribute {
    name = "LockID"
    type = "S"
  }
}

output "repository_url" {
  value = var.create_repository ? aws_ecr_repository.app[0].repository_url : "none"
}

output "locks_table" {
  value = one(aws_dynamodb_table.locks[*].name)
}
