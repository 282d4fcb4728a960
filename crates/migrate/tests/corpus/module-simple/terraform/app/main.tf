provider "aws" {
  region = "us-east-1"
}

variable "environment" {
  type    = string
  default = "dev"
}

resource "aws_ecs_cluster" "app" {
  name = "${var.environment}-app"
}

# What customers upload.
module "uploads" {
  source = "../modules/bucket"

  name          = "acme-${var.environment}-uploads"
  force_destroy = true
}

resource "aws_cloudwatch_log_group" "uploads" {
  name = "/uploads/${module.uploads.id}"
}

output "uploads_arn" {
  value = module.uploads.arn
}
