provider "aws" {
  region = "us-east-1"
}

variable "teams" {
  type    = set(string)
  default = ["checkout", "search"]
}

variable "queues" {
  type    = list(string)
  default = ["mail", "invoices"]
}

resource "aws_ecr_repository" "service" {
  for_each = toset(["api", "worker"])

  name = "acme/${each.key}"
}

# One group of logs per repository.
resource "aws_cloudwatch_log_group" "service" {
  for_each = aws_ecr_repository.service

  name              = "/services/${each.value.name}"
  retention_in_days = 14
}

resource "aws_secretsmanager_secret" "team" {
  for_each = var.teams

  name = "teams/${each.value}"
}

resource "aws_dynamodb_table" "queue" {
  for_each     = toset(var.queues)
  name         = "queue-${each.value}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

output "api_repository_url" {
  value = aws_ecr_repository.service["api"].repository_url
}

output "log_groups" {
  value = [for group in aws_cloudwatch_log_group.service : group.name]
}

output "secrets" {
  value = values(aws_secretsmanager_secret.team)[*].arn
}
