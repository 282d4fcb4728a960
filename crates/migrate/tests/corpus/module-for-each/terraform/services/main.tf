provider "aws" {
  region = "us-east-1"
}

locals {
  services = {
    api    = { retention = 30 }
    worker = { retention = 7 }
  }
}

module "service" {
  source   = "../modules/service"
  for_each = local.services

  name      = "acme-${each.key}"
  retention = each.value.retention
}

output "api_repository_url" {
  value = module.service["api"].repository_url
}

output "repository_urls" {
  value = { for name, service in module.service : name => service.repository_url }
}
