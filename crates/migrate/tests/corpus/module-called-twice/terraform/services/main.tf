provider "aws" {
  region = "us-east-1"
}

# What customers talk to.
module "api" {
  source = "../modules/service"

  name      = "api"
  retention = 30
  tags = {
    Team       = "checkout"
    CostCenter = "4711"
  }
}

# What runs behind it.
module "worker" {
  source = "../modules/service"

  name = "worker"
}

output "repositories" {
  value = [module.api.repository_url, module.worker.repository_url]
}
