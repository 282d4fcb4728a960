# What the worker runs as, and what it runs.

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

variable "name" {
  description = "Name of everything here"
  default     = "worker"
}

variable "settings" {
  description = "Environment of the container"
  type        = map(string)
  default = {
    LOG_LEVEL = "info"
    QUEUE     = "jobs"
  }
}

resource "aws_cloudwatch_log_group" "worker" {
  name              = "/ecs/${var.name}"
  retention_in_days = 14
}

resource "aws_iam_role" "task" {
  name = "${var.name}-task"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "logs" {
  name = "logs"
  role = aws_iam_role.task.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Write"
        Effect = "Allow"
        Action = [
          "logs:CreateLogStream",
          "logs:PutLogEvents",
        ]
        Resource = "${aws_cloudwatch_log_group.worker.arn}:*"
      },
      # The console lists groups before it shows one.
      {
        Sid      = "List"
        Effect   = "Allow"
        Action   = "logs:DescribeLogGroups"
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:RequestedRegion" = "us-east-1"
          }
        }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "worker" {
  family             = var.name
  task_role_arn      = aws_iam_role.task.arn
  execution_role_arn = aws_iam_role.task.arn

  container_definitions = jsonencode([
    {
      name      = var.name
      image     = "public.ecr.aws/acme/${var.name}:1.4"
      essential = true
      memory    = 256
      command   = ["run", "--queue", var.settings.QUEUE]

      portMappings = [
        {
          containerPort = 8080 # metrics
          protocol      = "tcp"
        },
      ]

      environment = [for name, value in var.settings : { name = name, value = value }]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = aws_cloudwatch_log_group.worker.name
          "awslogs-region"        = "us-east-1"
          "awslogs-stream-prefix" = var.name
        }
      }
    },
  ])
}
