provider "aws" {
  region = var.region
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "${var.prefix}/${var.name}/${var.environment}"
  retention_in_days = var.retention
  tags              = var.labels
}

resource "aws_ecs_cluster" "app" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = var.insights ? "enabled" : "disabled"
  }
}

resource "aws_ecr_repository" "app" {
  for_each = toset(var.repositories)

  name = each.value
}

resource "aws_dynamodb_table" "app" {
  name         = var.table.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = var.table.hash_key

  attribute {
    name = var.table.hash_key
    type = "S"
  }
}

resource "aws_iam_policy" "app" {
  name        = "${var.name}-app"
  description = var.boundary == null ? "Without a boundary" : "Within ${var.boundary}"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "logs:PutLogEvents", Resource = "*" }]
  })
}

resource "aws_secretsmanager_secret" "api_key" {
  name = "${var.name}/api-key"
}

resource "aws_secretsmanager_secret_version" "api_key" {
  secret_id     = aws_secretsmanager_secret.api_key.id
  secret_string = var.api_key
}
