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

module "network" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.8"

  name = "shop"
  cidr = "10.0.0.0/16"
  azs  = ["us-east-1a", "us-east-1b"]

  private_subnets = ["10.0.1.0/24", "10.0.2.0/24"]

  tags = {
    project = "shop"
  }
}

resource "aws_db_subnet_group" "main" {
  name       = "shop"
  subnet_ids = module.network.private_subnets
}

output "vpc_id" {
  value = module.network.vpc_id
}
