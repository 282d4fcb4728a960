# Where the tasks run and where they log to.

locals {
  name = "${var.environment}-${var.project}-ecs"
}

resource "aws_ecs_cluster" "this" {
  name = local.name

  setting {
    name  = "containerInsights"
    value = var.container_insights ? "enabled" : "disabled"
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = local.name
  retention_in_days = var.log_retention_days
}
