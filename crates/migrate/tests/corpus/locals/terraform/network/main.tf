provider "aws" {
  region = "us-east-1"
}

variable "environment" {
  type    = string
  default = "prod"
}

locals {
  # The name that everything begins with.
  prefix = "acme-${var.environment}"
  name   = "${local.prefix}-network"

  cidrs = {
    dev  = "10.10.0.0/16"
    prod = "10.20.0.0/16"
  }
  cidr = lookup(local.cidrs, var.environment, "10.30.0.0/16")
}

resource "aws_vpc" "main" {
  cidr_block           = local.cidr
  enable_dns_hostnames = local.is_prod

  tags = {
    Name = local.name
  }
}

locals {
  is_prod = var.environment == "prod" # more is switched on there
  zones   = local.is_prod ? ["us-east-1a", "us-east-1b"] : ["us-east-1a"]
}

resource "aws_subnet" "zone" {
  for_each = { for index, zone in local.zones : zone => index }

  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(local.cidr, 8, each.value)
  availability_zone = each.key
}
