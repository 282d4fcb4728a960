provider "aws" {
  region = var.region

  default_tags {
    tags = {
      environment = var.environment
      project     = var.project
      name        = "wordpress-vpc"
    }
  }
}
