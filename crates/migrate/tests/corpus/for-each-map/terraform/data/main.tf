provider "aws" {
  region = "us-east-1"
}

locals {
  tables = {
    sessions = { key = "token", type = "S", protected = false }
    orders   = { key = "number", type = "N", protected = true } # never to be lost
  }

  # The tables whose deletion AWS refuses.
  protected = { for name, table in local.tables : name => table if table.protected }
}

resource "aws_dynamodb_table" "main" {
  for_each = local.tables

  name                        = "shop-${each.key}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = each.value.key
  deletion_protection_enabled = each.value.protected

  attribute {
    name = each.value.key
    type = each.value.type
  }

  tags = {
    Name = title(each.key)
  }
}

resource "aws_cloudwatch_log_group" "audit" {
  for_each = local.protected

  name = "/audit/${aws_dynamodb_table.main[each.key].name}"
}

resource "aws_secretsmanager_secret" "key" {
  for_each = {
    read  = 7
    write = 30
  }

  name                    = "shop/${each.key}"
  recovery_window_in_days = each.value
}

output "table_arns" {
  value = { for name, table in aws_dynamodb_table.main : name => table.arn }
}

output "upper_names" {
  value = [for name in keys(local.tables) : upper(name)]
}
