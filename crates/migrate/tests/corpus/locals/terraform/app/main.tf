provider "aws" {
  region = "us-east-1"
}

variable "environment" {
  type    = string
  default = "prod"
}

locals {
  prefix = "acme-${var.environment}"
  name   = "${local.prefix}-app"

  services = ["Web Shop", "Back Office"]
  slugs    = [for service in local.services : replace(lower(service), " ", "-")]

  retention = {
    logs  = var.environment == "prod" ? 90 : 7
    audit = 365
  }

  greeting = <<-EOT
    Logs of ${local.name}.
    Services: ${join(", ", local.slugs)}
  EOT
}

resource "aws_cloudwatch_log_group" "service" {
  for_each = toset(local.slugs)

  name              = format("/%s/%s", local.name, each.key)
  retention_in_days = local.retention.logs
}

resource "aws_cloudwatch_log_group" "audit" {
  name              = "/${upper(local.name)}/audit"
  retention_in_days = local.retention["audit"]
}

resource "aws_secretsmanager_secret" "greeting" {
  name        = "${local.name}/greeting"
  description = trimspace(local.greeting)
}
