provider "aws" {
  region = "us-east-1"
}

variable "environment" {
  type    = string
  default = "dev"
}

module "shop" {
  source = "../modules/service"

  name        = "shop"
  environment = var.environment
}

output "cluster" {
  value = module.shop.cluster
}

output "log_group" {
  value = module.shop.log_group
}
