# The network of the shop.
# Owned by the platform team.

provider "aws" {
  region = "eu-west-1"
}

locals {
  azs  = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  tags = {
    Project = "shop" # billing
    Env     = "prod"
  }
}

module "vpc" {
  source = "./vpc"

  name = "shop"
  cidr = "10.8.0.0/16"
  azs  = local.azs

  public_subnets  = ["10.8.1.0/24", "10.8.2.0/24", "10.8.3.0/24"]
  private_subnets = [for k, v in local.azs : cidrsubnet("10.8.0.0/16", 8, k + 10)]

  manage_default_security_group = true
  enable_flow_log               = true

  public_subnet_tags = {
    "kubernetes.io/role/elb" = 1
  }
  tags = local.tags
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = module.vpc.vpc_id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = module.vpc.private_subnets_cidr_blocks
  }
}

resource "aws_db_subnet_group" "db" {
  name       = "db"
  subnet_ids = module.vpc.private_subnets
}

output "vpc_id" {
  description = "The VPC"
  value       = module.vpc.vpc_id
}
output "public" {
  value = module.vpc.public_subnets
}
output "db_subnets" {
  value = module.vpc.database_subnets
}
output "log_group" {
  value = module.vpc.flow_log_group
}
