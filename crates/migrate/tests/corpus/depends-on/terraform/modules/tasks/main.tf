variable "name" {
  type = string
}

variable "role" {
  type = string
}

resource "aws_cloudwatch_log_group" "this" {
  name = "/ecs/${var.name}"
}

resource "aws_ecs_task_definition" "this" {
  family             = var.name
  execution_role_arn = var.role

  container_definitions = jsonencode([
    {
      name   = var.name
      image  = "nginx:1.27"
      memory = 128
    }
  ])

  depends_on = [aws_cloudwatch_log_group.this]
}
