variable "name" {
  type = string
}

variable "retention" {
  type    = number
  default = 7
}

variable "tags" {
  type    = map(string)
  default = {}
}

resource "aws_ecr_repository" "this" {
  name = var.name
  tags = merge(var.tags, { Name = var.name })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/services/${aws_ecr_repository.this.name}"
  retention_in_days = var.retention
  tags              = var.tags
}

output "repository_url" {
  value = aws_ecr_repository.this.repository_url
}
