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

variable "ports" {
  description = "Ports open to everybody"
  type        = list(number)
  default     = [80, 443]
}

variable "peers" {
  description = "Who may reach the database, and from where"
  type = map(object({
    cidr = string
    port = number
  }))
  default = {
    office = { cidr = "192.0.2.0/24", port = 3306 }
    vpn    = { cidr = "198.51.100.0/24", port = 3306 }
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

# A list: each port is a rule.
resource "aws_security_group" "web" {
  name        = "web"
  description = "Web"
  vpc_id      = aws_vpc.main.id

  dynamic "ingress" {
    for_each = var.ports
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

# A map with an iterator, beside a rule that is always there.
resource "aws_security_group" "database" {
  name        = "database"
  description = "Database"
  vpc_id      = aws_vpc.main.id

  ingress {
    description     = "web"
    from_port       = 3306
    to_port         = 3306
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }

  dynamic "ingress" {
    for_each = var.peers
    iterator = peer
    content {
      description = peer.key
      from_port   = peer.value.port
      to_port     = peer.value.port
      protocol    = "tcp"
      cidr_blocks = [peer.value.cidr]
    }
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
