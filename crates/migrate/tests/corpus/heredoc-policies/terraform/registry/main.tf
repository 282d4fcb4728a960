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

variable "keep" {
  description = "How many images are kept"
  type        = number
  default     = 30
}

resource "aws_ecr_repository" "app" {
  name = "shop/app"
}

resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name

  policy = <<EOF
{
  "rules": [
    {
      "rulePriority": 1,
      "description": "Keep the newest ${var.keep}",
      "selection": {
        "tagStatus": "any",
        "countType": "imageCountMoreThan",
        "countNumber": ${var.keep}
      },
      "action": {
        "type": "expire"
      }
    }
  ]
}
EOF
}

resource "aws_iam_role" "builder" {
  name               = "shop-builder"
  assume_role_policy = <<-EOF
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": {"Service": "codebuild.amazonaws.com"},
          "Action": "sts:AssumeRole"
        }
      ]
    }
  EOF
}

resource "aws_iam_policy" "push" {
  name        = "shop-push"
  description = <<-EOT
    Pushes images of the shop.
    Everybody may see the repositories under their own name.
  EOT

  policy = <<-EOF
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Push",
          "Effect": "Allow",
          "Action": ["ecr:PutImage", "ecr:InitiateLayerUpload"],
          "Resource": "${aws_ecr_repository.app.arn}"
        },
        {
          "Sid": "Own",
          "Effect": "Allow",
          "Action": "ecr:DescribeRepositories",
          "Resource": "arn:aws:ecr:us-east-1:*:repository/$${aws:username}/*"
        }
      ]
    }
  EOF
}
