provider "aws" {
  region = "us-east-1"
}

locals {
  team       = "storefront"
  bucket_arn = aws_s3_bucket.main.arn
  vpc_id     = module.network.vpc_id
}

module "network" {
  source = "../modules/network"
  cidr   = "10.0.0.0/16"
}

resource "aws_s3_bucket" "main" {
  bucket = "acme-net"
  tags   = { Team = local.team, Vpc = local.vpc_id }
}

output "bucket_arn" {
  value = local.bucket_arn
}
