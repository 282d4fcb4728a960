variable "name" {
  type = string
}

variable "environment" {
  type = string
}

locals {
  # Everything of the service is called that.
  full_name = "${var.environment}-${var.name}"
}

module "logs" {
  source = "../logs"

  name      = local.full_name
  retention = 30
}

resource "aws_ecs_cluster" "this" {
  name = local.full_name
}

# Tasks write their logs with it.
resource "aws_iam_policy" "write_logs" {
  name = "${local.full_name}-write-logs"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${module.logs.arn}:*"
    }]
  })
}

output "cluster" {
  value = aws_ecs_cluster.this.arn
}

output "log_group" {
  value = module.logs.name
}
