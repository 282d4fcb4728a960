terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_ecr_repository" "app" {
  name = "app"
}

resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy     = file("${path.module}/policies/images.json")
}

resource "aws_iam_role" "task" {
  name               = "app"
  assume_role_policy = file("assume.json")
}

module "task" {
  source = "../modules/task"

  name  = "app"
  image = "${aws_ecr_repository.app.repository_url}:1.0"
}
