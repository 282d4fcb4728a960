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

variable "db_password" {
  description = "Password of the user shop"
  type        = string
  sensitive   = true
}

resource "aws_db_instance" "main" {
  identifier          = "shop"
  engine              = "mariadb"
  engine_version      = "10.11"
  instance_class      = "db.t3.micro"
  allocated_storage   = 20
  username            = "shop"
  password            = var.db_password
  skip_final_snapshot = true
}

resource "aws_secretsmanager_secret" "mail" {
  name = "shop/mail"
}

resource "aws_secretsmanager_secret_version" "mail" {
  secret_id     = aws_secretsmanager_secret.mail.id
  secret_string = "canary-mail-token-91c2"
}

output "address" {
  value = aws_db_instance.main.address
}

output "password" {
  value     = var.db_password
  sensitive = true
}
