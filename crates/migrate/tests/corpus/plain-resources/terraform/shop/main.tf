# The shop: its network, its registry and its logs.
# Ask the platform team before changing the network.

terraform {
  required_version = ">= 1.5"

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

/*
 * The shop's own network.
 * It is not peered with anything.
 */
resource "aws_vpc" "main" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
  enable_dns_support   = "true"

  tags = {
    Name = "shop"
  }
}

# One zone is enough for now.
resource "aws_subnet" "a" {
  vpc_id     = "${aws_vpc.main.id}"
  cidr_block = "10.20.1.0/24"
  # Cheapest to reach from the office.
  availability_zone       = "us-east-1a"
  map_public_ip_on_launch = false
}

// HTTPS from two places, everything out.
resource "aws_security_group" "web" {
  name        = "shop-web"
  description = "HTTPS from the office"
  vpc_id      = aws_vpc.main.id

  # Both are fixed addresses.
  ingress {
    description = "HTTPS"
    from_port   = "443"
    to_port     = "443"
    protocol    = "tcp"
    cidr_blocks = [
      "203.0.113.0/24",  # office
      "198.51.100.7/32", # VPN
    ]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = {
    # Shown in the console.
    Name = "shop-web"
    Port = 443
  }
}
