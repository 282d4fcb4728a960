variable "name" {
  type = string
}

variable "retention" {
  type    = number
  default = 14
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${var.name}"
  retention_in_days = var.retention
}

output "name" {
  value = aws_cloudwatch_log_group.this.name
}

output "arn" {
  value = aws_cloudwatch_log_group.this.arn
}
