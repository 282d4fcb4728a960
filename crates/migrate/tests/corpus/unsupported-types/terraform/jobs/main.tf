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

data "aws_partition" "current" {}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_ecs_cluster" "jobs" {
  name = "jobs"
}

resource "aws_iam_policy" "worker" {
  name        = "worker"
  description = "Reads the queue ${aws_sqs_queue.jobs.name}"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
        Resource = aws_sqs_queue.jobs.arn
      },
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::acme-jobs/*"
      },
    ]
  })
}

resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name          = "jobs-busy"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 2
  metric_name         = "CPUUtilization"
  namespace           = "AWS/ECS"
  period              = 60
  statistic           = "Average"
  threshold           = 80

  dimensions = {
    ClusterName = aws_ecs_cluster.jobs.name
  }
}

output "queue_arn" {
  value = aws_sqs_queue.jobs.arn
}
