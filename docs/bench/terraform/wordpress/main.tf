# manifests/wordpress as one Terraform root: the same 18 resources with the same settings.
#
# One thing differs: Terraform's AWS provider knows no secret whose value AWS makes and keeps, so the
# password is a variable, and is in the state.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "environment" {
  type    = string
  default = "dev"
}

variable "desired_count" {
  type    = number
  default = 1
}

variable "password" {
  type    = string
  default = "x8Kw2mQ5vR7tY3nB"
}

locals {
  cluster = "${var.environment}-ecs-wordpress-ecs"
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      environment = var.environment
      project     = "ecs-wordpress"
    }
  }
}

resource "aws_ecr_repository" "wordpress" {
  name = "wordpress"
  tags = { name = "wordpress-ecr" }
}

resource "aws_default_vpc" "default" {
  tags = { name = "wordpress-vpc" }
}

resource "aws_default_subnet" "a" {
  availability_zone = "us-east-1a"
  tags              = { name = "wordpress-vpc" }

  depends_on = [aws_default_vpc.default]
}

resource "aws_default_security_group" "default" {
  vpc_id = aws_default_vpc.default.id
  tags   = { name = "wordpress-vpc" }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_ecs_cluster" "wordpress" {
  name = local.cluster
  tags = { name = "wordpress-ecs" }
}

resource "aws_cloudwatch_log_group" "wordpress" {
  name = local.cluster
  tags = { name = "wordpress-ecs" }
}

resource "aws_security_group" "database" {
  name        = "${var.environment}-wordpress-rds"
  description = "MySQL from the default security group only"
  vpc_id      = aws_default_vpc.default.id
  tags        = { name = "wordpress-rds" }

  ingress {
    protocol        = "tcp"
    from_port       = 3306
    to_port         = 3306
    security_groups = [aws_default_security_group.default.id]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_secretsmanager_secret" "database" {
  name                    = "${var.environment}/wordpress/database-password"
  description             = "Password of the database user wordpress"
  recovery_window_in_days = 0
  tags                    = { name = "wordpress-rds" }
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id     = aws_secretsmanager_secret.database.id
  secret_string = var.password
}

resource "aws_db_instance" "wordpress" {
  identifier             = "${var.environment}-wordpress"
  engine                 = "mariadb"
  engine_version         = "10.5"
  instance_class         = "db.t3.micro"
  allocated_storage      = 20
  storage_type           = "gp2"
  db_name                = "wordpress"
  username               = "wordpress"
  password               = aws_secretsmanager_secret_version.database.secret_string
  availability_zone      = "us-east-1a"
  vpc_security_group_ids = [aws_security_group.database.id]
  skip_final_snapshot    = true
  tags                   = { name = "wordpress-rds" }
}

resource "aws_secretsmanager_secret" "admin" {
  name                    = "${var.environment}/wordpress/admin-password"
  description             = "Password of WordPress's user admin"
  recovery_window_in_days = 0
  tags                    = { name = "wordpress-app" }
}

resource "aws_secretsmanager_secret_version" "admin" {
  secret_id     = aws_secretsmanager_secret.admin.id
  secret_string = var.password
}

resource "aws_iam_role" "task_execution" {
  name = "${var.environment}-wordpress-task-execution"
  tags = { name = "wordpress-app" }

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
      }
    ]
  })
}

resource "aws_iam_policy" "task_execution" {
  name        = "${var.environment}-wordpress-task-execution"
  description = "Pulls the image, writes logs, reads the two passwords"
  tags        = { name = "wordpress-app" }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Pull"
        Effect = "Allow"
        Action = [
          "ecr:GetAuthorizationToken",
          "ecr:BatchCheckLayerAvailability",
          "ecr:GetDownloadUrlForLayer",
          "ecr:BatchGetImage",
        ]
        Resource = "*"
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "*"
      },
      {
        Sid      = "Secrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = [aws_secretsmanager_secret.database.arn, aws_secretsmanager_secret.admin.arn]
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "task_execution" {
  role       = aws_iam_role.task_execution.name
  policy_arn = aws_iam_policy.task_execution.arn
}

resource "aws_security_group" "wordpress" {
  name        = "wordpress-ecs-sg"
  description = "HTTP from anywhere"
  vpc_id      = aws_default_vpc.default.id
  tags        = { name = "wordpress-app" }

  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_ecs_task_definition" "wordpress" {
  family                   = "wordpress"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.task_execution.arn
  tags                     = { name = "wordpress-app" }

  container_definitions = jsonencode([
    {
      name         = "wordpress"
      image        = "${aws_ecr_repository.wordpress.repository_url}:latest"
      essential    = true
      portMappings = [{ containerPort = 80, hostPort = 80, protocol = "tcp" }]
      environment = [
        { name = "WP_DB_WAIT_TIME", value = "1" },
        { name = "WP_VERSION", value = "5.4.2" },
        { name = "TZ", value = "Europe/Paris" },
        { name = "WP_DB_HOST", value = aws_db_instance.wordpress.address },
        { name = "WP_DB_NAME", value = "wordpress" },
        { name = "WP_DB_USER", value = "wordpress" },
        { name = "WP_DOMAIN", value = "localhost" },
        { name = "WP_URL", value = "http://localhost" },
        { name = "WP_LOCALE", value = "en_US" },
        { name = "WP_SITE_TITLE", value = "WordPress on ECS" },
        { name = "WP_ADMIN_USER", value = "admin" },
        { name = "WP_ADMIN_EMAIL", value = "admin@example.com" },
      ]
      secrets = [
        { name = "MYSQL_ENV_MYSQL_PASSWORD", valueFrom = aws_secretsmanager_secret.database.arn },
        { name = "WP_ADMIN_PASSWORD", valueFrom = aws_secretsmanager_secret.admin.arn },
      ]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.wordpress.name
          awslogs-region        = "us-east-1"
          awslogs-stream-prefix = "ecs"
        }
      }
    }
  ])

  depends_on = [aws_iam_role_policy_attachment.task_execution]
}

resource "aws_ecs_service" "wordpress" {
  name            = "wordpress"
  cluster         = aws_ecs_cluster.wordpress.arn
  task_definition = aws_ecs_task_definition.wordpress.arn
  launch_type     = "FARGATE"
  desired_count   = var.desired_count
  tags            = { name = "wordpress-app" }

  network_configuration {
    subnets          = [aws_default_subnet.a.id]
    security_groups  = [aws_default_security_group.default.id, aws_security_group.wordpress.id]
    assign_public_ip = true
  }

  depends_on = [aws_secretsmanager_secret_version.admin]

  # An argument that is not set is planned as "DISABLED" wherever it reads otherwise, as on moto.
  lifecycle {
    ignore_changes = [availability_zone_rebalancing]
  }
}

output "repository_url" {
  value = aws_ecr_repository.wordpress.repository_url
}

output "cluster" {
  value = aws_ecs_cluster.wordpress.name
}

output "database_address" {
  value = aws_db_instance.wordpress.address
}

output "database_port" {
  value = aws_db_instance.wordpress.port
}

output "database_user" {
  value = aws_db_instance.wordpress.username
}

output "admin_password_secret" {
  value = aws_secretsmanager_secret.admin.arn
}
